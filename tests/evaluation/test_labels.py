"""Labels are compared by one rule, whichever table is the real one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import retrodict as rd
from retrodict.errors import SchemaError
from retrodict.schema import class_of, label_text

N = 40
FIRST = np.arange(N) % 2 == 0
X = pd.DataFrame({"a": np.arange(N) * 0.75, "b": np.sin(np.arange(N)) * 3})

ALIKE: list[tuple[list[Any], list[Any]]] = [
    ([1, 0], ["1", "0"]),
    ([1.0, 0.0], ["1", "0"]),
    ([1.0, 0.0], [1, 0]),
    ([1.0, 0.0], ["1.0", "0.0"]),
    ([1, 0], ["1.0", "0.0"]),
    ([True, False], ["True", "False"]),
    ([True, False], [1, 0]),
    ([1.5, 2.5], ["1.5", "2.5"]),
    (["yes", "no"], ["yes", "no"]),
]
APART: list[tuple[list[Any], list[Any]]] = [
    ([1, 0], ["01", "00"]),
    (["1", "0"], ["1.0", "0.0"]),
    (["yes", "no"], ["Yes", "No"]),
    ([1, 0], ["yes", "no"]),
]


def labelled(values: list[Any], dtype: Any = None) -> pd.DataFrame:
    return X.assign(y=pd.Series([values[0] if first else values[1] for first in FIRST], dtype=dtype))


@pytest.mark.parametrize("dtype", [None, object, "category"])
@pytest.mark.parametrize(("pair", "share"), [*((pair, 1.0) for pair in ALIKE), *((pair, 0.0) for pair in APART)])
def test_both_ways_round(pair: tuple[list[Any], list[Any]], share: float, dtype: Any) -> None:
    one, other = labelled(pair[0], dtype), labelled(pair[1])
    for compare in (rd.evaluation.matched_error, rd.evaluation.aligned_error):
        for rebuilt, real in ((one, other), (other, one)):
            found = compare(rebuilt, real, target="y")
            assert found.label_agreement == share
            assert found.error == 0.0
    for rebuilt, real in ((one, other), (other, one)):
        found = rd.evaluation.controls(real, real, rebuilt, target="y")["rebuilt to held out"]
        assert found.label_agreement == share
        bins = rd.evaluation.calibration(rebuilt, real, target="y", confidence=np.ones(N))
        assert bins.actual.tolist() == [1.0]


@pytest.mark.parametrize("pair", [([1, 0], ["1", "0"]), ([True, False], ["True", "False"])])
def test_tables_that_write_their_classes_otherwise_are_still_compared(pair: tuple[list[Any], list[Any]]) -> None:
    for rebuilt, real in (pair, pair[::-1]):
        risk = rd.record_risk(
            labelled(rebuilt), labelled(real), target="y", holdout=labelled(real).sample(frac=1.0, random_state=0)
        )
        assert risk.matched.label_agreement == 1.0


def test_numbers_written_as_text_are_numbers_and_words_are_refused_both_ways() -> None:
    text = X.assign(a=X.a.astype(str))
    words = X.assign(a=[f"w{i}" for i in range(N)])
    for rebuilt, real in ((X, text), (text, X)):
        assert rd.evaluation.matched_error(rebuilt, real).error == 0.0
    for rebuilt, real in ((X, words), (words, X)):
        with pytest.raises(SchemaError, match=r"column 'a' holds .* write them alike"):
            rd.evaluation.matched_error(rebuilt, real)


def test_the_rule() -> None:
    assert [label_text(v) for v in (1, 1.0, np.int64(1), np.float32(1), True, np.bool_(True), "1.0", None, np.nan)] == [
        *["1"] * 4,
        *["True"] * 2,
        "1.0",
        None,
        None,
    ]
    assert class_of("1", (0, 1)) == 1
    assert class_of(1.0, ("0", "1")) == 1
    assert class_of("1.0", (0.0, 1.0)) == 1
    assert class_of(1, ("0.0", "1.0")) == 1
    assert class_of("1.0", ("0", "1")) is None
    assert class_of(True, (0, 1)) == 1
    assert class_of("True", (0, 1)) is None
    assert class_of("01", (1, "01")) == 1
    assert class_of(1, ("1", 1)) == 1  # the very label comes first
    assert class_of(np.nan, ("nan",)) is None
