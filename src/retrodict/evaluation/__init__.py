"""How near a rebuilt table is to the real one."""

from retrodict.evaluation.calibration import calibration
from retrodict.evaluation.controls import controls
from retrodict.evaluation.fidelity import Fidelity, evaluate
from retrodict.evaluation.records import RecordMatch, aligned_error, matched_error

__all__ = ["Fidelity", "RecordMatch", "aligned_error", "calibration", "controls", "evaluate", "matched_error"]
