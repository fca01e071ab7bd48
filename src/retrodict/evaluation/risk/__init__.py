"""How near single rows of a reconstruction come to single training rows."""

from retrodict.evaluation.risk.measure import record_risk
from retrodict.evaluation.risk.result import RecordRisk

__all__ = ["RecordRisk", "record_risk"]
