"""Implied priors of boosters' files: reconstruction needs no other, and no row leaves what the file states."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import retrodict as rd
from retrodict.disclosures import Disclosures, Gaps, Grid, Range, Values
from retrodict.priors.implied.build import MISSING
from retrodict.priors.implied.limits import grid_of_rows, shown_by_values
from retrodict.priors.mixture import MixturePrior
from retrodict.priors.raked import RakedPrior

N = 600
_RNG = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {
        "age": _RNG.integers(18, 90, N).astype(float),
        "dose": np.round(_RNG.gamma(2, 3, N) + 0.1, 1),
        "bmi": np.where(_RNG.random(N) < 0.15, np.nan, _RNG.normal(27, 4, N)),
        "site": pd.Categorical(_RNG.choice(["north", "south", "west"], N, p=[0.5, 0.3, 0.2])),
    }
)
SCORE = TABLE["age"] / 20 + TABLE["dose"] + 2.0 * (TABLE["site"] == "west") + _RNG.normal(size=N)
LABEL = (SCORE > 8).astype(int)


def lightgbm(folder: Path, labels: Any, regress: bool) -> Path:
    library = pytest.importorskip("lightgbm")
    kind = library.LGBMRegressor if regress else library.LGBMClassifier
    kind(n_estimators=25, verbose=-1, n_jobs=1).fit(TABLE, labels).booster_.save_model(folder / "model")
    return folder / "model"


def xgboost(folder: Path, labels: Any, regress: bool) -> Path:
    library = pytest.importorskip("xgboost")
    kind = library.XGBRegressor if regress else library.XGBClassifier
    kind(n_estimators=25, n_jobs=1, tree_method="hist", enable_categorical=True).fit(TABLE, labels).save_model(
        folder / "model.json"
    )
    return folder / "model.json"


def catboost(folder: Path, labels: Any, regress: bool) -> Path:
    library = pytest.importorskip("catboost")
    kind = library.CatBoostRegressor if regress else library.CatBoostClassifier
    made = kind(iterations=25, verbose=0, thread_count=1, allow_writing_files=False, cat_features=["site"])
    made.fit(TABLE.astype({"site": str}), labels).save_model(str(folder / "model"))
    return folder / "model"


def histogram(folder: Path, labels: Any, regress: bool) -> Path:
    import skops.io
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingRegressor if regress else HistGradientBoostingClassifier
    skops.io.dump(kind(max_iter=25, categorical_features="from_dtype").fit(TABLE, labels), folder / "model.skops")
    return folder / "model.skops"


LIBRARIES: list[Callable[..., Path]] = [lightgbm, xgboost, catboost, histogram]


@pytest.mark.parametrize("regress", [False, True], ids=["classes", "values"])
@pytest.mark.parametrize("library", LIBRARIES, ids=lambda one: one.__name__)
def test_a_file_is_all_that_reconstruction_needs(library: Any, regress: bool, tmp_path: Path) -> None:
    path = library(tmp_path, SCORE if regress else LABEL, regress)
    model = rd.load_model(path)
    found, prior = rd.inspect_model(model), rd.implied_prior(model)
    parts = prior.components if isinstance(prior, MixturePrior) else (prior,)  # CatBoost counts categories by class
    assert all(isinstance(part, RakedPrior) for part in parts)  # each counts rows in the leaves of one tree at least
    rec = rd.reconstruct(path, rows=3_000, progress=False)
    rows = rec.frame
    for fact in found:
        column = pd.to_numeric(rows[fact.features[0]], errors="coerce") if isinstance(fact, Range | Grid) else None
        if isinstance(fact, Range) and column is not None:
            assert (fact.low, fact.high) == pytest.approx(
                (TABLE[fact.features[0]].min(), TABLE[fact.features[0]].max())
            )
            assert column.min() >= fact.low
            assert column.max() <= fact.high
        if isinstance(fact, Grid) and column is not None:
            steps = (column.dropna() - fact.offset) / fact.step
            assert np.abs(steps - np.rint(steps)).max() < 1e-6
    for name, step in (("age", 1.0), ("dose", 0.1)):  # on the table's own grids, whatever shows them
        steps = pd.to_numeric(rows[name]) / step
        assert np.abs(steps - np.rint(steps)).max() < 1e-6
    assert pd.to_numeric(rows["dose"]).min() >= 0.0
    if library is not catboost:  # which keeps hashes of them
        assert set(rows["site"]) <= {"north", "south", "west"}
    if found.of(Gaps):
        assert 0.02 < rows["bmi"].isna().mean() < 0.3  # begun with a tenth, told by the counts


def test_values_show_their_grid_in_32_bits_and_no_other() -> None:
    def shown(values: Any, radius: float = 0.0) -> list[tuple[float, float]]:
        taken = Values(np.asarray(values), radius, features=("x",), source="here")
        facts = shown_by_values((taken,))
        return [(fact.step, fact.offset) for fact in facts if isinstance(fact, Grid)]

    tenths = np.arange(1, 30) / 10
    assert shown(tenths.astype(np.float32).astype(float), 1e-7) == [(0.1, 0.0)]
    assert shown(np.arange(20.0)) == [(1.0, 0.0)]
    assert shown(np.random.default_rng(1).normal(size=50).astype(np.float32).astype(float)) == []
    assert shown(np.random.default_rng(1).normal(1e6, 1e5, size=50).astype(np.float32).astype(float)) == []
    assert shown(np.arange(20.0), radius=0.3) == []
    assert shown(np.arange(3.0)) == []  # too few
    assert grid_of_rows(tenths.astype(np.float32).astype(float)) is None  # of rows that are kept whole


def test_gaps_of_unknown_number_are_assumed_and_said() -> None:
    facts = (Range(0.0, 1.0, features=("x",), source="s"), Gaps(features=("x",), source="s"))
    prior = rd.implied_prior(Disclosures(facts, ("x",)))
    assert prior.schema["x"].missing == MISSING
    assert any("does not say how many" in note for note in prior.notes)
