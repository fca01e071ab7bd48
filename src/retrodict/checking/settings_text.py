"""Settings as code, and back: nothing in them is run, and nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from retrodict.errors import RequestError
from retrodict.plain_text import shown

LONGEST = 1_000
"""Characters of a value: more than any setting has, and few enough to be read safely."""

_WORDS = {"true": True, "false": False, "null": None, "none": None}


def as_code(settings: Mapping[str, Any], names: Iterable[str] | None = None) -> str:
    """Return settings as they are written in code: `max_depth=None, min_samples_leaf=1`.

    Parameters
    ----------
    settings
        By name.
    names
        Which of them, where not all.
    """
    kept = settings if names is None else {name: settings[name] for name in names if name in settings}
    return ", ".join(f"{name}={_value(value)}" for name, value in kept.items())


def _value(value: Any) -> str:
    plain = value is None or isinstance(value, bool | int | float | str | list | tuple | dict)
    return shown(repr(value), 60) if plain else shown(type(value).__name__, 60)


def from_words(words: Iterable[str]) -> dict[str, Any]:
    """Return the settings that words like `max_depth=None` name.

    Parameters
    ----------
    words
        Each a name, an equals sign and a value: a number, a text, a tuple or list of these, True, False or None.

    Raises
    ------
    RequestError
        If a word is none, or a name stands twice.
    """
    found: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        name = name.strip()
        if not equals or not name.isidentifier():
            raise RequestError(f"'{shown(word, 60)}' is no setting; write it as NAME=VALUE, such as max_depth=5")
        if name in found:
            raise RequestError(f"setting '{name}' is given twice; give it once")
        if len(text) > LONGEST:
            raise RequestError(f"the value of '{name}' has more than {LONGEST:,} characters; give a settings file")
        found[name] = _read(text.strip())
    return found


def _read(text: str) -> Any:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):  # a word: it is text
        return text
