"""Ladders: whether posterior divergence falls, step by step, as the prior comes nearer to the truth."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.results.notes import Note
from retrodict.study.analysis.columns import ESTIMATORS
from retrodict.study.analysis.intervals import Estimate, mean

Array = np.ndarray

_BLOCK = ["algorithm", "quality", "seed"]
_NOISE = 1.96


@dataclass(frozen=True)
class Ladder:
    """The ladders of one dataset under one estimator: one for each algorithm, quality and seed.

    Parameters
    ----------
    dataset, estimator
        Which.
    steps
        Shares of the empirical part, in order.
    means
        Mean posterior divergence at each step.
    ladders
        How many ladders have every step.
    tau
        Mean of Kendall's tau of posterior divergence with the step; -1 where it falls at every step.
    falling
        Share of ladders with a negative tau.
    monotone
        Share of ladders that never rise.
    within_noise
        Share of ladders, averaged over seeds, that never rise by more than chance explains; ``None`` with one seed.
    page
        p-value of Page's test against no trend.
    reason
        Why something is missing.
    by_algorithm
        Mean tau of each algorithm.
    """

    dataset: str
    estimator: str
    steps: tuple[float, ...]
    means: tuple[float, ...]
    ladders: int
    tau: float | None
    falling: float | None
    monotone: float | None
    within_noise: float | None
    page: float | None
    reason: Note | None
    by_algorithm: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {**asdict(self), "steps": list(self.steps), "means": list(self.means)}


def ladders(done: pd.DataFrame) -> tuple[Ladder, ...]:
    """Return the ladders of every dataset under each estimator; on worlds also those of the exact divergence.

    Parameters
    ----------
    done
        Cells that were done, from `usable`.
    """
    found = []
    for one in (*ESTIMATORS, "kl"):
        rows = done.dropna(subset=["prior_step", f"posterior_{one}"])
        # The value's column moves to one name, and labels that are missing to one label, so that they group.
        rows = rows.assign(value=rows[f"posterior_{one}"], **{name: rows[name].astype(str) for name in _BLOCK})
        found += [_ladder(str(name), one, own) for name, own in rows.groupby("dataset")]
    return tuple(found)


def overall(found: tuple[Ladder, ...], estimator: str) -> Estimate:
    """Return the mean tau over datasets."""
    own = [one for one in found if one.estimator == estimator]
    values = pd.Series([one.tau for one in own], dtype=float)
    return mean(values, pd.Series([one.dataset for one in own], dtype=object))


def _ladder(dataset: str, estimator: str, rows: pd.DataFrame) -> Ladder:
    wide = rows.pivot_table(index=_BLOCK, columns="prior_step", values="value", aggfunc="mean").dropna()
    steps, means = tuple(map(float, wide.columns)), tuple(map(float, wide.mean()))
    if len(steps) < 3 or wide.empty:
        short = Note("few_steps", "no ladder has three steps that were all done")
        return Ladder(dataset, estimator, steps, (), len(wide), None, None, None, None, None, short, {})
    values = wide.to_numpy()
    taus = pd.Series(_taus(values), index=wide.index)
    within, reason = _within_noise(wide)
    return Ladder(
        dataset,
        estimator,
        steps,
        means,
        len(wide),
        float(taus.mean()),
        float((taus < 0).mean()),
        float((np.diff(values, axis=1) <= 0).all(axis=1).mean()),
        within,
        _page(values),
        reason,
        {str(name): float(value) for name, value in taus.groupby("algorithm").mean().items()},
    )


def _taus(values: Float[Array, "b k"]) -> Float[Array, " b"]:
    """Return Kendall's tau-a of each ladder with its steps: ties count as neither."""
    k = values.shape[1]
    earlier, later = np.triu_indices(k, 1)
    return np.sign(values[:, later] - values[:, earlier]).mean(axis=1)


def _within_noise(wide: pd.DataFrame) -> tuple[float | None, Note | None]:
    """Return the share of ladders, averaged over seeds, without a rise beyond 1.96 standard errors of a difference.

    A seed moves a whole ladder: what counts as noise is what is left of a ladder of one seed after its own mean and the
    mean of its steps.
    """
    averaged = wide.groupby(["algorithm", "quality"])
    seeds = averaged[wide.columns[0]].transform("size")
    repeated = wide[seeds > 1]
    if repeated.empty:
        return None, Note("single_seed", "a single seed: noise is unknown")
    k = wide.shape[1]
    apart = repeated - repeated.groupby(["algorithm", "quality"]).transform("mean")
    left = apart.sub(apart.mean(axis=1), axis=0)
    free = (len(repeated) - repeated.groupby(["algorithm", "quality"]).ngroups) * (k - 1)
    noise = float(np.sqrt((left**2).to_numpy().sum() / free))
    means, sizes = averaged.mean().to_numpy(), averaged.size().to_numpy()
    limit = _NOISE * noise * np.sqrt(2 / sizes)
    return float((np.diff(means, axis=1) <= limit[:, None]).all(axis=1).mean()), None


def _page(values: Float[Array, "b k"]) -> float | None:
    """Return the p-value of Page's test that posterior divergence falls along the steps."""
    from scipy.stats import page_trend_test

    if len(values) < 2:
        return None
    return float(page_trend_test(-values, method="asymptotic").pvalue)
