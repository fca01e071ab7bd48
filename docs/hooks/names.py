"""Names of the library in code become links to their reference; one that does not exist ends a strict build."""

from __future__ import annotations

import importlib
import logging
import re
from functools import cache
from typing import Any

import reference
from mkdocs.structure.files import Files

_LOG = logging.getLogger("mkdocs.hooks.names")
_CODE = re.compile(r"(?<!\">)<code>(?P<text>[^<]+)</code>(?!</a>)")
_DOTTED = re.compile(r"(?:rd|retrodict)\.(?P<path>[A-Za-z_][A-Za-z_0-9]*(?:\.[A-Za-z_][A-Za-z_0-9]*)*)")
_BARE = re.compile(r"[A-Za-z_][A-Za-z_0-9]*(?:\.[a-z_][A-Za-z_0-9]*)?$")
_FILES = ("toml", "yaml", "study", "json", "NAME", "madeup")
"""What follows a dot in names of files, and in names that a recipe makes up."""


@cache
def documented() -> dict[str, str]:
    """Return where each public name stands: its path, by its own name. Names that stand for two things are left out."""
    found: dict[str, set[str]] = {name: {f"retrodict.{name}"} for name in reference.top_names()}
    for path in reference.MODULES:
        for name in reference.public_names(importlib.import_module(f"retrodict.{path}")):
            if name not in reference.top_names():
                found.setdefault(name, set()).add(f"retrodict.{path}.{name}")
    return {name: paths.pop() for name, paths in found.items() if len(paths) == 1}


@cache
def exists(path: str) -> bool:
    """Whether a dotted path under `retrodict` leads to anything."""
    value: Any = importlib.import_module("retrodict")
    for i, part in enumerate(parts := path.split(".")):
        try:
            value = getattr(value, part)
        except AttributeError:
            try:
                value = importlib.import_module("retrodict." + ".".join(parts[: i + 1]))
            except ImportError:
                return part in getattr(value, "__dataclass_fields__", {})
    return True


def on_page_content(content: str, page: Any, files: Files, **_: Any) -> str:
    """Return a page with its names linked."""
    in_reference = page.file.src_uri.startswith(reference.FOLDER)

    def linked(found: re.Match[str]) -> str:
        dotted = _DOTTED.match(found["text"])
        if dotted:
            path = dotted["path"]
            if path.split(".")[0] in _FILES or path.split(".")[-1] in _FILES or path == "families.NAME":
                return found.group()
            if not exists(path):
                _LOG.warning("%s: there is no 'retrodict.%s'", page.file.src_uri, path)
                return found.group()
            return _to(f"retrodict.{path}", found.group())
        is_parameter = found.string[: found.start()].rstrip().endswith("<td>")
        if in_reference and not is_parameter and _BARE.match(found["text"]):
            name, _, member = found["text"].partition(".")
            if name in documented():
                return _to(documented()[name] + (f".{member}" if member else ""), found.group())
        return found.group()

    return _CODE.sub(linked, content)


def _to(identifier: str, words: str) -> str:
    return f'<autoref optional identifier="{identifier}">{words}</autoref>'
