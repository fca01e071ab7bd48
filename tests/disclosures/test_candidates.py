"""Guesses of categories against stated hashes, with a family that is known and without any library."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from retrodict.disclosures import CategoryHashes, Disclosure, SampleSize
from retrodict.disclosures.candidates import BY_HASH, checked
from retrodict.errors import RequestError

NAMES = ("site", "sex", "age")
HASHES = {"north": 11, "south": 22, "west": 33, "5": 44}


def _hash(value: Any) -> int:
    return HASHES.get(str(value), 0)


def _pair(values: Any) -> int:
    return 1000 * _hash(values[0]) + len(values[1])


COUNTED = CategoryHashes(
    (22, 11, 44), np.array([[1, 0], [3, 5], [2, 2]]), ("no", "yes"), _hash, features=("site",), source="table"
)
TOGETHER = CategoryHashes((11001, 22001), np.array([4, 9]), (), _pair, features=("site", "sex"), source="pairs")
SIZE = SampleSize(13, features=(), source="n")


def of(facts: list[Disclosure], kind: str, within: Any = None) -> Any:
    (found,) = [one for one in facts if one.kind == kind and one.within == within]
    return found


def test_guesses_that_hit_are_stated_in_clear() -> None:
    found = list(checked([COUNTED, SIZE], {"site": ["north", "east", "south", 5, "north"]}, NAMES))
    assert of(found, "CategoryHashes").checked == 4  # each once
    assert of(found, "CategoryHashes").values()["checked"] == 4
    categories = of(found, "Categories")
    assert (categories.categories, categories.features) == (("north", "south", 5), ("site",))
    assert (categories.exact, categories.personal, categories.source) == (BY_HASH, True, "table")
    assert of(found, "CategoryCounts").counts == (8, 1, 4)
    assert of(found, "CategoryCounts", "yes").counts == (5, 0, 2)
    assert of(found, "CategoryCounts", "no").counts == (3, 1, 2)
    assert of(found, "SampleSize") is SIZE


def test_no_hit_states_nothing() -> None:
    (only,) = checked([COUNTED], {"site": ["east"]}, NAMES)
    assert (only.kind, only.checked) == ("CategoryHashes", 1)  # type: ignore[attr-defined]


def test_columns_together_are_tried_in_all_combinations() -> None:
    found = list(checked([TOGETHER], {"site": ["north", "west"], "sex": ["f", "m"]}, NAMES))
    assert of(found, "CategoryHashes").checked == 4
    assert of(found, "Categories").categories == (("north", "f"), ("north", "m"))
    assert list(checked([TOGETHER], {"site": ["north"]}, NAMES)) == [TOGETHER]


@pytest.mark.parametrize(
    ("candidates", "words"),
    [
        ({"town": ["x"]}, "no feature"),
        ({"age": ["x"]}, "not hashed; the hashed ones are sex, site"),
        ({"site": "north"}, "got 'north'"),
        ({"site": [["north"]]}, "got a list among them"),
    ],
)
def test_bad_candidates(candidates: Any, words: str) -> None:
    with pytest.raises(RequestError, match=words):
        list(checked([COUNTED, TOGETHER], candidates, NAMES))
