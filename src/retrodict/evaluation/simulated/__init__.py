"""Whether an engine's draws are calibrated, told by simulation."""

from retrodict.evaluation.simulated.calibrate import calibrate
from retrodict.evaluation.simulated.result import SimulationCalibration

__all__ = ["SimulationCalibration", "calibrate"]
