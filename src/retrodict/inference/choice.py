"""Which engine for which observation, and why: by what the engines cost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from retrodict.inference.engines import EngineEntry
from retrodict.inference.task import Choice, Need, Task
from retrodict.results.notes import Note

Array = np.ndarray

EXACTNESS = 4.0
"""Calls of an approximate engine that one call of an exact engine is worth."""

MARGIN = 0.9
"""Share of the budget that a stream may be expected to take: expectations err, and what it falls short of is lost."""


def known_beforehand(entries: Mapping[str, EngineEntry], task: Task, least: int) -> Choice | None:
    """Return the exact engine that serves all observations at a cost known before any model call, if it is that cheap.

    Parameters
    ----------
    entries
        The engines to choose among, by name.
    task
        What is asked for.
    least
        Model calls that any other engine would take at least.
    """
    unknown = Need(task, task.quota, np.full(len(task.quota), math.nan))
    for name, entry in entries.items():
        if not (entry.exact and entry.shared) or entry.lacks(task) is not None:
            continue
        calls = float(np.max(entry.cost(unknown), initial=0.0))
        if calls <= task.meter.affordable(least):
            text = f"{name} gives exact draws of everything at {calls:,.0f} model calls, no more than any other needs"
            return Choice(name, Note("cheapest_beforehand", text, engine=name, calls=calls))
    return None


@dataclass(frozen=True)
class Costs:
    """What it costs to go on with a shared stream, and what the best other engine costs.

    Parameters
    ----------
    stream, calls
        The stream's name, and the calls that each observation needs of it on its own, shape (m,).
    own, own_calls
        For each observation the best engine that is asked for it alone, ``None`` where none can serve, and its calls as
        they count beside exact ones, shape (m,).
    """

    stream: str
    calls: Float[Array, " m"]
    own: list[str | None]
    own_calls: Float[Array, " m"]

    @classmethod
    def of(cls, entries: Mapping[str, EngineEntry], stream: str, need: Need) -> Costs:
        """Reckon them."""
        calls = entries[stream].cost(need)
        rivals = {
            name: (1.0 if entry.exact else EXACTNESS) * entry.cost(need)
            for name, entry in entries.items()
            if not entry.shared and entry.lacks(need.task) is None
        }
        if not rivals:
            return cls(stream, calls, [None] * len(calls), np.full(len(calls), math.inf))
        table, names = np.array(list(rivals.values())), list(rivals)
        return cls(stream, calls, [names[i] for i in table.argmin(axis=0)], table.min(axis=0) * (need.missing > 0))


def choose(entries: Mapping[str, EngineEntry], stream: str, need: Need, budget: int | None) -> list[Choice]:
    """Choose for each observation between one shared stream and an engine of its own.

    The stream costs what its costliest observation needs, and serves all the others on the way. So the observations are
    ordered by that need, and the stream runs as far as the total of model calls stays least, an approximate engine's
    calls counted `EXACTNESS` times.

    Parameters
    ----------
    entries
        The engines to choose among, by name.
    stream
        The name of the one that streams.
    need
        Rows still wanted, and first estimates of the evidences.
    budget
        Model calls left; ``None`` is without limit.

    Returns
    -------
    list[Choice]
        One for each observation.
    """
    costs = Costs.of(entries, stream, need)
    m = len(costs.calls)
    if None in costs.own:
        served = set(range(m))
    else:
        order = np.argsort(costs.calls)
        lengths = np.concatenate([[0.0], costs.calls[order]])
        left_over = np.concatenate([[costs.own_calls.sum()], costs.own_calls.sum() - np.cumsum(costs.own_calls[order])])
        affordable = lengths <= (math.inf if budget is None else MARGIN * budget)
        total = np.where(np.isfinite(lengths) & affordable, lengths + left_over, math.inf)
        served = {*order[: int(np.argmin(total))].tolist(), *np.flatnonzero(need.missing == 0).tolist()}
    return [_explained(costs, i, i in served, need, budget) for i in range(m)]


def _explained(costs: Costs, i: int, served: bool, need: Need, budget: int | None) -> Choice:
    evidence, calls, own = float(need.evidence[i]), float(costs.calls[i]), costs.own[i]
    stream, values = costs.stream, {"evidence": evidence, "calls": calls if math.isfinite(calls) else None}
    if evidence == 0.0 and not need.missing[i]:
        return Choice(stream, Note("no_rows_asked_for", "no rows asked for"))
    if served:
        if evidence == 0.0:
            return Choice(stream, Note("no_other_engine", "no pilot draw was likely, and no other engine can serve"))
        text = f"evidence about {evidence:.2g}: exact draws cost about {1.0 / evidence:,.3g} calls a row"
        return Choice(stream, Note("stream_is_cheapest", text, **values))
    assert own is not None  # else the stream serves it
    if evidence == 0.0:
        return Choice(own, Note("no_pilot_draw", f"no pilot draw was likely: {stream} might never end", **values))
    head = f"evidence about {evidence:.2g}: {stream} would take about {calls:,.3g} calls"
    if budget is not None and calls > MARGIN * budget:
        return Choice(own, Note("over_budget", f"{head}, over the budget", **values, budget=budget))
    return Choice(own, Note("stream_is_costly", f"{head}, far more than {own}", **values))
