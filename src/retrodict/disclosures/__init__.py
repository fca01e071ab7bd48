"""What a model file states about its training data."""

from retrodict.disclosures.inspect import inspect_model
from retrodict.disclosures.kinds import (
    BinEdges,
    Categories,
    CategoryCounts,
    ClassShares,
    Covariance,
    Disclosure,
    Grid,
    Moments,
    NodeCounts,
    Quantiles,
    Range,
    Rows,
    RowsSeen,
    SampleSize,
    Stationarity,
    TargetMeans,
    TargetMoments,
    Thresholds,
    TrainingErrors,
)
from retrodict.disclosures.result import Disclosures

__all__ = [
    "BinEdges",
    "Categories",
    "CategoryCounts",
    "ClassShares",
    "Covariance",
    "Disclosure",
    "Disclosures",
    "Grid",
    "Moments",
    "NodeCounts",
    "Quantiles",
    "Range",
    "Rows",
    "RowsSeen",
    "SampleSize",
    "Stationarity",
    "TargetMeans",
    "TargetMoments",
    "Thresholds",
    "TrainingErrors",
    "inspect_model",
]
