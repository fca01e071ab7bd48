"""Every engine there is, and the least that satisfies the protocol."""

from __future__ import annotations

from collections.abc import Mapping

from retrodict.inference import ENGINES, EngineEntry
from tests.conformance.recipes import built


def entries() -> Mapping[str, EngineEntry]:
    """Return all engines by name, the one that the recipe builds with them."""
    among: Mapping[str, EngineEntry] = built("new_engine.md")["entry"].AMONG
    return among


NAMES = (*ENGINES, "importance")
