"""Engines that a user brings are asked, and what they return is checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

import retrodict as rd
from retrodict.errors import RequestError
from retrodict.inference.diagnostics import Diagnostics, Draws
from retrodict.inference.rejection.engine import Rejection
from tests.inference.worlds import DiscreteWorld

WORLD = DiscreteWorld.random(seed=5)
VECTORS = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]])


@dataclass(frozen=True)
class FirstState:
    """Returns one state of the world, over and over."""

    reached: int = 10_000

    def draw(self, posterior: Any, n: int, rng: np.random.Generator) -> Draws:
        X = np.tile(WORLD.states[7], (min(n, self.reached), 1))
        posterior.meter.output(X)
        return Draws(X, Diagnostics(engine="first state", exact=False, verdict="all alike"))  # type: ignore[arg-type]


class Nameless:
    """No dataclass: any object will do."""

    def draw(self, posterior: Any, n: int, rng: np.random.Generator) -> Draws:
        return Rejection().draw(posterior, n, rng)


class Sharper(Rejection):
    """A subclass of the library's own, which draws otherwise."""

    def draw(self, posterior: Any, n: int, rng: np.random.Generator) -> Draws:
        return FirstState().draw(posterior, n, rng)


@pytest.mark.parametrize("engine", [FirstState(), Sharper()])
def test_rows_are_those_of_the_engine(engine: Any, tmp_path: Path) -> None:
    for out in (None, tmp_path / "rows"):
        found = rd.reconstruct(WORLD.model, WORLD.prior, 30, class_shares="equal", engine=engine, out=out)
        assert (WORLD.prior.schema.encode(found.frame) == WORLD.states[7]).all()
        assert [d.engine for d in found.diagnostics] == ["first state"] * 3
        assert [d.reached for d in found.diagnostics] == [d.requested for d in found.diagnostics] == [10, 10, 10]
        assert [d.queries for d in found.diagnostics] == [10, 10, 10]
        assert found.diagnostics[0].verdict == "all alike"
        assert "0x" not in found.provenance.request["engine"]
    assert (WORLD.prior.schema.encode(rd.Reconstruction.load(tmp_path / "rows").frame) == WORLD.states[7]).all()


def test_shares_of_the_model_and_observed_outputs_too() -> None:
    found = rd.reconstruct(WORLD.model, WORLD.prior, 30, engine=FirstState())
    assert (WORLD.prior.schema.encode(found.frame) == WORLD.states[7]).all()
    found = rd.invert(WORLD.model, WORLD.prior, outputs=VECTORS, draws=5, engine=FirstState())
    assert (WORLD.prior.schema.encode(found.frame) == WORLD.states[7]).all()
    assert len(found.frame) == 10


def test_fewer_rows_than_asked_for_are_told() -> None:
    found = rd.reconstruct(WORLD.model, WORLD.prior, 30, class_shares="equal", engine=FirstState(reached=4))
    assert not found.complete
    assert found.n_rows == 12


def test_any_object_with_draw_is_an_engine_and_the_seed_decides() -> None:
    one, again = (rd.reconstruct(WORLD.model, WORLD.prior, 60, seed=3, engine=Nameless()) for _ in range(2))
    assert one.frame.equals(again.frame)
    assert one.provenance.request["engine"] == "Nameless"
    other = rd.reconstruct(WORLD.model, WORLD.prior, 60, seed=4, engine=Nameless())
    assert not one.frame.equals(other.frame)


class _NoDraws:
    def draw(self, posterior: Any, n: int, rng: np.random.Generator) -> Any:
        return np.zeros((n, 4))


class _Narrow:
    def draw(self, posterior: Any, n: int, rng: np.random.Generator) -> Any:
        return Draws(np.zeros((n, 1)), FirstState().draw(posterior, n, rng).diagnostics)


class _OneArgument:
    def draw(self, posterior: Any) -> Any:
        return None


class _Spender:
    def draw(self, posterior: Any, n: int, rng: np.random.Generator) -> Any:
        while True:
            posterior.meter.output(posterior.prior.sample(100, rng))


@pytest.mark.parametrize(
    ("engine", "said"),
    [
        ("gibbs", "unknown engine 'gibbs'; use one of auto"),
        (3, "unknown engine 3; use one of auto, .* or an object with draw"),
        (FirstState, "unknown engine the class FirstState"),
        (_OneArgument(), r"_OneArgument can't be asked: draw\(posterior, n, rng\) does not fit it"),
        (_NoDraws(), "the engine _NoDraws returned a ndarray without diagnostics"),
        (_Narrow(), r"the engine _Narrow returned rows of shape \(10, 1\); \(n, 4\) is needed"),
    ],
)
def test_what_is_no_engine_is_refused_in_one_line(engine: Any, said: str) -> None:
    with pytest.raises(RequestError, match=said) as caught:
        rd.reconstruct(WORLD.model, WORLD.prior, 30, class_shares="equal", engine=engine)
    assert "\n" not in str(caught.value)
    with pytest.raises(RequestError):
        rd.invert(WORLD.model, WORLD.prior, outputs=VECTORS, draws=10, engine=engine)


def test_an_engine_that_spends_all_is_a_shortfall() -> None:
    with pytest.raises(rd.errors.RunError, match="not reached: the engine stopped: the query budget"):
        rd.reconstruct(WORLD.model, WORLD.prior, 30, class_shares="equal", engine=_Spender(), max_queries=600)


def test_a_regressor_needs_none() -> None:
    X = np.random.default_rng(0).normal(size=(50, 2))
    model = LinearRegression().fit(X, X[:, 0])
    prior = rd.fit_prior(__import__("pandas").DataFrame(X, columns=["a", "b"]))
    with pytest.raises(RequestError, match="drawn jointly, which asks no engine; leave the engine Nameless out"):
        rd.reconstruct(rd.load_model(model, noise_scale=0.5), prior, 10, engine=Nameless())
