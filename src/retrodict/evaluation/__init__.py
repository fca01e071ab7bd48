"""How near a rebuilt table is to the real one."""

from retrodict.evaluation.attributes import AttributeRisk, attribute_risk
from retrodict.evaluation.calibration import calibration
from retrodict.evaluation.controls import controls
from retrodict.evaluation.fidelity import Fidelity, evaluate
from retrodict.evaluation.membership import MembershipAttacks, membership_attacks
from retrodict.evaluation.queries import QueryCurve, query_curve
from retrodict.evaluation.record_match import RecordMatch
from retrodict.evaluation.records import aligned_error, matched_error
from retrodict.evaluation.replicas import Migration, Replicas, migrate, replicate
from retrodict.evaluation.risk import RecordRisk, record_risk
from retrodict.evaluation.simulated import SimulationCalibration, calibrate

__all__ = [
    "AttributeRisk",
    "Fidelity",
    "MembershipAttacks",
    "Migration",
    "QueryCurve",
    "RecordMatch",
    "RecordRisk",
    "Replicas",
    "SimulationCalibration",
    "aligned_error",
    "attribute_risk",
    "calibrate",
    "calibration",
    "controls",
    "evaluate",
    "matched_error",
    "membership_attacks",
    "migrate",
    "query_curve",
    "record_risk",
    "replicate",
]
