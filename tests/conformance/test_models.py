"""Every model is a `Model`, and a `Classifier` or a `Regressor`: exact, whatever schema it is bound to."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.special import logsumexp

from retrodict.errors import RequestError
from retrodict.models import Classifier, Meter, Model, Regressor
from retrodict.models.contract import About, Linked, about, ignored, own_schema
from retrodict.models.metering import score
from retrodict.models.noise import Noise, noise_of
from retrodict.results.notes import Note
from retrodict.schema import Feature, Schema
from tests.conformance.handmade import CHANCE, LINE, Chance, Line
from tests.conformance.members import check_members
from tests.conformance.models import Example


def drawn(schema: Schema, n: int = 40) -> np.ndarray:
    """Return rows in a schema's encoding, beyond the bounds of numbers too."""
    rng = np.random.default_rng(0)
    columns = []
    for feature in schema.features:
        low, high = feature.low if feature.low is not None else -1.0, feature.high if feature.high is not None else 80.0
        number = rng.uniform(low - 1, high + 1, n)
        columns.append(rng.integers(len(feature.categories), size=n) if feature.listed else number)
    return np.column_stack(columns).astype(np.float64)


def turned(schema: Schema) -> Schema:
    """Return a schema with its columns, and the categories of each, in the opposite order."""

    def one(feature: Feature) -> Feature:
        return replace(feature, categories=feature.categories[::-1])

    return Schema(tuple(one(feature) for feature in schema.features[::-1]), schema.target, schema.named)


def recoded(X: np.ndarray, one: Schema, other: Schema) -> np.ndarray:
    """Return rows of one schema in the encoding of another."""
    out = np.empty_like(X)
    for i, name in enumerate(other.names):
        column = X[:, one.names.index(name)]
        if one[name].listed:
            place = [other[name].categories.index(category) for category in one[name].categories]
            column = np.array(place, dtype=np.float64)[column.astype(int)]
        out[:, i] = column
    return out


def check_model(model: Any) -> None:
    """Check what every model must do."""
    check_members(model, Model)
    kind = Classifier if model.schema.target.is_class else Regressor
    check_members(model, kind)
    assert not isinstance(model, Regressor if kind is Classifier else Classifier)
    assert all(isinstance(text, str) and text for text in (model.family, model.likelihood, model.fingerprint))
    own = own_schema(model)
    assert sorted(own.names) == sorted(model.schema.names)
    check_about(about(model), own)

    model = model.bind(own)
    X = drawn(own)
    before = X.copy()
    said = np.asarray(score(model)(X))
    assert np.array_equal(X, before), "rows were changed"
    assert np.array_equal(Meter(model).output(X), said)
    other = model.bind(turned(own))
    assert other.schema == turned(own)
    assert model.schema == own, "binding changed the model"
    again = score(other)(recoded(X, own, other.schema))
    np.testing.assert_allclose(again, said, rtol=1e-12, err_msg="another order of columns and codes")
    assert other.fingerprint == model.fingerprint
    one_by_one = np.concatenate([score(model)(X[i : i + 1]) for i in range(5)])
    np.testing.assert_allclose(one_by_one, said[:5], rtol=1e-9, atol=1e-12, err_msg="one row at a time")
    assert np.shape(score(model)(X[:0])) == (0, *said.shape[1:])
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert np.array_equal(score(twin)(X), said)
        assert twin.fingerprint == model.fingerprint
    check_classes(model, said) if kind is Classifier else check_values(model, X, said)
    check_ignored(model, X, said)


def check_ignored(model: Any, X: np.ndarray, said: np.ndarray) -> None:
    """Check that what it says it never reads changes nothing; see `Ignoring`."""
    free = ignored(model)
    assert free <= set(model.schema.names)
    shuffled = X.copy()
    for j, name in enumerate(model.schema.names):
        if name in free:
            shuffled[:, j] = np.roll(X[:, j], 7)
    assert np.array_equal(score(model)(shuffled), said), f"it reads some of {sorted(free)}"


def check_about(told: About, own: Schema) -> None:
    assert isinstance(told, About)
    assert told.undetermined <= set(own.names)
    assert told.tolerant <= {feature.name for feature in own.features if feature.listed}
    assert all(isinstance(note, Note) for note in told.warnings)


def check_classes(model: Any, said: np.ndarray) -> None:
    assert said.dtype == np.float64
    assert said.shape[1] == len(model.schema.target.classes)
    assert not np.isnan(said).any()
    assert (said <= 1e-12).all()
    np.testing.assert_allclose(logsumexp(said, axis=1), 0.0, atol=1e-9)


def check_values(model: Any, X: np.ndarray, said: np.ndarray) -> None:
    assert said.shape == (len(X),)
    assert np.isfinite(said).all()
    noise = noise_of(model)
    assert noise is not None
    assert model.noise_scale == noise.scale
    assert noise.scale is None or noise.scale > 0
    check_noise(noise if noise.known else noise.with_scale(0.7), said)
    if not noise.scaled:
        with pytest.raises(RequestError, match="has no noise scale"):
            model.with_noise(2.5, "stated")
        return
    before = model.noise_scale
    other = model.with_noise(2.5, "stated")
    assert (other.noise_scale, other.noise_source, model.noise_scale) == (2.5, "stated", before)
    assert np.array_equal(other.predict(X), said)


def check_noise(noise: Noise, mean: np.ndarray) -> None:
    """Check that targets drawn around predictions are possible, and no likelier than the bound says."""
    check_members(noise, Noise)
    targets = noise.draw(mean, np.random.default_rng(7))
    assert targets.shape == mean.shape
    assert np.array_equal(targets, noise.draw(mean, np.random.default_rng(7)))
    logs = noise.log_density(targets, mean)
    assert np.isfinite(logs).all()
    for value, log in zip(targets.tolist(), logs.tolist(), strict=True):
        assert noise.admits(value)
        assert log <= noise.log_bound(value) + 1e-9
    assert not noise.admits(float("nan"))


def check_link(model: Any, X: np.ndarray) -> None:
    """Check a classifier that may have no probabilities of its own."""
    check_members(model, Linked)
    if model.link is None:
        return
    start = np.asarray(model.linked(X))
    assert len(start) == len(X)
    steep = model.with_link(link_slope=9.0, error_rate=0.01)
    assert np.array_equal(steep.linked(X), start)
    assert np.array_equal(steep.log_proba(X).argmax(axis=1), model.log_proba(X).argmax(axis=1))
    assert not np.array_equal(steep.log_proba(X), model.log_proba(X))


def test_model(example: Example) -> None:
    check_model(example.model)


def test_link(example: Example) -> None:
    if isinstance(example.model, Linked):
        check_link(example.model, drawn(example.model.schema))


class _Deaf(Chance):
    """A twin that goes on reading the columns of the schema it was made with."""

    def bind(self, schema: Schema) -> Any:
        other = copy.copy(self)
        other.__dict__["schema"], other.__dict__["old"] = schema, self.schema
        return other

    def log_proba(self, X: np.ndarray) -> np.ndarray:
        return Chance(vars(self).get("old", self.schema)).log_proba(X)


class _Renamed(Chance):
    """A twin whose parameter has another name."""

    def log_proba(self, rows: np.ndarray) -> np.ndarray:  # type: ignore[override]
        return super().log_proba(rows)


class _Clipped(Chance):
    """A twin whose probabilities are clipped, and so do not sum to one."""

    def log_proba(self, X: np.ndarray) -> np.ndarray:
        return np.maximum(super().log_proba(X), np.log(0.3))


class _Drawn(Line):
    """A twin that answers otherwise each time."""

    def predict(self, X: np.ndarray) -> np.ndarray:
        return super().predict(X) + np.random.default_rng().normal(size=len(X))


@pytest.mark.parametrize("twin", [_Deaf, _Renamed, _Clipped, _Drawn])
def test_a_broken_twin_is_found(twin: type) -> None:
    check_model(CHANCE)
    check_model(LINE)
    broken = twin((LINE if twin is _Drawn else CHANCE).schema)
    with pytest.raises((AssertionError, IndexError)):
        check_model(broken)
