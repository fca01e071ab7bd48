"""Files: what is read, what is refused, and in which words."""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import re
import warnings
import zipfile
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
import skops.io
from sklearn.cluster import KMeans
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    BaggingClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from retrodict.errors import ModelError, RetrodictError, SchemaError, UnsafeFileError
from retrodict.models import FileAudit, audit_file, load_model
from retrodict.models.family import openings
from retrodict.schema import Feature, Schema, Target

X = np.random.default_rng(0).normal(size=(60, 2))
Y = np.where(X[:, 0] > 0, "yes", "no")


def estimator() -> Any:
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)


def one_line(error: BaseException) -> str:
    text = str(error)
    assert "\n" not in text
    assert len(text) < 700
    return text


@pytest.mark.parametrize("name", ["model.skops", "model.pkl"])
def test_skops_is_told_by_content(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    skops.io.dump(estimator(), path)
    model = load_model(str(path))
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    assert model.fingerprint == f"sha256:{digest}"
    assert model.audit == FileAudit("skops", digest, len(content), written_by=f"scikit-learn {sklearn.__version__}")
    assert model.warnings == ()
    np.testing.assert_array_equal(model.log_proba(X), load_model(estimator()).log_proba(X))


def test_estimators_in_memory_have_a_stable_fingerprint() -> None:
    model = load_model(estimator())
    assert model.audit is None
    assert model.fingerprint.startswith("joblib-md5:")
    assert model.fingerprint == load_model(estimator()).fingerprint
    unhashable = make_pipeline(FunctionTransformer(lambda rows: rows), LogisticRegression()).fit(X, Y)
    schema = Schema((Feature("a"), Feature("b")))
    assert load_model(unhashable, schema=schema).fingerprint == "none: the estimator can't be pickled"


WRITERS = {
    **{f"pickle{protocol}": (lambda e, p, v=protocol: p.write_bytes(pickle.dumps(e, v))) for protocol in range(6)},
    "joblib": joblib.dump,
    **{z: (lambda e, p, z=z: joblib.dump(e, p, compress=(z, 3))) for z in ("zlib", "gzip", "bz2", "xz", "lzma")},
}


@pytest.mark.parametrize("writer", WRITERS)
def test_pickles_of_every_kind_are_refused_until_trusted(tmp_path: Path, writer: str) -> None:
    path = tmp_path / "model.skops"
    WRITERS[writer](estimator(), path)
    with pytest.raises(UnsafeFileError) as caught:
        load_model(path)
    text = one_line(caught.value)
    assert "reading a pickle can run any code" in text
    assert "--trust-pickle (trust_pickle=True)" in text
    assert "skops.io.dump" in text
    model = load_model(path, trust_pickle=True)
    assert model.audit.format == "pickle"
    np.testing.assert_array_equal(model.log_proba(X), load_model(estimator()).log_proba(X))


OF_ALL = " or ".join(opening.MODELS for _, opening in openings())
"""What any family takes for a model."""


class Malicious:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_a_refused_pickle_is_not_run(tmp_path: Path, protocol: int) -> None:
    path, proof = tmp_path / "m.pkl", tmp_path / "ran"
    path.write_bytes(pickle.dumps(Malicious(proof), protocol))
    with pytest.raises(UnsafeFileError):
        load_model(path)
    assert audit_file(path).refused == ("any code",)
    assert not proof.exists()
    with pytest.raises(ModelError, match=rf"holds a NoneType; {re.escape(OF_ALL)} is needed$"):
        load_model(path, trust_pickle=True)
    assert proof.exists()  # the control: it is code


def test_untrusted_types_are_listed_and_can_be_trusted(tmp_path: Path) -> None:
    path = tmp_path / "m.skops"
    skops.io.dump(make_pipeline(FunctionTransformer(half), LogisticRegression()).fit(X, Y), path)
    name = f"{half.__module__}.half"
    assert audit_file(path).untrusted == (name,)
    with pytest.raises(UnsafeFileError) as caught:
        load_model(path, trusted=["other.thing"])
    text = one_line(caught.value)
    assert f"does not know to be safe: {name};" in text
    assert f"--trust {name} (trusted=['{name}'])" in text
    schema = Schema((Feature("a"), Feature("b")))
    model = load_model(path, trusted=[name, "other.thing"], schema=schema)
    assert model.audit.trusted == (name,)
    assert model.audit.refused == ()


def test_trees_are_read_once_their_nodes_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "m.skops"
    for trained in (RandomForestClassifier(3), GradientBoostingClassifier(n_estimators=2), BaggingClassifier()):
        skops.io.dump(trained.fit(X, Y), path)
        model = load_model(path)
        assert model.audit.reviewed == ("sklearn.tree._tree.Tree",)
        np.testing.assert_array_equal(model.log_proba(X), load_model(trained).log_proba(X))
    skops.io.dump(HistGradientBoostingClassifier(max_iter=2).fit(X, Y), path)
    assert load_model(path).audit.refused == ()


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("left", 2**20, "a node's children are not after it"),
        ("right", 0, "a node's children are not after it"),
        ("feature_idx", 2, "a node splits on a column outside of the 2 that the model takes"),
    ],
)
def test_trees_that_lead_outside_are_refused(tmp_path: Path, field: str, value: int, text: str) -> None:
    trained = HistGradientBoostingClassifier(max_iter=2).fit(X, Y)
    trained._predictors[0][0].nodes[field][0] = value
    path = tmp_path / "m.skops"
    skops.io.dump(trained, path)
    with pytest.raises(ModelError) as caught:
        load_model(path)
    assert str(caught.value) == f"'{path}' holds a tree that can't be followed ({text}); save the model again"


def test_imputers_and_categories_of_frames_need_no_trust(tmp_path: Path) -> None:
    path = tmp_path / "m.skops"
    frame = pd.DataFrame({"a": X[:, 0], "b": pd.Categorical(np.where(X[:, 1] > 0, "u", "v"))})
    columns = make_column_transformer((SimpleImputer(), ["a"]), (OneHotEncoder(), ["b"]))
    for trained in (
        make_pipeline(columns, LogisticRegression()),
        HistGradientBoostingClassifier(categorical_features="from_dtype", max_iter=2),
    ):
        skops.io.dump(trained.fit(frame, Y), path)
        model = load_model(path)
        assert model.audit.untrusted
        assert model.audit.refused == ()


@pytest.mark.parametrize("kind", ["kd_tree", "ball_tree"])
def test_neighbour_trees_are_read_once_their_nodes_are_checked(tmp_path: Path, kind: str) -> None:
    trained = KNeighborsClassifier(algorithm=kind, leaf_size=4).fit(X, Y)
    path = tmp_path / "m.skops"
    skops.io.dump(trained, path)
    np.testing.assert_array_equal(load_model(path).log_proba(X), load_model(trained).log_proba(X))


@pytest.mark.parametrize(
    ("place", "field", "value", "text"),
    [
        (1, None, 60, "it refers to points that it does not hold"),
        (2, "idx_end", 61, "a node refers to points that it does not hold"),
        (2, "idx_start", -1, "a node refers to points that it does not hold"),
        (2, "is_leaf", 0, "a node's children are missing"),
    ],
)
def test_neighbour_trees_that_lead_outside_are_refused(
    tmp_path: Path, place: int, field: str | None, value: int, text: str
) -> None:
    trained = KNeighborsClassifier(algorithm="kd_tree", leaf_size=4).fit(X, Y)
    state = list(trained._tree.__getstate__())
    state[place] = state[place].copy()
    (state[place] if field is None else state[place][field])[-1] = value
    trained._tree.__setstate__(tuple(state))
    path = tmp_path / "m.skops"
    skops.io.dump(trained, path)
    with pytest.raises(ModelError) as caught:
        load_model(path)
    assert str(caught.value) == f"'{path}' holds a tree that can't be followed ({text}); save the model again"


def half(rows: Any) -> Any:
    return rows / 2


def _zip(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return buffer.getvalue()


NO_MODELS = {
    b"": "is no model file but an empty file",
    b"a,b\n1,2\n": "is no model file but text",
    b"price.\nhigh.": "is no model file but text",
    b'{"learner": 1}': "is no model file but JSON",
    b"\x08\x07\x12\x04skl2": "is no model file but a protocol buffer, such as ONNX",
    b"\x93NUMPY\x01": "is no model file but a numpy array",
    b"\xff\xfe\x00\x01": "is no model file but binary data of an unknown kind",
    b"PK\x03\x04": "is no model file but a damaged zip archive",
    _zip(a__txt=b"a"): "is no model file but a zip archive without skops' schema.json",
    _zip(data__pkl=b"a"): "is no model file but a torch file",
    _zip(a__npy=b"a"): "is no model file but a numpy archive",
    _zip(schema__json=b"{"): "is damaged: JSONDecodeError",
    _zip(schema__json=b"[]"): "holds a schema.json that is no object; it is damaged, or made to do harm",
    _zip(schema__json=b'{"__class__": "dict"}'): "holds the protocol None, which is none of skops",
}


@pytest.mark.parametrize("content", NO_MODELS, ids=lambda c: c[:8].hex() or "empty")
def test_files_that_hold_no_model(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.skops"
    path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        load_model(path)
    assert f"'{path}' {NO_MODELS[content]}" in one_line(caught.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ModelError, match=r"is a pipe or a device; copy what comes of it into a file first$"):
        load_model(tmp_path / "pipe")


def test_paths_that_hold_no_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"^model file 'nowhere.skops' does not exist; give the path of a model file$"):
        load_model("nowhere.skops")
    with pytest.raises(ModelError, match=r"is a folder; give the path of a model file$"):
        load_model(tmp_path)
    with pytest.raises(ModelError):
        load_model("a" * 5000)
    with pytest.raises(ModelError):
        load_model("a\0b")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind here")
def test_unreadable_file(tmp_path: Path) -> None:
    path = tmp_path / "m.skops"
    path.touch(mode=0)
    with pytest.raises(ModelError, match=r"can't be read: Permission denied; check its permissions$"):
        load_model(path)


@pytest.mark.parametrize("trained", [estimator(), DecisionTreeClassifier().fit(X, Y)], ids=["pipeline", "tree"])
def test_damaged_files_fail_in_one_line_or_load(tmp_path: Path, trained: Any) -> None:
    content = skops.io.dumps(trained)
    path = tmp_path / "m.skops"
    rng = np.random.default_rng(0)
    damaged = [content[:end] for end in rng.integers(1, len(content), 15)]
    for position in rng.integers(0, len(content), 150):
        flipped = bytearray(content)
        flipped[position] ^= int(rng.integers(1, 256))
        damaged.append(bytes(flipped))
    failures = 0
    for mutant in damaged:
        path.write_bytes(mutant)
        try:
            load_model(path, trust_pickle=False)
        except RetrodictError as error:
            one_line(error)
            failures += 1
    assert failures > len(damaged) / 2


@pytest.mark.parametrize("trained", [estimator(), DecisionTreeClassifier().fit(X, Y)], ids=["pipeline", "tree"])
def test_mutated_members_with_right_checksums(tmp_path: Path, trained: Any) -> None:
    """A checksum guards against accidents only: what it covers may be wrong too."""
    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(trained))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    rng = np.random.default_rng(1)
    path = tmp_path / "m.skops"
    for _ in range(150):
        name = sorted(members)[rng.integers(len(members))]
        flipped = bytearray(members[name])
        flipped[rng.integers(len(flipped))] ^= int(rng.integers(1, 256))
        with zipfile.ZipFile(path, "w") as archive:
            for other, content in {**members, name: bytes(flipped)}.items():
                archive.writestr(other, content)
        try:
            load_model(path)
        except RetrodictError as error:
            one_line(error)


@pytest.mark.parametrize("protocol", [0, 4])
def test_truncated_pickles(tmp_path: Path, protocol: int) -> None:
    content = pickle.dumps(estimator(), protocol)
    path = tmp_path / "m.pkl"
    for end in np.linspace(1, len(content) - 1, 20).astype(int):
        path.write_bytes(content[:end])
        with pytest.raises(ModelError) as caught:
            load_model(path, trust_pickle=True)
        one_line(caught.value)


NEEDED = "a fitted scikit-learn classifier or regressor is needed"
Y2 = np.column_stack([Y, Y])
NOT_MODELS = [
    ({"model": 1}, f"a dict; {OF_ALL} is needed"),
    ([1], f"a list; {OF_ALL} is needed"),
    (None, f"a NoneType; {OF_ALL} is needed"),
    (StandardScaler().fit(X), f"a StandardScaler, a transformer; {NEEDED}"),
    (KMeans(2, n_init=1).fit(X), f"a KMeans, a clusterer; {NEEDED}"),
    (IsolationForest(n_estimators=2).fit(X), f"an IsolationForest, an outlier detector; {NEEDED}"),
    (LogisticRegression(), "a LogisticRegression that is not fitted; fit it, then save it"),
    (make_pipeline(StandardScaler(), LogisticRegression()), "a Pipeline that is not fitted; fit it, then save it"),
    (
        GridSearchCV(LogisticRegression(), {"C": [1.0]}, cv=2, refit=False).fit(X, Y),
        "a GridSearchCV with refit=False, which keeps no model; save one that was refitted",
    ),
    *(
        (
            several,
            f"a {type(several).__name__} with several outputs a row; one is needed: save one model for each output",
        )
        for several in (
            KNeighborsClassifier().fit(X, Y2),
            DecisionTreeClassifier().fit(X, Y2),
            KNeighborsClassifier().fit(X, np.column_stack([Y == "no"] * 2)),
            LinearRegression().fit(X, X),
        )
    ),
]


@pytest.mark.parametrize(("thing", "text"), NOT_MODELS, ids=lambda v: type(v).__name__)
def test_what_is_no_model(tmp_path: Path, thing: Any, text: str) -> None:
    with pytest.raises(ModelError) as caught:
        load_model(thing)
    assert str(caught.value) == f"got {text}"
    path = tmp_path / "m.skops"
    skops.io.dump(thing, path)
    with pytest.raises(ModelError) as caught:
        load_model(path, trusted=audit_file(path).untrusted)
    assert str(caught.value) == f"'{path}' holds {text}"


def test_a_class_is_no_model() -> None:
    with pytest.raises(ModelError, match=r"^got the class LogisticRegression; a fitted .*: build and fit it$"):
        load_model(LogisticRegression)


def test_another_release_is_a_warning_on_the_model(tmp_path: Path) -> None:
    path = tmp_path / "m.pkl"
    content = pickle.dumps(LogisticRegression().fit(X, Y))
    version = __import__("sklearn").__version__.encode()
    path.write_bytes(content.replace(version, b"0" + version[1:]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = load_model(path, trust_pickle=True)
    (line,) = model.warnings
    assert (line.code, line.values["estimator"]) == ("other_release", "LogisticRegression")
    assert line.startswith("LogisticRegression was saved by scikit-learn 0")
    assert line.endswith("its outputs may differ")


def test_a_given_schema_completes_the_model() -> None:
    given = Schema((Feature("a", "integer", 0, 9), Feature("b")), Target("outcome"))
    model = load_model(estimator(), schema=given)
    assert model.schema.names == ("a", "b")
    assert model.schema["a"] == given["a"]
    assert model.schema.target == Target("outcome", ("no", "yes"))
    np.testing.assert_array_equal(model.log_proba(X), load_model(estimator()).log_proba(X))
    framed = LogisticRegression().fit(pd.DataFrame(X, columns=["b", "a"]), Y)
    assert load_model(framed, schema=given).schema.names == ("b", "a")


@pytest.mark.parametrize(
    ("names", "classes", "text"),
    [
        ("ab", (0, 1), "the schema's classes [0, 1] are not the model's ['no', 'yes']; leave them out"),
        ("ac", (), "the given schema lacks b and has c, which the model does not take; the model's columns are a, b"),
    ],
)
def test_a_given_schema_that_does_not_fit(names: str, classes: tuple[int, ...], text: str) -> None:
    framed = LogisticRegression().fit(pd.DataFrame(X, columns=["a", "b"]), Y)
    with pytest.raises(SchemaError) as caught:
        load_model(framed, schema=Schema(tuple(map(Feature, names)), Target(classes=classes)))
    assert str(caught.value) == text


def test_a_given_schema_of_another_width() -> None:
    with pytest.raises(SchemaError, match=r"^the given schema has 1 features but the model takes 2; list the columns"):
        load_model(estimator(), schema=Schema((Feature("a"),)))
