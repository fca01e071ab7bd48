"""What the pages for contributors build, taken from their blocks of code as they stand."""

from __future__ import annotations

import importlib
import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from types import ModuleType

from tests.families.made_up.installed import PAGE, files


@cache
def built(page: str) -> dict[str, ModuleType]:
    """Return the modules of a page, such as `new_engine.md`, by name."""
    folder = Path(mkdtemp())
    code = files(PAGE.parent / page)
    for name, text in code.items():
        (folder / name).write_text(text, encoding="utf-8")
    sys.path.insert(0, str(folder))
    try:
        return {Path(name).stem: importlib.import_module(Path(name).stem) for name in code}
    finally:
        sys.path.remove(str(folder))
