"""Whole tables rebuilt from the node counts that trees store; the search, which is compiled, is imported when used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from retrodict.extras import extra_for
from retrodict.matching.capability import TreeTable, read_problem
from retrodict.matching.codebook import Codebook
from retrodict.matching.problem import Problem
from retrodict.matching.reading import Reading
from retrodict.matching.reference import energy

if TYPE_CHECKING:
    from retrodict.matching.search.engine import Matched, Matching

__all__ = ["Codebook", "Matched", "Matching", "Problem", "Reading", "TreeTable", "energy", "read_problem"]


def __getattr__(name: str) -> Any:
    """Import the search when it is first asked for."""
    if name not in ("Matched", "Matching"):
        raise AttributeError(f"module 'retrodict.matching' has no attribute '{name}'")
    with extra_for("rebuilding a table from its counts"):
        return getattr(import_module("retrodict.matching.search.engine"), name)
