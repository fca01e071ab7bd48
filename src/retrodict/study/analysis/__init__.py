"""From the cells of a study to correlations, ladders, and claims that hold or don't."""

from retrodict.study.analysis.claims import Claim
from retrodict.study.analysis.columns import LABELS, PAIRS, Pair, usable
from retrodict.study.analysis.correlation import Correlation, correlate, correlations
from retrodict.study.analysis.result import StudyAnalysis, analyse

__all__ = [
    "LABELS",
    "PAIRS",
    "Claim",
    "Correlation",
    "Pair",
    "StudyAnalysis",
    "analyse",
    "correlate",
    "correlations",
    "usable",
]
