"""Every family opens its own files by their bytes, says in words what they are, and imports its library late."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from retrodict.errors import ModelError
from retrodict.models.family import Opening, Source, Trust, openings
from tests.conformance.members import members

OTHERS = (b"", b"hello\n", b"a,b\n1,2\n", b"PAR1xxxx", b"\x89PNG", b"PK\x03\x04 no zip", bytes(range(256)))


def check_opening(opening: Any) -> None:
    """Check the file `open` of a family."""
    for name in members(Opening):
        asked = inspect.getattr_static(Opening, name, None)
        own = getattr(opening, name)
        if inspect.isfunction(asked):
            wanted = [one for one in inspect.signature(asked).parameters if one != "self"]
            assert list(inspect.signature(own).parameters) == wanted, name
    assert all(isinstance(package, str) and "." not in package for package in opening.PACKAGES)
    assert opening.FILES.startswith(("a ", "an "))
    assert opening.MODELS.startswith(("a ", "an "))
    for content in OTHERS:
        assert not opening.recognises(Source(Path("x.skops"), content)), content
    assert not opening.recognises(Source(Path("folder"), b"", ("a", "b")))


def imported_early(opening: ModuleType) -> set[str]:
    """Return the packages that a family's file `open` imports as soon as it is imported itself."""
    top = ast.parse(inspect.getsource(opening)).body
    names = {str(node.module) for node in top if isinstance(node, ast.ImportFrom)}
    names |= {alias.name for node in top if isinstance(node, ast.Import) for alias in node.names}
    return {name.split(".")[0] for name in names}


def test_opening(made_up: ModuleType) -> None:
    found = dict(openings())
    assert len(found) >= 2
    for opening in found.values():
        check_opening(opening)
        assert not imported_early(opening) & {*opening.PACKAGES, "skops", "joblib"}
    family = found["retrodict.families.madeup"]
    with pytest.raises(ModelError):
        family.open_file(Source(Path("x"), b"MADEUP1\n"), Trust())


def test_a_broken_twin_is_found() -> None:
    sklearn = dict(openings())["retrodict.families.sklearn"]
    greedy = SimpleNamespace(**{**vars(sklearn), "recognises": lambda source: source.path.suffix == ".skops"})
    renamed = SimpleNamespace(**{**vars(sklearn), "audit_of": lambda file, trust: None})
    for twin in (greedy, renamed):
        with pytest.raises(AssertionError):
            check_opening(twin)
