"""How many rows a booster's table has, and which of them each tree saw, as far as its file tells or draws fit it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from retrodict import time_limit
from retrodict.errors import ModelError
from retrodict.families.xgboost.counts import Counted, share_fits
from retrodict.families.xgboost.learner import Learner
from retrodict.families.xgboost.settings_facts import Configuration
from retrodict.families.xgboost.split_facts import Method
from retrodict.families.xgboost.start_facts import class_shares
from retrodict.families.xgboost.sum_facts import rows_of
from retrodict.families.xgboost.trees.draws import APPROX_ONCE, EXACT, EXACT_ONCE, GENERATORS, Draw, guesses
from retrodict.results.notes import Note

Array = np.ndarray

_SAME_SINCE = (2, 0)
"""From here on `approx` draws rows as `hist` does."""
_MOST_DRAWS = 100_000_000
"""Rows times trees of which draws are replayed, of 8 bytes each."""
_ROOM = 1.5
"""How far beyond what a share says numbers of rows are looked for."""


@dataclass(frozen=True, eq=False)
class Sampled:
    """Rows of the table, and those of each tree.

    Parameters
    ----------
    rows
        How many; ``None`` where that is not known.
    draws
        How often each was drawn for each tree, shape (T, rows); ``None`` where all were, once.
    share
        About which share of the rows each tree saw where it is not known which: then sums are noisy. Else 1.
    notes
        What is to be said of it.
    """

    rows: int | None
    draws: Int[Array, "T n"] | None = None
    share: float = 1.0
    notes: tuple[Note, ...] = ()


def sampled(
    learner: Learner,
    trees: int,
    config: Configuration | None,
    method: Method | None,
    found: Counted | None,
    rows: int | None = None,
) -> Sampled:
    """Return how many rows there were, and who saw them.

    Parameters
    ----------
    learner
        The model.
    trees
        How many of its trees are asked for, the first ones.
    config
        How training was set, where that is kept.
    method
        Whether split points are values or midpoints, which `exact` takes.
    found
        Counts of trees whose hessians are counts.
    rows
        How many rows the table has, where that is known from elsewhere.

    Raises
    ------
    ModelError
        If `rows` is not what the file states.
    """
    share = None if config is None else config.number("subsample")
    n = rows_of(learner, found, None if share is None else share == 1.0)
    if n is not None:
        if rows not in (None, n):
            raise ModelError(f"the table has {n:,} rows, as the XGBoost model states, and {rows:,} were given")
        return Sampled(n)
    if not _drawn(learner, found, share):
        return Sampled(found.roots[0] if rows is None and found is not None else rows)
    if found is not None:
        fitting = _fitting(learner, found, config, method, share, rows)
        for draw, likely in fitting[:1]:
            each = learner.parallel if _side_by_side(learner, found, config) else 1
            calls = [i // each for i in range(trees)]
            drawn = draw.rows(likely, max(calls) + 1)[calls].astype(np.int64)
            text = (
                f"each tree saw about {draw.share:g} of {likely:,} rows: which, follows from the seed {draw.seed}, "
                "which fits the numbers that trees saw"
            )
            others = len({(other.seed, other.share, n) for other, n in fitting}) - 1
            text += f", as {others:,} other guesses do" if others else ""
            note = Note("draws_replayed", text, seed=draw.seed, share=draw.share, rows=likely, others=others)
            return Sampled(likely, drawn, 1.0, (note,))
    about = share or (found.roots[0] / rows if found is not None and rows else 0.0)
    if not 0.0 < about < 1.0:
        raise ModelError(
            "each tree of the XGBoost model saw some of the rows, and which share is not stated; give the number of "
            "rows"
        )
    text = f"each tree saw about {about:g} of the rows, and which is not known: sums of all rows are known roughly"
    return Sampled(rows, None, about, (Note("draws_unknown", text, share=about),))


def _drawn(learner: Learner, found: Counted | None, share: float | None) -> bool:
    if share is not None:
        return share < 1.0
    if found is None:
        return False
    shares = class_shares(learner) if learner.estimated else None
    unlike = shares is not None and not all(share_fits(own, found.roots[0]) for own in shares)
    return len(set(found.roots)) > 1 or unlike


def _side_by_side(learner: Learner, found: Counted, config: Configuration | None) -> bool:
    """Whether trees that were grown side by side share one draw of rows, as those of `approx` do."""
    if config is not None and config.kept:
        return config.settings.get("tree_method") == "approx"
    first = dict(zip(found.trees, found.roots, strict=True))
    rounds = [[first[i] for i in learner.first_trees[k :: learner.parallel]] for k in range(learner.parallel)]
    return learner.parallel > 1 and all(own == rounds[0] for own in rounds)


def _fitting(
    learner: Learner,
    found: Counted,
    config: Configuration | None,
    method: Method | None,
    share: float | None,
    rows: int | None,
) -> list[tuple[Draw, int]]:
    """Return draws that fit the numbers of rows that trees saw, the likeliest first."""
    counts = _by_call(learner, found, config)
    if counts is None or min(counts) < 1 or _ROOM * max(counts) * len(learner.trees) > _MOST_DRAWS:
        return []
    seed = None
    if config is not None and config.kept:
        if str(config.settings.get("seed_per_iteration", "0")) in ("1", "true"):
            return []
        seed = int(config.settings.get("seed", 0))
    shares = class_shares(learner) if learner.estimated else None
    out = []
    for likely, one, own in guesses(float(np.mean(counts)), rows, seed, share):
        for way in _ways(learner, config, method):
            draw = Draw(one, own, way)
            most = rows or int(max(counts) / own * _ROOM) + 20
            if most * len(counts) > _MOST_DRAWS:
                continue
            time_limit.check("the draws of rows were found")
            ns = [n for n in draw.fitting(counts, most) if rows in (None, n)]
            fits = [n for n in ns if shares is None or all(share_fits(each, n) for each in shares)]
            out += [(likely * _chance(n, own, counts), draw, n) for n in fits]
    out.sort(key=lambda each: -each[0])
    return [(draw, n) for _, draw, n in out]


def _ways(learner: Learner, config: Configuration | None, method: Method | None) -> list[tuple[int, int] | None]:
    """Return the ways in which rows may have been drawn."""
    late = learner.version >= _SAME_SINCE
    exact = EXACT if late else EXACT_ONCE
    told = str(config.settings.get("tree_method", "")) if config is not None and config.kept else ""
    if method == "midpoints" or told == "exact":
        return [exact]
    if late:
        return [GENERATORS] if method is not None or told in ("hist", "approx") else [GENERATORS, exact]
    known: dict[str, list[tuple[int, int] | None]] = {"hist": [GENERATORS], "approx": [APPROX_ONCE]}
    return known.get(told, [GENERATORS, APPROX_ONCE, exact])


def _chance(n: int, share: float, counts: list[int]) -> float:
    """Return how likely it is that a table has n rows, once so many were drawn: small tables are more frequent."""
    off = (np.array(counts) - n * share) ** 2 / (n * share * (1.0 - share))
    return float(np.exp(-off.sum() / 2.0)) / n


def _by_call(learner: Learner, found: Counted, config: Configuration | None) -> list[int] | None:
    """Return how many rows each of the first draws has; ``None`` where trees of one draw do not agree."""
    each = learner.parallel if _side_by_side(learner, found, config) else 1
    out: list[int] = []
    for i, rows in zip(found.trees, found.roots, strict=True):
        call = i // each
        if call == len(out):
            out.append(rows)
        elif call >= len(out) or out[call] != rows:
            return None
    return out
