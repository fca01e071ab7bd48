"""The kinds of fact that a model file states about its training data."""

from retrodict.disclosures.fact import Disclosure
from retrodict.disclosures.kinds.features import (
    Association,
    BinEdges,
    Categories,
    CategoryCounts,
    CategoryHashes,
    Gaps,
    Grid,
    Moments,
    Quantiles,
    Range,
    Totals,
    Values,
)
from retrodict.disclosures.kinds.joint import Centres, Covariance, CrossProducts, Stationarity
from retrodict.disclosures.kinds.rows import PossibleRows, RowEntries, Rows
from retrodict.disclosures.kinds.table import RowsSeen, SampleSize, TrainingDate, TrainingSettings
from retrodict.disclosures.kinds.target import ClassShares, TargetMeans, TargetMoments, TargetQuantiles, TrainingErrors
from retrodict.disclosures.kinds.trees import GradientSums, NodeCounts, NodeSums, Stretches, Thresholds

__all__ = [
    "Association",
    "BinEdges",
    "Categories",
    "CategoryCounts",
    "CategoryHashes",
    "Centres",
    "ClassShares",
    "Covariance",
    "CrossProducts",
    "Disclosure",
    "Gaps",
    "GradientSums",
    "Grid",
    "Moments",
    "NodeCounts",
    "NodeSums",
    "PossibleRows",
    "Quantiles",
    "Range",
    "RowEntries",
    "Rows",
    "RowsSeen",
    "SampleSize",
    "Stationarity",
    "Stretches",
    "TargetMeans",
    "TargetMoments",
    "TargetQuantiles",
    "Thresholds",
    "Totals",
    "TrainingDate",
    "TrainingErrors",
    "TrainingSettings",
    "Values",
]
