"""What a file shows that no value can leave: its bounds, the grid it lies on, and the side of zero."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from retrodict.disclosures import BinEdges, Disclosure, Grid, Thresholds, Values
from retrodict.errors import PriorError
from retrodict.priors.implied.facts import Facts, by_trust
from retrodict.priors.marginals import Cells, Discrete, Marginal, Rounded, within_bounds
from retrodict.schema import Feature, Schema

Array = np.ndarray

GridOf = tuple[float, float]
"""Step and offset of the values that a feature takes."""

SAME_SIDE = 8
"""Split points, or stored values, that must lie on one side of zero before a spread that is merely assumed stops there:
of a feature that is symmetric about zero they would once in 128 tables."""

_TABLE = 1001  # integers up to which shares are tabulated
_CLOSE = 1e-9  # of its size: a bound and a value of a grid that are equal but for rounding
_CLOSE_IN_STEPS = 1e3 * _CLOSE  # of a step: a bound may lie many steps from zero
_TINY = 1e-300  # in place of a size of zero
_FLOAT32 = 2.0**-23  # of a number: what values that were kept in 32 bits may be off by
_MOST_SLACK = 0.05  # of a step: beyond, values off the grid would be taken to lie on it
_DECIMALS = (1.0, 0.1, 0.01, 0.001)  # steps that continuous values are most often written in


def grid_of(feature: Feature, facts: Facts) -> GridOf | None:
    """Return the grid that a feature lies on, ``None`` where none is shown.

    Of several grids that is the one whose values lie on all of them, if there is one, else the most trusted.
    """
    shown = [(fact.step, fact.offset) for fact in by_trust(facts, Grid)]
    if feature.kind == "integer":
        shown.append((1.0, 0.0))
    for grid in shown:
        if all(_on_grid(np.array([grid[1], grid[1] + grid[0]]), other).all() for other in shown):
            return grid
    return shown[0] if shown else None


def grid_of_rows(column: Float[Array, " n"], close: float = _CLOSE) -> GridOf | None:
    """Return the coarsest decimal grid that all values of stored rows lie on; ``None`` for few rows, or none.

    Parameters
    ----------
    column
        Values; NaN is missing.
    close
        Of its size, how far a value may lie from the grid.
    """
    present = column[~np.isnan(column)]
    if len(present) < SAME_SIDE:
        return None
    steps = [step for step in _DECIMALS if close * np.abs(present).max() <= _MOST_SLACK * step]
    return next(((step, 0.0) for step in steps if _on_grid(present, (step, 0.0), close).all()), None)


def shown_by_values(facts: Facts) -> Facts:
    """Return the facts with the grids that single values of training rows show, where no grid is stated."""
    stated = {fact.features for fact in facts if isinstance(fact, Grid)}
    shown: dict[tuple[str, ...], list[Values]] = {}
    for fact in by_trust(facts, Values):
        if fact.within is None and fact.features not in stated:
            shown.setdefault(fact.features, []).append(fact)
    grids: list[Disclosure] = []
    for features, found in shown.items():
        values = np.unique(np.concatenate([np.asarray(fact.taken, dtype=np.float64) for fact in found]))
        radius = max(fact.radius for fact in found)
        grid = grid_of_rows(values, _FLOAT32) if radius <= _FLOAT32 * np.abs(values).max(initial=0.0) else None
        if grid is not None:
            grids.append(Grid(*grid, len(values), features=features, source=found[0].source, exact=False))
    return (*facts, *grids)


def shown_by_rows(schema: Schema, rows: Float[Array, "n d"], source: str, facts: Facts) -> tuple[Schema, Facts]:
    """Return what rows that are only a part of a table show of the others: the side of zero, and their grids.

    Parameters
    ----------
    schema
        Of the rows.
    rows
        The stored ones.
    source
        Where they are stored.
    facts
        Of the file; grids that it states itself stand.
    """
    features: list[Feature] = []
    grids: list[Disclosure] = []
    for feature, column in zip(schema.features, rows.T, strict=True):
        present = column[~np.isnan(column)]
        if feature.listed or len(present) < SAME_SIDE:
            features.append(feature)
            continue
        stated = any(fact.features == (feature.name,) for fact in by_trust(facts, Grid))
        grid = None if stated else grid_of_rows(column)
        if grid is not None:
            grids.append(Grid(*grid, 0, features=(feature.name,), source=source, exact=False))
            if grid == (1.0, 0.0) and feature.kind == "continuous":
                feature = replace(feature, kind="integer")
        if feature.low is None and present.min() >= 0 and (feature.high is None or feature.high > 0):
            feature = replace(feature, low=0.0)
        elif feature.high is None and present.max() <= 0 and (feature.low is None or feature.low < 0):
            feature = replace(feature, high=0.0)
        features.append(feature)
    return replace(schema, features=tuple(features)), (*facts, *grids)


def _on_grid(values: Float[Array, " n"], grid: GridOf, close: float = _CLOSE) -> Array:
    steps = (values - grid[1]) / grid[0]
    return np.abs(steps - np.rint(steps)) <= close * np.maximum(np.abs(steps), 1.0)


def one_sided(feature: Feature, facts: Facts) -> tuple[Feature, str]:
    """Return a feature that ends at zero where all its split points lie on one side of it, and a note if so.

    A file never states that a value is not negative, but where nothing is known of what lies beyond the outermost
    split point, an area or a count that is never split below zero is not taken to go there.
    """
    splits = [fact.edges for fact in by_trust(facts, BinEdges)]
    splits += [fact.thresholds for fact in by_trust(facts, Thresholds)]
    values = np.unique(np.concatenate(splits)) if splits else np.empty(0)
    least = 1 if any(isinstance(fact, Grid) for fact in facts) else SAME_SIDE
    if len(values) < least:
        return feature, ""
    if feature.low is None and values[0] > 0 and (feature.high is None or feature.high > 0):
        return replace(feature, low=0.0), "; taken as not negative, as no split point is"
    if feature.high is None and values[-1] < 0 and (feature.low is None or feature.low < 0):
        return replace(feature, high=0.0), "; taken as not positive, as no split point is"
    return feature, ""


def limited(feature: Feature, marginal: Marginal, grid: GridOf | None) -> Marginal:
    """Return a marginal none of whose values leaves the feature's bounds or its grid.

    Bounds cut it, and what is left is scaled up: nothing piles up on them. A grid rounds it.

    Parameters
    ----------
    feature
        With all bounds that are known.
    marginal
        What is known of its values.
    grid
        Of `grid_of`.

    Raises
    ------
    PriorError
        If nothing of the marginal lies within the bounds.
    """
    if isinstance(marginal, Discrete):
        return _listed(feature, marginal, grid)
    if grid is None:
        return within_bounds(marginal, *_slackened(feature, marginal))
    if isinstance(marginal, Rounded) and (marginal.step, marginal.offset) == grid:
        return marginal
    if grid == (1.0, 0.0) and isinstance(marginal, Cells) and marginal.edges[-1] - marginal.edges[0] <= _TABLE:
        found = _tabulated(feature, marginal)
        if found is not None:
            return found
    step, offset = grid
    low, high = _ends(feature, grid)
    if low > high:
        raise PriorError(f"feature '{feature.name}': no value of its grid lies within its bounds")
    ends = (
        feature.low if feature.low is None else low - step / 2,
        feature.high if feature.high is None else high + step / 2,
    )
    return Rounded(within_bounds(marginal, *ends), low, high, step=step, offset=offset)


def _slackened(feature: Feature, marginal: Marginal) -> tuple[float | None, float | None]:
    """Return the feature's bounds, those that the marginal misses by rounding alone moved to it."""
    first, last = marginal.quantile_z(np.array([-8.5, 8.5])).tolist()
    slack = _CLOSE * max(abs(first), abs(last))
    low = first if feature.low is not None and feature.low - slack <= first < feature.low else feature.low
    high = last if feature.high is not None and feature.high < last <= feature.high + slack else feature.high
    return low, high


def _ends(feature: Feature, grid: GridOf) -> tuple[float, float]:
    """Return the first and the last value of a grid within a feature's bounds."""
    step, offset = grid
    low = -np.inf if feature.low is None else np.ceil((feature.low - offset) / step - _CLOSE_IN_STEPS) * step + offset
    high = (
        np.inf if feature.high is None else np.floor((feature.high - offset) / step + _CLOSE_IN_STEPS) * step + offset
    )
    return float(low), float(high)


def _listed(feature: Feature, marginal: Discrete, grid: GridOf | None) -> Marginal:
    """Return listed values, those off the grid moved to its nearest and those beyond the bounds left out."""
    values = marginal.values()
    moved = values if grid is None or _on_grid(values, grid).all() else _snapped(values, grid)
    size = _CLOSE * np.maximum(np.abs(moved), _TINY)
    kept = np.ones(len(values), dtype=bool)
    kept &= True if feature.low is None else moved >= feature.low - size
    kept &= True if feature.high is None else moved <= feature.high + size
    if kept.all() and moved is values:
        return marginal
    if not kept.any():
        raise PriorError(f"feature '{feature.name}': none of its listed values lies within its bounds")
    distinct, place = np.unique(moved[kept], return_inverse=True)
    return Discrete(distinct, np.bincount(place, marginal.probabilities()[kept]))


def _snapped(values: Float[Array, " n"], grid: GridOf) -> Float[Array, " n"]:
    step, offset = grid
    return np.round(np.rint((values - offset) / step) * step + offset, 10)


def _tabulated(feature: Feature, marginal: Cells) -> Marginal | None:
    """Return cells over integers as a table: each takes what lies within half a unit of it."""
    low, high = _ends(feature, (1.0, 0.0))
    first, last = max(np.ceil(marginal.edges[0]), low), min(np.floor(marginal.edges[-1]), high)
    support = np.arange(first, last + 1.0)
    if not len(support):
        return None
    shares = np.diff(marginal.cdf(np.append(support - 0.5, last + 0.5)))
    return Discrete(support, shares) if shares.sum() > 0 else None
