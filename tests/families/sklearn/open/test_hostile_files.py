"""Files that are made to end the process, to take all memory, or to say what is not so."""

from __future__ import annotations

import contextlib
import copy
import io
import os
import signal
import time
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.cluster import KMeans
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

import retrodict
from retrodict.errors import ModelError
from retrodict.families.sklearn.open.file_graph import FREE_VISITS
from retrodict.families.sklearn.open.tree_state import state_of
from retrodict.families.sklearn.structure.all_objects import objects_within
from retrodict.models import audit_file, load_model
from retrodict.models import trial as trials
from retrodict.models.file_members import FREELY_UNPACKED
from tests.fuzz.skops_mutations import Parts

X = np.random.default_rng(0).normal(size=(60, 3))
Y = np.where(X[:, 0] > 0, "yes", np.where(X[:, 1] > 0, "no", "maybe"))


def refusal(path: Path, content: bytes, **settings: Any) -> str:
    path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        load_model(path, **settings)
    text = str(caught.value)
    assert text.isprintable()
    assert len(text) < 1_000
    return text


def held(parts: Parts, name: str) -> Any:
    """Return the node of an attribute, wherever in the file it stands, made one of its own."""
    node = next(node for _, key, node in parts.nodes() if key == name)
    node.pop("__id__", None)  # what is small (a number, None) is shared, and read where it stands first
    return node


Edit = Callable[[Parts], None]


def put(name: str, make: Callable[[np.ndarray], Any]) -> Edit:
    def edit(parts: Parts) -> None:
        node = held(parts, name)
        array = parts.array(node)
        assert array is not None
        parts.store(node, np.asarray(make(array)))

    return edit


def put_field(name: str, field: str, value: Any, where: int = 0) -> Edit:
    def make(array: np.ndarray) -> np.ndarray:
        array = array.copy()
        array[field][where] = value
        return array

    return put(name, make)


def put_value(name: str, text: str) -> Edit:
    return lambda parts: held(parts, name).update(content=text)


def put_nothing(name: str) -> Edit:
    nothing = {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "content": "null"}
    return lambda parts: held(parts, name).update(nothing)


TREE, SVM = DecisionTreeClassifier(max_depth=3, random_state=0), SVC()
NEAR, KD = KNeighborsClassifier(algorithm="brute"), KNeighborsClassifier(algorithm="kd_tree", leaf_size=5)
HISTOGRAM = HistGradientBoostingClassifier(max_iter=2, max_leaf_nodes=4, categorical_features=[2])
CODES = np.column_stack([X[:, :2], np.arange(60) % 3])

EDITS: list[tuple[Any, Edit, str]] = [
    (TREE, put("nodes", lambda a: a[0]), "its nodes are no array of nodes"),
    (TREE, put("nodes", lambda a: a[:-1]), "its node count and depth do not match its nodes"),
    (TREE, put_value("node_count", "1000000"), "its node count and depth do not match its nodes"),
    (TREE, put("values", lambda a: a[..., :1]), "its values do not match its nodes"),
    (TREE, put("values", lambda a: a * np.nan), "a node's value is no number"),
    (TREE, put_field("nodes", "n_node_samples", 2**62), "a node counts less than no rows, or more than"),
    (TREE, put_field("nodes", "n_node_samples", 61), "a node counts other rows than its children"),
    (TREE, put_field("nodes", "right_child", 1), "a node has two parents or none"),
    (TREE, put("classes_", lambda a: a[0]), "its classes are no list"),
    (TREE, put("classes_", lambda a: a[:0]), "it has 0 classes"),
    (TREE, put("classes_", lambda a: a[[0, 0, 1]]), "two of its classes are one"),
    (TREE, put("classes_", lambda a: a[:2]), "it has 2 classes and says 3"),
    (TREE, put_value("n_features_in_", "2"), "it was grown on 3 columns, and its model takes 2"),
    (TREE, put("n_classes_", lambda a: a + 999_999_997), "it has 3 classes and says 1,000,000,000"),
    (TREE, put_nothing("nodes"), "its nodes are no array of nodes"),
    (TREE, lambda parts: parts.schema["content"]["content"].pop("tree_"), "its tree_ is missing"),
    (SVM, put("support_vectors_", lambda a: a[:0, :0]), "its support vectors do not match their counts"),
    (SVM, put("_n_support", lambda a: a * 10**7), "its counts of support vectors do not match them"),
    (SVM, put("_n_support", lambda a: a * np.int32([1, 1, -1])), "its counts of support vectors do not match them"),
    (SVM, put("_dual_coef_", lambda a: a[:1]), "its coefficients do not match its support vectors"),
    (SVM, put("_intercept_", lambda a: a[:1]), "its coefficients do not match its support vectors"),
    (NEAR, put("_y", lambda a: a + 1_000), "its labels do not match its classes"),
    (NEAR, put("_fit_X", lambda a: a[:, :2]), "it takes 3 columns and its _fit_X has 2"),
    (NEAR, put_value("n_samples_fit_", "300000000"), "it stores another number of rows than it says"),
    (KD, put_nothing("_tree"), "its tree is missing"),
    (
        LogisticRegression(),
        put_value("n_features_in_", "1000000000"),
        "it takes 1,000,000,000 columns and its coef_ has 3",
    ),
    (LogisticRegression(), put_value("n_features_in_", "-3"), "the number of columns that it takes is none"),
    (LogisticRegression(), put_value("n_jobs", "100000"), "its n_jobs asks for no number of threads"),
    (
        make_pipeline(KMeans(2, n_init=1), LogisticRegression()),
        put("cluster_centers_", lambda a: a[:, :2]),
        "it takes 3 columns and its cluster_centers_ has 2",
    ),
]


@pytest.mark.parametrize(("model", "edit", "text"), EDITS, ids=[text for *_, text in EDITS])
def test_states_that_contradict_themselves_are_refused(tmp_path: Path, model: Any, edit: Edit, text: str) -> None:
    parts = Parts.of(skops.io.dumps(copy.deepcopy(model).fit(X, Y)))
    edit(parts)
    assert text in refusal(tmp_path / "m.skops", parts.content(compressed=False))


def test_neighbour_trees_need_their_metric(tmp_path: Path) -> None:
    parts = Parts.of(skops.io.dumps(copy.deepcopy(KD).fit(X, Y)))
    state = held(parts, "_tree")["content"]["content"]
    state[11] = {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "content": "null"}
    assert "its metric is missing" in refusal(tmp_path / "m.skops", parts.content(compressed=False))


def test_categories_of_histogram_boosting_lie_in_their_sets(tmp_path: Path) -> None:
    trained = copy.deepcopy(HISTOGRAM).fit(CODES, Y)
    path = tmp_path / "m.skops"
    skops.io.dump(trained, path)
    assert load_model(path).schema.names == ("x0", "x1", "x2")
    trained._bin_mapper.bin_thresholds_[0] = np.array([0.0, 1.0, 5e6])
    assert "a category's code is too large" in refusal(path, skops.io.dumps(trained))


def test_members_of_gradient_boosting_are_trees_of_one_output(tmp_path: Path) -> None:
    trained = GradientBoostingClassifier(n_estimators=2).fit(X, Y)
    trained.estimators_[0, 0] = DecisionTreeClassifier(max_depth=2).fit(X, Y)
    assert "its trees have several outputs" in refusal(tmp_path / "m.skops", skops.io.dumps(trained))


@pytest.mark.parametrize("edit", ["indices", "indptr", "shape"])
def test_sparse_matrices_lie_in_their_shape(tmp_path: Path, edit: str) -> None:
    trained = LogisticRegression().fit(X, Y).sparsify()
    path = tmp_path / "m.skops"
    skops.io.dump(trained, path)
    assert load_model(path).schema.names == ("x0", "x1", "x2")
    matrix = {"data": trained.coef_.data, "indices": trained.coef_.indices, "indptr": trained.coef_.indptr}
    matrix["shape"] = np.array(trained.coef_.shape)
    matrix[edit] = matrix[edit].copy()
    matrix[edit][1] = {"indices": 10**6, "indptr": 10**6, "shape": 2}[edit]
    buffer = io.BytesIO()
    np.savez(buffer, format=b"csr", **matrix)
    parts = Parts.of(path.read_bytes())
    parts.members[held(parts, "coef_")["file"]] = buffer.getvalue()
    text = refusal(path, parts.content(compressed=False))
    expected = {"shape": "its coef_ has 2", "indices": "can't be followed", "indptr": "can't be"}
    assert expected[edit] in text


def listed(items: list[Any], number: int, loader: str = "ListNode") -> dict[str, Any]:
    node = {"__class__": "list", "__module__": "builtins", "__loader__": loader, "__id__": number}
    return {**node, "content": items} if loader == "ListNode" else node


def test_references_that_double_are_counted_before_they_are_followed(tmp_path: Path) -> None:
    parts = Parts.of(skops.io.dumps(GaussianNB().fit(X, Y)))
    node = held(parts, "priors")
    for level in range(50):
        node["__id__"] = level + 1
        node = listed([node, listed([], level + 1, "CachedNode")], 0)
    parts.schema["content"]["content"]["priors"] = node
    assert f"more than {FREE_VISITS:,} objects" in refusal(tmp_path / "m.skops", parts.content(compressed=False))


def test_what_contains_itself_and_what_is_too_deep(tmp_path: Path) -> None:
    parts = Parts.of(skops.io.dumps(GaussianNB().fit(X, Y)))
    parts.schema["content"]["content"]["priors"] = listed([listed([], 7, "CachedNode")], 7)
    assert "a part that contains itself" in refusal(tmp_path / "m.skops", parts.content(compressed=False))
    node: Any = listed([], 1)
    for level in range(110):
        node = listed([node], 2 + level)
    parts.schema["content"]["content"]["priors"] = node
    assert "nested more than 200 levels deep" in refusal(tmp_path / "m.skops", parts.content(compressed=False))


def test_a_small_file_that_unpacks_to_much_is_not_unpacked(tmp_path: Path) -> None:
    parts = Parts.of(skops.io.dumps(GaussianNB().fit(X, Y)))
    parts.members["zeros.npy"] = bytes(FREELY_UNPACKED)
    text = refusal(tmp_path / "m.skops", parts.content(compressed=True))
    assert f"and at most {FREELY_UNPACKED:,} are unpacked" in text
    assert "it is damaged, or made to do harm" in text


@pytest.mark.parametrize(
    ("dtype", "shape", "text"),
    [
        ("'<f8'", "(4611686018427387904,)", "an array whose header says 4611686018427387904 elements of 8 bytes"),
        ("'|V0'", "(4611686018427387904,)", "an array whose header says 4611686018427387904 elements of 0 bytes"),
        ("'|O'", "(3,)", "an array of dtype |O, which would be read as a pickle"),
        ("'<f8'", "(-3,)", "an array of the impossible shape -3"),
        ("'<f8'", "open('x')", "an array without a readable header"),
    ],
)
def test_headers_are_held_against_the_bytes(tmp_path: Path, dtype: str, shape: str, text: str) -> None:
    parts = Parts.of(skops.io.dumps(GaussianNB().fit(X, Y)))
    line = f"{{'descr': {dtype}, 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    name = held(parts, "theta_")["file"]
    parts.members[name] = b"\x93NUMPY\x01\x00" + len(line).to_bytes(2, "little") + line.encode() + bytes(24)
    assert text in refusal(tmp_path / "m.skops", parts.content(compressed=False))


def test_a_table_of_more_rows_than_memory_is_not_laid_out(tmp_path: Path) -> None:
    trained = RandomForestClassifier(2, max_depth=2, random_state=0).fit(X, Y)
    trained._n_samples = trained._n_samples_bootstrap = 10**9
    skops.io.dump(trained, tmp_path / "m.skops")
    with pytest.raises(ModelError, match=r"says that its 2 trees were grown on 1,000,000,000 rows"):
        retrodict.rebuild(tmp_path / "m.skops")


def test_what_a_partial_holds_is_walked(tmp_path: Path) -> None:
    inside = DecisionTreeClassifier(max_depth=2).fit(X, Y)
    hidden = partial(np.add, inside, out=KNeighborsClassifier())
    found = [part for _, part in objects_within(make_pipeline(FunctionTransformer(hidden), StandardScaler()))]
    assert any(part is inside for part in found)
    assert any(type(part) is KNeighborsClassifier for part in found)
    trained = make_pipeline(FunctionTransformer(partial(np.add, 1.0)), LogisticRegression()).fit(X, Y)
    trained[0].func = partial(np.add, inside)
    parts = Parts.of(skops.io.dumps(trained))
    put_field("nodes", "feature", 10**6)(parts)
    text = refusal(tmp_path / "m.skops", parts.content(compressed=False))
    assert "a node splits on a column outside of the 3" in text


def test_a_reviewed_type_is_built_as_skops_writes_it_and_in_no_other_way(tmp_path: Path) -> None:
    parts = Parts.of(skops.io.dumps(copy.deepcopy(TREE).fit(X, Y)))
    held(parts, "tree_")["__loader__"] = "LossNode"  # which would call the type with arguments of the file's choice
    text = refusal(tmp_path / "m.skops", parts.content(compressed=False))
    assert "builds sklearn.tree._tree.Tree in another way than skops writes" in text


def test_column_selectors_by_numpy_types_need_no_trust(tmp_path: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    columns = make_column_transformer(
        (StandardScaler(), make_column_selector(dtype_include=np.number)),
        ("drop", make_column_selector(dtype_include=[object, "category", pd.CategoricalDtype])),
    )
    path = tmp_path / "m.skops"
    skops.io.dump(make_pipeline(columns, LogisticRegression()).fit(frame, Y), path)
    assert "numpy.number" in audit_file(path).untrusted
    assert load_model(path).audit.refused == ()
    parts = Parts.of(path.read_bytes())
    number = next(node for _, _, node in parts.nodes() if node["__class__"] == "number")
    number.update({"__loader__": "ObjectNode", "content": None})
    assert "in another way than skops writes" in refusal(path, parts.content(compressed=False))


class Loud(ClassifierMixin, BaseEstimator):
    """Prints when it is asked, as some estimators do."""

    def __init__(self, verbose: int = 1) -> None:
        self.verbose = verbose

    def fit(self, X: Any, y: Any) -> Any:
        self.n_features_in_, self.classes_ = X.shape[1], np.unique(y)
        return self

    def predict(self, X: Any) -> Any:
        if self.verbose:
            print("predicting")
        return np.repeat(self.classes_[0], len(X))


def test_a_models_own_messages_never_reach_standard_output(tmp_path: Path) -> None:
    path = tmp_path / "m.skops"
    skops.io.dump(RandomForestClassifier(2, verbose=100, random_state=0).fit(X, Y), path)
    heard = io.StringIO()
    loud = Loud().fit(X, Y)
    with contextlib.redirect_stdout(heard):
        model = load_model(path)
        model.log_proba(X)
        load_model(loud).log_proba(X)
    assert heard.getvalue() == ""
    assert model.estimator.verbose == 0
    assert loud.verbose == 1  # a model in memory is its owner's


@pytest.mark.skipif(not trials.can_fork(), reason="a copy of the process can't be had here")
@pytest.mark.parametrize(
    ("work", "text"),
    [
        (lambda: None, None),
        (lambda: 1 / 0, None),
        (lambda: os.kill(os.getpid(), signal.SIGSEGV), "it ends with SIGSEGV"),
        (lambda: np.ones(2**31), "it takes all the memory that it is given"),
    ],
    ids=["nothing", "an exception", "a crash", "memory"],
)
def test_a_child_tells_how_it_ended(work: Callable[[], object], text: str | None) -> None:
    assert trials.endured(work, seconds=20, memory=2**30) == text


@pytest.mark.skipif(not trials.can_fork(), reason="a copy of the process can't be had here")
def test_a_child_that_does_not_end_is_ended() -> None:
    def forever() -> None:
        while True:
            time.process_time()

    assert trials.endured(forever, seconds=1) == "it does not end, or takes more memory than there is"


@pytest.mark.skipif(not trials.can_fork(), reason="a copy of the process can't be had here")
def test_a_model_that_crashes_is_refused_and_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m.skops"
    skops.io.dump(LinearRegression().fit(X, X[:, 0]), path)
    own = os.getpid()

    def predict(self: Any, rows: Any) -> Any:
        assert os.getpid() != own
        os.kill(os.getpid(), signal.SIGSEGV)

    monkeypatch.setattr(LinearRegression, "predict", predict)
    text = refusal(path, path.read_bytes())
    assert "a LinearRegression that makes scikit-learn fail" in text
    assert "it ends with SIGSEGV; it is damaged, or made to do harm" in text


def test_names_of_a_file_are_shown_escaped_and_cut(tmp_path: Path) -> None:
    parts = Parts.of(skops.io.dumps(LogisticRegression().fit(X, Y)))
    parts.schema["__class__"] = "\x1b[2J\u202e" + "a" * 5_000
    text = refusal(tmp_path / "m.skops", parts.content(compressed=False))
    assert r"\x1b[2J\u202e" in text


def test_members_of_a_wrong_checksum_are_refused(tmp_path: Path) -> None:
    content = bytearray(skops.io.dumps(GaussianNB().fit(X, Y)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entry = archive.infolist()[0]
    content[entry.header_offset + 140] ^= 1
    assert "is damaged" in refusal(tmp_path / "m.skops", bytes(content))


def test_a_trees_state_is_what_builds_it_again() -> None:
    tree = copy.deepcopy(TREE).fit(X, Y).tree_
    arguments, state = state_of(tree)
    assert arguments[0] == 3
    assert state["node_count"] == len(state["nodes"]) == tree.node_count
