"""Guesses of categories, checked against the hashes of categories that a model states: whoever guesses one knows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice, product
from typing import Any

import numpy as np

from retrodict.disclosures.kinds import Categories, CategoryCounts, CategoryHashes, Disclosure
from retrodict.errors import RequestError
from retrodict.plain_text import listing, shown

BY_HASH = "as far as their hashes tell"
"""How exact a guess that hits is: one of four thousand million others would hit as well."""
MOST = 1_000_000
"""Guesses for one fact, at most: of several columns together all combinations are tried."""

Candidates = Mapping[str, Iterable[Any]]
"""Guesses of categories by the feature's name."""


def checked(facts: Iterable[Disclosure], candidates: Candidates, names: tuple[str, ...]) -> Iterator[Disclosure]:
    """Yield facts, those of hashes with how many guesses were checked, and beside them the categories that hit.

    Parameters
    ----------
    facts
        All facts of a model.
    candidates
        Guesses of categories: texts, or what is hashed as its text.
    names
        The model's features.

    Raises
    ------
    RequestError
        If a feature is none of the model's, or no hash of its categories is stated.
    """
    facts, guesses = list(facts), {name: _guesses(name, values) for name, values in candidates.items()}
    hashed = {one.features[0] for one in facts if isinstance(one, CategoryHashes) and len(one.features) == 1}
    hashed |= {name for one in facts if isinstance(one, CategoryHashes) for name in one.features}
    for name in guesses:
        if name not in names:
            raise RequestError(
                f"candidates are given for '{shown(name)}', which is no feature; they are {listing(names)}"
            )
        if name not in hashed:
            told = f"the hashed ones are {listing(sorted(hashed))}" if hashed else "no feature has any"
            raise RequestError(f"candidates are given for '{shown(name)}', whose categories are not hashed; {told}")
    for fact in facts:
        known = isinstance(fact, CategoryHashes) and fact.hash_of is not None and {*fact.features} <= guesses.keys()
        yield from _hits(fact, guesses) if known else (fact,)  # type: ignore[arg-type]


def _guesses(name: str, values: Iterable[Any]) -> list[Any]:
    told = f"the candidates for '{shown(name)}' must be a list of texts or whole numbers"
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise RequestError(f"{told}, got {shown(repr(values), 60)}")
    try:
        return list(dict.fromkeys(values))
    except TypeError as error:
        raise RequestError(f"{told}, got a list among them") from error


def _hits(fact: CategoryHashes, guesses: dict[str, list[Any]]) -> Iterator[Disclosure]:
    assert fact.hash_of is not None
    alone = len(fact.features) == 1
    tried: Iterable[Any] = guesses[fact.features[0]] if alone else product(*(guesses[name] for name in fact.features))
    place = {hashed: i for i, hashed in enumerate(fact.hashes)}
    found: dict[Any, int] = {}
    n = 0
    for guess in islice(tried, MOST):
        n += 1
        at = place.get(fact.hash_of(guess))
        if at is not None:
            found[guess] = at
    yield replace(fact, checked=n)
    if not found:
        return
    shared: dict[str, Any] = {"features": fact.features, "source": fact.source, "exact": _exact(fact)}
    categories, rows = tuple(found), list(found.values())
    if fact.counts is None:
        yield Categories(categories, **shared, personal=None)
        return
    counts = np.asarray(fact.counts)[rows]
    totals = counts if counts.ndim == 1 else counts.sum(axis=1)
    alone_in_it = bool((totals == 1).any())
    yield Categories(categories, **shared, personal=alone_in_it)
    yield CategoryCounts(categories, tuple(totals.tolist()), **shared, personal=alone_in_it)
    for k, label in enumerate(fact.classes if counts.ndim == 2 else ()):
        one = bool((counts[:, k] == 1).any())
        yield CategoryCounts(categories, tuple(counts[:, k].tolist()), **shared, personal=one, within=label)


def _exact(fact: CategoryHashes) -> bool | str:
    return f"{fact.exact}, {BY_HASH}" if isinstance(fact.exact, str) else BY_HASH if fact.exact else False
