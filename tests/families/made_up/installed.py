"""The family that `docs/contributing/new_family.md` builds, taken from the page: one folder and one line."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

import retrodict.families
from retrodict.families import registry

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "contributing" / "new_family.md"
NAME = "retrodict.families.madeup"
_PATH, _FAMILIES = tuple(retrodict.families.__path__), registry.FAMILIES


def files(page: Path = PAGE) -> dict[str, str]:
    """Return the files that a page's blocks of code hold, by name."""
    blocks = re.findall(r"^```python\n# (\w+\.py)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)
    return dict(blocks)


@contextmanager
def installed(folder: Path, leave_out: str | None = None) -> Iterator[ModuleType]:
    """Put the family beside the others, and yield its library.

    Parameters
    ----------
    folder
        An empty folder.
    leave_out
        A file of the family that is not there.
    """
    home = folder / "madeup"
    home.mkdir()
    (home / "__init__.py").touch()
    for name, text in files().items():
        if name != leave_out:
            (home / name).write_text(text, encoding="utf-8")
    before = _taken_out()
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(HERE)
        patch.setattr(retrodict.families, "__path__", [*_PATH, str(folder)])
        patch.setattr(registry, "FAMILIES", (*_FAMILIES, NAME))  # the one line
        try:
            yield importlib.import_module("madeup")
        finally:
            _taken_out()
            sys.modules.update(before)


def _taken_out() -> dict[str, ModuleType]:
    """Take library and family out of the modules that were imported."""
    vars(retrodict.families).pop("madeup", None)
    return {name: sys.modules.pop(name) for name in [*sys.modules] if name == "madeup" or name.startswith(NAME)}
