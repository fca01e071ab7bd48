"""Training tables rebuilt from small forests, end to end: what comes back, what is written, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import retrodict as rd
from retrodict.errors import RetrodictError
from retrodict.matching import energy, read_problem
from retrodict.reconstruction import training_table as disclosed

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
    return rd.Matching(chains=2, sweeps=60)


@pytest.fixture(scope="module")
def found(forest: Any, quick: Any) -> rd.Reconstruction:
    return rd.reconstruct(forest, engine=quick, seed=1)


def test_the_table_is_that_of_the_energy(forest: Any, found: rd.Reconstruction) -> None:
    """What is stated of the table is true of it: recomputed from its own rows by the reference."""
    frame = found.frame
    assert list(frame.columns) == ["age", "smoker", "dose", "target", "confidence"]
    assert len(frame) == N == found.n_rows
    assert found.complete
    assert frame["confidence"].between(0, 1).all()
    reading = read_problem(forest)
    codes = reading.codebook.encode(reading.schema.encode(frame))
    labels = np.array([reading.classes.index(label) for label in frame["target"]])
    assert energy(reading.problem, codes, labels) == pytest.approx(found.rebuilt.energy, rel=1e-6)
    assert len(found.rebuilt.energies) == 2
    assert found.rebuilt.labels_from == "matched"
    assert found.rebuilt.sweeps >= 60
    assert sum(each.rows for each in found.rebuilt.confidence) == N
    assert sum(each.cells for each in found.rebuilt.confidence) == N * (len(reading.codebook.features) + 1)
    assert found.provenance.queries == 0


def test_each_cell_has_a_confidence_and_a_row_has_their_mean(found: rd.Reconstruction) -> None:
    cells = found.cell_confidence
    assert list(cells.columns) == ["age", "smoker", "dose", "target"]
    assert cells.stack().between(0, 1).all()
    assert np.allclose(cells.mean(axis=1), found.frame["confidence"], atol=1e-6)


def test_a_feature_that_no_tree_splits_on_has_no_confidence(quick: Any) -> None:
    model = RandomForestClassifier(3, random_state=0).fit(TABLE.assign(still=1.0), SICK)
    cells = rd.reconstruct(model, engine=quick, seed=1).cell_confidence
    assert cells["still"].isna().all()
    assert cells.drop(columns="still").notna().all(axis=None)


def test_it_is_nearer_to_the_real_rows_than_chance(found: rd.Reconstruction) -> None:
    real = TABLE.assign(target=SICK)
    reached = rd.matched_error(found.frame, real, target="target")
    chance = rd.controls(real, target="target", seed=0)
    assert reached.error < min(match.error for match in chance.values())
    in_order = rd.aligned_error(found.frame, real, target="target").error  # draws tell the rows apart
    shuffled = [rd.aligned_error(TABLE.sample(frac=1, random_state=i).reset_index(drop=True), TABLE) for i in range(5)]
    assert in_order < min(match.error for match in shuffled)
    assert rd.calibration(found.frame, real, target="target")["count"].sum() == N


def test_the_same_seed_gives_the_same_bytes_whatever_the_workers(forest: Any, tmp_path: Path) -> None:
    made = [
        rd.reconstruct(forest, engine=rd.Matching(2, 20, workers=workers), seed=seed, out=tmp_path / name)
        for name, workers, seed in (("a", 1, 5), ("b", 2, 5), ("c", 1, 6))
    ]
    a, b, c = ((tmp_path / name / "rows.parquet").read_bytes() for name in "abc")
    assert a == b != c
    assert made[0].provenance.request == made[1].provenance.request
    in_memory = rd.reconstruct(forest, engine=rd.Matching(2, 20), seed=5)
    assert in_memory.frame.equals(made[0].frame)


def test_it_is_written_and_read_back(found: rd.Reconstruction, forest: Any, quick: Any, tmp_path: Path) -> None:
    found.save(tmp_path / "saved")
    back = rd.Reconstruction.load(tmp_path / "saved")
    assert back == found
    assert back.rebuilt == found.rebuilt
    assert back.notes == found.notes
    streamed = rd.reconstruct(forest, engine=quick, seed=1, out=tmp_path / "streamed")
    assert streamed == rd.Reconstruction.load(tmp_path / "streamed")
    assert streamed.frame.equals(found.frame)
    assert back.cell_confidence.equals(found.cell_confidence)
    assert streamed.cell_confidence.equals(found.cell_confidence)
    names = {"rows.parquet", "cell_confidence.parquet", "reconstruction.json"}
    assert {path.name for path in (tmp_path / "streamed").iterdir()} == names
    assert not (tmp_path / "streamed.partial").exists()


def test_it_shows_itself(found: rd.Reconstruction) -> None:
    assert "40 rows of 3 features from RandomForestClassifier (0 model calls, seed 1)" in repr(found)
    assert "40 rows rebuilt: " in repr(found)
    assert "<table" in found._repr_html_()
    assert list(found.summary().index) == ["rows"]
    assert found.summary()["engine"].tolist() == ["matching"]


def test_names_that_are_taken_get_an_underscore(quick: Any) -> None:
    odd = TABLE.set_axis(["target", "confidence", "target_"], axis="columns")
    model = RandomForestClassifier(3, random_state=0).fit(odd, SICK)
    found = rd.reconstruct(model, engine=rd.Matching(1, 2))
    assert list(found.frame.columns) == ["target", "confidence", "target_", "target__", "confidence_"]
    assert found.rebuilt.confidence_column == "confidence_"
    assert set(found.frame["target__"]) <= {"yes", "no"}


def test_regressors_and_arrays() -> None:
    model = RandomForestRegressor(5, random_state=0).fit(TABLE.to_numpy(), TABLE["dose"] * 10)
    found = rd.reconstruct(model, engine=rd.Matching(1, 5))
    assert list(found.frame.columns) == ["x0", "x1", "x2", "target", "confidence"]
    assert found.frame["target"].between(0, 10).all()


def test_a_prior_says_where_values_lie_inside_cells(quick: Any) -> None:
    forest = ExtraTreesClassifier(20, random_state=0).fit(TABLE, SICK)  # no midpoints, which would tell values
    known = rd.Schema.from_frame(TABLE[["age", "smoker"]]).features
    far = rd.reconstruct(forest, rd.uniform_prior(rd.Schema((*known, FAR))), engine=quick)
    assert far.provenance.prior["kind"] != "none"
    assert far.frame["dose"].max() > 1.5  # beyond the last split point the prior alone says how far
    near = rd.reconstruct(forest, engine=quick)
    assert near.provenance.prior == {"kind": "none", "notes": []}
    assert near.frame["dose"].max() < 1.1


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"rows": 50},
            "discloses a training table of 40 rows, and the engine 'matching' rebuilds these, not 50; leave",
        ),
        ({"rows": 0}, "the number of rows must be a whole number of at least 1, got 0"),
        ({"class_shares": "equal"}, "class shares are what they are; leave class shares out"),
        ({"max_queries": 10}, "makes no model calls; leave the query budget out"),
        ({"seed": -1}, "the seed must be a whole number"),
        ({"prior": 3}, "a prior must come from load_prior"),
        ({"prior": rd.uniform_prior(rd.Schema((FAR,)))}, "the prior lacks age"),
        ({"model": LogisticRegression().fit(TABLE, SICK)}, "holds no decision trees, .*; give a prior"),
    ],
)
def test_bad_requests(forest: Any, quick: Any, change: dict[str, Any], text: str, tmp_path: Path) -> None:
    with pytest.raises(RetrodictError, match=text) as caught:
        rd.reconstruct(**{"model": forest, "engine": quick, "out": tmp_path / "out", **change})
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_the_number_of_rows_may_be_given_where_it_is_right(forest: Any) -> None:
    assert rd.reconstruct(forest, rows=N, engine=rd.Matching(1, 2)).n_rows == N


def test_a_failure_leaves_nothing_behind(forest: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: Any, **settings: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(rd.Matching, "solve", broken)
    with pytest.raises(MemoryError):
        rd.reconstruct(forest, engine="matching", out=tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_auto_rebuilds_what_is_small_where_nothing_else_is_asked_for(
    forest: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrodict.reconstruction.rebuilding.default_engine", lambda: rd.Matching(1, 2))
    monkeypatch.setattr(disclosed, "default_engine", lambda: rd.Matching(1, 2))
    assert rd.reconstruct(forest).rebuilt.engine == "matching"
    for asked in ({"rows": 30}, {"max_queries": 10_000}, {"class_shares": "equal", "rows": 30}):
        drawn = rd.reconstruct(forest, **asked)
        assert drawn.rebuilt is None
        assert drawn.notes == ()
    monkeypatch.setattr(disclosed, "LARGEST", N - 1)
    drawn = rd.reconstruct(forest)
    assert drawn.rebuilt is None
    assert drawn.n_rows == 10_000
    (note,) = drawn.notes
    assert note.endswith("it has more than 39 rows")


def test_auto_says_why_it_draws_rows(tmp_path: Path) -> None:
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(TABLE, SICK)
    drawn = rd.reconstruct(model, out=tmp_path / "drawn")
    (note,) = rd.Reconstruction.load(tmp_path / "drawn").notes
    assert "rows are drawn under the prior that the file implies: the Pipeline" in note
    assert "note: the training table is not rebuilt" in repr(drawn)
