"""Draws from the posterior: observations, targets and engines.

Each name is imported when it is first used, so that the names of the engines cost nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retrodict.inference.contract import Engine, Joint, Named, Sharing, Streaming
    from retrodict.inference.diagnostics import Diagnostics, Draws
    from retrodict.inference.engines import ENGINES, EngineEntry
    from retrodict.inference.enumeration import Enumeration
    from retrodict.inference.observation import Label, Observation, Probabilities, Value
    from retrodict.inference.posterior import Posterior
    from retrodict.inference.rejection.engine import Rejection
    from retrodict.inference.smc.engine import TemperedSMC
    from retrodict.inference.task import Need, RunState, Task

_HOMES = {
    "contract": ("Engine", "Joint", "Named", "Sharing", "Streaming"),
    "diagnostics": ("Diagnostics", "Draws"),
    "engines": ("ENGINES", "EngineEntry"),
    "enumeration": ("Enumeration",),
    "observation": ("Label", "Observation", "Probabilities", "Value"),
    "posterior": ("Posterior",),
    "rejection.engine": ("Rejection",),
    "smc.engine": ("TemperedSMC",),
    "task": ("Need", "RunState", "Task"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "ENGINES",
    "Diagnostics",
    "Draws",
    "Engine",
    "EngineEntry",
    "Enumeration",
    "Joint",
    "Label",
    "Named",
    "Need",
    "Observation",
    "Posterior",
    "Probabilities",
    "Rejection",
    "RunState",
    "Sharing",
    "Streaming",
    "Task",
    "TemperedSMC",
    "Value",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'retrodict.inference' has no attribute '{name}'")
    return getattr(import_module(f"retrodict.inference.{_HOME_OF[name]}"), name)
