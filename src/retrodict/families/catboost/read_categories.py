"""What CatBoost's statistics of categories state: their hashes, with the counts of rows of each class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from retrodict.disclosures.kinds import Categories, CategoryHashes, ClassShares, Disclosure, SampleSize
from retrodict.disclosures.place import Place
from retrodict.families.catboost.category_hash import combined, hash_of
from retrodict.families.catboost.class_labels import trained_classes
from retrodict.families.catboost.content import FREQUENCIES, MEANS, Combination, Content, CtrTable
from retrodict.families.catboost.settings import all_categories, params_of, told_of, under

Array = np.ndarray


def facts(made: Any, content: Content, place: Place) -> Iterator[Disclosure]:
    """Yield what is stated of columns of categories."""
    flat = {one.index: one.flat for one in content.categories}
    for one in content.one_hots:
        shared: dict[str, Any] = {"features": (place.columns[flat[one.category]].name,), "exact": place.exact}
        source = place.at("one_hot_features[*]")
        hashes = tuple(int(value) & 0xFFFFFFFF for value in one.values)
        yield CategoryHashes(hashes, hash_of=hash_of, **shared, source=f"{source}.values", personal=None)
        if one.texts:
            yield Categories(one.texts, **shared, source=f"{source}.string_values", personal=None)
    told: set[tuple[Any, ...]] = set()
    for table in content.ctr_tables or ():
        if len(table.held[0]) and (table.base.of, table.base.kind) not in told:
            told.add((table.base.of, table.base.kind))
            yield _table(made, content, table, flat, place)
    yield from _classes(made, content, place)


def _table(made: Any, content: Content, table: CtrTable, flat: dict[int, int], place: Place) -> CategoryHashes:
    of, kind = table.base.of, table.base.kind
    alone = table.category_hashes()
    hashes: Sequence[int] = alone if alone is not None else [int(one) for one in table.held[0]]
    counts: Array = table.counts[table.held[1]].astype(np.int64)
    classes: tuple[Any, ...] = ()
    if kind in MEANS:
        counts = counts[:, 1]
    elif kind in FREQUENCIES:
        counts = counts[:, 0]
    else:
        classes = _class_names(made, content, counts.shape[1])
    per_row = counts if counts.ndim == 1 else counts.sum(axis=1)
    names = [place.columns[flat[one]].name for one in of.categories]
    numbers = {one.index: one.flat for one in content.numbers}
    names += [place.columns[numbers[one]].name for one, _ in of.number_splits]
    names += [place.columns[flat[one]].name for one, _ in of.category_splits]
    return CategoryHashes(
        tuple(hashes),
        counts,
        classes,
        hash_of if alone is not None else partial(_hash_together, of) if _plain(of) else None,
        features=tuple(dict.fromkeys(names)),
        source=place.at("ctr_data"),
        exact=_counted(content, kind, place),
        personal=bool((per_row == 1).any()),
    )


def _plain(of: Combination) -> bool:
    return not of.number_splits and not of.category_splits


def _hash_together(of: Combination, values: Sequence[Any]) -> int:
    """Return the hash of several categories together, in the order of the combination."""
    hashed = 0
    for value in values[: len(of.categories)]:
        hashed = combined(hashed, hash_of(value))
    return hashed


def _counted(content: Content, kind: str, place: Place) -> bool | str:
    """Say of which rows counts are: all, unless categories were left out or rows of other tables counted in."""
    if not all_categories(content):
        return "of the most frequent categories"
    method = under(params_of(content), "cat_feature_params", "counter_calc_method")
    if kind in FREQUENCIES and method == "Full":
        return "of training and evaluation rows together"
    return place.exact


def _class_names(made: Any, content: Content, k: int) -> tuple[Any, ...]:
    """Return what counts are of: the classes, or stretches of a target that is a number."""
    classes = trained_classes(content, tuple(made.classes_.tolist()))
    return classes if len(classes) == k else tuple(f"stretch {i + 1} of {k} of the target" for i in range(k))


def _classes(made: Any, content: Content, place: Place) -> Iterator[Disclosure]:
    """Yield how many rows there were, and of each class, as counts over all categories of a column tell."""
    classes = trained_classes(content, tuple(made.classes_.tolist()))
    for table in content.ctr_tables or ():
        exact = _counted(content, table.base.kind, place)
        if table.base.kind not in ("Borders", "Buckets") or isinstance(exact, str) or not len(table.counts):
            continue
        totals = table.counts.sum(axis=0, dtype=np.int64)
        shared: dict[str, Any] = {"features": (), "source": place.at("ctr_data"), "exact": exact}
        yield SampleSize(int(totals.sum()), **shared)
        if len(classes) == len(totals) and told_of(content).loss != "CrossEntropy" and totals.sum():
            yield ClassShares(classes, tuple((totals / totals.sum()).tolist()), **shared)
        return
