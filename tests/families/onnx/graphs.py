"""Fitted models, and the graphs that converters make of them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pandas as pd
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

N = 90
NAMES = ["age", "dose", "weight"]


def numbers(seed: int = 0) -> np.ndarray:
    """Return rows of three numbers that 32 bits carry: eighths, so that midpoints of two are exact too."""
    return np.round(np.random.default_rng(seed).normal(size=(N, 3)) * 8) / 8


def labels(X: np.ndarray, classes: int = 2) -> np.ndarray:
    score = X[:, 0] + X[:, 1] ** 2
    return np.array(["high", "low", "mid"])[pd.qcut(score, classes, labels=False)]


def graph(estimator: Any, X: np.ndarray, target: Any, **options: Any) -> onnx.ModelProto:
    """Return the graph of an estimator that is fitted to rows first."""
    estimator.fit(X, target)
    given = {id(estimator): options} if options else None
    return named(to_onnx(estimator, X[:1].astype(np.float32), options=given))


def named(made: onnx.ModelProto) -> onnx.ModelProto:
    """Return a graph with the names of its three columns in its metadata."""
    entry = made.metadata_props.add()
    entry.key, entry.value = "feature_names", json.dumps(NAMES)
    return made


def table(seed: int = 1) -> pd.DataFrame:
    """Return rows of two numbers and a list."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"age": rng.integers(20, 80, N) / 1.0, "dose": np.round(rng.normal(5, 2, N) * 8) / 8})
    frame["site"] = rng.choice(["north", "south", "west"], N)
    return frame


TYPES = [
    ("age", FloatTensorType([None, 1])),
    ("dose", FloatTensorType([None, 1])),
    ("site", StringTensorType([None, 1])),
]


def mixed(estimator: Any, encoder: Any = None) -> Any:
    """Return a pipeline over such a table."""
    encoded = (encoder or OneHotEncoder(handle_unknown="ignore"), ["site"])
    return make_pipeline(make_column_transformer((StandardScaler(), ["age", "dose"]), encoded), estimator)


def of_table(pipeline: Any, target: Any) -> onnx.ModelProto:
    """Return the graph of a pipeline, fitted to that table first, with an input for each column."""
    made: onnx.ModelProto = to_onnx(pipeline.fit(table(), target), initial_types=TYPES)
    return made


def own_outputs(model: onnx.ModelProto, feeds: dict[str, Any]) -> list[Any]:
    """Return what onnxruntime itself puts out on one thread: with more, its sums over trees end in another last bit."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    found: list[Any] = session.run(None, feeds)
    return found


def network(hidden: int = 4, ends: str = "Softmax", outputs: int = 3, seed: int = 0) -> onnx.ModelProto:
    """Return a network of two layers as libraries of networks export them: one input, one output."""
    rng = np.random.default_rng(seed)
    shapes = {"w0": (3, hidden), "b0": (hidden,), "w1": (hidden, outputs), "b1": (outputs,)}
    stored = [
        onnx.numpy_helper.from_array(rng.normal(size=shape).astype(np.float32), name) for name, shape in shapes.items()
    ]
    node = onnx.helper.make_node
    nodes = [node("Gemm", ["input", "w0", "b0"], ["h"]), node("Relu", ["h"], ["a"])]
    nodes.append(node("Gemm", ["a", "w1", "b1"], ["scores" if ends else "output"]))
    nodes += [node(ends, ["scores"], ["output"])] if ends else []
    value = onnx.helper.make_tensor_value_info
    ends_of = [value("input", 1, ["batch", 3])], [value("output", 1, ["batch", outputs])]
    made = onnx.helper.make_graph(nodes, "main_graph", *ends_of, stored)
    return onnx.helper.make_model(made, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
