"""Reconstructions judged beside their controls."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import retrodict as rd
from retrodict.evaluation.beside import compared
from retrodict.evaluation.fidelity.scopes import LABELLED, PRIOR, RECONSTRUCTION, Sources
from retrodict.tables.titles import TRAIN
from tests.evaluation.fidelity.conftest import people

N = 500
NUMBERS = ["height", "weight"]


def table(n: int, rng: np.random.Generator) -> pd.DataFrame:
    ill = rng.random(n) < 0.5
    height, weight = rng.normal(1.5 * ill, 1.0), rng.normal(-1.0 * ill, 1.0)
    frame = pd.DataFrame({"height": height, "weight": weight, "site": np.where(rng.random(n) < 0.2 + 0.5 * ill, 1, 2)})
    return frame.assign(site=frame.site.map({1: "u", 2: "v"}), ill=np.where(ill, "yes", "no"))


def whole(fid: rd.Fidelity, scope: str, of: str = "reconstruction") -> pd.DataFrame:
    lift = fid.lift
    return lift[(lift.scope == scope) & (lift.feature == "") & (lift.table == of)].set_index("measure")


def inverted(seed: int, shuffled: bool) -> rd.Fidelity:
    """Return how a reconstruction by predictions does, of a model fitted on true or on shuffled labels."""
    rng = np.random.default_rng(seed)
    train, holdout, public = (table(N, rng) for _ in range(3))
    labels = rng.permutation(train.ill) if shuffled else train.ill.to_numpy()
    columns = make_column_transformer((StandardScaler(), NUMBERS), (OneHotEncoder(), ["site"]))
    model = rd.load_model(make_pipeline(columns, LogisticRegression()).fit(train.drop(columns="ill"), labels))
    prior = rd.fit_prior(public.drop(columns="ill"), kind="independent")
    rec = rd.reconstruct(model, prior, 1_500, seed=seed, progress=False)
    return rd.evaluate(rec, train, holdout, prior, target="ill", seed=seed)


@pytest.fixture(scope="module")
def runs() -> dict[bool, list[rd.Fidelity]]:
    return {shuffled: [inverted(seed, shuffled) for seed in range(2)] for shuffled in (False, True)}


def no_lift(found: list[rd.Fidelity]) -> list[bool]:
    """Return whether intervals hold 0 as often as they should, and whether the mean lift of two measures is 0.

    Over 30 other seeds, the share of a model's intervals that hold 0 is 0.96 on average and varies by 0.10 at most from
    model to model, as measures of one table miss together. Four standard errors are allowed throughout.
    """
    tables = [whole(fid, "within classes").dropna(subset="lift") for fid in found]
    every = pd.concat(tables)
    covered = ((every.low <= 0) & (every.high >= 0)).mean()
    checks = [covered > 0.95 - 4 * 0.10 / np.sqrt(len(found))]
    for name in ("wasserstein", "energy distance"):
        se = np.sqrt(sum(((table.high - table.low)[name] / 4) ** 2 for table in tables)) / len(found)
        checks.append(abs(every.lift[name].mean()) < 4 * se)
    return checks


@pytest.mark.slow
def test_a_model_of_shuffled_labels_gives_no_lift(runs: dict[bool, list[rd.Fidelity]]):
    assert all(no_lift(runs[True]))


@pytest.mark.slow
def test_a_model_of_true_labels_gives_lift(runs: dict[bool, list[rd.Fidelity]]):
    """The very test as above must fail for a model that has learnt something."""
    assert not any(no_lift(runs[False]))
    for fid in runs[False]:
        found = whole(fid, "within classes")
        assert (found.low[["wasserstein", "kolmogorov-smirnov", "energy distance", "two-sample AUC"]] > 0).all()
        assert fid.attribution == "predictions"


@pytest.mark.slow
def test_an_independent_sample_is_as_good_as_held_out_rows():
    covered = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        train, holdout, other, public = (people(N, rng) for _ in range(4))
        prior = rd.fit_prior(public.drop(columns="ill"), kind="independent")
        fid = rd.evaluate(other, train, holdout, prior, target="ill", seed=seed)
        for scope in ("overall", "within classes"):
            found = whole(fid, scope).dropna(subset="lift")
            covered += ((found.low <= 1) & (found.high >= 1)).tolist()
        strong = whole(fid, "within classes").loc[["wasserstein", "energy distance"]]
        assert (strong.low > 0.5).all()
    assert len(covered) > 40
    assert np.mean(covered) > 0.85


def test_identical_tables_reach_zero():
    train = people(N, np.random.default_rng(0))
    fid = rd.evaluate(train.sample(frac=1, random_state=1), train, train, target="ill", seed=0)
    own = fid.measures[(fid.measures.table == "reconstruction") & (fid.measures.feature == "")]
    overall = own[own.scope == "overall"].set_index("measure").value
    for name in (
        "wasserstein",
        "kolmogorov-smirnov",
        "total variation",
        "missing",
        "association",
        "sliced wasserstein",
    ):
        assert overall[name] == pytest.approx(0, abs=1e-9)
    assert overall["energy distance"] < 0  # the unbiased estimate knows that rows are not independent
    assert overall[["precision", "recall", "coverage"]].to_numpy() == pytest.approx(1.0)
    assert any("500 of 500 held-out rows (100.0%)" in line and "overlap" in line for line in fid.warnings)


def test_the_controls_are_in_order():
    rng = np.random.default_rng(4)
    train, holdout, other, public = (people(N, rng) for _ in range(4))
    prior = rd.fit_prior(public.drop(columns="ill"), kind="independent")
    fid = rd.evaluate(other, train, holdout, prior, target="ill")
    shown = fid.summary("within classes")
    for name in ("energy distance", "two-sample AUC", "sliced wasserstein"):
        assert shown["held-out"][name] < shown["prior alone"][name] < shown["random"][name]
    assert set(fid.per_class.scope) == {"class ill", "class well"}
    assert set(fid.per_feature.feature) == {"age", "bmi", "smoker", "site", "ill"}
    ordered = fid.measures
    assert (ordered.low <= ordered.value + 1e-12).all()
    assert (ordered.value <= ordered.high + 1e-12).all()


@pytest.mark.slow
def test_rows_that_a_file_stores_are_owed_to_the_file():
    rng = np.random.default_rng(0)
    train, holdout = (table(120, rng)[[*NUMBERS, "ill"]] for _ in range(2))
    model = rd.load_model(KNeighborsClassifier().fit(train[NUMBERS], train.ill))
    prior = rd.fit_prior(holdout[NUMBERS], kind="independent")
    rec = rd.rebuild(model, progress=False)
    fid = rd.evaluate(rec, train, holdout, prior, model, target="ill")
    assert fid.attribution == "file"
    assert whole(fid, "overall").lift["two-sample AUC"] > 0.5
    assert fid.queries > 0
    by_file = fid.summary("within classes")
    # The very rows, of which as many are taken as are held out; predictions alone do not reach that.
    assert by_file["reconstruction"]["wasserstein"] < by_file[LABELLED]["wasserstein"] / 3
    drawn = rd.reconstruct(model, rows=200, progress=False)
    assert rd.evaluate(drawn, train, holdout, target="ill").attribution == "both"


def test_rows_labelled_by_the_model_have_the_labels_of_the_reconstruction_in_its_order():
    frames = [people(300, np.random.default_rng(seed)).dropna() for seed in range(3)]
    _, inputs = compared(*frames, "ill")
    codes = inputs.tables[TRAIN]
    sources = Sources(inputs, codes[:, :-1], np.tile(codes, (4, 1)), 200)
    overall = sources.scopes(np.random.default_rng(0))[0]
    assert overall.others[LABELLED][:, -1].tolist() == overall.others[RECONSTRUCTION][:, -1].tolist()
    assert overall.others[PRIOR][:, -1].tolist() != overall.others[RECONSTRUCTION][:, -1].tolist()
    assert {len(rows) for rows in overall.others.values()} == {200}
    assert sorted(overall.others[PRIOR][:, -1]) == sorted(overall.others[RECONSTRUCTION][:, -1])


@pytest.mark.slow
def test_the_models_own_prior_stands_in_for_none():
    rng = np.random.default_rng(0)
    train, holdout = (table(80, rng)[[*NUMBERS, "ill"]] for _ in range(2))
    model = rd.load_model(make_pipeline(StandardScaler(), LogisticRegression()).fit(train[NUMBERS], train.ill))
    rec = rd.reconstruct(model, rows=100, progress=False)
    fid = rd.evaluate(rec, train, holdout, model=model, target="ill")
    assert any("the prior that the model file implies" in note for note in fid.notes)
    assert len(fid.lift)
    alone = rd.evaluate(rec, train, holdout, target="ill")
    assert alone.lift.empty
    assert any("lift is undefined" in note for note in alone.notes)
    other = rd.evaluate(rec, train, holdout, rd.fit_prior(holdout[NUMBERS]), target="ill")
    assert any("not the one that the reconstruction was drawn under" in note for note in other.notes)


def test_a_real_target_has_no_classes():
    rng = np.random.default_rng(0)
    frames = [people(200, rng).drop(columns="ill").dropna(subset="bmi") for _ in range(3)]
    fid = rd.evaluate(frames[0], frames[1], frames[2], frames[2].drop(columns="bmi"), target="bmi")
    assert fid.scopes == ("overall",)
    assert "bmi" in set(fid.per_feature.feature)
    assert "association" in whole(fid, "overall").index


def test_without_held_out_rows_the_training_rows_are_halved():
    train = people(300, np.random.default_rng(0))
    fid = rd.evaluate(people(200, np.random.default_rng(1)), train, target="ill")
    assert fid.rows == {"reconstruction": 200, "training rows": 150, "held-out rows": 150}
    assert any("half of the training rows" in note for note in fid.notes)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_result_and_it_is_read_back(tmp_path: Path):
    rng = np.random.default_rng(0)
    train, holdout, other, prior = (people(60, rng) for _ in range(4))
    first, again = (rd.evaluate(other, train, holdout, prior, target="ill", seed=2) for _ in range(2))
    text = json.dumps(first.to_dict(), allow_nan=False)
    assert text == json.dumps(again.to_dict(), allow_nan=False)
    assert text != json.dumps(rd.evaluate(other, train, holdout, prior, target="ill").to_dict())
    back = rd.Fidelity.load(first.save(tmp_path / "fidelity.json"))
    assert json.dumps(back.to_dict(), allow_nan=False) == text
    assert repr(back) == repr(first)
    assert "attribution: not known" in repr(first)
    assert "<table" in first._repr_html_()
    with pytest.raises(rd.errors.RequestError, match="holds no Fidelity"):
        rd.Fidelity.load(tmp_path / "absent.json")


def changed(edit: Callable[[pd.DataFrame], Any]) -> dict[str, pd.DataFrame]:
    return {"train": edit(people(100, np.random.default_rng(0)))}


BAD = [
    (changed(lambda f: f.drop(columns="ill")), "the training rows: there is no target column 'ill'"),
    (changed(lambda f: f.drop(columns="age")), "the training rows: features are absent: age"),
    (changed(lambda f: f.assign(ill="ill")), "the training rows: there is one class only ('ill')"),
    (changed(lambda f: f.assign(ill=None)), "the training rows: no row has a target"),
    (changed(lambda f: f.assign(age="old")), "should hold numbers"),
    (changed(lambda f: f.assign(bmi=np.inf)), "column 'bmi' holds infinite values"),
    (changed(lambda f: f[:5]), "the training rows: 5 rows are too few to be compared; give at least 20"),
    (changed(lambda f: f.assign(ill=f.ill.str.upper())), "none of the classes 'ill', 'well'; write them alike"),
    (changed(lambda f: f.assign(site=f.site.str.upper())), "'site' of the training rows holds none of"),
    (
        {"holdout": people(50, np.random.default_rng(0)).drop(columns="bmi")},
        "the held-out rows: features are absent: bmi",
    ),
    ({"prior": people(50, np.random.default_rng(0)).drop(columns="bmi")}, "the prior lacks bmi"),
    ({"prior": people(5, np.random.default_rng(0))}, "rows of the prior are 5; at least 20"),
    ({"prior": 3}, "a prior, its file or a table of its rows is needed, got int"),
    ({"limit": 3}, "the limit must be a whole number of at least 20"),
    ({"seed": -1}, "the seed must be a whole number"),
    ({"train": 3}, "the training rows must be a pandas DataFrame, got int"),
]


@pytest.fixture(scope="module")
def drawn() -> rd.Reconstruction:
    """Return a reconstruction with the columns of `people`."""
    rng = np.random.default_rng(0)
    train = people(200, rng).dropna()
    names = ["smoker", "site"]
    columns = make_column_transformer((StandardScaler(), ["age", "bmi"]), (OneHotEncoder(), names))
    model = make_pipeline(columns, LogisticRegression()).fit(train.drop(columns="ill"), train.ill)
    prior = rd.fit_prior(train.drop(columns="ill"), kind="independent")
    found = rd.reconstruct(model, prior, 100, progress=False)
    assert found.schema.target.name == "target"
    return found


@pytest.mark.parametrize(("given", "text"), BAD, ids=[text[:40] for _, text in BAD])
def test_bad_input_is_one_clear_line(given: dict[str, Any], text: str, drawn: rd.Reconstruction):
    tables = {"train": people(100, np.random.default_rng(0)), "holdout": people(60, np.random.default_rng(1))}
    with pytest.raises(rd.errors.RetrodictError) as caught:
        rd.evaluate(drawn, **{**tables, "target": "ill", **given})
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


def test_doubts_are_said_and_measured_all_the_same(drawn: rd.Reconstruction):
    train, holdout = (people(200, np.random.default_rng(seed)) for seed in (0, 1))
    holdout.loc[:9, "site"] = "new"
    train["smoker"] = "no"
    holdout.loc[10:59] = train.loc[10:59]
    found = rd.evaluate(drawn, train, holdout, target="ill")
    lines = "\n".join(found.warnings)
    assert "column 'site' of the held-out rows holds 'new', which the schema does not list" in lines
    assert "column 'smoker' of the training rows is constant" in lines
    assert "of 200 held-out rows (2" in lines
    assert "equal a row of the training rows" in lines
    assert "the parts overlap" in lines


def test_chance_repeats_are_no_overlap():
    rng = np.random.default_rng(0)
    frames = [people(300, rng)[["smoker", "site", "ill"]].dropna() for _ in range(3)]
    fid = rd.evaluate(*frames, target="ill")
    (line,) = [line for line in fid.warnings if "equal a row of the training rows" in line]
    assert "no more than chance gives" in line


def test_a_bare_table_needs_its_target():
    frame = people(50, np.random.default_rng(0))
    with pytest.raises(rd.errors.RequestError, match="name its target column"):
        rd.evaluate(frame, frame)


def test_a_feature_that_numbers_the_rows_is_named():
    frames = [people(60, np.random.default_rng(seed)).assign(id=np.arange(60)) for seed in range(3)]
    fid = rd.evaluate(*frames, target="ill")
    assert any("column 'id' of the training rows numbers the rows" in line for line in fid.warnings)
