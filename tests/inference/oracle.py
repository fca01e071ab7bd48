"""The one statistical oracle: independent runs of an engine against the exact answer.

A run gives a vector of estimates. Over `r` independent runs their mean has a standard error that is measured from the
runs themselves, whatever the dependence within a run; the largest standardised deviation is then held against the
quantile of Student's t that a right engine passes with probability ``1 - alpha`` (Bonferroni over the components).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.stats import t

ALPHA = 1e-3


def deviation(estimates: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """Return the largest standardised deviation of the runs' mean from the truth, and the largest that is allowed."""
    runs, components = estimates.shape
    spread = estimates.std(axis=0, ddof=1) / np.sqrt(runs)
    # A component that never varies (a state that no run drew) is judged by what one draw would change.
    floor = 1e-3 / np.sqrt(runs)
    z = np.abs(estimates.mean(axis=0) - truth) / np.maximum(spread, floor)
    return float(z.max()), float(t.ppf(1 - ALPHA / (2 * components), runs - 1))


def passes(run: Callable[[int], np.ndarray], truth: np.ndarray, runs: int = 24) -> bool:
    """Return whether an engine's runs, by seed, agree with the truth."""
    estimates = np.array([run(seed) for seed in range(runs)])
    worst, allowed = deviation(estimates, truth)
    return worst <= allowed
