"""Every engine is calibrated in worlds of which the posterior is known; engines with one mistake each are not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import retrodict as rd
from retrodict.errors import RequestError
from retrodict.evaluation.simulated.quantities import LIKELIHOOD, TOGETHER
from retrodict.inference import Draws, Posterior, Rejection, TemperedSMC
from retrodict.inference.engines import AUTO
from tests.conformance.engines import NAMES, entries
from tests.inference.worlds import DiscreteWorld, GaussianWorld

LEVEL = 1e-3
"""An engine without a fault fails at one seed of a thousand; the twins fail at this very level."""

DISCRETE, GAUSSIAN = DiscreteWorld.random(seed=3), GaussianWorld.random(3)


def calibrated(engine: Any, world: Any = DISCRETE, **more: Any) -> rd.SimulationCalibration:
    settings: dict[str, Any] = {"simulations": 80, "draws": 30, "level": LEVEL, "progress": False} | more
    return rd.calibrate(world.model, world.prior, engine=engine, **settings)


def made(name: str) -> Any:
    return AUTO if name == AUTO else entries()[name].make()


@pytest.mark.slow
@pytest.mark.parametrize("name", [AUTO, *NAMES])
@pytest.mark.parametrize("output", ["label", "probabilities"])
def test_every_engine_is_calibrated(name: str, output: str) -> None:
    found = calibrated(made(name), output=output, precision=8, simulations=60 if name == "smc" else 100)
    assert found.calibrated, found
    assert {LIKELIHOOD, TOGETHER, "f0"} < {one.name for one in found.quantities}


@pytest.mark.slow
@pytest.mark.parametrize("name", [AUTO, *(name for name in NAMES if not entries()[name].needs)])
def test_every_engine_is_calibrated_behind_values(name: str) -> None:
    assert (found := calibrated(made(name), GAUSSIAN, max_queries=10_000_000)).calibrated, found


class _Twin:
    """An engine that draws as rejection does; its subclasses have one mistake each."""

    def draw(self, posterior: Posterior, n: int, rng: np.random.Generator) -> Draws:
        draws = Rejection().draw(posterior, n, rng)
        return replace(draws, X=self.wrong(draws.X, posterior, rng))

    def wrong(self, X: np.ndarray, posterior: Posterior, rng: np.random.Generator) -> np.ndarray:
        return X


class _Shrunk(_Twin):
    def wrong(self, X: np.ndarray, posterior: Posterior, rng: np.random.Generator) -> np.ndarray:
        middle = X.mean(axis=0)
        return middle + 0.4 * (X - middle)


class _Shifted(_Twin):
    def wrong(self, X: np.ndarray, posterior: Posterior, rng: np.random.Generator) -> np.ndarray:
        return X - 0.8 * X.std(axis=0)


class _Ignoring(_Twin):
    def wrong(self, X: np.ndarray, posterior: Posterior, rng: np.random.Generator) -> np.ndarray:
        return posterior.prior.sample(len(X), rng)


class _Untied(_Twin):
    """Features are drawn right one by one, and not together."""

    def wrong(self, X: np.ndarray, posterior: Posterior, rng: np.random.Generator) -> np.ndarray:
        return np.column_stack([rng.permutation(column) for column in X.T])


def test_draws_without_a_mistake_pass_and_say_how_far_that_reaches() -> None:
    found = calibrated(_Twin(), GAUSSIAN)
    assert found.calibrated, found
    assert found.verdict.code == "calibrated"
    assert found.shift is not None
    assert found.width is not None
    assert 0.2 < found.shift < 0.9
    assert 0.4 < found.width < 0.9
    assert found.judged == len(found.quantities[0].u) == 80


@pytest.mark.parametrize(
    ("twin", "name", "fault"),
    [
        (_Shrunk, "x0", "too narrow"),
        (_Shifted, "x0", "too low"),
        (_Ignoring, LIKELIHOOD, "fit the output too little"),
        (_Untied, LIKELIHOOD, "fit the output too little"),
    ],
)
def test_a_mistake_is_found_and_named(twin: type, name: str, fault: str) -> None:
    found = calibrated(twin(), GAUSSIAN)
    assert not found.calibrated
    assert {one.name: one.fault for one in found.off}[name] == fault
    assert (found.verdict.code, found.tone) == ("off", "bad")


def test_what_ignores_the_label_passes_by_features_alone_and_is_found_by_the_likelihood() -> None:
    found = calibrated(_Ignoring())
    assert all(not one.off for one in found.quantities if one.kind == "listed")
    assert LIKELIHOOD in [one.name for one in found.off]


def test_the_seed_gives_the_result() -> None:
    one, again, other = (calibrated("auto", simulations=30, seed=seed) for seed in (1, 1, 2))
    assert one.document() == again.document()
    assert one.document() != other.document()


def test_outputs_without_draws_are_said_not_to_be_judged() -> None:
    class Picky(_Twin):
        def draw(self, posterior: Posterior, n: int, rng: np.random.Generator) -> Draws:
            return super().draw(posterior, 0 if posterior.observation.name == "c0" else n, rng)

    found = calibrated(Picky())
    assert not found.off
    assert not found.calibrated
    assert found.verdict.code == "not_all_judged"
    assert [note.code for note in found.notes] == ["not_judged"]
    left = found.notes[0].values["simulations"]
    assert left == [i for i, name in enumerate(found.observed) if name == "c0"] != []


def test_approximate_draws_are_thinned_to_their_effective_number() -> None:
    class Sticky(_Twin):
        """Says of every row four times over."""

        def draw(self, posterior: Posterior, n: int, rng: np.random.Generator) -> Draws:
            draws = super().draw(posterior, n // 4, rng)
            report = replace(draws.diagnostics, exact=False, ess=float(n // 4))
            return Draws(np.repeat(draws.X, 4, axis=0), report)

    found = calibrated(Sticky(), GAUSSIAN)
    assert found.calibrated, found
    assert set(found.drawn) == {7}
    assert [note.code for note in found.notes] == ["fewer_draws"]


def test_a_quantity_of_ones_own_is_judged() -> None:
    def total(rows: pd.DataFrame) -> Any:
        return rows.sum(axis=1)

    found = calibrated(_Shifted(), GAUSSIAN, quantities={"total": total})
    assert {one.name: one.fault for one in found.off}["total"] == "too low"


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"simulations": 5}, "number of simulations must be a whole number of at least 20"),
        ({"output": "value"}, "unknown output 'value'; use one of label, probabilities"),
        ({"level": 0}, "level must be above 0"),
        ({"max_queries": 500}, "take at least .* raise --max-queries"),
        ({"quantities": {"f0": len}}, "names of what is asked anyway: f0"),
        ({"quantities": {LIKELIHOOD: len}}, "names of what is asked anyway"),
        ({"quantities": ["a"]}, "functions by name, as .*; got list"),
        ({"quantities": {"a": 3}}, "functions by name; 'a' is no function but a int"),
        ({"quantities": {3: len}}, "functions by name; 3 has no text for a name"),
        ({"quantities": {"a": lambda rows: rows["f0"] * np.nan}}, "quantity 'a' is missing in every row"),
        ({"quantities": {"a": len}}, r"quantity 'a' returned shape \(\)"),
        ({"quantities": {"a": lambda rows: rows["no"]}}, "quantity 'a' fails on rows: KeyError"),
    ],
)
def test_bad_input(settings: dict[str, Any], match: str) -> None:
    with pytest.raises(RequestError, match=match):
        calibrated("rejection", **{"simulations": 20, "draws": 10, **settings})


def test_no_draws_at_all_is_an_error() -> None:
    with pytest.raises(RequestError, match="only 0 of 20 simulated outputs got any draws"):
        calibrated(TemperedSMC(), simulations=20, max_queries=4_000)
