"""Parameters that a docstring names are those of the signature: one that is not ends a strict build.

Griffe can say so itself, but reads code without running it, so that it knows no fields of a Pydantic model and no
`__new__`. Python knows them.
"""

from __future__ import annotations

import importlib
import inspect
import logging
from collections.abc import Iterator
from typing import Any

import reference
from griffe import Docstring, DocstringSectionKind, Parser

_LOG = logging.getLogger("mkdocs.hooks.parameters")


def on_pre_build(**_: Any) -> None:
    """Look at every public name."""
    for path, value in _public():
        try:
            known = set(inspect.signature(value).parameters)
        except (TypeError, ValueError):
            continue
        for name in _documented(value):
            if name.lstrip("*") not in known:
                _LOG.warning("%s: the docstring has a parameter '%s', the signature has none", path, name)


def _public() -> Iterator[tuple[str, Any]]:
    for module, names in (
        ("retrodict", reference.top_names()),
        *((f"retrodict.{path}", None) for path in reference.MODULES),
    ):
        loaded = importlib.import_module(module)
        for name in names or reference.public_names(loaded):
            value = getattr(loaded, name)
            if callable(value):
                yield f"{module}.{name}", value


def _documented(value: Any) -> Iterator[str]:
    text = (value.__doc__ or "") if inspect.isclass(value) else (inspect.getdoc(value) or "")
    sections = Docstring(inspect.cleandoc(text)).parse(Parser.numpy, warnings=False)
    for section in sections:
        if section.kind is DocstringSectionKind.parameters:
            for parameter in section.value:
                yield from (name.strip() for name in parameter.name.split(","))
