"""Every engine is an `Engine`: exact answers in an enumerated world, within its budget, by one generator alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from retrodict.errors import BudgetExhaustedError, RequestError
from retrodict.inference import ENGINES, Diagnostics, Draws, EngineEntry, Need, Rejection, Task
from retrodict.inference.contract import Engine, Joint, Named, Sharing, Streaming, engine_name, joint, sharing
from retrodict.inference.each import draws_of
from retrodict.inference.engines import engine_help, engine_names
from retrodict.inference.observation import Label, Observation
from retrodict.inference.posterior import Posterior
from retrodict.inference.run import engine_of, run
from retrodict.models import Meter
from retrodict.reconstruction.rows import MemoryRows
from retrodict.results.notes import Note
from tests.conformance.engines import NAMES, entries
from tests.conformance.members import check_members, globals_untouched
from tests.inference.estimates import LABELS, OBSERVATIONS, WORLD, discrete_run, discrete_truth
from tests.inference.oracle import passes
from tests.inference.worlds import DiscreteWorld, GaussianWorld

BUDGET = 20_000
FAR = 4.5
"""Standard errors beyond which an evidence is wrong: one in a hundred thousand right ones lies there."""


def posterior(observation: Observation, budget: int | None = BUDGET, world: DiscreteWorld = WORLD) -> Posterior:
    return Posterior(world.prior, Meter(world.model, budget), observation)


def never() -> DiscreteWorld:
    """Return the world with a model that never gives the first class."""
    table = WORLD.model.table.copy()
    table[:, 0] = -np.inf
    table[:, 1:] -= np.logaddexp.reduce(table[:, 1:], axis=1, keepdims=True)
    return replace(WORLD, model=replace(WORLD.model, table=table))


def check_engine(engine: Any) -> None:
    """Check what every engine must do."""
    check_members(engine, Engine)
    for capability in (Named, Sharing, Streaming, Joint):
        if isinstance(engine, capability):
            check_members(engine, capability)
    check_draws(engine)
    check_bounds(engine)
    for observation in OBSERVATIONS:
        assert passes(discrete_run(engine, observation), discrete_truth(observation)), observation.name


def check_draws(engine: Any) -> None:
    """Check rows and report of one run, and that another of the same generator gives the same."""
    for observation in OBSERVATIONS:
        target = posterior(observation)
        with globals_untouched():
            draws = engine.draw(target, 50, np.random.default_rng(2))
        told = draws.diagnostics
        assert isinstance(told, Diagnostics)
        assert (told.engine, isinstance(told.verdict, Note)) == (engine_name(engine), True)
        X = draws.X
        assert X.shape == (50, len(WORLD.prior.schema))
        assert (WORLD.prior.schema.encode(WORLD.prior.schema.decode(X)) == X).all()
        assert 0 < target.meter.queries <= BUDGET
        if np.isfinite(told.evidence):
            truth = WORLD.posterior(observation)[1]
            assert abs(told.evidence - truth) <= FAR * told.evidence_se + 1e-9 * truth
            assert told.log_evidence == pytest.approx(np.log(told.evidence), rel=1e-9)
        again = draws_of(engine, posterior(observation), 50, np.random.default_rng(2))
        np.testing.assert_array_equal(again.X, X)
        assert again.diagnostics.reached == 50
        other = engine.draw(posterior(observation), 50, np.random.default_rng(3))
        assert not np.array_equal(other.X, X)


def check_bounds(engine: Any) -> None:
    """Check no rows, too few calls, and an observation that no row can have."""
    rng = np.random.default_rng(0)
    none = engine.draw(posterior(LABELS[0]), 0, rng)
    assert none.X.shape == (0, len(WORLD.prior.schema))
    few = posterior(LABELS[0], 30)
    said = ""
    try:
        found = draws_of(engine, few, 5_000, rng)
    except RequestError as error:
        said = str(error)
    assert "--max-queries" in said if said else len(found.X) < 5_000 or not found.diagnostics.exact
    assert few.meter.queries <= 30
    nothing = draws_of(engine, posterior(LABELS[0], world=never()), 10, rng)
    assert nothing.X.shape == (0, len(WORLD.prior.schema))
    assert not nothing.diagnostics.complete
    assert not nothing.diagnostics.evidence > 0
    assert nothing.diagnostics.verdict


def check_many(engine: Any) -> None:
    """Check rows of several observations at once, some of none, each with its own report in order."""
    quota = np.array([40, 0, 70])
    rows = MemoryRows(110, len(WORLD.prior.schema))
    meter = Meter(WORLD.model, 200_000)
    reports = run(engine, Task(WORLD.prior, meter, LABELS, quota, np.random.SeedSequence(4)), rows)
    assert [report.observation for report in reports] == ["c0", "c1", "c2"]
    assert [report.requested for report in reports] == [report.reached for report in reports] == quota.tolist()
    assert np.bincount(rows.key.astype(int), minlength=3).tolist() == quota.tolist()
    assert all(report.engine == engine_name(engine) for report in reports)
    assert 0 < meter.queries <= sum(report.queries for report in reports)


@pytest.mark.parametrize("name", NAMES)
def test_engine(name: str) -> None:
    engine = entries()[name].make()
    check_engine(engine)
    check_many(engine)


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_says_what_its_engine_does(name: str) -> None:
    entry = entries()[name]
    engine = entry.make()
    assert isinstance(entry, EngineEntry)
    assert engine_name(engine) == name
    assert entry.shared == (sharing(engine) is not None)
    assert engine.draw(posterior(LABELS[1]), 5, np.random.default_rng(0)).diagnostics.exact == entry.exact
    task = Task(WORLD.prior, Meter(WORLD.model), LABELS, np.array([10, 0, 10]), np.random.SeedSequence(0))
    assert entry.lacks(task) is None
    need = Need(task, task.quota, np.array([0.5, 0.3, 0.2]))
    calls = entry.cost(need)
    assert calls.shape == (3,)
    assert (calls[[0, 2]] > 0).all()
    gauss = GaussianWorld.random()
    beyond = Task(gauss.prior, Meter(gauss.model), [], np.zeros(0, dtype=int), np.random.SeedSequence(0))
    lacking = entry.lacks(beyond)
    assert (lacking is None) == (not entry.needs)
    if lacking is not None:
        assert isinstance(lacking, Note)
        with pytest.raises(RequestError, match=str(lacking)):
            engine.draw(Posterior(gauss.prior, Meter(gauss.model), Label(0, "a")), 5, np.random.default_rng(0))


def test_names_help_and_errors_come_from_the_entries() -> None:
    assert engine_names() == ("auto", *ENGINES)
    assert all(name in engine_help() for name in engine_names())
    with pytest.raises(RequestError, match=f"use one of {', '.join(engine_names())}$"):
        engine_of("gibbs")


class _Twin:
    """An engine that draws as rejection does; its subclasses have one mistake each."""

    def draw(self, posterior: Posterior, n: int, rng: np.random.Generator) -> Draws:
        draws = Rejection().draw(posterior, n, rng)
        return replace(draws, diagnostics=replace(draws.diagnostics, engine=type(self).__name__))


class _Renamed(_Twin):
    def draw(self, target: Posterior, n: int, rng: np.random.Generator) -> Draws:  # type: ignore[override]
        return super().draw(target, n, rng)


class _Prior(_Twin):
    """Draws from the prior."""

    def draw(self, posterior: Posterior, n: int, rng: np.random.Generator) -> Draws:
        draws = super().draw(posterior, n, rng)
        return replace(draws, X=posterior.prior.sample(len(draws.X), rng))


class _Global(_Twin):
    """Takes a number from the generator of the process."""

    def draw(self, posterior: Posterior, n: int, rng: np.random.Generator) -> Draws:
        np.random.rand()  # noqa: NPY002
        return super().draw(posterior, n, rng)


class _Restless(_Twin):
    """Draws otherwise each time."""

    def draw(self, posterior: Posterior, n: int, rng: np.random.Generator) -> Draws:
        return super().draw(posterior, n, np.random.default_rng())


class _Fixed(_Twin):
    """Draws alike whatever the generator."""

    def draw(self, posterior: Posterior, n: int, rng: np.random.Generator) -> Draws:
        return super().draw(posterior, n, np.random.default_rng(0))


class _Sure(_Twin):
    """Tells an evidence that it does not know, without an error."""

    def draw(self, posterior: Posterior, n: int, rng: np.random.Generator) -> Draws:
        draws = super().draw(posterior, n, rng)
        return replace(draws, diagnostics=replace(draws.diagnostics, evidence=1.0, evidence_se=0.0, log_evidence=0.0))


class _Inventive(_Twin):
    """Gives rows of an observation that none has."""

    def draw(self, posterior: Posterior, n: int, rng: np.random.Generator) -> Draws:
        draws = super().draw(posterior, n, rng)
        return draws if len(draws.X) else replace(draws, X=posterior.prior.sample(n, rng))


TWINS = [_Renamed, _Prior, _Global, _Restless, _Fixed, _Sure, _Inventive]


def test_the_twins_have_no_other_mistake() -> None:
    check_engine(_Twin())


@pytest.mark.parametrize("twin", TWINS)
def test_a_broken_twin_is_found(twin: type) -> None:
    with pytest.raises((AssertionError, BudgetExhaustedError)):
        check_engine(twin())


class _Otherwise(Rejection):
    """Overrides `draw` alone."""

    def draw(self, posterior: Posterior, n: int, rng: np.random.Generator) -> Draws:
        return super().draw(posterior, n, rng)


def test_a_subclass_that_draws_otherwise_is_asked_for_each_observation() -> None:
    assert sharing(Rejection()) is not None
    assert joint(Rejection()) is not None
    assert sharing(_Otherwise()) is joint(_Otherwise()) is None
    check_many(_Otherwise())
