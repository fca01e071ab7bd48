"""Worlds fitted to a real table: the truth is known, and as uneven as real tables are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from retrodict.errors import RequestError, SchemaError
from retrodict.results.arguments import check_count, check_positive
from retrodict.theory.table_models import model_of, prior_of
from retrodict.theory.table_states import BinnedColumn, binned, labels_of, telling_columns
from retrodict.theory.world import DiscreteWorld

Array = np.ndarray

NAMED_STATES = 5_000
"""Beyond so many states their names are numbers."""


@dataclass(frozen=True, eq=False)
class TableWorld:
    """A world, and what of the table it holds.

    Parameters
    ----------
    world
        The world.
    features
        Its features, in the order of the states' bins, each with the names of its bins.
    rows
        Rows of the table.
    prior, model
        Names of what is assumed.
    """

    world: DiscreteWorld
    features: dict[str, tuple[str, ...]]
    rows: int
    prior: str
    model: str


def table_world(
    frame: pd.DataFrame,
    target: str | None = None,
    *,
    features: Sequence[str] | None = None,
    bins: int = 3,
    max_states: int = 500,
    smoothing: float = 1.0,
    prior: str = "independent",
    model: str = "logistic",
) -> TableWorld:
    """Fit a world to a table: every combination of the features' bins is a state.

    Parameters
    ----------
    frame
        Features of any kind, missing values allowed, and a target of 2 to 50 classes without.
    target
        Its column; by default the last.
    features
        Those that make the states; by default as many as fit, those that tell most of the label first.
    bins
        Most bins of a feature, missing values aside: numbers are cut at quantiles, rare categories are put together.
    max_states
        Most states that features are chosen for.
    smoothing
        Pseudo-rows, in all, of the Dirichlet smoothing of `P(x)` (spread evenly over all states), and in each state of
        that of `P(y|x)` (at the table's class shares).
    prior, model
        What is assumed; see `prior_of` and `model_of`.

    Returns
    -------
    TableWorld
        With the world and its features.

    Raises
    ------
    RetrodictError
        If a column is absent or can't be binned, or a setting is out of its range.
    """
    check_count(bins, "bins", least=2)
    check_positive(smoothing, "smoothing")
    if frame.shape[1] < 2 or frame.empty:
        raise SchemaError("the table needs a target, at least one feature and one row")
    frame = frame.rename(columns=str)
    target = str(frame.columns[-1]) if target is None else target
    wanted = [name for name in frame if name != target] if features is None else list(features)
    absent = [name for name in (target, *wanted) if name not in frame]
    if absent:
        raise SchemaError(f"the table has no column '{absent[0]}'; it has {', '.join(frame)}")
    classes, y = labels_of(frame[target])
    columns = [binned(frame[name], bins) for name in wanted]
    if features is None:
        columns = telling_columns(columns, y, max_states)
    elif math.prod(len(column.labels) for column in columns) > max_states:
        raise RequestError(f"these features make more than {max_states} states; give fewer bins, or more states")
    return TableWorld(
        world=_world(columns, y, classes, smoothing, prior, model),
        features={column.name: column.labels for column in columns},
        rows=len(frame),
        prior=prior,
        model=model,
    )


def _world(
    columns: list[BinnedColumn], y: Array, classes: tuple[str, ...], smoothing: float, prior: str, model: str
) -> DiscreteWorld:
    sizes = tuple(len(column.labels) for column in columns)
    n, k = math.prod(sizes), len(classes)
    state = np.ravel_multi_index(tuple(column.codes for column in columns), sizes)
    counts = np.bincount(state * k + y, minlength=n * k).reshape(n, k).astype(np.float64)
    shares, in_state = counts.sum(axis=0) / len(y), counts.sum(axis=1)
    p_x = (in_state + smoothing / n) / (len(y) + smoothing)
    p_y = (counts + smoothing * shares) / (in_state + smoothing)[:, None]
    grid = np.stack(np.unravel_index(np.arange(n), sizes), axis=1)
    names = _state_names(columns, grid) if n <= NAMED_STATES else ()
    return DiscreteWorld(p_x, p_y, prior_of(prior, grid, p_x), model_of(model, grid, p_x, p_y), names, classes)


def _state_names(columns: list[BinnedColumn], grid: Array) -> tuple[str, ...]:
    return tuple(
        ", ".join(f"{column.name} {column.labels[i]}" for column, i in zip(columns, bins, strict=True)) for bins in grid
    )
