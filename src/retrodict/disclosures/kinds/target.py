"""What a file states of the target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from retrodict.disclosures.fact import Disclosure

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class ClassShares(Disclosure):
    """The share of each class among the training rows."""

    classes: tuple[Any, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class TargetMoments(Disclosure):
    """Mean and variance of the target."""

    mean: float | None
    variance: float | None = None


@dataclass(frozen=True, eq=False)
class TargetMeans(Disclosure):
    """Mean of the target (or share of a class) for each category of a feature."""

    categories: tuple[Any, ...]
    means: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class TargetQuantiles(Disclosure):
    """Quantiles of the target."""

    probabilities: tuple[float, ...]
    quantiles: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class TrainingErrors(Disclosure):
    """Error on the training rows after each stage of training, or at its end."""

    errors: Array
