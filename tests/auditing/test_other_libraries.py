"""Verdicts on files of other libraries, as they are written and stripped: what a custodian would expect of each."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import retrodict as rd
from retrodict.auditing import Finding, load_appetite
from retrodict.auditing.file_findings import file_findings
from retrodict.auditing.finding import worst

N = 200


@cache
def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"age": rng.integers(20, 80, N).astype(float), "dose": rng.normal(5, 2, N).round(2)})
    score = frame["age"] / 20 + frame["dose"] + rng.normal(size=N)
    frame["town"] = rng.choice(["north", "south", "east", "west"], N)
    return frame.assign(value=score.round(3), target=(score > 8).astype(int))


X, Y = ["age", "dose"], "target"


def lightgbm(path: Path) -> None:
    library = pytest.importorskip("lightgbm")
    library.LGBMClassifier(n_estimators=20, verbose=-1, n_jobs=1).fit(table()[X], table()[Y]).booster_.save_model(path)


def xgboost(path: Path) -> None:
    library = pytest.importorskip("xgboost")
    model = library.XGBClassifier(n_estimators=20, max_depth=3, n_jobs=1).fit(table()[X], table()[Y])
    path.write_bytes(bytes(model.get_booster().save_raw("ubj")))


def catboost(path: Path) -> None:
    library = pytest.importorskip("catboost")
    settings = {"iterations": 20, "depth": 3, "verbose": 0, "allow_writing_files": False, "thread_count": 1}
    model = library.CatBoostClassifier(cat_features=["town"], **settings).fit(table()[[*X, "town"]], table()[Y])
    model.save_model(str(path), format="cbm")


def results(path: Path) -> None:
    sm = pytest.importorskip("statsmodels.api")
    path.write_bytes(pickle.dumps(sm.OLS(table()["value"], sm.add_constant(table()[X])).fit()))


def results_without_data(path: Path) -> None:
    sm = pytest.importorskip("statsmodels.api")
    found = sm.OLS(table()["value"], sm.add_constant(table()[X])).fit()
    found.remove_data()
    path.write_bytes(pickle.dumps(found))


def formula_without_data(path: Path) -> None:
    formulas = pytest.importorskip("statsmodels.formula.api")
    found = formulas.logit("target ~ age + C(town)", data=table()).fit(disp=0)
    found.remove_data()
    path.write_bytes(pickle.dumps(found))


MAKERS: tuple[Callable[[Path], None], ...] = (
    *(lightgbm, xgboost, catboost),
    *(results, results_without_data, formula_without_data),
)
BOOSTED = (lightgbm, xgboost, catboost)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Any], tuple[dict[str, Finding], ...]]:
    """Return a function that gives the findings of a file, and of its stripped copy, by measure."""
    folder = tmp_path_factory.mktemp("files")

    @cache
    def of(make: Callable[[Path], None]) -> tuple[dict[str, Finding], ...]:
        path, bare = folder / make.__name__, folder / f"{make.__name__}-bare"
        make(path)
        rd.sanitize(path, rows=200, trust_pickle=True).save(bare)
        return tuple(
            {one.measure: one for one in file_findings(rd.inspect_model(file, trust_pickle=True), load_appetite())}
            for file in (path, bare)
        )

    return of


@pytest.mark.parametrize("make", BOOSTED, ids=lambda make: make.__name__)
def test_a_boosted_model_is_never_called_safe_for_having_been_stripped(make: Any, judged: Any) -> None:
    before, after = judged(make)
    assert before["gradient_sums"].verdict == after["gradient_sums"].verdict == "review"
    assert worst(before.values()) == worst(after.values()) == "review"
    assert "unread" not in before
    assert "unread" not in after


@pytest.mark.parametrize("make", BOOSTED, ids=lambda make: make.__name__)
def test_what_predictions_do_not_need_is_a_finding_before_and_none_after(make: Any, judged: Any) -> None:
    before, after = judged(make)
    gone = {"lightgbm": {"node_sums"}, "xgboost": {"node_sums"}, "catboost": {"training_date"}}[make.__name__]
    assert gone <= before.keys()
    assert not gone & after.keys()
    left = after.get("training_settings")
    assert before["training_settings"].value > 5
    assert left is None or left.value < before["training_settings"].value or make is xgboost  # its file has no others


def test_split_points_of_xgboost_are_values_and_stay(judged: Any) -> None:
    before, after = judged(xgboost)
    assert before["facts_of_unknown_count"].verdict == after["facts_of_unknown_count"].verdict == "review"
    assert before["split_values"].verdict == after["split_values"].verdict == "review"
    assert "split_values" not in judged(lightgbm)[0]  # midpoints


def test_hashes_of_catboost_stay(judged: Any) -> None:
    before, after = judged(catboost)
    assert before["category_hashes"].verdict == after["category_hashes"].verdict == "review"


def test_statsmodels_with_its_data_is_rejected_and_stripped_is_not(judged: Any) -> None:
    before, after = judged(results)
    assert before["stored_rows"].verdict == "reject"
    assert before["stored_rows"].value == N
    assert worst(after.values()) == "release"


def test_remove_data_leaves_sums_of_an_ols_and_no_rows(judged: Any) -> None:
    before, after = judged(results_without_data)
    assert before["stored_rows"].verdict == "release"
    assert before["cross_products"].verdict is None
    assert worst(before.values()) == "release"
    assert "cross_products" not in after


def test_remove_data_leaves_the_table_of_a_formula(judged: Any) -> None:
    before, after = judged(formula_without_data)
    assert before["stored_rows"].value == N
    assert before["stored_rows"].verdict == "reject"
    assert after["stored_rows"].verdict == "release"


def named(make: Any) -> rd.Schema | None:
    """Return what names the values of a column that a file has as hashes alone."""
    if make is not catboost:
        return None
    towns = tuple(sorted(table()["town"].unique()))
    features = (rd.Feature("age"), rd.Feature("dose"), rd.Feature("town", kind="categorical", categories=towns))
    return rd.Schema(features, rd.Target("target", (0, 1)))


@pytest.mark.slow
@pytest.mark.parametrize("make", [lightgbm, xgboost, catboost, results], ids=lambda make: make.__name__)
def test_a_whole_audit_of_a_file_and_of_its_stripped_copy(make: Any, tmp_path: Path) -> None:
    path = tmp_path / "model"
    make(path)
    target = "value" if make is results else "target"
    columns = ["const", *X] if make is results else [*X, "town"] if make is catboost else X
    rows = table().assign(const=1.0)[[*columns, target]]
    real = {"train": rows[:N], "holdout": rows[: N // 2].assign(age=rows["age"] + 0.5), "target": target}
    model = rd.load_model(path, trust_pickle=True, schema=named(make))
    verdicts = {}
    for name, one in (("whole", model), ("bare", rd.sanitize(model, rows=200).model)):
        found = rd.audit(one, **real, quick=True, seconds=20, out=tmp_path / name)
        verdicts[name] = found.verdict
        assert found.remedies or make is results
        data = found.report.plain()
        assert {one["measure"] for one in data["findings"]} >= {"stored_rows"}
        assert (tmp_path / name / "report.html").stat().st_size > 10_000
    assert verdicts["whole"] == ("reject" if make is results else verdicts["whole"])
    assert verdicts["bare"] != "release"  # shadow models are not run, and leaf values stay
