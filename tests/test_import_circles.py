"""No two modules of one room need each other: what a module imports can be read before it, all the way down."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src"
MODULES = {
    ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in SOURCE.rglob("*.py")
}
WHOLLY = ("study", "theory", "execution", "results")
"""Rooms in which not even types are imported in circles."""


def nodes(tree: ast.AST, types: bool) -> Iterator[ast.AST]:
    """Yield all nodes, those inside functions too; without those that only type checkers see unless asked for."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test) and not types:
            continue
        yield node
        yield from nodes(node, types)


def imported(path: Path, types: bool) -> set[str]:
    found: set[str] = set()
    for node in nodes(ast.parse(path.read_text()), types):
        if isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inner & MODULES.keys()) or {node.module}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found & MODULES.keys()


@pytest.mark.parametrize("types", [False, True])
def test_no_circle(types: bool) -> None:
    rooms = [f"retrodict.{room}" for room in WHOLLY] if types else ["retrodict"]
    chosen = {name for name in MODULES if name.startswith(tuple(rooms))}
    graph = {name: (imported(MODULES[name], types) & chosen) - {name} for name in chosen}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))
