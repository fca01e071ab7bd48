"""The engines there are, as data: what `auto` chooses by. A new engine is a file of its own and an entry here.

Importing this loads no engine: each is imported when it is made, or its cost is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray

    from retrodict.inference.contract import Engine
    from retrodict.inference.task import Need, Task
    from retrodict.results.notes import Note

AUTO = "auto"
"""The name under which the engines are chosen among."""


def _nothing(task: Task) -> Note | None:
    """Return that nothing is lacking."""
    return None


@dataclass(frozen=True)
class EngineEntry:
    """What is known of an engine before it is run.

    Parameters
    ----------
    make
        Makes it, with settings that serve most tasks.
    cost
        Expected model calls for each observation on its own, shape (m,); NaN where they can't be told while the
        evidence is unknown. Of a shared engine the whole run costs what the costliest observation does.
    exact
        Whether its draws follow the posterior exactly and independently.
    shared
        Whether one run serves many observations; it then has `draw_all` (see `Sharing`).
    lacks
        Says what a task lacks that it needs, ``None`` where it can serve it.
    needs
        The same for people, before there is a task; empty where it serves any.
    """

    make: Callable[[], Engine]
    cost: Callable[[Need], Float[ndarray, " m"]]
    exact: bool
    shared: bool = False
    lacks: Callable[[Task], Note | None] = _nothing
    needs: str = ""


def _of(module: str, name: str) -> Callable[..., Any]:
    """Return a function of an engine's module that imports it when it is called."""
    return lambda *given: getattr(import_module(f"retrodict.inference.{module}"), name)(*given)


ENGINES: Mapping[str, EngineEntry] = {
    "rejection": EngineEntry(
        _of("rejection.engine", "Rejection"), _of("rejection.engine", "cost"), exact=True, shared=True
    ),
    "smc": EngineEntry(_of("smc.engine", "TemperedSMC"), _of("smc.engine", "cost"), exact=False),
    "enumeration": EngineEntry(
        _of("enumeration", "Enumeration"),
        _of("enumeration", "cost"),
        exact=True,
        shared=True,
        lacks=_of("enumeration", "lacks"),
        needs="a prior of few states",
    ),
}
"""Engine by name."""


def engine_names() -> tuple[str, ...]:
    """Return the names that an engine can be asked for by."""
    return (AUTO, *ENGINES)


def engine_help() -> str:
    """Return the names with what to know of each, as one line."""
    said = [f"{AUTO} (chooses by what they cost)"]
    for name, entry in ENGINES.items():
        more = f"; needs {entry.needs}" if entry.needs else ""
        said.append(f"{name} ({'exact' if entry.exact else 'approximate'}{more})")
    return ", ".join(said[:-1]) + f" or {said[-1]}"
