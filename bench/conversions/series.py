"""All numbers that a model file holds, in the order of the file, under the name that each stands by."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import numpy as np
import onnx
from onnx import numpy_helper
from sklearn.pipeline import Pipeline

Series = dict[str, np.ndarray]
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def _gathered(pairs: Iterator[tuple[str, float]]) -> Series:
    found: dict[str, list[float]] = defaultdict(list)
    for name, value in pairs:
        found[name].append(value)
    return {name: np.array(values, dtype=np.float64) for name, values in found.items()}


def of_xml(content: bytes) -> Series:
    """Return the numbers of an XML file: by attribute, and of texts by element."""

    def pairs() -> Iterator[tuple[str, float]]:
        for element in ElementTree.fromstring(content).iter():
            tag = element.tag.rpartition("}")[2]
            for name, value in element.attrib.items():
                yield from ((f"{tag}.{name}", float(one)) for one in _NUMBER.findall(value) if one == value)
            yield from ((tag, float(one)) for one in _NUMBER.findall(element.text or ""))

    return _gathered(pairs())


def of_json(content: bytes) -> Series:
    """Return the numbers of a JSON file by the nearest key."""

    def pairs(value: Any, name: str) -> Iterator[tuple[str, float]]:
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from pairs(inner, key)
        elif isinstance(value, list):
            for inner in value:
                yield from pairs(inner, name)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield name, float(value)
        elif isinstance(value, str):
            yield from ((name, float(one)) for one in _NUMBER.findall(value) if value.strip("[]") == one)

    return _gathered(pairs(json.loads(content), ""))


def of_lines(content: bytes) -> Series:
    """Return the numbers of a text of lines ``name=1 2 3``, as LightGBM writes."""
    lines = [line.partition("=") for line in content.decode().splitlines()]
    return _gathered((name, float(one)) for name, _, rest in lines for one in _NUMBER.findall(rest))


def of_graph(content: bytes) -> Series:
    """Return the numbers of an ONNX file: by attribute, and by stored tensor; of several operators together."""
    model = onnx.ModelProto.FromString(content)

    def arrays(graph: onnx.GraphProto) -> Iterator[tuple[str, np.ndarray]]:
        yield from ((one.name, numpy_helper.to_array(one)) for one in graph.initializer)
        for node in graph.node:
            for one in node.attribute:
                value = onnx.helper.get_attribute_value(one)
                if isinstance(value, onnx.GraphProto):
                    yield from arrays(value)
                elif isinstance(value, onnx.TensorProto):
                    yield f"{node.op_type}.{one.name}", numpy_helper.to_array(value)
                else:
                    yield f"{node.op_type}.{one.name}", np.atleast_1d(np.asarray(value))

    found: dict[str, list[np.ndarray]] = defaultdict(list)
    for name, array in arrays(model.graph):
        if array.dtype.kind in "fiu":
            found[name].append(array.ravel().astype(np.float64))
    texts = {f"metadata.{one.key}": of_json(json.dumps(one.value).encode()) for one in model.metadata_props}
    told = {name: values for name, one in texts.items() for values in one.values()}
    return {name: np.concatenate(parts) for name, parts in found.items()} | told


def of_estimator(estimator: Any) -> Series:
    """Return the numbers of a fitted estimator of scikit-learn: its arrays, and those of its trees."""
    found: dict[str, list[np.ndarray]] = defaultdict(list)
    for one in [step for _, step in estimator.steps] if isinstance(estimator, Pipeline) else [estimator]:
        for name, value in vars(one).items():
            array = np.asarray(value) if isinstance(value, np.ndarray) else None
            if array is not None and array.dtype.kind in "fiu":
                found[name].append(array.ravel())
        for tree in np.ravel(np.asarray(getattr(one, "estimators_", []), dtype=object)):
            state = tree.tree_.__getstate__()
            found["value"].append(state["values"].ravel())
            for name in state["nodes"].dtype.names:
                found[name].append(state["nodes"][name])
        for tree in [tree for stage in getattr(one, "_predictors", []) for tree in stage]:
            for name in tree.nodes.dtype.names:
                found[name].append(tree.nodes[name])
        edges = getattr(getattr(one, "_bin_mapper", None), "bin_thresholds_", None)
        if edges is not None:
            found["bin_thresholds_"] += [np.asarray(one) for one in edges]
    return {name: np.concatenate([np.ravel(part) for part in parts]).astype(float) for name, parts in found.items()}
