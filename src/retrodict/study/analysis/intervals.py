"""Intervals by resampling whole datasets: cells of one dataset are no independent witnesses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from retrodict.results.notes import Note

Array = np.ndarray

REPLICATES = 1_000
FEWEST = 5
"""Datasets below which no interval is given: their spread is then hardly known."""
_UNDEFINED = 0.05
"""Share of replicates without a value above which no interval is given."""


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95% interval over datasets.

    Parameters
    ----------
    value, low, high
        ``None`` where there is none.
    n
        Cells it rests on.
    datasets
        Datasets they come from.
    reason
        Why there is no value, or no interval.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    datasets: int
    reason: Note | None = None

    @property
    def sign(self) -> int:
        """1 or -1 where the interval lies above or below zero, else 0."""
        if self.low is None or self.high is None:
            return 0
        return int(self.low > 0) - int(self.high < 0)

    def text(self, digits: int = 2) -> str:
        """Return the figure in words: value and interval."""
        if self.value is None:
            return f"no value ({self.reason})"
        if self.low is None or self.high is None:
            return f"{self.value:.{digits}f} (no interval: {self.reason})"
        return f"{self.value:.{digits}f} ({self.low:.{digits}f} to {self.high:.{digits}f})"


def resampled(groups: int, seed: int, replicates: int = REPLICATES) -> Int[Array, "b g"]:
    """Return how often each dataset is drawn in each replicate."""
    return np.random.default_rng([seed, groups]).multinomial(groups, np.full(groups, 1 / groups), replicates)


def interval(
    value: float, replicates: Float[Array, " b"], groups: int, bounded: bool = False
) -> tuple[float | None, float | None, Note | None]:
    """Return both ends of the 95% interval, and why there are none.

    The standard error is that of the replicates (half the distance of their 16% and 84% points, which outliers don't
    move), widened by ``sqrt(G / (G - 1))`` since resampling ``G`` datasets shows too little of their spread; the
    quantile is that of the t distribution with ``G - 1`` degrees of freedom. Correlations go through Fisher's
    transformation first.

    Parameters
    ----------
    value
        The figure.
    replicates
        The figure of each resample.
    groups
        Datasets resampled.
    bounded
        Whether the figure is a correlation.
    """
    from scipy.stats import t

    if groups < FEWEST:
        return None, None, few_datasets(groups)
    kept = replicates[np.isfinite(replicates)]
    if len(kept) < (1 - _UNDEFINED) * len(replicates):
        share = 1 - len(kept) / len(replicates)
        text = f"undefined in more than {_UNDEFINED:.0%} of the resamples"
        return None, None, Note("undefined_in_resamples", text, share=share)
    centre, drawn = (_fisher(value), _fisher(kept)) if bounded else (value, kept)
    low, high = np.quantile(drawn, [0.1587, 0.8413])
    half = t.ppf(0.975, groups - 1) * (high - low) / 2 * np.sqrt(groups / (groups - 1))
    ends = np.array([centre - half, centre + half])
    ends = np.tanh(ends) if bounded else ends
    return float(ends[0]), float(ends[1]), None


def few_datasets(datasets: int) -> Note:
    """Return why there is no interval over so few datasets."""
    return Note("few_datasets", f"fewer than {FEWEST} datasets", datasets=datasets, fewest=FEWEST)


def _fisher(value: Any) -> Any:
    return np.arctanh(np.clip(value, -1 + 1e-12, 1 - 1e-12))


def mean(values: pd.Series[float], datasets: pd.Series[str], seed: int = 0) -> Estimate:
    """Return the mean over datasets of each one's mean, with its interval: every dataset counts alike."""
    kept = values.notna()
    own = values[kept].groupby(datasets[kept].to_numpy()).mean()
    n, groups = int(kept.sum()), len(own)
    if not n:
        return Estimate(None, None, None, 0, 0, Note("no_cell", "no cell has it"))
    value = float(own.mean())
    drawn = resampled(groups, seed) @ own.to_numpy() / groups
    return Estimate(value, *interval(value, drawn, groups)[:2], n, groups, interval(value, drawn, groups)[2])
