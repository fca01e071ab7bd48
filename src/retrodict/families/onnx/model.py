"""Graphs of ONNX as likelihoods over the columns that they are given."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, Self

import numpy as np
import onnx
from jaxtyping import Float

from retrodict.disclosures import Disclosures
from retrodict.errors import ModelError, RequestError, ScoringError
from retrodict.families.assumed import Assumptions, assumptions_of
from retrodict.families.onnx.check import check_model
from retrodict.families.onnx.ignored import ignored_columns
from retrodict.families.onnx.inputs import Layout, layout_of
from retrodict.families.onnx.operators import ALLOWED, ML, domain_of
from retrodict.families.onnx.outputs import Engines, Reading, by_column, reading_of, score_engine, shown_outputs
from retrodict.families.onnx.runtime import Engine, bare
from retrodict.families.onnx.strip import plan_of
from retrodict.families.onnx.trees.equations import equations_of
from retrodict.families.onnx.trial_rows import trial_feeds
from retrodict.families.onnx.widths import check_widths
from retrodict.families.plain_model import PlainModel, PlainRegressor, completed
from retrodict.matching.capability import Source
from retrodict.matching.linear_reading import LinearReading
from retrodict.models import links
from retrodict.models.contract import About
from retrodict.models.family import Opened, Settings
from retrodict.plain_text import one_line
from retrodict.sanitizing.capability import Outputs
from retrodict.sanitizing.plan import Plan
from retrodict.schema import Schema, Target

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class OnnxModel(PlainModel):
    """What classifiers and regressors share.

    Parameters
    ----------
    layout
        What the graph is given.
    reading
        How predictions are read off it.
    engine
        What computes them.
    """

    layout: Layout = field(repr=False, kw_only=True)
    reading: Reading = field(kw_only=True)
    engine: Engine = field(repr=False, kw_only=True)

    @property
    def family(self) -> str:
        """What the graph is made of, as far as its operators say: `ONNX (Scaler, LinearClassifier)`."""
        names = dict.fromkeys(node.op_type for node in self.made.graph.node if domain_of(node.domain) == ML)
        learned = [name for name in names if name not in _PLUMBING and name in ALLOWED[ML]]
        return f"ONNX ({', '.join(learned)})" if learned else f"ONNX ({len(self.made.graph.node):,} operators)"

    @property
    def about(self) -> About:
        """What it says of itself; see `Describing`."""
        tolerant = frozenset(feature.name for feature in self.own.features if feature.listed)
        return replace(super().about, tolerant=tolerant & self._unknown_taken)

    @cached_property
    def _unknown_taken(self) -> frozenset[str]:
        """Text columns whose encoder takes values that it does not list, as none of those that it does."""
        encoders = [node for node in self.made.graph.node if node.op_type == "OneHotEncoder"]
        strict = any(one.name == "zeros" and not one.i for node in encoders for one in node.attribute)
        coded = any(node.op_type == "LabelEncoder" for node in self.made.graph.node)
        text = [self.own.names[i] for one in self.layout.inputs if one.text for i in one.positions]
        return frozenset(text) if encoders and not strict and not coded else frozenset()

    def _names(self) -> tuple[str, ...]:
        """Return the names of the graph's columns in the bound schema, in the graph's order."""
        return self.own.names if self.own.named else self.schema.names

    def computed(self, X: Float[Array, "n d"]) -> Array:
        """Return the tensor that is read, for rows in the bound schema's encoding.

        Raises
        ------
        ScoringError
            If onnxruntime fails on them, or a value is missing where the graph can't take that.
        """
        return np.asarray(self.engine.run(self.layout.feeds(self.schema, self._names(), X), len(X))[0])

    def ignored(self) -> frozenset[str]:
        """Return the columns that change no output, as far as its operators show; see `Ignoring`."""
        return frozenset() if self.left else ignored_columns(self.made, self.layout, self.own.names)

    def table_equations(self, found: Disclosures, source: Source, rows: int | None = None) -> LinearReading:
        """Return what its trees state of the table that they were grown on; see `EquationTable`."""
        del source  # no graph states more than split points and leaf values
        return equations_of(self, found, rows)

    def plan(self) -> Plan:
        """Return what can be taken out of it; see `Strippable`."""
        return plan_of(self.made)

    def renewed(self) -> Self:
        """Return it after its parts were changed; see `Strippable`."""
        return replace(super().renewed(), engine=score_engine(self.made, self.reading, self.layout.size))

    def outputs(self, X: Float[Array, "n d"]) -> Outputs:
        """Return all outputs of the graph as it is now, for rows in its own schema's encoding; empty where it fails."""
        engine = Engine(bare(self.made, shown_outputs(self.made)), self.layout.size)
        try:
            found = engine.run(self.layout.feeds(self.own, self.own.names, X), len(X))
        except ScoringError:
            return {}
        return {name: (np.asarray(value),) for name, value in zip(engine.outputs, found, strict=True)}

    def written(self, *, as_pickle: bool = False) -> bytes:
        """Return the content of an .onnx file of it; see `Strippable`."""
        content: bytes = self.made.SerializeToString(deterministic=True)
        return pickle.dumps(self.made) if as_pickle else content


_PLUMBING = {"ZipMap", "ArrayFeatureExtractor", "FeatureVectorizer", "LabelEncoder"}


@dataclass(frozen=True, eq=False)
class OnnxClassifier(OnnxModel):
    """A graph that predicts a class; make one with `load_model`.

    Parameters
    ----------
    assumed
        The link or the error rate, where the graph gives no probabilities.
    """

    assumed: Assumptions = field(default_factory=Assumptions, repr=False, kw_only=True)

    @property
    def likelihood(self) -> str:
        """Where ``p(y|x)`` comes from."""
        if self.link == "margins":
            link = "expit" if len(self.reading.classes) == 2 else "softmax"
            return f"assumed link: {link}({self.assumed.link_slope:g} x the graph's margins)"
        return self.reading.words if self.link is None else f"hard label, error rate {self.assumed.error_rate:g}"

    @property
    def link(self) -> Literal["margins", "labels"] | None:
        """What an assumed link starts from; ``None`` where the graph has probabilities; see `Linked`."""
        return self.reading.way if self.reading.way in ("margins", "labels") else None

    def linked(self, X: Float[Array, "n d"]) -> Array:
        """Return the margins or labels of rows; see `Linked`.

        Raises
        ------
        RequestError
            If the graph has probabilities of its own.
        """
        if self.link is None:
            raise RequestError(f"the {self.family} gives its own probabilities; there is no link")
        found = self.computed(X)
        if self.link == "margins":
            return by_column(found)
        place = {label: i for i, label in enumerate(self.reading.classes)}
        return np.array([place.get(label, -1) for label in found.ravel().tolist()], dtype=np.intp)

    def with_link(self, *, link_slope: float | None = None, error_rate: float | None = None) -> Self:
        """Return the same model with another slope or error rate of its assumed link; see `Linked`."""
        slope = self.assumed.link_slope if link_slope is None else link_slope
        rate = self.assumed.error_rate if error_rate is None else error_rate
        return replace(self, assumed=Assumptions(slope, rate))

    def log_proba(self, X: Float[Array, "n d"]) -> Float[Array, "n k"]:
        """Return ``log p(y|x)``, one column a class: of the graph's scores where it has them, see `likelihood`.

        Raises
        ------
        ScoringError
            If onnxruntime fails on the rows, or gives no number for one.
        """
        if self.link == "margins":
            return self._numbers(links.two_columns_or_softmax(self.assumed.link_slope * self.linked(X)))
        if self.link == "labels":
            k, rate = len(self.reading.classes), self.assumed.error_rate
            out = np.full((len(X), k), np.log(rate / max(k - 1, 1)))
            place = self.linked(X)
            out[np.arange(len(X)), place] = np.log1p(-rate)
            return out
        return self._numbers(self.reading.log_proba(self.computed(X)))

    def _numbers(self, found: Array) -> Array:
        if np.isnan(found).any():
            raise ScoringError(f"the {self.family} gives no number for some rows; look for values that it can't take")
        return found


@dataclass(frozen=True, eq=False)
class OnnxRegressor(OnnxModel, PlainRegressor):
    """A graph that predicts a value, with noise whose scale no graph says; make one with `load_model`."""

    noise_source: str = "no ONNX file says: state a noise scale"

    def predict(self, X: Float[Array, "n d"]) -> Float[Array, " n"]:
        """Return the predicted values, float64 of what the graph puts out.

        Raises
        ------
        ScoringError
            If onnxruntime fails on the rows.
        """
        return self.computed(X).astype(np.float64).reshape(len(X))


def prepared(model: onnx.ModelProto, given: Schema | None = None) -> tuple[Layout, Reading, Engine]:
    """Check a model, and run it on a few rows of every number that is used.

    Raises
    ------
    ModelError
        If it can't be run, or is no model of a class or value over a table.
    """
    check_model(model)
    layout = layout_of(model, given)
    try:
        check_widths(model, layout)
        engines = Engines(model, layout.size)
        reading = reading_of(engines, layout, given)
        engine = engines.score(reading)
        for runs in (engine, engines.shown):
            for size in runs.sizes:
                runs.run(trial_feeds(layout, size), size)
    except ScoringError as error:
        raise ModelError(f"a graph that can't be run: {one_line(error)}") from error
    return layout, reading, engine


def wrap(opened: Opened, settings: Settings, load: Callable[[Any], onnx.ModelProto]) -> OnnxClassifier | OnnxRegressor:
    """Return a graph as a model; see `Opening.model_of`."""
    where = opened.origin
    try:
        made = load(opened.object)
        layout, reading, engine = prepared(made, settings.schema)
    except ModelError as error:
        raise ModelError(f"{'got' if where is None else f'{where} holds'} {error}") from error
    own = Schema(layout.features, Target("target", reading.classes), layout.named)
    own = completed(own, settings.schema)
    shared: dict[str, Any] = {"layout": layout, "reading": reading, "engine": engine}
    head = (made, own, own, opened.fingerprint, opened.audit, opened.warnings)
    if reading.way != "value":
        if settings.noise_scale is not None:
            raise RequestError("a noise scale is for regressors, and this model is a classifier; leave it out")
        return OnnxClassifier(*head, assumed=assumptions_of(settings), **shared)
    assumptions_of(settings)
    model = OnnxRegressor(*head, **shared)
    return model if settings.noise_scale is None else model.with_noise(settings.noise_scale, "stated by the user")
