"""Parts of the rows that may fare worse than all of them: classes, values of listed features, and outlying rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float
from scipy.stats import rankdata

from retrodict import time_limit
from retrodict.errors import RequestError
from retrodict.evaluation.membership.asked import Asked, Scores
from retrodict.evaluation.membership.judged import CONFIDENCE, confidence_of, distinct
from retrodict.evaluation.membership.result import Subgroup
from retrodict.evaluation.membership.roc import auc
from retrodict.plain_text import listing, shown
from retrodict.schema import Feature

Array = np.ndarray

FEWEST = 20
"""Rows of either kind, at least: of fewer the 95% interval of an AUC is wider than a third even before it allows for
how many parts are looked at."""

FEW_VALUES = 10
"""Values up to which a feature divides the rows without being asked to."""

OUTLYING = 0.1
"""Share of the rows that counts as outlying."""

QUARTERS = ("lowest quarter", "second quarter", "third quarter", "highest quarter")


@dataclass(frozen=True, eq=False)
class Part:
    """Some of the rows.

    Parameters
    ----------
    kind, feature, value
        As `Subgroup` has them.
    members, others
        Which rows of either kind.
    """

    kind: Literal["class", "feature", "outlyingness"]
    feature: str
    value: str
    members: Bool[Array, " m"]
    others: Bool[Array, " n"]


def parts_of(asked: Asked, names: Sequence[str] | None) -> list[Part]:
    """Return the parts that are looked at, each with at least 20 rows of either kind.

    Parameters
    ----------
    asked
        Rows of both kinds.
    names
        Features that divide the rows; by default those of at most ten values. A number of more values divides them into
        quarters; so does a regressor's target.

    Raises
    ------
    RequestError
        If a name is no feature.
    """
    layout = asked.inputs.layout
    check_names(layout.names[:-1], names)
    rows = np.concatenate([np.column_stack([side.X, side.y]) for side in (asked.members.rows, asked.others.rows)])
    found = list(_divided("class" if asked.labels else "feature", layout.columns[-1], rows[:, -1], QUARTERS))
    for j, feature in enumerate(layout.columns[:-1]):
        wanted = names is not None and feature.name in names
        if wanted or (names is None and len(_values(rows[:, j])) <= FEW_VALUES):
            found += _divided("feature", feature, rows[:, j], QUARTERS)
    far = outlyingness(rows[:, :-1], layout.listed[:-1])
    outlying = far >= np.quantile(far, 1.0 - OUTLYING)
    found += [
        ("outlyingness", "", "the most outlying tenth", outlying),
        ("outlyingness", "", "the other nine tenths", ~outlying),
    ]
    m = len(asked.members)
    parts = [Part(kind, name, value, mask[:m], mask[m:]) for kind, name, value, mask in found]
    return [one for one in parts if min(one.members.sum(), one.others.sum()) >= FEWEST and not _whole(one)]


def check_names(features: Sequence[str], names: Sequence[str] | None) -> None:
    """Refuse names that are no features.

    Raises
    ------
    RequestError
        If one is none.
    """
    odd = [name for name in names or () if name not in features]
    if odd:
        raise RequestError(
            f"no feature is called {listing(odd)}, by which rows were to be divided; the features are "
            f"{listing(list(features))}"
        )


def in_parts(scores: Sequence[Scores], parts: Sequence[Part]) -> Iterator[Subgroup]:
    """Yield, for each part and each way to attack, the attack that tells its rows apart best.

    Its interval allows for all that it was the largest of, or may be found the largest of: attacks of that way that
    order rows differently, times the parts (Bonferroni). It so holds for the worst attack on the worst part.

    Parameters
    ----------
    scores
        All attacks.
    parts
        From `parts_of`.
    """
    for way in dict.fromkeys(one.way for one in scores):
        own = [one for one in scores if one.way == way]
        sure = 1.0 - (1.0 - CONFIDENCE) / (distinct(own) * max(len(parts), 1))
        for part in parts:
            time_limit.check("all parts of the rows were judged")
            told = [
                (one, auc(one.members[part.members], one.others[part.others], confidence_of(one, sure))) for one in own
            ]
            one, area = max(told, key=lambda pair: pair[1].value)
            sizes = int(part.members.sum()), int(part.others.sum())
            where = (part.kind, part.feature, part.value)
            yield Subgroup(one.attack, *where, area.value, area.low, area.high, *sizes, way=way)


def outlyingness(X: Float[Array, "n d"], listed: Bool[Array, " d"]) -> Float[Array, " n"]:
    """Return how rare each row's values are, summed over its features: a number a row, larger for outlying ones.

    Of a number it is minus the logarithm of the share of rows that are at least as far out, on either side; of a listed
    or missing value minus that of the share of rows that have it. All rows are ranked together, so that it tells
    nothing of which are members.

    Parameters
    ----------
    X
        Codes of all rows.
    listed
        Which columns are codes of categories.
    """
    n, far = len(X), np.zeros(len(X))
    for column, plain in zip(X.T, ~listed, strict=True):
        _, place, count = np.unique(column, return_inverse=True, return_counts=True)
        share = count[place] / n
        if plain:
            low, high = rankdata(column, "max", nan_policy="omit") / n, rankdata(-column, "max", nan_policy="omit") / n
            share = np.where(np.isnan(column), share, np.minimum(2.0 * np.minimum(low, high), 1.0))
        far -= np.log(share)
    return far


def _divided(
    kind: Literal["class", "feature"], column: Feature, codes: Array, quarters: Sequence[str]
) -> Iterator[tuple[Literal["class", "feature", "outlyingness"], str, str, Array]]:
    values = _values(codes)
    if column.listed or len(values) <= FEW_VALUES:
        for value in values:
            called = column.categories[int(value)] if column.listed else f"{value:g}"
            yield kind, column.name, shown(str(called)), codes == value
        if np.isnan(codes).any():
            yield kind, column.name, "missing", np.isnan(codes)
        return
    cuts = np.searchsorted(np.nanquantile(codes, [0.25, 0.5, 0.75]), codes, side="left")
    for i, name in enumerate(quarters):
        yield kind, column.name, name, (cuts == i) & ~np.isnan(codes)


def _values(codes: Array) -> Array:
    return np.unique(codes[~np.isnan(codes)])


def _whole(part: Part) -> bool:
    return bool(part.members.all() and part.others.all())
