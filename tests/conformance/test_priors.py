"""Every prior is a `Prior`: a transport of a standard normal that keeps to its schema, its rates and its states."""

from __future__ import annotations

import json
import pickle
from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp
from sklearn.linear_model import LogisticRegression

import retrodict as rd
from retrodict.errors import PriorError, RequestError
from retrodict.priors import (
    ByClass,
    Enumerable,
    IndependentPrior,
    Labelled,
    Marginals,
    Prior,
    class_shares,
    state_count,
)
from retrodict.priors.marginals import FiniteMarginal
from tests.conformance.members import check_members, globals_untouched
from tests.conformance.priors import FINITE, MARGINALS, PRIORS, SCHEMA, Bare

N = 20_000
FAR = 5.0
"""Standard errors beyond which a share is wrong: one in two million right ones lies there."""


def check_prior(prior: Any) -> None:
    """Check what every prior must do."""
    check_members(prior, Prior)
    assert isinstance(prior.latent_dim, int)
    assert prior.latent_dim >= 1
    assert isinstance(prior.notes, tuple)
    assert all(isinstance(note, str) for note in prior.notes)
    check_transport(prior)
    with globals_untouched():
        X = prior.sample(N, np.random.default_rng(1))
    check_rows(prior, X)
    check_description(prior)
    shares = class_shares(prior)
    if isinstance(prior, Labelled) and shares is not None:
        assert all(isinstance(label, Hashable) for label in shares)
        assert sum(shares.values()) == pytest.approx(1.0)
    if isinstance(prior, ByClass):
        check_members(prior, ByClass)
        assert prior.of_class("no such class") is None
        for label in class_shares(prior) or {}:
            own = prior.of_class(label)
            assert own is not None
            assert own.schema.names == prior.schema.names
    if isinstance(prior, Enumerable):
        check_members(prior, Enumerable)
        check_states(prior, X)
    if isinstance(prior, Marginals):
        check_marginals(prior, X)


def check_transport(prior: Any) -> None:
    """Check that rows are a function of their own latents, and that samples are transported normals."""
    z = np.random.default_rng(0).standard_normal((9_001, prior.latent_dim))
    kept = z.copy()
    X = prior.transport(z)
    np.testing.assert_array_equal(z, kept, err_msg="the latents were changed")
    assert (X.shape, X.dtype) == ((9_001, len(prior.schema)), np.float64)
    np.testing.assert_array_equal(prior.transport(z), X, err_msg="not the same rows again")
    for n in (0, 1, 2, 700):
        np.testing.assert_allclose(prior.transport(z[:n]), X[:n], rtol=1e-12, err_msg="rows depend on how they are cut")
    np.testing.assert_allclose(prior.transport(np.asfortranarray(z)), X, rtol=1e-12)
    one, other = np.random.default_rng(3), np.random.default_rng(3)
    drawn = prior.sample(50, one)
    np.testing.assert_array_equal(drawn, prior.transport(other.standard_normal((50, prior.latent_dim))))
    assert one.bit_generator.state == other.bit_generator.state, "another number of normals was drawn"
    assert prior.sample(0, one).shape == (0, len(prior.schema))
    extremes = prior.transport(np.array([[-8.0], [8.0]]) * np.ones(prior.latent_dim))
    assert not np.isinf(extremes).any()
    with pytest.raises(PriorError, match="latents of shape"):
        prior.transport(np.zeros((3, prior.latent_dim + 1)))


def check_rows(prior: Any, X: np.ndarray) -> None:
    """Check that rows keep to the schema: codes, bounds, whole numbers and missing rates."""
    for feature, column in zip(prior.schema.features, X.T, strict=True):
        gone = np.isnan(column)
        error = max(np.sqrt(feature.missing * (1 - feature.missing) / len(X)), 1e-12)
        assert abs(gone.mean() - feature.missing) <= FAR * error, f"missing values of {feature.name}"
        present = column[~gone]
        if feature.listed:
            assert np.isin(present, np.arange(len(feature.categories))).all(), f"codes of {feature.name}"
            continue
        assert feature.kind != "integer" or (present == np.rint(present)).all(), f"{feature.name} is not whole"
        assert feature.low is None or present.min() >= feature.low
        assert feature.high is None or present.max() <= feature.high
    frame = prior.schema.decode(X[:500])
    np.testing.assert_array_equal(prior.schema.encode(frame), X[:500])


def check_description(prior: Any) -> None:
    """Check that it describes itself as JSON, always alike, and is the same prior from a pickle."""
    text = json.dumps(prior.describe(), allow_nan=False)
    twin = pickle.loads(pickle.dumps(prior))
    assert json.dumps(twin.describe()) == text == json.dumps(prior.describe())
    z = np.random.default_rng(5).standard_normal((20, prior.latent_dim))
    np.testing.assert_array_equal(twin.transport(z), prior.transport(z))


def check_states(prior: Any, X: np.ndarray) -> None:
    """Check that states are listed once, sum to one, and are drawn as often as they say."""
    if state_count(prior) is None:
        with pytest.raises(PriorError):
            prior.states()
        return
    states, logs = prior.states()
    assert len(pd.DataFrame(states).drop_duplicates()) == len(states) <= prior.n_states()
    assert np.exp(logs).sum() == pytest.approx(1.0, abs=1e-12)
    key = {tuple(state): i for i, state in enumerate(np.nan_to_num(states, nan=-1.0))}
    counts = np.bincount([key[tuple(row)] for row in np.nan_to_num(X, nan=-1.0)], minlength=len(states))
    assert (np.abs(counts / len(X) - np.exp(logs)) <= FAR * share_error(np.exp(logs), len(X))).all()


def check_marginals(prior: Any, X: np.ndarray) -> None:
    """Check that each column is drawn from the marginal that is told of it."""
    check_members(prior, Marginals)
    assert len(prior.marginals) == len(prior.schema)
    z = np.random.default_rng(8).standard_normal(N)
    for marginal, column in zip(prior.marginals, X.T, strict=True):
        present = column[~np.isnan(column)]
        if isinstance(marginal, FiniteMarginal):
            shares = np.array([(present == value).mean() for value in marginal.values()])
            p = np.asarray(marginal.probabilities())
            assert (np.abs(shares - p) <= FAR * share_error(p, len(present))).all()
        else:
            assert ks_2samp(present, marginal.quantile_z(z.copy())).pvalue > 1e-5


def share_error(p: np.ndarray, n: int) -> np.ndarray:
    """Return the standard errors of shares among n rows, a row at least."""
    return np.maximum(np.sqrt(p * (1 - p) / n), 1 / n)


@pytest.mark.parametrize("kind", PRIORS)
def test_prior(kind: str) -> None:
    check_prior(PRIORS[kind]())


def test_the_least_serves_every_public_function() -> None:
    """Whatever has the members of `Prior` can be assumed, and none of the capabilities is missed."""
    prior = Bare()
    frame = prior.schema.decode(prior.sample(400, np.random.default_rng(0)))
    frame["y"] = np.where(frame["a"].astype(float) + frame["b"].astype(float) > 0.5, "yes", "no")
    train, holdout = frame[:200], frame[200:]
    model = LogisticRegression().fit(train[["a", "b"]].astype(float), train["y"])
    rec = rd.reconstruct(model, prior, 150, class_shares="equal", progress=False)
    assert rec.complete
    assert rec.provenance.prior == {"kind": "bare", "notes": []}
    for engine in ("smc", "rejection"):
        found = rd.invert(model, prior, outputs=["yes", "no"], draws=5, engine=engine, progress=False)
        assert len(found.frame) == 10
    found = rd.evaluate(rec, train, holdout, prior=prior)
    assert found.attribution == "predictions"
    budget = rd.error_budget(model, prior, holdout=holdout, train=train, learners=("curves",), envelope=("curves",))
    assert budget.total.low is not None
    assert budget.total.low < budget.posterior.high
    with pytest.raises(RequestError, match="use engine auto"):
        rd.reconstruct(model, prior, 50, class_shares="equal", engine="enumeration", progress=False)


class _Renamed(IndependentPrior):
    """A twin whose parameter has another name."""

    def transport(self, latents: np.ndarray) -> np.ndarray:  # type: ignore[override]
        return super().transport(latents)


class _Ranked(IndependentPrior):
    """A twin whose rows depend on the others of the block."""

    def transport(self, z: np.ndarray) -> np.ndarray:
        return super().transport(z - z.mean(axis=0) if len(z) > 1 else z)


class _Greedy(IndependentPrior):
    """A twin that changes the latents it was given."""

    def transport(self, z: np.ndarray) -> np.ndarray:
        out = super().transport(z)
        z *= 1.0 if np.shares_memory(z, out) else 0.0
        return out


class _Restless(IndependentPrior):
    """A twin that samples otherwise than by transport."""

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return super().sample(n, rng)[::-1]


class _Whole(IndependentPrior):
    """A twin that forgets missing values."""

    def transport(self, z: np.ndarray) -> np.ndarray:
        return np.nan_to_num(super().transport(z), nan=1.0)


class _Miscoded(IndependentPrior):
    """A twin whose codes begin at one."""

    def transport(self, z: np.ndarray) -> np.ndarray:
        return super().transport(z) + np.array([feature.listed for feature in self.schema.features])


class _Flat(IndependentPrior):
    """A twin that lists its states as equally likely."""

    def states(self) -> tuple[np.ndarray, np.ndarray]:
        states, logs = super().states()
        return states, np.full(len(logs), -np.log(len(logs)))


class _Shifted(IndependentPrior):
    """A twin that tells other marginals than it draws from."""

    def transport(self, z: np.ndarray) -> np.ndarray:
        return super().transport(z + 0.1)


TWINS = [_Renamed, _Ranked, _Greedy, _Restless, _Whole, _Miscoded, _Flat, _Shifted]


@pytest.mark.parametrize("twin", TWINS)
def test_a_broken_twin_is_found(twin: type[IndependentPrior]) -> None:
    schema, marginals = (FINITE.schema, FINITE.marginals) if twin is _Flat else (SCHEMA, MARGINALS)
    check_prior(IndependentPrior(schema, marginals))
    with pytest.raises(AssertionError):
        check_prior(twin(schema, marginals))


def test_shares_of_classes_must_sum_to_one() -> None:
    check_prior(replace(FINITE, class_shares={"a": 0.25, "b": 0.75}))
    with pytest.raises(AssertionError):
        check_prior(replace(FINITE, class_shares={"a": 0.25, "b": 0.5}))
