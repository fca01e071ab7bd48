"""The choice among engines goes by their entries alone: cost, exactness, sharing and needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import retrodict as rd
from retrodict.errors import RequestError
from retrodict.inference import ENGINES, EngineEntry, Need, Task
from retrodict.inference.choice import EXACTNESS, choose, known_beforehand
from retrodict.inference.engines import engine_help
from retrodict.models import Meter
from retrodict.results.notes import Note
from tests.conformance.recipes import built
from tests.inference.estimates import LABELS, WORLD
from tests.inference.worlds import DiscreteWorld

STREAM = ENGINES["rejection"]


def constant(calls: float) -> Callable[[Need], np.ndarray]:
    return lambda need: np.where(need.missing > 0, calls, 0.0)


def own(calls: float, **more: Any) -> EngineEntry:
    return EngineEntry(ENGINES["smc"].make, constant(calls), **{"exact": False, **more})


def need(missing: list[int], evidence: list[float]) -> Need:
    task = Task(WORLD.prior, Meter(WORLD.model), LABELS, np.array(missing), np.random.SeedSequence(0))
    return Need(task, task.quota, np.array(evidence))


def chosen(entries: dict[str, EngineEntry], wanted: Need, budget: int | None = None) -> list[str]:
    return [choice.engine for choice in choose({"stream": STREAM, **entries}, "stream", wanted, budget)]


def test_the_stream_runs_as_far_as_the_total_is_least() -> None:
    rare = need([100, 100, 100], [0.5, 0.4, 1e-4])  # 200, 250 and 1,000,000 calls
    assert chosen({"one": own(5_000)}, rare) == ["stream", "stream", "one"]
    assert chosen({"one": own(500_000)}, rare) == ["stream"] * 3
    assert chosen({"one": own(20)}, rare) == ["one"] * 3


@pytest.mark.parametrize(("exact", "engine"), [(False, "stream"), (True, "one")])
def test_calls_of_an_engine_that_can_be_wrong_count_more(exact: bool, engine: str) -> None:
    calls = 2_000 / EXACTNESS + 1  # 2,000 are the stream's
    assert chosen({"one": own(calls, exact=exact)}, need([100, 0, 0], [0.05, 0.5, 0.5]))[0] == engine


def test_each_observation_gets_the_cheapest_engine_that_can_serve_it() -> None:
    by_evidence = replace(own(0.0), cost=lambda need: np.where(need.evidence < 1e-5, 10.0, 1e9))
    rare = need([100, 100, 100], [0.5, 1e-4, 1e-6])
    assert chosen({"one": own(5_000), "two": by_evidence}, rare) == ["stream", "one", "two"]
    barred = replace(by_evidence, lacks=lambda task: Note("barred", "barred"))
    assert chosen({"one": own(5_000), "two": barred}, rare) == ["stream", "one", "one"]
    assert chosen({"two": barred}, rare) == ["stream"] * 3


def test_a_reason_is_a_code_with_its_numbers() -> None:
    entries = {"stream": STREAM, "one": own(5_000)}
    reasons = [
        choice.reason for choice in choose(entries, "stream", need([100, 100, 100], [0.5, 1e-3, 0.0]), budget=50_000)
    ]
    assert [reason.code for reason in reasons] == ["stream_is_cheapest", "over_budget", "no_pilot_draw"]
    assert reasons[1].values == {"evidence": 1e-3, "calls": 100_000.0, "budget": 50_000}
    assert "stream would take about 1e+05 calls, over the budget" in reasons[1]
    assert reasons[0].values["calls"] == 200.0


def test_what_is_cheap_beforehand_needs_no_stream() -> None:
    task = need([10, 10, 10], [0.0, 0.0, 0.0]).task
    found = known_beforehand(ENGINES, task, least=72)
    assert found is not None
    assert (found.engine, found.reason.values["calls"]) == ("enumeration", 72.0)
    assert known_beforehand(ENGINES, task, least=71) is None
    assert known_beforehand({"rejection": STREAM, "smc": ENGINES["smc"]}, task, least=10**9) is None


def test_a_users_own_joins_the_choice() -> None:
    world = DiscreteWorld.random(seed=5)
    table = world.model.table.copy()
    table[:, 0] = np.log(1e-5)
    table[:, 1:] += np.log1p(-1e-5) - np.logaddexp.reduce(table[:, 1:], axis=1, keepdims=True)
    among = {name: entry for name, entry in built("new_engine.md")["entry"].AMONG.items() if name != "enumeration"}
    found = rd.reconstruct(
        replace(world.model, table=table), world.prior, 300, class_shares="equal", engine=among, progress=False
    )
    assert [report.engine for report in found.diagnostics] == ["importance", "rejection", "rejection"]
    assert found.diagnostics[0].reason.code == "over_budget"
    assert found.provenance.request["engine"] == "auto among rejection, smc, importance"
    del among["importance"]
    found = rd.reconstruct(
        replace(world.model, table=table), world.prior, 300, class_shares="equal", engine=among, progress=False
    )
    assert found.diagnostics[0].engine == "smc"


@pytest.mark.parametrize(
    ("among", "said"),
    [
        ({}, "must be names with an EngineEntry each; none was given"),
        ({"smc": "smc"}, "must be names with an EngineEntry each; 'smc' is a str"),
        ({"smc": ENGINES["smc"]}, "none of the engines smc can stream prior draws"),
    ],
)
def test_entries_that_can_not_be_chosen_among_are_refused(among: Any, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        rd.reconstruct(WORLD.model, WORLD.prior, 30, class_shares="equal", engine=among, progress=False)


def test_the_help_says_what_to_know_of_each() -> None:
    assert engine_help() == (
        "auto (chooses by what they cost), rejection (exact), smc (approximate) or enumeration (exact; needs a prior "
        "of few states)"
    )
