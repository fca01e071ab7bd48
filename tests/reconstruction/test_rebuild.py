"""Training tables rebuilt from small forests, end to end: what comes back, what is written, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    ExtraTreesClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

import retrodict as rd
from retrodict.errors import ModelError, PriorError, RetrodictError
from retrodict.matching import Matching, energy, read_problem
from retrodict.reconstruction import load_rows
from retrodict.results.notes import Note

N = 40
rng = np.random.default_rng(0)
TABLE = pd.DataFrame({"age": rng.integers(20, 60, N), "smoker": rng.integers(0, 2, N), "dose": rng.random(N).round(2)})
SICK = np.where(TABLE["age"] + 30 * TABLE["smoker"] + rng.normal(0, 5, N) > 55, "yes", "no")

FAR = rd.Feature("dose", low=-2.0, high=2.0)


@pytest.fixture(scope="module")
def forest() -> RandomForestClassifier:
    return RandomForestClassifier(20, random_state=0).fit(TABLE, SICK)


@pytest.fixture(scope="module")
def quick() -> Any:
    return Matching(chains=2, sweeps=60)


@pytest.fixture(scope="module")
def found(forest: Any, quick: Any) -> rd.Rebuilt:
    return rd.rebuild(forest, search=quick, seed=1)


def test_the_table_is_that_of_the_energy(forest: Any, found: rd.Rebuilt) -> None:
    """What is stated of the table is true of it: recomputed from its own rows by the reference."""
    frame = found.frame
    assert list(frame.columns) == ["age", "smoker", "dose", "target", "confidence"]
    assert len(frame) == N == found.n_rows
    assert frame["confidence"].between(0, 1).all()
    reading = read_problem(forest)
    codes = reading.codebook.encode(reading.schema.encode(frame))
    labels = np.array([reading.classes.index(label) for label in frame["target"]])
    assert energy(reading.problem, codes, labels) == pytest.approx(found.quality.energy, rel=1e-6)
    assert len(found.quality.energies) == 2
    assert (found.quality.source, found.quality.labels_from) == ("node counts", "matched")
    assert (found.quality.rows, found.quality.table_rows) == (N, N)
    assert found.quality.sweeps >= 60
    assert sum(each.rows for each in found.quality.confidence) == N
    assert sum(each.cells for each in found.quality.confidence) == N * (len(reading.codebook.features) + 1)
    assert found.provenance.queries == 0


def test_each_cell_has_a_confidence_and_a_row_has_their_mean(found: rd.Rebuilt) -> None:
    cells = found.cell_confidence
    assert list(cells.columns) == ["age", "smoker", "dose", "target"]
    assert cells.stack().between(0, 1).all()
    assert np.allclose(cells.mean(axis=1), found.frame["confidence"], atol=1e-6)


def test_a_feature_that_no_tree_splits_on_has_no_confidence(quick: Any) -> None:
    model = RandomForestClassifier(3, random_state=0).fit(TABLE.assign(still=1.0), SICK)
    found = rd.rebuild(model, search=quick, seed=1)
    cells = found.cell_confidence
    assert found.quality.open_columns == ("still",)
    assert cells["still"].isna().all()
    assert cells.drop(columns="still").notna().all(axis=None)


def test_it_is_nearer_to_the_real_rows_than_chance(found: rd.Rebuilt) -> None:
    real = TABLE.assign(target=SICK)
    reached = rd.matched_error(found.frame, real, target="target")
    chance = rd.controls(real, target="target", seed=0)
    assert reached.error < min(match.error for match in chance.values())
    in_order = rd.aligned_error(found.frame, real, target="target").error  # draws tell the rows apart
    shuffled = [rd.aligned_error(TABLE.sample(frac=1, random_state=i).reset_index(drop=True), TABLE) for i in range(5)]
    assert in_order < min(match.error for match in shuffled)
    assert rd.calibration(found.frame, real, target="target")["count"].sum() == N


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_whatever_the_workers(forest: Any, tmp_path: Path) -> None:
    made = [
        rd.rebuild(forest, search=Matching(2, 20, workers=workers), seed=seed, out=tmp_path / name)
        for name, workers, seed in (("a", 1, 5), ("b", 2, 5), ("c", 1, 6))
    ]
    a, b, c = ((tmp_path / name / "rows.parquet").read_bytes() for name in "abc")
    assert a == b != c
    assert made[0].provenance.request == made[1].provenance.request
    in_memory = rd.rebuild(forest, search=Matching(2, 20), seed=5)
    assert in_memory.frame.equals(made[0].frame)


def test_it_is_written_and_read_back(found: rd.Rebuilt, forest: Any, quick: Any, tmp_path: Path) -> None:
    found.save(tmp_path / "saved")
    back = rd.Rebuilt.load(tmp_path / "saved")
    assert back == found == load_rows(tmp_path / "saved")
    assert back.quality == found.quality
    assert back.notes == found.notes
    streamed = rd.rebuild(forest, search=quick, seed=1, out=tmp_path / "streamed")
    assert streamed == rd.Rebuilt.load(tmp_path / "streamed")
    assert streamed.frame.equals(found.frame)
    assert back.cell_confidence.equals(found.cell_confidence)
    assert streamed.cell_confidence.equals(found.cell_confidence)
    cells = {"cell_confidence.parquet", "cell_agreement.parquet", "determined_cells.parquet"}
    names = {"rows.parquet", "rebuild.json", *cells}
    assert {path.name for path in (tmp_path / "streamed").iterdir()} == names
    assert not (tmp_path / "streamed.partial").exists()


def test_it_shows_itself(found: rd.Rebuilt) -> None:
    assert "40 rows of 3 features from RandomForestClassifier (0 model calls, seed 1)" in repr(found)
    assert "40 rows rebuilt: " in repr(found)
    assert "<table" in found._repr_html_()


def test_names_that_are_taken_get_an_underscore(quick: Any) -> None:
    odd = TABLE.set_axis(["target", "confidence", "target_"], axis="columns")
    model = RandomForestClassifier(3, random_state=0).fit(odd, SICK)
    found = rd.rebuild(model, search=Matching(1, 2))
    assert list(found.frame.columns) == ["target", "confidence", "target_", "target__", "confidence_"]
    assert found.quality.confidence_column == "confidence_"
    assert set(found.frame["target__"]) <= {"yes", "no"}


def test_regressors_and_arrays() -> None:
    model = RandomForestRegressor(5, random_state=0).fit(TABLE.to_numpy(), TABLE["dose"] * 10)
    found = rd.rebuild(model, search=Matching(1, 5))
    assert list(found.frame.columns) == ["x0", "x1", "x2", "target", "confidence"]
    assert found.frame["target"].between(0, 10).all()


def test_a_prior_says_where_values_lie_inside_cells(quick: Any) -> None:
    forest = ExtraTreesClassifier(20, random_state=0).fit(TABLE, SICK)  # no midpoints, which would tell values
    known = rd.Schema.from_frame(TABLE[["age", "smoker"]]).features
    far = rd.rebuild(forest, rd.uniform_prior(rd.Schema((*known, FAR))), search=quick)
    assert far.provenance.prior["kind"] != "none"
    assert far.frame["dose"].max() > 1.5  # beyond the last split point the prior alone says how far
    near = rd.rebuild(forest, search=quick)
    assert near.provenance.prior == {"kind": "none", "notes": []}
    assert near.frame["dose"].max() < 1.1


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"seconds": 0}, "the time limit must be a positive number, got 0"),
        ({"seconds": float("nan")}, "the time limit must be a positive number, got nan"),
        ({"search": "smc"}, r"a search must be a retrodict\.matching\.Matching, got str; leave it out"),
        ({"workers": 0}, "the number of workers must be a whole number of at least 1, got 0"),
        ({"seed": -1}, "the seed must be a whole number"),
        ({"prior": 3}, "a prior must come from load_prior"),
        ({"prior": rd.uniform_prior(rd.Schema((FAR,)))}, "the prior lacks age"),
        (
            {"model": LogisticRegression().fit(TABLE, SICK)},
            "^the model stores no whole training row, and the LogisticRegression holds no decision trees, .*; "
            "reconstruct rows under a prior instead$",
        ),
    ],
)
def test_bad_requests(forest: Any, quick: Any, change: dict[str, Any], text: str, tmp_path: Path) -> None:
    with pytest.raises(RetrodictError, match=text) as caught:
        rd.rebuild(**{"model": forest, "search": quick, "out": tmp_path / "out", **change})
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_nothing_behind(forest: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: Any, **settings: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(Matching, "solve", broken)
    with pytest.raises(MemoryError):
        rd.rebuild(forest, out=tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_drawn_rows_name_the_table_that_the_file_states(forest: Any, tmp_path: Path) -> None:
    for prior in (None, rd.fit_prior(TABLE)):
        (note,) = rd.reconstruct(forest, prior, 30).notes
        assert isinstance(note, Note)
        assert note == f"the file states its training table of {N} rows: retrodict rebuild MODEL --out DIR"
        assert (note.code, note.values) == (
            "table_is_stated",
            {"rows": N, "source": "node counts", "whole": True},
        )
    rd.reconstruct(forest, None, 30, out=tmp_path / "drawn")
    assert rd.Reconstruction.load(tmp_path / "drawn").notes == (note,)
    assert f"note: {note}" in repr(rd.Reconstruction.load(tmp_path / "drawn"))


def test_one_inspection_serves_the_note_and_the_implied_prior(forest: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def disclose(model: Any, train: Any = None) -> Any:
        asked.append(model)
        return read(model, train)

    model = rd.load_model(forest)
    read = type(model).disclose
    monkeypatch.setattr(type(model), "disclose", disclose)
    found = rd.reconstruct(model, None, 30)
    assert len(asked) == 1
    stated = rd.implied_prior(model)
    del asked[:]
    again = rd.reconstruct(model, stated, 30)
    assert again.frame.equals(found.frame)
    assert again.notes == found.notes
    assert not asked  # the note is remembered
    assert rd.reconstruct(rd.load_model(forest), stated, 30).notes == found.notes
    assert len(asked) == 1  # of this model alone


def test_where_no_prior_is_implied_the_table_that_is_stated_is_named() -> None:
    members = [
        ("tree", DecisionTreeClassifier(random_state=0)),
        ("line", LogisticRegression()),
    ]  # a line reads all columns
    both = VotingClassifier(members, voting="soft").fit(TABLE.assign(still=1.0), SICK)
    with pytest.raises(PriorError, match=f"give a prior, or .*; the file states its training table of {N} rows: "):
        rd.reconstruct(both, None, 10)


@pytest.mark.parametrize(
    "model",
    [
        LogisticRegression(),
        make_pipeline(PCA(2), RandomForestClassifier(3)),
    ],
)
def test_a_table_that_can_not_be_rebuilt_is_not_named(model: Any) -> None:
    model.fit(TABLE, SICK)
    assert rd.reconstruct(model, rd.fit_prior(TABLE), 10).notes == ()
    with pytest.raises(ModelError, match="reconstruct rows under a prior instead"):
        rd.rebuild(model)
