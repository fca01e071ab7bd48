"""Ranges and categories of columns, split points, gaps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from retrodict.disclosures.kinds import Categories, Disclosure, Gaps, Grid, Range, Thresholds, Values
from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.grids import distinct, grid_step
from retrodict.disclosures.trees.neighbours import neighbour_values
from retrodict.disclosures.trees.tree import Tree
from retrodict.families.lightgbm.columns import Columns
from retrodict.families.lightgbm.grown import NEAR_ZERO, met_gaps
from retrodict.families.lightgbm.stated.drawn import drawn_of, rows_drawn
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.families.lightgbm.text.tree_text import NO_MISSING

Array = np.ndarray

_DECLARED = "as the column was declared: its rows need not take each"
_FREQUENT = "those frequent enough for a bin, the most frequent first; rarer ones are left out"
_SHOWN = "as far as the split points show"


def of_columns(text: ModelText, place: Place, kinds: Columns, trees: list[Tree]) -> Iterator[Disclosure]:
    """Yield what is stated of single columns."""
    whole = _whole_table(text, place)
    ranges = list(_ranges(text, place, kinds, whole))
    yield from ranges
    yield from _categories(text, place, kinds, whole)
    gaps = tuple(place.columns[i].name for i in met_gaps(text) if place.columns[i].raw)
    if gaps:
        source = place.at("trees[*].decision_type")
        yield Gaps(features=tuple(dict.fromkeys(gaps)), source=source, exact=place.exact)
    yield from _split_points(text, place, kinds, trees, {fact.features[0]: fact for fact in ranges})


def _whole_table(text: ModelText, place: Place) -> bool | str:
    """Return how exact a statistic of the rows is that bins were made of: all, up to a number of them."""
    most, drawn, n = text.number("bin_construct_sample_cnt", 200_000), drawn_of(text), rows_drawn(text)
    if n is not None and drawn.first:
        n = int(n / drawn.share * 1.1) + 1_000 if drawn.share else None
    if n is None or n > most:
        return place.sample or f"of the rows that bins were made of, {most:,.0f} at most"
    return place.exact


def _ranges(text: ModelText, place: Place, kinds: Columns, exact: bool | str) -> Iterator[Range]:
    ends = [(np.nan, np.nan)] * len(text.infos)
    for i, info in enumerate(text.infos):
        if info.startswith("[") and i not in kinds.lists:
            ends[i] = _ends(info)
    lows, highs = zip(*ends, strict=True)
    yield from place.ranges("feature_infos", lows, highs, exact)


def _ends(info: str) -> tuple[float, float]:
    try:
        low, high = (float(end) for end in info.strip("[]").split(":"))
    except ValueError:
        return np.nan, np.nan
    return low, high


def _categories(text: ModelText, place: Place, kinds: Columns, exact: bool | str) -> Iterator[Categories]:
    for i, values in kinds.lists.items():
        source = place.at("pandas_categorical")
        yield Categories(values, features=(place.columns[i].name,), source=source, exact=place.sample or _DECLARED)
    for values in kinds.loose:
        yield Categories(values, features=(), source=place.at("pandas_categorical"), exact=place.sample or _DECLARED)
    whole = _all_binned(text)
    for i, info in enumerate(text.infos):
        if info == "none" or info.startswith("["):
            continue
        codes = [int(code) for code in info.split(":") if code.isdecimal()]
        known = kinds.lists[i] if i in kinds.lists else place.columns[i].categories
        places = codes if i in kinds.lists else np.rint(place.columns[i].back(codes)).astype(np.int64).tolist()
        took = tuple(known[at] if known is not None else at for at in places if known is None or 0 <= at < len(known))
        told = exact if i in whole else place.sample or _FREQUENT
        name = place.columns[i].name
        yield Categories(took, features=(name,), source=place.at("feature_infos"), exact=told)


def _all_binned(text: ModelText) -> set[int]:
    """Return the columns whose list of codes has all that its rows took: splits of these have nothing missing."""
    return {
        int(i) for tree in text.trees for i in np.unique(tree.feature[tree.categorical & (tree.missing == NO_MISSING)])
    }


def _split_points(
    text: ModelText, place: Place, kinds: Columns, trees: list[Tree], ranges: dict[str, Range]
) -> Iterator[Disclosure]:
    """Yield each number's split points: midway between two neighbours of the column, but for those at zero."""
    found: dict[int, list[Array]] = {}
    for tree in trees:
        for i in tree.used:
            found.setdefault(int(i), []).append(tree.threshold[(tree.feature == i) & np.isfinite(tree.threshold)])
    free = not text.parameters.get("forcedbins_filename")
    for i, parts in sorted(found.items()):
        column, points = place.columns[i], np.unique(np.concatenate(parts))
        if i in kinds.lists or not len(points):
            continue
        at_zero = np.abs(points) < NEAR_ZERO
        shared: dict[str, Any] = {"features": (column.name,), "source": place.at("trees[*].threshold")}
        for own, midway in ((points[~at_zero], free and column.number), (points[at_zero], False)):
            values = column.raw_numbers(own)
            if values is None or not len(values):
                continue
            yield Thresholds(np.sort(values), midway, **shared, exact=place.exact)
            if not midway:
                continue
            middle = np.sort(column.back(np.nextafter(own, -np.inf)))  # a threshold is the next number above
            step = grid_step(middle, column.scale, double=True)
            if step is None:
                continue
            yield Grid(step, 0.0, len(middle), **shared, exact=_SHOWN)
            range_ = ranges.get(column.name)
            ends = (-np.inf, np.inf) if range_ is None else (range_.low, range_.high)
            taken = neighbour_values(distinct(middle, column.scale, double=True), step, *ends)
            if len(taken):
                yield Values(taken, **shared, exact=_SHOWN, personal=None)
