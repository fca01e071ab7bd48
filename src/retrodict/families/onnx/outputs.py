"""What a graph's outputs are: labels with probabilities or margins, probabilities alone, or a value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import onnx
from jaxtyping import Float

from retrodict.errors import ModelError
from retrodict.families.onnx.graph import LABELS, THROUGH, Graph, attributes, label_list, text
from retrodict.families.onnx.inputs import Layout
from retrodict.families.onnx.runtime import Engine, bare
from retrodict.families.onnx.trial_rows import drawn, trial_feeds
from retrodict.models import links
from retrodict.plain_text import listing, shown
from retrodict.schema import Schema

Array = np.ndarray
Way = Literal["softmax", "log-odds", "one against the rest", "probabilities", "margins", "labels", "value"]

SCORES = "retrodict scores"
"""The name of a tensor of scores that a graph does not have itself."""
_COPIES = THROUGH | {"Cast"}
_RESHAPED = _COPIES | {"Reshape", "Flatten", "Squeeze", "Unsqueeze"}
_PROBE = 64
_CLOSE = 1e-5
"""How near the probabilities of scores must come to the graph's own, which are of 32 bits."""
_SUMS = 1e-3
_MIXED = 1e-3
"""How much a row's outputs may change with the rows beside it, relative to them: no more than rounding."""
_WORDS: dict[Way, str] = {
    "softmax": "exact up to 32 bits (the graph's scores, as their softmax)",
    "log-odds": "exact up to 32 bits (the graph's scores, as log-odds)",
    "one against the rest": "exact up to 32 bits (the graph's scores, each class against the rest)",
    "probabilities": "logs of the graph's 32 bit probabilities",
}


@dataclass(frozen=True)
class Reading:
    """How predictions are read off a graph.

    Parameters
    ----------
    way
        From the tensor to the prediction.
    tensor
        The one that is asked for.
    classes
        The class labels; empty where a value is predicted.
    """

    way: Way
    tensor: str
    classes: tuple[Any, ...]

    @property
    def words(self) -> str:
        """Where probabilities come from, for people."""
        return _WORDS[self.way]

    def log_proba(self, values: Array) -> Float[Array, "n k"]:
        """Return log-probabilities of what the tensor holds; for ways that are no assumption."""
        values = by_column(values)
        if self.way == "softmax":
            return links.softmax(values)
        if self.way == "log-odds":
            return links.binary(values[:, -1])
        if self.way == "one against the rest":
            return links.one_vs_rest(values)
        if values.shape[1] == 1:
            values = np.column_stack([1.0 - values[:, 0], values[:, 0]])
        values = np.maximum(values, 0.0)  # one less a sum of shares may end a last bit below zero
        return links.log_of(values / values.sum(axis=1, keepdims=True))


def by_column(values: Any) -> Float[Array, "n k"]:
    """Return what a tensor holds for each row as float64, one column for each number."""
    values = np.asarray(values, dtype=np.float64)
    return values.reshape(len(values), int(np.prod(values.shape[1:], dtype=np.int64)))


def score_engine(model: onnx.ModelProto, reading: Reading, size: int | None) -> Engine:
    """Return what computes a reading's tensor, and nothing else."""
    if reading.tensor.startswith(SCORES):
        model = _with_scores(model, reading.tensor.removeprefix(SCORES))
    return Engine(bare(model, [onnx.ValueInfoProto(name=reading.tensor)]), size)


class Engines:
    """What computes the tensors of a model, each made once: a session of a large graph takes a second.

    Parameters
    ----------
    model
        The model.
    size
        The number of rows that it takes at a time; ``None`` where it takes any.
    """

    def __init__(self, model: onnx.ModelProto, size: int | None) -> None:
        self.model, self.size = model, size
        self._of: dict[str, Engine] = {}

    @cached_property
    def shown(self) -> Engine:
        """What computes the model's outputs."""
        return Engine(bare(self.model, shown_outputs(self.model)), self.size)

    def score(self, reading: Reading) -> Engine:
        """Return what computes a reading's tensor; see `score_engine`."""
        if reading.tensor not in self._of:
            self._of[reading.tensor] = score_engine(self.model, reading, self.size)
        return self._of[reading.tensor]


def shown_outputs(model: onnx.ModelProto) -> list[onnx.ValueInfoProto]:
    """Return a model's outputs, with the tensor that each list of mappings is made of in its place."""
    graph = Graph(model.graph)
    out = []
    for one in model.graph.output:
        node = graph.makers.get(graph.before(one.name))
        mapped = node is not None and node.op_type == "ZipMap"
        out.append(onnx.ValueInfoProto(name=node.input[0]) if mapped and node is not None else one)
    return list({one.name: one for one in out}.values())


def _with_scores(model: onnx.ModelProto, probabilities: str) -> onnx.ModelProto:
    """Return a model in which the scores before a classifier's last step are a tensor, too."""
    out = onnx.ModelProto()
    out.CopyFrom(model)
    node = onnx.NodeProto()
    node.CopyFrom(Graph(model.graph).makers[probabilities])
    node.output[:] = ["retrodict label", SCORES + probabilities]
    node.name = ""
    for attribute in node.attribute:
        if attribute.name == "post_transform":
            attribute.s = b"NONE"
    out.graph.node.append(node)
    return out


def reading_of(engines: Engines, layout: Layout, given: Schema | None) -> Reading:
    """Return how predictions are read off a graph that was checked; it is run on a few rows.

    Parameters
    ----------
    engines
        What computes the model's tensors.
    layout
        What it is given.
    given
        What the user states: classes where the graph does not list them.

    Raises
    ------
    ModelError
        If it predicts no label and no value, several of them, or what can't be told.
    """
    model, engine = engines.model, engines.shown
    graph, stated = Graph(model.graph), () if given is None else given.target.classes
    rows = drawn(layout, _PROBE)
    found = dict(zip(engine.outputs, engine.run(trial_feeds(layout, _PROBE, rows), _PROBE), strict=True))
    _check_alone(engine, layout, rows, found)
    maps = [graph.makers[name] for one in model.graph.output if (name := graph.before(one.name)) in graph.makers]
    maps = [node for node in maps if node.op_type == "ZipMap"]
    if len(maps) > 1:
        raise ModelError("several outputs with probabilities; one is needed: export one model for each")
    numbers = [name for name, value in found.items() if np.asarray(value).dtype.kind == "f"]
    labels = [name for name in found if name not in numbers]
    if maps:
        return _of_classes(engines, layout, maps[0].input[0], label_list(attributes(maps[0])), found, rows)
    if len(numbers) > 1:
        probable = [name for name in numbers if "prob" in name.lower()] if labels else []
        if len(probable) != 1:
            raise ModelError(f"several outputs ({listing(map(shown, numbers))}); one is needed: export one for each")
        numbers = probable
    if labels and not numbers:
        return Reading("labels", labels[0], _known(graph, labels[0], stated))
    if labels:
        k = _columns(found[numbers[0]])
        classes = (
            _known(graph, labels[0], stated) if not _listed_at(graph, numbers[0]) else _listed_at(graph, numbers[0])
        )
        if len(classes) not in (k, k + 1 if k == 1 else k):
            raise ModelError(f"{len(classes)} classes and {k} probabilities; export the model again")
        return _of_classes(engines, layout, numbers[0], classes, found, rows)
    return _of_one_output(engines, layout, numbers[0], stated, found, rows)


def _columns(values: Any) -> int:
    shape = np.shape(values)
    if len(shape) > 2:
        raise ModelError(f"an output of {len(shape)} dimensions; a prediction has one number a class, or one")
    return shape[1] if len(shape) == 2 else 1


def _check_alone(engine: Engine, layout: Layout, rows: Array, found: dict[str, Any]) -> None:
    """Refuse a graph in which a row's outputs depend on the rows beside it: it states no p(y|x)."""
    n = engine.sizes[0]
    if n >= _PROBE:
        rows, n = rows[::-1], _PROBE
    beside = engine.run(trial_feeds(layout, n, rows[:n]), n)
    for one, other in zip(found.values(), beside, strict=True):
        own = np.asarray(one[::-1] if layout.size is not None and n == _PROBE else one[:n])
        if own.dtype.kind == "f" and not np.allclose(own, np.asarray(other), rtol=_MIXED, atol=_MIXED, equal_nan=True):
            raise ModelError("outputs of a row that depend on the rows beside it; export the model for inference")


def _listed_at(graph: Graph, name: str) -> tuple[Any, ...]:
    node = graph.makers.get(graph.before(name, _COPIES | {"Normalizer"}))
    return () if node is None else label_list(attributes(node, *LABELS))


def _known(graph: Graph, name: str, stated: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the classes that a label is one of, as far as the graph lists them."""
    node = graph.makers.get(graph.before(name, _RESHAPED))
    if node is not None:
        own = attributes(node) if node.op_type == "LabelEncoder" else attributes(node, *LABELS)
        if label_list(own):
            return label_list(own)
        stored = graph.constant(node.input[0]) if node.op_type == "ArrayFeatureExtractor" else None
        if stored is not None:
            return tuple(text(one) for one in stored.ravel().tolist())
        if node.op_type == "LabelEncoder":
            values: Any = next((own[key] for key in own if key.startswith("values_") and np.size(own[key])), [])
            return tuple(text(one) for one in np.ravel(values).tolist())
        if node.op_type == "ArgMax":
            width = _width_before(graph, node.input[0])
            if width:
                return tuple(range(width))
    if stated:
        return stated
    raise ModelError("labels whose classes the graph does not list; give a schema whose target lists them")


def _width_before(graph: Graph, name: str) -> int | None:
    node = graph.makers.get(graph.before(name, _COPIES | {"Softmax", "LogSoftmax", "Sigmoid"}))
    for one in () if node is None else node.input:
        stored = graph.constant(one)
        if stored is not None and stored.ndim and stored.dtype.kind == "f":
            return int(stored.shape[-1])
    return None


def _of_classes(
    engines: Engines, layout: Layout, name: str, classes: tuple[Any, ...], found: dict[str, Any], rows: Array
) -> Reading:
    shown_values = by_column(found[name])
    if len(set(classes)) != len(classes) or len(classes) not in {shown_values.shape[1], shown_values.shape[1] + 1}:
        raise ModelError(f"{len(classes)} classes and {shown_values.shape[1]} probabilities; export the model again")
    candidates = list(_scores(Graph(engines.model.graph), name, len(classes)))
    whole = Reading("probabilities", name, classes)
    sums = shown_values.sum(axis=1)
    single = shown_values.shape[1] == 1
    likely = bool((shown_values > -_SUMS).all() and (shown_values < 1 + _SUMS).all())
    if not likely or (single and not candidates) or (not single and not np.allclose(sums, 1.0, atol=_SUMS)):
        return Reading("margins", name, classes)
    expected = np.exp(whole.log_proba(shown_values))
    for way, tensor in candidates:
        reading = Reading(way, tensor, classes)
        values = engines.score(reading).run(trial_feeds(layout, len(rows), rows), len(rows))[0]
        fits = np.size(values) in (len(rows), len(rows) * len(classes))
        if fits:
            told = np.exp(reading.log_proba(values))
            if told.shape == expected.shape and np.allclose(told, expected, rtol=0.0, atol=_CLOSE):
                return reading
    return whole


def _scores(graph: Graph, name: str, k: int) -> Iterator[tuple[Way, str]]:
    """Yield the ways in which probabilities may follow from scores before them, as the operators say."""
    name = _unscaled(graph, graph.before(name, _COPIES | {"Normalizer", "Reshape", "Flatten", "Squeeze"}))
    node = graph.makers.get(name)
    if node is None:
        return
    if node.op_type in ("TreeEnsembleClassifier", "LinearClassifier"):
        if text(attributes(node, "post_transform").get("post_transform", b"NONE")) != "NONE":
            if k == 2:
                yield "log-odds", SCORES + name
            yield "softmax", SCORES + name
            yield "one against the rest", SCORES + name
        return
    if node.op_type in ("Softmax", "LogSoftmax"):
        yield "softmax", node.input[0]
    elif node.op_type == "Sigmoid":
        yield ("log-odds" if k == 2 else "one against the rest"), node.input[0]
    elif node.op_type == "Exp":
        yield "softmax", node.input[0]
    elif node.op_type == "Concat" and k == 2 and len(node.input) == 2:
        last = graph.makers.get(graph.before(node.input[1], _RESHAPED))
        if last is not None and last.op_type == "Sigmoid":
            yield "log-odds", last.input[0]
    elif node.op_type == "Div":
        for before in graph.needed([name]):
            if before.op_type == "Reciprocal":  # one over one and an exponential: skl2onnx writes a sigmoid so
                exponential = graph.makers.get(_other(graph, before.input[0]))
                score = None if exponential is None else _other(graph, exponential.input[0])
                if score is not None:
                    yield "one against the rest", score


def _other(graph: Graph, name: str) -> str:
    """Return the side of a sum or product with a stored number that is not stored; else the tensor itself."""
    node = graph.makers.get(name)
    if node is None or node.op_type not in ("Add", "Mul"):
        return name
    return next((one for one in node.input if graph.constant(one) is None), name)


def _unscaled(graph: Graph, name: str) -> str:
    """Return what stands before a product with one, which onnxmltools writes behind LightGBM's probabilities."""
    node = graph.makers.get(name)
    if node is None or node.op_type != "Mul":
        return name
    stored = [graph.constant(one) for one in node.input]
    whole = [i for i, value in enumerate(stored) if value is not None and (value == 1).all()]
    return _unscaled(graph, graph.before(node.input[1 - whole[0]], _COPIES)) if whole else name


def _of_one_output(
    engines: Engines, layout: Layout, name: str, stated: tuple[Any, ...], found: dict[str, Any], rows: Array
) -> Reading:
    """Read a network's one output: its last operator tells probabilities; numbers without one are values or scores."""
    graph, k = Graph(engines.model.graph), _columns(found[name])
    last = graph.makers.get(graph.before(name, _RESHAPED))
    ends = "" if last is None else last.op_type
    if k == 1:
        if ends == "Sigmoid" and len(stated) in (0, 2):
            return _of_classes(engines, layout, name, stated or (0, 1), found, rows)
        if len(stated) == 2:
            return Reading("log-odds", name, stated)
        if stated:
            raise ModelError(
                f"one output, and a schema of {len(stated)} classes; one output is for two, or for a value"
            )
        return Reading("value", name, ())
    if stated and len(stated) != k:
        raise ModelError(f"{k} outputs, and a schema of {len(stated)} classes; list as many as there are outputs")
    classes = stated or tuple(range(k))
    if ends == "Softmax":
        return _of_classes(engines, layout, name, classes, found, rows)
    if ends == "LogSoftmax" and last is not None:
        return Reading("softmax", last.input[0], classes)
    if stated:
        return Reading("softmax", name, classes)
    raise ModelError(
        f"{k} outputs a row without a softmax: if they are scores of classes, give a schema whose target lists the {k} "
        "classes; several values are not read: export one model for each"
    )
