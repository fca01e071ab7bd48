"""The theory of inverse estimation: worlds in which everything is known, and the error budget."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retrodict.theory.decomposition import ErrorBudget, error_budget
    from retrodict.theory.derivatives import Gradients, gradients
    from retrodict.theory.divergences import DIVERGENCES
    from retrodict.theory.examples import EXAMPLES
    from retrodict.theory.paths import Path, path
    from retrodict.theory.random_worlds import random_world
    from retrodict.theory.sign_agreement import Concurrence, SignAgreement, concurrence
    from retrodict.theory.table_worlds import table_world
    from retrodict.theory.world import DiscreteWorld
    from retrodict.theory.world_files import read_world

_HOMES = {
    "decomposition": ("ErrorBudget", "error_budget"),
    "derivatives": ("Gradients", "gradients"),
    "divergences": ("DIVERGENCES",),
    "examples": ("EXAMPLES",),
    "paths": ("Path", "path"),
    "random_worlds": ("random_world",),
    "sign_agreement": ("Concurrence", "SignAgreement", "concurrence"),
    "table_worlds": ("table_world",),
    "world": ("DiscreteWorld",),
    "world_files": ("read_world",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "DIVERGENCES",
    "EXAMPLES",
    "Concurrence",
    "DiscreteWorld",
    "ErrorBudget",
    "Gradients",
    "Path",
    "SignAgreement",
    "concurrence",
    "error_budget",
    "gradients",
    "path",
    "random_world",
    "read_world",
    "table_world",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'retrodict.theory' has no attribute '{name}'")
    value = getattr(import_module(f"retrodict.theory.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
