"""Equations of boosters hold for the tables that they were trained on, to the rounding of 32 bits, not for others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

xgboost = pytest.importorskip("xgboost")

import retrodict as rd  # noqa: E402
from retrodict.disclosures import inspect_model  # noqa: E402
from retrodict.errors import ModelError  # noqa: E402
from retrodict.matching.linear.routing import leaves_of  # noqa: E402
from retrodict.matching.linear.slack import energy_of  # noqa: E402
from retrodict.matching.linear.solve import solve  # noqa: E402
from retrodict.matching.linear_reading import LinearReading  # noqa: E402

pytestmark = pytest.mark.slow

Array = np.ndarray
N = 120
_RNG = np.random.default_rng(5)
BITS = pd.DataFrame(_RNG.integers(0, 2, (N, 8)), columns=list("abcdefgh"))
NUMBERS = pd.DataFrame({"x": _RNG.normal(size=N).round(2), "y": _RNG.integers(0, 30, N), "z": _RNG.exponential(size=N)})
GAPS = NUMBERS.astype(float).mask(_RNG.random(NUMBERS.shape) < 0.15).assign(z=NUMBERS.z)
KINDS = NUMBERS.assign(
    k=pd.Categorical(_RNG.choice(list("pqrstuvw"), N)), two=pd.Categorical(_RNG.choice(["no", "yes"], N))
)
SCORE = (BITS.to_numpy() * _RNG.normal(size=8)).sum(axis=1) + _RNG.normal(size=N)
LABEL = (np.median(SCORE) < SCORE).astype(int)
THREE = np.digitize(SCORE, np.quantile(SCORE, [0.3, 0.6]))
COUNTS = _RNG.poisson(np.exp(SCORE / 3.0))
SIZES = (np.exp(SCORE / 2.0)).round(3)

OPTIONS: dict[str, tuple[dict[str, Any], Array]] = {
    "defaults": ({}, LABEL),
    "rate and penalty": ({"learning_rate": 0.0731, "reg_lambda": 2.5}, LABEL),
    "L1": ({"reg_alpha": 0.3}, LABEL),
    "cap": ({"max_delta_step": 0.9}, LABEL),
    "weight of a class": ({"scale_pos_weight": 3.3}, LABEL),
    "start": ({"base_score": 0.2}, LABEL),
    "monotone": ({"monotone_constraints": (1, -1, 1, 0, 0, 0, 0, 0)}, LABEL),
    "raw scores": ({"objective": "binary:logitraw"}, LABEL),
    "exact": ({"tree_method": "exact"}, LABEL),
    "pruned": ({"tree_method": "exact", "gamma": 0.4}, LABEL),
    "approx": ({"tree_method": "approx"}, LABEL),
    "by loss": ({"grow_policy": "lossguide", "max_leaves": 6, "colsample_bylevel": 0.5}, LABEL),
    "side by side": ({"num_parallel_tree": 3, "colsample_bynode": 0.5}, LABEL),
    "dart": ({"booster": "dart"}, LABEL),
    "three classes": ({}, THREE),
}
REGRESSIONS: dict[str, tuple[dict[str, Any], Array]] = {
    "squares": ({}, SCORE.round(2)),
    "counts": ({"objective": "count:poisson"}, COUNTS),
    "sizes": ({"objective": "reg:gamma"}, SIZES),
    "Tweedie": ({"objective": "reg:tweedie", "tweedie_variance_power": 1.3}, COUNTS),
}
DRAWS: dict[str, dict[str, Any]] = {
    "hist": {},
    "columns as well": {"colsample_bytree": 0.5},
    "exact": {"tree_method": "exact"},
    "seed": {"random_state": 42},
    "approx, side by side": {"tree_method": "approx", "num_parallel_tree": 2},
    "hist, side by side": {"num_parallel_tree": 2},
}


def _fitted(options: dict[str, Any], target: Array, X: pd.DataFrame = BITS, regressor: bool = False) -> Any:
    kind = xgboost.XGBRegressor if regressor else xgboost.XGBClassifier
    return kind(**{"n_jobs": 1, "n_estimators": 20, **options}).fit(X, target)


def _reading(made: Any, source: Any = "file", rows: int | None = None) -> LinearReading:
    model: Any = rd.load_model(made)
    found: LinearReading = model.table_equations(inspect_model(model), source, rows)
    return found


def _energies(reading: LinearReading, X: pd.DataFrame, target: Array) -> tuple[float, float]:
    """Return how far the table is from the equations, and how far it is with its targets moved on by one row."""
    codes, labels = reading.codebook.encode(reading.schema.encode(X)), np.asarray(target, np.float64)
    return energy_of(reading.equations, codes, labels), energy_of(reading.equations, codes, np.roll(labels, 1))


def _check(reading: LinearReading, X: pd.DataFrame, target: Array) -> None:
    right, wrong = _energies(reading, X, target)
    assert right < 1e-20
    assert wrong > 1e-4


@pytest.mark.parametrize("option", OPTIONS)
def test_the_table_fulfils_what_the_file_states(option: str) -> None:
    options, target = OPTIONS[option]
    reading = _reading(_fitted(options, target))
    assert reading.boosting.rows == N
    _check(reading, BITS, target)


@pytest.mark.parametrize("option", REGRESSIONS)
def test_the_table_fulfils_what_a_regressor_states(option: str) -> None:
    options, target = REGRESSIONS[option]
    reading = _reading(_fitted(options, target, regressor=True))
    assert reading.boosting.rows == N
    assert reading.boosting.levels[0] <= target.min()
    assert reading.boosting.levels[1] >= target.max()
    _check(reading, BITS, target)


@pytest.mark.parametrize(
    ("X", "options"),
    [(NUMBERS, {}), (GAPS, {}), (GAPS, {"tree_method": "exact"}), (KINDS, {"enable_categorical": True})],
)
def test_the_table_fulfils_equations_of_other_columns(X: pd.DataFrame, options: dict[str, Any]) -> None:
    made = _fitted({"max_cat_to_onehot": 3, **options}, LABEL, X)
    _check(_reading(made), X, LABEL)


@pytest.mark.parametrize("file", ["", "json", "ubj"])
@pytest.mark.parametrize("option", DRAWS)
def test_draws_of_rows_are_replayed(option: str, file: str, tmp_path: Path) -> None:
    made = _fitted({"subsample": 0.7, **DRAWS[option]}, SCORE.round(2), regressor=True)
    if file:
        made.save_model(tmp_path / f"model.{file}")
    reading = _reading(str(tmp_path / f"model.{file}") if file else made)
    assert reading.boosting.rows == N
    _check(reading, BITS, SCORE.round(2))


def test_draws_that_are_not_those_do_not_fit() -> None:
    made = _fitted({"subsample": 0.7}, LABEL)
    right = _reading(made, rows=N)
    assert _energies(right, BITS, LABEL)[0] < 1e-20
    made.get_booster().set_param({"seed": 3})  # the seed that the configuration says
    wrong = _reading(made, rows=N)
    assert wrong.notes[0].code == "draws_unknown" or _energies(wrong, BITS, LABEL)[0] > 1e-4


def test_draws_by_an_unknown_seed_leave_rough_sums(tmp_path: Path) -> None:
    made = _fitted({"subsample": 0.7, "random_state": 987_654}, SCORE.round(2), regressor=True)
    made.save_model(tmp_path / "model.json")
    with pytest.raises(ModelError, match="give the number of rows"):
        _reading(str(tmp_path / "model.json"))
    reading = _reading(str(tmp_path / "model.json"), rows=N)
    assert "draws_unknown" in [note.code for note in reading.notes]
    first = reading.boosting.trees[0].statements[0]
    assert np.nansum(first.totals) == pytest.approx(N, rel=0.02)
    assert np.nanmin(np.asarray(first.rounding)) > 0.5


@pytest.mark.parametrize("option", ["defaults", "usual rate and penalty", "weight of a class", "three classes"])
def test_the_table_fulfils_leaf_values_alone(option: str) -> None:
    options, target = {**OPTIONS, "usual rate and penalty": (_USUAL, LABEL)}[option]
    reading = _reading(_fitted({"n_estimators": 60, **options}, target), "values", N)
    note = next(note for note in reading.notes if note.code == "inferred_settings")
    assert note.values["rate"] == pytest.approx(options.get("learning_rate", 0.3), rel=1e-4)
    assert note.values["penalty"] == pytest.approx(options.get("reg_lambda", 1.0), rel=1e-3)
    _check(reading, BITS, target)


_USUAL = {"learning_rate": 0.05, "reg_lambda": 3.0}


@pytest.mark.parametrize("option", ["defaults", "L1", "cap", "three classes", "side by side", "exact"])
def test_the_table_comes_back(option: str) -> None:
    options, target = OPTIONS[option]
    reading = _reading(_fitted({"n_estimators": 60, **options}, target))
    found = solve(reading.equations, np.random.SeedSequence(0))
    codes = reading.codebook.encode(reading.schema.encode(BITS))
    told = []
    for rows, labels in ((codes, np.asarray(target, np.float64)), (found.codes, found.labels)):
        leaves = leaves_of(reading.equations.routes, rows).T
        told.append(sorted((row.tobytes(), float(label)) for row, label in zip(leaves, labels, strict=True)))
    assert told[0] == told[1]
    assert found.energy < 1e-12


def test_the_start_of_several_scores_is_that_of_the_table() -> None:
    reading = _reading(_fitted({}, THREE))
    assert reading.classes == (0, 1, 2)
    assert reading.boosting.start.shape == (3,)


def test_split_points_are_values_as_they_were_written() -> None:
    known = _reading(_fitted({}, LABEL, NUMBERS)).boosting.known
    assert set(known["x"]) <= set(NUMBERS.x)
    assert set(known["y"]) <= set(NUMBERS.y)
    assert not _reading(_fitted({"tree_method": "exact"}, LABEL, NUMBERS)).boosting.known


DROPS: dict[str, dict[str, Any]] = {
    "uniform": {"rate_drop": 0.2},
    "skipped, by forests": {"rate_drop": 0.3, "skip_drop": 0.5, "normalize_type": "forest"},
    "exact": {"rate_drop": 0.1, "tree_method": "exact"},
    "side by side": {"rate_drop": 0.1, "num_parallel_tree": 2},
}


@pytest.mark.parametrize("option", DROPS)
def test_trees_that_were_left_out_are_replayed(option: str, tmp_path: Path) -> None:
    made = _fitted({"booster": "dart", **DROPS[option]}, LABEL)
    made.save_model(tmp_path / "model.json")
    reading = _reading(str(tmp_path / "model.json"))
    assert reading.boosting.shares is not None
    _check(reading, BITS, LABEL)


def test_trees_that_were_left_out_by_an_unknown_seed_leave_the_first_round(tmp_path: Path) -> None:
    made = _fitted({"booster": "dart", "rate_drop": 0.5, "random_state": 987}, LABEL)
    made.save_model(tmp_path / "model.json")
    reading = _reading(str(tmp_path / "model.json"))
    assert "dropped_trees" in [note.code for note in reading.notes]
    assert len(reading.boosting.trees) == 1
    assert _energies(reading, BITS, LABEL)[0] < 1e-20


def test_quantiles_leave_counts_alone() -> None:
    reading = _reading(_fitted({"objective": "reg:absoluteerror"}, SCORE, regressor=True))
    assert "counts_alone" in [note.code for note in reading.notes]
    codes = reading.codebook.encode(reading.schema.encode(BITS))
    assert energy_of(reading.equations, codes, np.zeros(N)) == 0.0
    assert energy_of(reading.equations, codes[np.zeros(N, dtype=int)], np.zeros(N)) > 1.0


def test_rows_with_weights_are_said_to_be_uneven() -> None:
    made = xgboost.XGBClassifier(n_jobs=1, n_estimators=5).fit(BITS, LABEL, sample_weight=_RNG.random(N) + 0.5)
    assert "uneven_rows" in [note.code for note in _reading(made).notes]


@pytest.mark.parametrize(
    ("options", "source", "rows", "words"),
    [
        ({"booster": "gblinear"}, "file", None, "no trees"),
        ({}, "file", N + 1, "121 were given"),
    ],
)
def test_what_has_no_equations_is_refused(options: dict[str, Any], source: Any, rows: int | None, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        _reading(_fitted(options, LABEL), source, rows)


def test_forests_state_no_draws_by_leaf_values() -> None:
    made = xgboost.XGBRFClassifier(n_jobs=1, n_estimators=4).fit(BITS, LABEL)
    _check(_reading(made), BITS, LABEL)
    with pytest.raises(ModelError, match="draws"):
        _reading(made, "values", N)
