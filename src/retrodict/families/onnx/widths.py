"""Whether operators get as many columns as their stored numbers are for: compiled code reads them without a look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx

from retrodict.errors import ModelError
from retrodict.families.onnx.ensembles import widest
from retrodict.families.onnx.graph import Graph, attributes, entries, label_list, subgraphs
from retrodict.families.onnx.inputs import Layout
from retrodict.families.onnx.operators import TREES
from retrodict.families.onnx.runtime import Engine, bare
from retrodict.families.onnx.trial_rows import trial_feeds
from retrodict.plain_text import shown

Array = np.ndarray

_DAMAGED = "it is damaged: export the model again"
CHECKED = TREES | {"LinearClassifier", "LinearRegressor", "SVMClassifier", "SVMRegressor", "Scaler", "Imputer"}
_MOST_WAVES = 100
"""Models that feed models that feed models: stacks have three."""


def check_widths(model: onnx.ModelProto, layout: Layout) -> None:
    """Compare what each such operator needs with what it gets, at every number of rows that is used.

    What it gets is asked of onnxruntime itself, with the operators left out that were not compared yet.

    Raises
    ------
    ModelError
        If an operator gets another number of columns than its numbers are for.
    """
    graph = Graph(model.graph)
    if any(node.op_type in CHECKED for outer in graph.nodes for inner in subgraphs(outer) for node in _within(inner)):
        raise ModelError("a predictor in an inner graph, which is not run; export the model without it")
    known = {one.name: (None if one.flat else len(one.positions)) for one in layout.inputs}
    left = [node for node in graph.nodes if node.op_type in CHECKED]
    for _ in range(_MOST_WAVES):
        left = [node for node in left if not _judged(node, known)]
        if not left:
            return
        waiting = {name for node in left for name in node.output}
        names = list(dict.fromkeys(node.input[0] for node in left if not _after(graph, node.input[0], waiting)))
        if not names:
            break
        known |= _asked(model, layout, names)
    raise ModelError(f"predictors that feed one another in too many steps; {_DAMAGED}")


def _within(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    for node in graph.node:
        yield node
        for inner in subgraphs(node):
            yield from _within(inner)


def _after(graph: Graph, name: str, waiting: set[str]) -> bool:
    """Whether a tensor is computed from what operators give that were not judged yet."""
    return any(waiting & set(node.output) for node in graph.needed([name]))


def _asked(model: onnx.ModelProto, layout: Layout, names: list[str]) -> dict[str, int | None]:
    engine = Engine(bare(model, [onnx.ValueInfoProto(name=name) for name in names]), layout.size)
    found: dict[str, int | None] = {}
    for size in engine.sizes:
        for name, value in zip(names, engine.run(trial_feeds(layout, size), size), strict=True):
            width = int(np.shape(value)[-1]) if np.ndim(value) == 2 else None
            if found.setdefault(name, width) != width:
                raise ModelError(f"a number of columns that depends on the number of rows; {_DAMAGED}")
    return found


def _judged(node: onnx.NodeProto, known: dict[str, int | None]) -> bool:
    """Return whether a node's columns are known; raise where they are not what it needs."""
    if node.input[0] not in known:
        return False
    width = known[node.input[0]]
    if width is None:
        raise ModelError(f"a {node.op_type} whose input is no table; {_DAMAGED}")
    fault = _fault(node, width)
    if fault is not None:
        name = shown(node.name, 60)
        raise ModelError(f"a {node.op_type} {f'({name}) ' if name else ''}with {fault} for {width} columns; {_DAMAGED}")
    return True


def _fault(node: onnx.NodeProto, width: int) -> str | None:
    if node.op_type in TREES:
        return "splits by others" if widest(node) > width else None
    own = attributes(node)
    if node.op_type in ("Scaler", "Imputer"):
        names = ("offset", "scale", "imputed_value_floats", "imputed_value_int64s")
        return next((f"another {name}" for name in names if max(len(entries(own, name)), 1) not in (1, width)), None)
    if node.op_type.startswith("Linear"):
        outputs = len(entries(own, "intercepts")) or int(own.get("targets", 0)) or len(label_list(own)) or 1
        if node.op_type == "LinearRegressor":
            outputs = int(own.get("targets", 1))
            if len(entries(own, "intercepts")) not in (0, outputs):
                return "other intercepts"
        elif len(label_list(own)) not in (outputs, outputs + 1 if outputs == 1 else outputs):
            return "other classes"
        return None if len(entries(own, "coefficients")) == outputs * width else "other coefficients"
    return _svm_fault(own, width, node.op_type == "SVMClassifier")


def _svm_fault(own: dict[str, Any], width: int, classifier: bool) -> str | None:
    vectors, coefficients = len(entries(own, "support_vectors")), len(entries(own, "coefficients"))
    rho = len(entries(own, "rho"))
    if not vectors:  # a linear one without vectors
        rows = max(len(label_list(own)), 1) if classifier else 1
        return None if coefficients == rows * width and rho >= 1 else "other coefficients"
    n = vectors // width
    if vectors != n * width or len(entries(own, "kernel_params")) not in (0, 3):
        return "other support vectors"
    if not classifier:
        same = int(own.get("n_supports", n)) == n and coefficients == n
        return None if same and rho >= 1 else "other coefficients"
    counts = [int(one) for one in entries(own, "vectors_per_class")]
    k = len(label_list(own))
    pairs = k * (k - 1) // 2
    if len(counts) != k or min(counts, default=-1) < 0 or sum(counts) != n or coefficients != (k - 1) * n:
        return "other coefficients"
    odd = {len(entries(own, name)) for name in ("prob_a", "prob_b")}
    return None if rho == pairs and odd <= {0, pairs} and len(odd) == 1 else "other offsets"
