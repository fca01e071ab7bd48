"""Correlations of a study: pooled, within datasets, and with the other factor held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from retrodict.results.notes import Note
from retrodict.study.analysis.columns import PAIRS, Pair
from retrodict.study.analysis.intervals import REPLICATES, Estimate, interval, resampled

Array = np.ndarray
Scope = Literal["pooled", "within dataset", "partial"]
Method = Literal["pearson", "spearman"]

POOLED: Scope = "pooled"
WITHIN: Scope = "within dataset"
PARTIAL: Scope = "partial"
METHODS: tuple[Method, ...] = ("pearson", "spearman")
_CHUNK = 50
"""Replicates ranked at a time: memory is chunk times cells."""


@dataclass(frozen=True)
class Correlation:
    """One correlation of two columns.

    Parameters
    ----------
    pair
        The columns, and how they are said to go together.
    scope, method
        ``pooled``, ``within dataset`` or ``partial`` (within datasets, the other factor held); ``pearson`` or
        ``spearman``.
    estimate
        The value with its interval over datasets.
    by_dataset
        The correlation in each dataset alone, and its cells; ``None`` where undefined. Only of the scope ``within
        dataset``.
    """

    pair: Pair
    scope: Scope
    method: Method
    estimate: Estimate
    by_dataset: tuple[tuple[str, float | None, int], ...] = ()

    @property
    def wrong(self) -> tuple[str, ...]:
        """Datasets in which the sign is not the one that is claimed."""
        return tuple(name for name, value, _ in self.by_dataset if value is not None and value * self.pair.sign <= 0)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        one, seen = self.estimate, [value for _, value, _ in self.by_dataset if value is not None]
        found: dict[str, Any] = {"x": self.pair.x, "y": self.pair.y, "scope": self.scope, "method": self.method}
        found |= {"value": one.value, "low": one.low, "high": one.high, "n": one.n, "datasets": one.datasets}
        found |= {"claimed_sign": self.pair.sign, "reason": one.reason}
        if self.scope == PARTIAL:
            found["held"] = self.pair.held
        if self.scope == WITHIN:
            found["by_dataset"] = [{"dataset": name, "value": value, "n": n} for name, value, n in self.by_dataset]
            found["median_of_datasets"] = float(np.median(seen)) if seen else None
            found["datasets_of_claimed_sign"] = len(seen) - len(self.wrong)
        return found


def correlations(
    done: pd.DataFrame, pairs: Sequence[Pair] = PAIRS, *, seed: int = 0, replicates: int = REPLICATES
) -> tuple[Correlation, ...]:
    """Return every correlation of a study, in every scope and by both methods.

    Parameters
    ----------
    done
        Cells that were done, from `usable`.
    pairs
        What to correlate.
    seed, replicates
        Of the bootstrap.
    """
    found = []
    for pair in pairs:
        for scope in (POOLED, WITHIN, PARTIAL):
            if scope == PARTIAL and pair.held is None:
                continue
            found += [correlate(done, pair, scope, method, seed=seed, replicates=replicates) for method in METHODS]
    return tuple(found)


def correlate(
    done: pd.DataFrame, pair: Pair, scope: Scope, method: Method, *, seed: int = 0, replicates: int = REPLICATES
) -> Correlation:
    """Return one correlation with its interval; what can't be told has a reason instead.

    Within datasets, values (Spearman: ranks within the dataset, as shares of its cells) are centred in each dataset and
    correlated together. Datasets are what is resampled.

    Parameters
    ----------
    done
        Cells that were done, from `usable`.
    pair
        The columns.
    scope, method
        Which correlation.
    seed, replicates
        Of the bootstrap.
    """
    names = [pair.x, pair.y, *([pair.held] if scope == PARTIAL and pair.held else [])]
    rows = done[["dataset", *names]].dropna()
    if scope != POOLED:
        rows = rows[rows.groupby("dataset").dataset.transform("size") > 1]
    group, labels = pd.factorize(rows.dataset, sort=True)
    n, groups, values = len(rows), len(labels), rows[names].to_numpy(dtype=float)
    if n < 3:
        return Correlation(pair, scope, method, Estimate(None, None, None, n, groups, _too_few(names, n)))
    if scope != POOLED:
        values = _within(values, group, groups, ranked=method == "spearman")
    flat = [name for name, column in zip(names, values.T, strict=True) if _constant(column)]
    if flat:
        where = "" if scope == POOLED else " within every dataset"
        reason = Note("no_variation", f"{flat[0]} does not vary{where}", column=flat[0])
        return Correlation(pair, scope, method, Estimate(None, None, None, n, groups, reason))
    each = np.ones((1, groups), dtype=int)
    own = _correlated(values, group, np.vstack([each, resampled(groups, seed, replicates)]), scope, method)
    value = float(own[0])
    if not np.isfinite(value):
        text = f"{pair.x} or {pair.y} follows {pair.held} exactly"
        reason = Note("follows_exactly", text, x=pair.x, y=pair.y, held=pair.held)
        return Correlation(pair, scope, method, Estimate(None, None, None, n, groups, reason))
    low, high, reason_or_none = interval(value, own[1:], groups, bounded=True)
    estimate = Estimate(value, low, high, n, groups, reason_or_none)
    by_dataset = _by_dataset(values, group, labels) if scope == WITHIN else ()
    return Correlation(pair, scope, method, estimate, by_dataset)


def _too_few(names: Sequence[str], n: int) -> Note:
    together = ", ".join(names[:-1]) + f" and {names[-1]}"
    text = f"no cell has {together}" if n == 0 else f"only {n} cell{'s have' if n > 1 else ' has'} {together}"
    return Note("few_cells", text, cells=n, columns=list(names))


def _constant(column: Float[Array, " n"]) -> bool:
    return bool(np.ptp(column) <= 1e-9 * max(float(np.abs(column).max()), 1e-9))


def _within(values: Float[Array, "n p"], group: Int[Array, " n"], groups: int, ranked: bool) -> Float[Array, "n p"]:
    """Return values, or their ranks within the dataset as shares of its rows, centred in each dataset."""
    frame = pd.DataFrame(values)
    if ranked:
        frame = frame.groupby(group).rank(pct=True)
    centred = (frame - frame.groupby(group).transform("mean")).to_numpy()
    # What centring leaves of equal values is rounding, not spread.
    return np.where(np.abs(centred) <= 1e-12 * frame.abs().max().to_numpy(), 0.0, centred)


def _correlated(
    values: Float[Array, "n p"], group: Int[Array, " n"], weights: Int[Array, "b g"], scope: Scope, method: Method
) -> Float[Array, " b"]:
    """Return the correlation of the first two columns, the third held, for each set of weights of the datasets."""
    if scope == POOLED and method == "spearman":
        parts = np.array_split(weights, -(-len(weights) // _CHUNK))
        return np.concatenate([_ranked_together(values, group, part) for part in parts])
    p = values.shape[1]
    joined = np.column_stack([np.ones(len(values)), values - values.mean(axis=0)])
    moments = np.zeros((weights.shape[1], p + 1, p + 1))
    np.add.at(moments, group, joined[:, :, None] * joined[:, None, :])
    drawn = np.tensordot(weights, moments, axes=1)
    if scope == POOLED:
        sums = drawn[:, 0, 1:]
        cross = drawn[:, 1:, 1:] - sums[:, :, None] * sums[:, None, :] / drawn[:, :1, :1]
    else:
        cross = drawn[:, 1:, 1:]
    return _from_cross(cross)


def _from_cross(cross: Float[Array, "b p p"]) -> Float[Array, " b"]:
    """Return the (partial) correlation from sums of squares and products."""
    with np.errstate(invalid="ignore", divide="ignore"):
        if cross.shape[1] == 2:
            own = cross
        else:
            own = cross[:, :2, :2] - cross[:, :2, 2:] * cross[:, 2:, :2] / cross[:, 2:, 2:]
        left = own[:, [0, 1], [0, 1]] / cross[:, [0, 1], [0, 1]]
        found = own[:, 0, 1] / np.sqrt(own[:, 0, 0] * own[:, 1, 1])
        return np.where((left > 1e-10).all(axis=1), found, np.nan)


def _ranked_together(
    values: Float[Array, "n 2"], group: Int[Array, " n"], weights: Int[Array, "b g"]
) -> Float[Array, " b"]:
    """Return Spearman's correlation of resampled datasets: the ranks are those within each resample."""
    from scipy.sparse import coo_array

    ranks = []
    for column in values.T:
        distinct, place = np.unique(column, return_inverse=True)
        counts = coo_array((np.ones(len(column)), (group, place)), shape=(weights.shape[1], len(distinct))).tocsr()
        drawn = weights @ counts
        ranks.append((np.cumsum(drawn, axis=1) - drawn / 2)[:, place])
    rows = weights[:, group].astype(float)
    total = rows.sum(axis=1, keepdims=True)
    x, y = (one - (rows * one).sum(axis=1, keepdims=True) / total for one in ranks)
    products = [(rows * a * b).sum(axis=1) for a, b in ((x, y), (x, x), (y, y))]
    with np.errstate(invalid="ignore", divide="ignore"):
        return products[0] / np.sqrt(products[1] * products[2])


def _by_dataset(
    values: Float[Array, "n 2"], group: Int[Array, " n"], labels: Sequence[str]
) -> tuple[tuple[str, float | None, int], ...]:
    found = []
    for g, name in enumerate(labels):
        own = values[group == g]
        cross = own.T @ own
        value = None
        if len(own) > 2 and cross[0, 0] > 0 and cross[1, 1] > 0:
            value = float(cross[0, 1] / np.sqrt(cross[0, 0] * cross[1, 1]))
        found.append((str(name), value, len(own)))
    return tuple(found)
