"""Settings that a stripped file does not state are those under which its leaf values have a common table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import retrodict as rd
from retrodict.errors import ModelError
from retrodict.matching.inferring.consistency import INFERRED
from tests.matching.planted_equations import found, in_codes, misfit, read

pytestmark = pytest.mark.slow

lightgbm = pytest.importorskip("lightgbm")

N = 150
_RNG = np.random.default_rng(3)
TABLE = pd.DataFrame(_RNG.integers(0, 2, (N, 6)), columns=list("abcdef")).astype(float)
_SCORE = (TABLE.to_numpy() * [1.5, -1.0, 0.8, -0.6, 0.5, 0.4]).sum(axis=1) + _RNG.normal(0.0, 0.7, N)
LABEL = (np.median(_SCORE) < _SCORE).astype(int)


def stripped(**settings: Any) -> Any:
    model = lightgbm.LGBMClassifier(n_estimators=60, verbose=-1, n_jobs=1, min_child_samples=5, **settings)
    return rd.sanitize(model.fit(TABLE, LABEL)).model


def rounded(booster: Any, digits: int) -> Any:
    lines = booster.model_to_string().split("\n")
    for i, line in enumerate(lines):
        if line.startswith("leaf_value="):
            values = line.removeprefix("leaf_value=").split()
            lines[i] = "leaf_value=" + " ".join(repr(float(f"{float(value):.{digits}g}")) for value in values)
    return lightgbm.Booster(model_str="\n".join(line for line in lines if not line.startswith("tree_sizes")))


@pytest.mark.parametrize("rows", [N, None])
@pytest.mark.parametrize(("rate", "penalty"), [(0.1, 0.0), (0.05, 1.0)])
def test_usual_settings_and_rows_are_inferred(rate: float, penalty: float, rows: int | None) -> None:
    reading = read(stripped(learning_rate=rate, reg_lambda=penalty), "values", rows)
    facts = next(note.values for note in reading.notes if note.code == INFERRED)
    assert (facts["rate"], facts["penalty"], facts["rows"]) == (rate, penalty, N)
    assert misfit(reading, *in_codes(reading, TABLE, LABEL)) < 1e-10
    assert found(reading, TABLE, LABEL) == 1.0


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "penalty"), [(0.07, 0.0), (0.083, 0.35)])
def test_settings_between_the_usual_are_found(rate: float, penalty: float) -> None:
    reading = read(stripped(learning_rate=rate, reg_lambda=penalty), "values", N)
    facts = next(note.values for note in reading.notes if note.code == INFERRED)
    assert (facts["rate"], facts["penalty"]) == (rate, penalty)
    assert found(reading, TABLE, LABEL) == 1.0


@pytest.mark.parametrize("digits", [6, 4, 3])
def test_rounded_values_give_the_table_too(digits: int) -> None:
    model = lightgbm.LGBMClassifier(n_estimators=60, verbose=-1, n_jobs=1, min_child_samples=5).fit(TABLE, LABEL)
    reading = read(rounded(model.booster_, digits), "values", N)
    assert misfit(reading, *in_codes(reading, TABLE, LABEL)) <= 0.05
    assert found(reading, TABLE, LABEL) == 1.0


@pytest.mark.slow
def test_leaves_that_were_set_anew_fit_no_table() -> None:
    model = lightgbm.LGBMClassifier(n_estimators=60, verbose=-1, n_jobs=1, min_child_samples=5).fit(TABLE, LABEL)
    other = np.random.default_rng(4).permutation(LABEL)
    refitted = model.booster_.refit(TABLE, other, decay_rate=0.5)
    with pytest.raises(ModelError, match="fit no common table"):
        read(rd.sanitize(refitted).model, "values", N)
