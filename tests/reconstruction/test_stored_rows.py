"""Files that store training rows give them back, each with its label."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier, VotingClassifier
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.kernel_ridge import KernelRidge
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor, RadiusNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import SVC, SVR, NuSVC

import retrodict as rd
from retrodict.errors import ModelError, RequestError
from retrodict.matching import Reading
from retrodict.reconstruction.training_table import Limits, training_table

N = 60
rng = np.random.default_rng(3)
TABLE = pd.DataFrame(rng.normal(size=(N, 3)), columns=["a", "b", "c"])
KIND = np.array(["x", "y", "z"])[np.digitize(TABLE["a"] + rng.normal(0, 0.5, N), [-0.5, 0.5])]
VALUE = 3.0 * TABLE["a"] - TABLE["b"] + 100.0
SITE = TABLE.assign(site=rng.choice(["north", "south"], N))


def encoded() -> Any:
    return make_column_transformer((OneHotEncoder(), ["site"]), (StandardScaler(), ["a", "b", "c"]))


WHOLE = {
    "neighbours": (KNeighborsClassifier(), TABLE, KIND),
    "radius": (RadiusNeighborsClassifier(5.0), TABLE, KIND),
    "encoded": (make_pipeline(encoded(), KNeighborsClassifier()), SITE, KIND),
    "voting": (VotingClassifier([("n", KNeighborsClassifier()), ("f", RandomForestClassifier(3))]), TABLE, KIND),
    "process": (GaussianProcessClassifier(), TABLE, KIND),
    "two classes": (GaussianProcessClassifier(), TABLE, KIND == "x"),
    "neighbours of values": (KNeighborsRegressor(), TABLE, VALUE),
    "process of values": (GaussianProcessRegressor(alpha=0.1, normalize_y=True), TABLE, VALUE),
    "ridge": (KernelRidge(kernel="rbf"), TABLE, VALUE),
    "logarithms": (
        TransformedTargetRegressor(KNeighborsRegressor(), func=np.log, inverse_func=np.exp),
        TABLE,
        VALUE,
    ),
}


@pytest.mark.parametrize("name", WHOLE)
def test_the_whole_table_comes_back(name: str, tmp_path: Path) -> None:
    model, table, y = WHOLE[name]
    found = rd.rebuild(model.fit(table, y), out=tmp_path / "out")
    assert (found.quality.source, found.quality.labels_from) == ("stored rows", "file")
    assert (found.quality.energy, found.quality.rows, found.quality.table_rows) == (0.0, N, N)
    assert found.provenance.queries == 0
    assert any(note.startswith("all 60 rows of the table are stored in ") for note in found.notes)
    frame = found.frame
    assert list(frame.columns) == [*table.columns, "target", "confidence"]
    assert (frame["confidence"] == 1.0).all()
    real = table.assign(target=y)
    match = rd.aligned_error(frame, real, target="target", tolerance=1e-9)
    assert (match.exact_rows, match.label_agreement) == (1.0, 1.0)
    assert rd.Rebuilt.load(tmp_path / "out") == found


@pytest.mark.parametrize("model", [SVC(), NuSVC(nu=0.2), make_pipeline(StandardScaler(), SVC())])
def test_support_vectors_are_part_of_the_table(model: Any) -> None:
    found = rd.rebuild(model.fit(TABLE, KIND))
    svm = model[-1] if hasattr(model, "steps") else model
    at = np.sort(svm.support_)
    assert len(at) < N
    real = TABLE.assign(target=KIND).iloc[at].reset_index(drop=True)
    pd.testing.assert_frame_equal(found.frame[["a", "b", "c"]], real[["a", "b", "c"]])
    assert found.frame["target"].tolist() == real["target"].tolist()
    assert (found.quality.rows, found.quality.table_rows) == (len(at), N)
    (note,) = found.notes
    assert note.startswith(f"{len(at)} of the table's 60 rows are stored in ")
    assert note.endswith("support_vectors_; nothing is said of the others")


def test_labels_that_are_not_stored_are_the_models_own() -> None:
    model = SVR().fit(TABLE, VALUE)
    found = rd.rebuild(model)
    assert found.quality.labels_from == "model"
    assert found.provenance.queries == len(model.support_)
    assert any("they are what the model predicts, and" in note for note in found.notes)
    np.testing.assert_allclose(found.frame["target"], model.predict(found.frame[["a", "b", "c"]]))

    against = OneVsRestClassifier(SVC()).fit(TABLE, KIND)  # each one stores labels of its own
    found = rd.rebuild(against)
    assert found.quality.labels_from == "model"
    assert found.frame["target"].tolist() == against.predict(found.frame[["a", "b", "c"]]).tolist()


def test_rows_that_are_no_rows_of_the_table_are_not_taken_for_them() -> None:
    bagged = BaggingClassifier(KNeighborsClassifier(), 3, random_state=0).fit(TABLE, KIND)
    bent = make_pipeline(FunctionTransformer(np.exp), KNeighborsClassifier()).fit(TABLE, KIND)
    for model in (bagged, bent):
        with pytest.raises(
            ModelError, match=r"^the rows that the model stores \(.*_fit_X\) are not those of its table as"
        ):
            rd.rebuild(model)
        assert rd.reconstruct(model, rd.fit_prior(TABLE), 10).notes == ()


def test_a_prior_adds_nothing_to_stored_rows() -> None:
    model = KNeighborsClassifier().fit(TABLE, KIND)
    with pytest.raises(RequestError, match="a prior adds nothing; leave the prior out"):
        rd.rebuild(model, rd.fit_prior(TABLE))


def test_drawn_rows_name_the_rows_that_the_file_stores() -> None:
    (note,) = rd.reconstruct(KNeighborsClassifier().fit(TABLE, KIND), None, 10).notes
    assert note == "the file states its training table of 60 rows: retrodict rebuild MODEL --out DIR"
    model = SVC().fit(TABLE, KIND)
    (note,) = rd.reconstruct(model, None, 10).notes
    assert note.startswith(f"the file stores {len(model.support_)} rows of its training table: retrodict rebuild ")
    assert note.values == {"rows": len(model.support_), "source": "stored rows", "whole": False}


def test_counts_that_are_not_searched_are_not_passed_over() -> None:
    both = rd.load_model(VotingClassifier([("s", SVC()), ("f", RandomForestClassifier(3))]).fit(TABLE, KIND))
    assert isinstance(training_table(both), Reading)
    stored = training_table(both, Limits(counted=N - 1))
    assert len(stored.X) < N
    assert stored.notes[-1].code == "table_not_searched"
    assert "its node counts are of 60 rows, more than the 59 searched for here; use rebuild" in stored.notes[-1]
