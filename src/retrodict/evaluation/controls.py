"""What chance and other people's rows reach: the measure of a rebuilt table's nearness."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from retrodict.evaluation.paired_cells import cells_of, read_alike
from retrodict.evaluation.record_match import TOLERANCE, RecordMatch
from retrodict.schema import Schema
from retrodict.tables.cells import is_number
from retrodict.tables.titles import HOLDOUT, REBUILT, TRAIN

RANDOM, SHUFFLED, HELD_OUT, REBUILT_HELD_OUT = "random", "shuffled columns", "held out", "rebuilt to held out"


def controls(
    train: pd.DataFrame,
    holdout: pd.DataFrame | None = None,
    rebuilt: pd.DataFrame | None = None,
    schema: Schema | None = None,
    *,
    target: str | None = None,
    seed: int = 0,
    tolerance: float = TOLERANCE,
) -> dict[str, RecordMatch]:
    """Match tables that know nothing of the single rows, as a rebuilt table is matched.

    Parameters
    ----------
    train
        The training rows.
    holdout
        Other rows of the same source; of more than `train` has, a random part of that size. With fewer, each has more
        rows to choose from, and the control comes out stricter.
    rebuilt
        The rebuilt table.
    schema, target, tolerance
        As `matched_error` takes them.
    seed
        Of the random tables.

    Returns
    -------
    dict[str, RecordMatch]
        `random`: every cell uniform over the training column's range or values; `shuffled columns`: the training
        columns, each in an order of its own; `held out`: the held-out rows beside the training rows; `rebuilt to held
        out`: the rebuilt rows beside the held-out ones. Those without their table are left out.
    """
    rng = np.random.default_rng(seed)
    given = {REBUILT: rebuilt, TRAIN: train, HOLDOUT: holdout}
    read = read_alike({title: frame for title, frame in given.items() if frame is not None}, schema, target)
    real = read.frames[TRAIN]
    frames = {**read.frames, RANDOM: random_table(real, rng), SHUFFLED: shuffled_columns(real, rng)}
    pairs = {RANDOM: (RANDOM, TRAIN), SHUFFLED: (SHUFFLED, TRAIN)}
    if holdout is not None:
        frames[HOLDOUT] = frames[HOLDOUT].iloc[rng.permutation(len(frames[HOLDOUT]))[: len(real)]]
        pairs[HELD_OUT] = (HOLDOUT, TRAIN)
        if rebuilt is not None:
            pairs[REBUILT_HELD_OUT] = (REBUILT, HOLDOUT)
    read = replace(read, frames=frames)
    return {name: cells_of(read, *titles, schema, tolerance).match for name, titles in pairs.items()}


def random_table(train: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return as many rows, each cell uniform over its column's range, or over its values if they are no numbers.

    A column of whole numbers stays one. A cell is missing as often as in the column.
    """
    return pd.DataFrame({name: _random_column(train[name], rng) for name in train.columns})


def _random_column(column: pd.Series, rng: np.random.Generator) -> pd.Series:
    n, present = len(column), column.dropna()
    if present.empty:
        return column.reset_index(drop=True)
    if is_number(column):
        low, high = float(present.min()), float(present.max())
        whole = bool((present == present.round()).all())
        drawn = rng.integers(int(low), int(high) + 1, n).astype(float) if whole else rng.uniform(low, high, n)
    else:
        drawn = rng.choice(np.array(present.unique(), dtype=object), n)
    return pd.Series(drawn).mask(rng.random(n) < column.isna().mean())


def shuffled_columns(train: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the table with each column in a random order of its own: marginals alone."""
    return pd.DataFrame({name: train[name].to_numpy()[rng.permutation(len(train))] for name in train.columns})
