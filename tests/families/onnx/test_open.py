"""Files are told by their bytes; what could do harm is refused in one line, in bounded time and memory."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from sklearn.base import is_classifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeRegressor

import retrodict as rd
from retrodict.errors import MissingExtraError, ModelError
from retrodict.families.onnx import open as opening
from retrodict.models.family import Source
from retrodict.models.opening import audit_file
from tests.families.onnx.fixtures import FIXTURES, told
from tests.families.onnx.graphs import graph, labels, network, numbers
from tests.families.onnx.make_files import rows

node = helper.make_node


def recognised(content: bytes) -> bool:
    return opening.recognises(Source(Path("x"), content))


def stored(value: Any, name: str, kind: type = np.int64) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(value, dtype=kind), name)


def made(
    nodes: list[onnx.NodeProto], *tensors: onnx.TensorProto, shape: tuple[Any, ...] = (None, 3)
) -> onnx.ModelProto:
    """Return a graph from `X` to `Y`."""
    ends = [helper.make_tensor_value_info("X", 1, shape)], [helper.make_tensor_value_info("Y", 1, None)]
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    return helper.make_model(helper.make_graph(nodes, "g", *ends, list(tensors)), opset_imports=opsets, ir_version=8)


STUMP: dict[str, Any] = {
    "nodes_treeids": [0, 0, 0],
    "nodes_nodeids": [0, 1, 2],
    "nodes_featureids": [2, 0, 0],
    "nodes_values": [0.5, 0.0, 0.0],
    "nodes_modes": ["BRANCH_LEQ", "LEAF", "LEAF"],
    "nodes_truenodeids": [1, 0, 0],
    "nodes_falsenodeids": [2, 0, 0],
    "target_treeids": [0, 0],
    "target_nodeids": [1, 2],
    "target_ids": [0, 0],
    "target_weights": [1.0, 2.0],
    "n_targets": 1,
}


def stump(**changed: Any) -> onnx.ModelProto:
    return made([node("TreeEnsembleRegressor", ["X"], ["Y"], domain="ai.onnx.ml", **STUMP | changed)])


def refused(model: onnx.ModelProto | bytes, folder: Path, match: str) -> None:
    path = folder / "x.onnx"
    path.write_bytes(model if isinstance(model, bytes) else model.SerializeToString())
    with pytest.raises(ModelError, match=match) as error:
        rd.load_model(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", FIXTURES)
def test_files_of_two_releases_predict_as_they_did(name: str) -> None:
    model, fixture = rd.load_model(FIXTURES[name].path), FIXTURES[name]
    assert fixture.same(model)
    X, own = rows().astype(np.float64), told(fixture.path)["estimator"]
    said = np.exp(model.log_proba(X)) if model.schema.target.is_class else model.predict(X)
    np.testing.assert_allclose(said, own, atol=1e-6)
    assert model.audit.written_by.startswith(("skl2onnx", "OnnxMLTools"))


def test_files_are_told_by_their_bytes() -> None:
    content = network().SerializeToString()
    assert recognised(content)
    assert recognised(content[: len(content) // 2])  # cut short: damaged, not something else
    assert not recognised(b"\x08\x07")
    assert not recognised(b"\x08\x07" * 50)
    assert not recognised(b"\x08\x96\x01\x12\x07testing" * 3)
    assert not recognised(helper.make_tensor("t", 1, [2], [1.0, 2.0]).SerializeToString())
    assert not recognised(network().graph.SerializeToString())
    rng = np.random.default_rng(0)
    assert not any(recognised(b"\x08" + rng.bytes(200)) for _ in range(500))


def test_an_audit_builds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    model = network()
    model.producer_name, model.producer_version = "pytorch", "2.9.1\x1b[2J"
    path.write_bytes(model.SerializeToString())
    audit = audit_file(path)
    assert (audit.format, audit.size, audit.untrusted) == ("onnx", path.stat().st_size, ())
    assert audit.written_by == "pytorch 2.9.1\\x1b[2J"


ITERATED = helper.make_graph(
    [node("Identity", ["c"], ["d"]), node("Identity", ["x"], ["y"])],
    "body",
    [helper.make_tensor_value_info(*one) for one in (("i", 7, []), ("c", 9, []), ("x", 1, None))],
    [helper.make_tensor_value_info(*one) for one in (("d", 9, []), ("y", 1, None))],
)
HARMFUL: dict[str, tuple[Callable[[], onnx.ModelProto], str]] = {
    "a loop": (lambda: made([node("Loop", ["", "", "X"], ["Y"], body=ITERATED)]), "the operator 'Loop'"),
    "random numbers": (lambda: made([node("RandomNormalLike", ["X"], ["Y"])]), "the operator 'RandomNormalLike'"),
    "code of others": (
        lambda: made([node("Evil", ["X"], ["Y"], domain="my.ops")]),
        "'Evil' of 'my.ops', .* code for it is not loaded",
    ),
    "a size from a row": (
        lambda: made(
            [
                node("Cast", ["X"], ["i"], to=7),
                node("ReduceMax", ["i"], ["k"], keepdims=0),
                node("Reshape", ["k", "one"], ["s"]),
                node("ConstantOfShape", ["s"], ["Z"]),
                node("ReduceSum", ["Z"], ["r"], keepdims=0),
                node("Mul", ["X", "r"], ["Y"]),
            ],
            stored([1], "one"),
        ),
        "ConstantOfShape with a size or choice that only the values of a row tell",
    ),
    "a large array": (
        lambda: made(
            [
                node("ConstantOfShape", ["s"], ["Z"]),
                node("ReduceSum", ["Z"], ["r"], keepdims=0),
                node("ReduceMean", ["X"], ["m"], axes=[1]),
                node("Add", ["m", "r"], ["Y"]),
            ],
            stored([3 << 30], "s"),
        ),
        "can't be run|in a process of its own",
    ),
    "rows that mix": (
        lambda: made(
            [
                node("ReduceMean", ["X"], ["m"], axes=[0]),
                node("Sub", ["X", "m"], ["d"]),
                node("ReduceSum", ["d", "one"], ["Y"]),
            ],
            stored([1], "one"),
        ),
        "depend on the rows beside it",
    ),
    "images": (lambda: made([node("Flatten", ["X"], ["Y"])], shape=(None, 3, 8, 8)), "4 dimensions"),
    "several values": (lambda: made([node("Identity", ["X"], ["Y"])]), "3 outputs a row without a softmax"),
    "nothing made": (lambda: made([node("Add", ["X", "gone"], ["Y"])]), "'gone' that nothing makes"),
    "one name twice": (
        lambda: made([node("Relu", ["X"], ["Y"]), node("Relu", ["Y"], ["Y"])]),
        "two tensors of the name 'Y'",
    ),
    "no inputs": (lambda: made([node("Relu", [], ["Y"])]), "a Relu with 0 inputs"),
    "a wrong tensor": (
        lambda: made(
            [node("MatMul", ["X", "W"], ["Y"])], onnx.TensorProto(name="W", data_type=1, dims=[3, 9], raw_data=b"abcd")
        ),
        "'W' with other content than its shape says",
    ),
    "a vast tensor": (
        lambda: made([node("MatMul", ["X", "W"], ["Y"])], onnx.TensorProto(name="W", data_type=1, dims=[2**40, 2**40])),
        "'W' of an impossible shape",
    ),
}
TREES: dict[str, tuple[dict[str, Any], str]] = {
    "a column that is not there": ({"nodes_featureids": [700, 0, 0]}, "splits by others for 3 columns"),
    "a circle": (
        {"nodes_truenodeids": [0, 0, 0]},
        "a child that is no node|nodes that have no parent",
    ),
    "a child beyond": ({"nodes_falsenodeids": [9, 0, 0]}, "a child or leaf that is no node"),
    "a negative child": ({"nodes_falsenodeids": [-5, 0, 0]}, "a child or leaf that is no node"),
    "unequal lists": ({"nodes_values": [0.5]}, "lists of unequal lengths"),
    "no such output": ({"target_ids": [0, 3]}, "target_ids out of range"),
    "no such leaf": ({"target_nodeids": [1, 7]}, "a child or leaf that is no node"),
    "no such mode": ({"nodes_modes": ["BRANCH_UP", "LEAF", "LEAF"]}, "a mode that there is none of"),
    "too many outputs": ({"n_targets": 2**31 - 1}, "many more outputs than values of leaves"),
    "starts for others": ({"base_values": [1.0, 2.0, 3.0]}, "base_values of a wrong number"),
}


@pytest.mark.parametrize("name", HARMFUL)
def test_harmful_graphs_are_refused(name: str, tmp_path: Path) -> None:
    refused(HARMFUL[name][0](), tmp_path, HARMFUL[name][1])


@pytest.mark.parametrize("name", TREES)
def test_trees_that_are_none_are_refused(name: str, tmp_path: Path) -> None:
    assert rd.load_model(stump()).predict(np.eye(3)).tolist() == [1.0, 1.0, 2.0]
    refused(stump(**TREES[name][0]), tmp_path, TREES[name][1])


def test_a_column_is_looked_for_behind_other_operators(tmp_path: Path) -> None:
    trees = node("TreeEnsembleRegressor", ["Q"], ["Y"], domain="ai.onnx.ml", **STUMP)
    narrow = made([node("Slice", ["X", "zero", "two", "one"], ["Q"]), trees],
                  *(stored([i], name) for i, name in enumerate(("zero", "one", "two"))))  # fmt: skip
    refused(narrow, tmp_path, "splits by others for 2 columns")


def test_other_files_are_not_opened(tmp_path: Path) -> None:
    outside = made([node("MatMul", ["X", "W"], ["Y"])], onnx.TensorProto(name="W", data_type=1, dims=[3, 1]))
    tensor = outside.graph.initializer[0]
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    refused(outside, tmp_path, "'W' in another file, and no other file is opened")


def test_newer_files_name_what_to_install(tmp_path: Path) -> None:
    model = network()
    model.opset_import[0].version = 999
    refused(model, tmp_path, f"ai.onnx 999, and the installed onnx {onnx.__version__} knows .* install a newer onnx")
    model.ir_version = 99
    refused(model, tmp_path, "a model of IR version 99")


def test_functions_can_be_inlined(tmp_path: Path) -> None:
    model = network()
    parts = ["F", ["a"], ["b"], [node("Relu", ["a"], ["b"])], [helper.make_opsetid("", 17)]]
    model.functions.append(helper.make_function("local", *parts))
    refused(model, tmp_path, "inline them with onnx.inliner.inline_local_functions")


@pytest.mark.parametrize(
    "estimator", [LogisticRegression(), SVC(), LinearRegression(), DecisionTreeRegressor(random_state=0)]
)
def test_numbers_of_another_width_are_refused(estimator: Any, tmp_path: Path) -> None:
    X = numbers()
    model = graph(estimator, X, labels(X) if is_classifier(estimator) else X[:, 0])
    dims = model.graph.input[0].type.tensor_type.shape.dim
    dims[1].dim_value = 2
    refused(model, tmp_path, "for 2 columns; it is damaged")


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9, 0.99])
def test_cut_files_are_refused(part: float, tmp_path: Path) -> None:
    content = network().SerializeToString()
    refused(content[: int(part * len(content))], tmp_path, "no whole ONNX model|is no model file")


def test_a_crowd_of_nothing_is_refused(tmp_path: Path) -> None:
    crowd = b"\x0a\x00" * 300_000  # operators of two bytes each
    size = bytes([len(crowd) & 127 | 128, len(crowd) >> 7 & 127 | 128, len(crowd) >> 14])
    refused(b"\x08\x08\x3a" + size + crowd, tmp_path, "more parts than any model has")


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.onnx"
    path.write_bytes(network().SerializeToString())
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingExtraError, match=r"reading ONNX models needs onnxruntime, .* 'retrodict\[onnx\]'"):
        rd.load_model(path)
