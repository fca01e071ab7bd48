"""One policy: every function tells a wrong table in the same words, and reads a doubtful one alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import retrodict as rd
from retrodict.auditing import AuditRequest
from retrodict.results.notes import Note, of_code
from retrodict.tables.titles import HOLDOUT, TRAIN

N = 60


def people(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    age, site = rng.normal(50.0, 10.0, N), rng.choice(["a", "b", "c"], N)
    ill = np.where(age + 5 * (site == "b") + rng.normal(0, 8, N) > 52, "yes", "no")
    return pd.DataFrame({"age": age, "site": site, "ill": ill})


REAL, FRESH = people(0), people(1)
FEATURES = ["age", "site"]
_columns = make_column_transformer((StandardScaler(), ["age"]), (OneHotEncoder(handle_unknown="ignore"), ["site"]))
MODEL = rd.load_model(make_pipeline(_columns, LogisticRegression()).fit(REAL[FEATURES], REAL["ill"]))
PRIOR = rd.fit_prior(REAL[FEATURES], kind="independent")
REC = rd.reconstruct(MODEL, PRIOR, N, progress=False)

Tables = dict[str, pd.DataFrame]
Read = Callable[[Tables, str | None], list[Note]]


def _said(found: Any) -> list[Note]:
    return [*getattr(found, "warnings", ()), *getattr(found, "notes", ())]


def _each(found: dict[str, Any]) -> list[Note]:
    return [note for one in found.values() for note in one.warnings]


def _replicate(one: Tables, target: str | None) -> list[Note]:
    given = {"train": one[TRAIN], "holdout": one[HOLDOUT], "model": MODEL, "prior": PRIOR, "controls": False}
    return _said(rd.replicate(REC, "decision_tree", target=target, **given))


def _curve(one: Tables, target: str | None) -> list[Note]:
    found = rd.query_curve(
        MODEL, PRIOR, (40,), one[TRAIN], one[HOLDOUT], target=target, estimators="decision_tree", limit=20
    )
    return _said(found)


BOTH: dict[str, Read] = {
    "evaluate": lambda one, target: _said(rd.evaluate(REC, one[TRAIN], one[HOLDOUT], PRIOR, target=target, limit=20)),
    "record_risk": lambda one, target: _said(rd.record_risk(REC, one[TRAIN], one[HOLDOUT], target=target)),
    "membership": lambda one, target: _said(rd.membership_attacks(MODEL, one[TRAIN], one[HOLDOUT], target=target)),
    "audit": lambda one, target: list(
        AuditRequest.of(MODEL, train=one[TRAIN], holdout=one[HOLDOUT], target=target).read()[1]
    ),
    "replicate": _replicate,
    "error_budget": lambda one, target: _said(
        rd.error_budget(MODEL, PRIOR, holdout=one[HOLDOUT], train=one[TRAIN], target=target, draws=2_000)
    ),
    "query_curve": _curve,
}
"""Functions that take training and held-out rows."""
BY_CELLS: dict[str, Read] = {
    "matched_error": lambda one, target: _said(rd.matched_error(REC.frame, one[TRAIN], REC.schema, target=target)),
    "aligned_error": lambda one, target: _said(rd.aligned_error(REC.frame, one[TRAIN], REC.schema, target=target)),
    "calibration": lambda one, target: rd.calibration(
        REC.frame, one[TRAIN], REC.schema, target=target, confidence=np.ones(N)
    ).attrs["warnings"],
    "controls": lambda one, target: _each(rd.controls(one[TRAIN], one[HOLDOUT], REC.frame, REC.schema, target=target)),
}
"""Functions that compare cell by cell, with or without a target."""
ALL = {**BOTH, **BY_CELLS}
QUICK = ("membership", "audit", "matched_error", "aligned_error")


def every(functions: dict[str, Read]) -> Any:
    """Run a test on every function; on those that are quick alone where slow tests are left out."""
    return pytest.mark.parametrize(
        "read",
        [pytest.param(f, id=name, marks=[] if name in QUICK else [pytest.mark.slow]) for name, f in functions.items()],
    )


ERRORS: dict[str, tuple[Callable[[pd.DataFrame], Any], str]] = {
    "no table": (lambda f: f.to_dict(), "the training rows must be a pandas DataFrame, got dict"),
    "no rows": (lambda f: f[:0], "the training rows: there are no rows; give at least one"),
    "no target": (
        lambda f: f.rename(columns={"ill": "sick"}),
        "the training rows: there is no target column 'ill'; it may be sick: name it (target=, --target)",
    ),
    "no feature": (lambda f: f.drop(columns="age"), "the training rows: features are absent: age; add them"),
    "no labels": (lambda f: f.assign(ill=None), "the training rows: no row has a target; give labelled rows"),
    "other labels": (
        lambda f: f.assign(ill=f["ill"].replace("yes", "Yes")),
        "the target of the training rows holds 'Yes', none of the classes 'no', 'yes'; write them alike",
    ),
    "two of a name": (
        lambda f: pd.concat([f, 2 * f[["age"]]], axis=1),
        "the training rows: columns stand twice with different values: age; keep one of each",
    ),
    "dates": (
        lambda f: f.assign(age=pd.to_datetime(f["age"], unit="D")),
        "the training rows: column 'age' holds dates where numbers are known; turn them into the numbers that "
        "the model was trained on",
    ),
    "other values": (
        lambda f: f.assign(site=f["site"].str.upper()),
        "column 'site' of the training rows holds none of the values that are known: it holds ",
    ),
}


@pytest.mark.parametrize("read", ALL.values(), ids=ALL.keys())
@pytest.mark.parametrize(("change", "words"), ERRORS.values(), ids=ERRORS.keys())
def test_the_same_error_everywhere(read: Read, change: Callable[[pd.DataFrame], Any], words: str) -> None:
    with pytest.raises(rd.errors.RetrodictError) as caught:
        read({TRAIN: change(REAL), HOLDOUT: FRESH}, "ill")
    assert str(caught.value).startswith(words)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_held_out_rows_are_read_alike_where_they_stand_alone() -> None:
    for change, words in ERRORS.values():
        for read in (
            lambda one: rd.migrate(MODEL, "decision_tree", PRIOR, rows=N, holdout=one, target="ill", progress=False),
            lambda one: rd.error_budget(MODEL, PRIOR, holdout=one, target="ill", draws=2_000),
        ):
            with pytest.raises(rd.errors.RetrodictError) as caught:
                read(change(REAL))
            assert str(caught.value).startswith(words.replace(TRAIN, HOLDOUT))


def test_the_front_door_says_the_same_and_leaves_nothing(tmp_path: Any) -> None:
    for change, words in ERRORS.values():
        with pytest.raises(rd.errors.RetrodictError) as caught:
            rd.audit(MODEL, train=change(REAL), holdout=FRESH, target="ill", out=tmp_path / "out")
        assert str(caught.value).startswith(words)
    assert not list(tmp_path.iterdir())


NOTES: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], str, dict[str, Any]]] = {
    "more columns": (
        lambda f: f.assign(name=[f"p{i}" for i in range(N)], street=1.5),
        "columns_left_out",
        {"title": TRAIN, "columns": ["name", "street"]},
    ),
    "an index of a file": (
        lambda f: f.assign(**{"Unnamed: 0": np.arange(N)}),
        "row_numbers",
        {"title": TRAIN, "columns": ["Unnamed: 0"]},
    ),
    "a number of the row": (
        lambda f: f.assign(id=3 * np.arange(N)),
        "row_numbers",
        {"title": TRAIN, "columns": ["id"]},
    ),
    "rows without a target": (
        lambda f: f.assign(ill=f["ill"].where(f.index > 2)),
        "no_target",
        {"title": TRAIN, "rows": 3, "of": N},
    ),
    "one column twice": (
        lambda f: pd.concat([f, f[["age"]]], axis=1),
        "columns_twice",
        {"title": TRAIN, "columns": ["age"]},
    ),
}


@every(ALL)
@pytest.mark.parametrize(("change", "code", "values"), NOTES.values(), ids=NOTES.keys())
def test_the_same_note_everywhere(
    read: Read, change: Callable[[pd.DataFrame], pd.DataFrame], code: str, values: dict[str, Any]
) -> None:
    found = list(dict.fromkeys(of_code(read({TRAIN: change(REAL), HOLDOUT: FRESH}, "ill"), code)))
    assert [note.values for note in found] == [values]


@every(BOTH)
def test_a_target_that_is_plain_need_not_be_named(read: Read) -> None:
    numbered = REAL.assign(**{"Unnamed: 0": np.arange(N)})
    said = read({TRAIN: numbered, HOLDOUT: FRESH.rename(columns={"ill": "target"})}, None)
    (found,) = dict.fromkeys(of_code(said, "target_found"))
    assert found == "'ill', the only column of the training rows that is no feature, is taken for the target"
    with pytest.raises(rd.errors.SchemaError, match="it may be ill, also: name it"):
        read({TRAIN: REAL.assign(also=1.5), HOLDOUT: FRESH}, None)


@every({name: read for name, read in BOTH.items() if name != "query_curve"})
def test_rows_in_both_parts_are_told_once(read: Read) -> None:
    found = list(of_code(read({TRAIN: REAL, HOLDOUT: pd.concat([FRESH, REAL[:30]])}, "ill"), "overlap"))
    assert [note.values for note in found] == [{"rows": 30, "of": 90, "again": 0.0, "table": TRAIN}]
