"""Files of an MLflow folder that say what must be installed: they state nothing of the data if they hold no more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from retrodict.schema.yaml_text import read_yaml

MOST = 2**20
"""Bytes of one."""

_NAMES = {
    "conda.yaml": frozenset({"name", "channels", "dependencies"}),
    "python_env.yaml": frozenset({"python", "build_dependencies", "dependencies"}),
}
_REQUIREMENT = re.compile(r"^\s*(?:#.*|-r\s+\S+|[A-Za-z0-9._\[\],-]+\s*(?:[<>=!~]=?.{0,80})?)?\s*$")
TEXTS = ("requirements.txt", "python_model_requirements.txt")
FILES = (*_NAMES, *TEXTS)
"""What they are called."""


def is_plain(name: str, content: bytes) -> bool:
    """Whether such a file holds names and releases of packages alone.

    Parameters
    ----------
    name
        Of `FILES`.
    content
        All its bytes.
    """
    try:
        text = content.decode("utf-8")
        if name in TEXTS:
            return all(_REQUIREMENT.match(line) for line in text.splitlines())
        read = read_yaml(text)
    except (UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError, TypeError):
        return False
    return isinstance(read, dict) and set(read) <= _NAMES[name] and all(_names_only(value) for value in read.values())


REGISTERED = "registered_model_meta"
"""The file that a registry of models adds to what is fetched from it."""


def registered(content: bytes) -> dict[str, Any] | None:
    """Return the name and version under which a model stands in a registry; ``None`` where a file says anything else.

    Parameters
    ----------
    content
        All bytes of `REGISTERED`.
    """
    try:
        read = read_yaml(content.decode("utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError, TypeError):
        return None
    known = isinstance(read, dict) and set(read) <= {"model_name", "model_version"}
    return read if known and all(isinstance(value, str | int | float) for value in read.values()) else None


def _names_only(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _names_only(one) for key, one in value.items())
    if isinstance(value, list):
        return all(_names_only(one) for one in value)
    return (
        value is None or isinstance(value, int | float) or (isinstance(value, str) and bool(_REQUIREMENT.match(value)))
    )
