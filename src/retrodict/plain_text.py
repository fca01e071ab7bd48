"""Text of others (names, labels, types, failures), made fit to be shown: nothing in it moves a cursor or hides.

A model file's names may hold escape sequences that rewrite a terminal, characters that turn the direction of writing,
or ten thousand letters. What is shown to people goes through `shown`; JSON text through `json_text`, which stays exact.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

NAME_LIMIT = 200
"""Characters of a name that are shown: more than any real column has, and few enough for a line."""

NAMES_SHOWN = 10
"""Names of a list that are shown, where no more is said."""

LINE_LIMIT = 1_000
"""Characters of one line of error: a screen's worth."""

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories of what acts instead of being seen: controls, formats (direction, zero width), lone halves of
surrogate pairs, separators of lines and paragraphs."""

_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Letters and marks that are drawn as nothing."""

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def shown(text: object, limit: int | None = NAME_LIMIT) -> str:
    r"""Return a text as it can be shown on one line of a terminal, a page or a picture.

    Parameters
    ----------
    text
        Anything; ``str`` makes it a text.
    limit
        Characters of it that are shown; ``None`` shows all.

    Returns
    -------
    str
        Characters that act instead of being seen are written as escapes (``\x1b``, ``\n``, ``\u202e``); what is beyond
        the limit is left out, and how much that is is said. A text of plain characters within the limit is returned as
        it is.
    """
    text = str(text)
    if limit is not None and len(text) > limit:
        return f"{shown(text[:limit], None)}… ({len(text) - limit:,} more characters)"
    if text.isprintable() and _FILLERS.isdisjoint(text):
        return text
    return "".join(_escape(one) if hides(one) else one for one in text)


def cut(text: object, width: int) -> str:
    """Return a text as `shown` has it, in so many characters: of a longer one the first, and an ellipsis."""
    whole = shown(text)
    return whole if len(whole) <= width else f"{whole[: width - 1]}…"


def one_line(text: object, limit: int | None = LINE_LIMIT) -> str:
    """Return a text as one line: white space of any kind is one blank, and the rest is as `shown` has it."""
    return shown(" ".join(str(text).split()), limit)


def error_line(error: BaseException, limit: int) -> str:
    """Return what an error of others is and says as one line; of its text at most so many characters."""
    return f"{type(error).__name__}: {one_line(error, limit)}"


def plain_lines(text: object) -> str:
    """Return a text of several lines with its line breaks kept, and every line as `shown` has it, uncut."""
    return "\n".join(shown(line, None) for line in str(text).split("\n"))


def listing(names: Iterable[Any], most: int = NAMES_SHOWN) -> str:
    """Return names in a row; of many the first few, and how many there are."""
    texts = [str(name) for name in names]
    return ", ".join(texts[:most]) + (f", ... ({len(texts)} in all)" if len(texts) > most else "")


def few(names: Sequence[str], most: int) -> str:
    """Return the first of many names, and how many more there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most:,} more" if len(names) > most else "")


def json_text(data: Any, indent: int | None = 2) -> str:
    r"""Return plain data as strict JSON text in which nothing acts on a terminal; reading it gives the same data.

    Parameters
    ----------
    data
        Dicts, lists, texts, finite numbers, booleans and ``None``; anything else becomes its ``str``.
    indent
        Blanks a level; ``None`` writes one line.

    Raises
    ------
    ValueError
        If a number is infinite or not a number.
    """
    text = json.dumps(data, indent=indent, allow_nan=False, default=str)  # escapes all that is not ASCII
    return text.replace("\x7f", "\\u007f")  # the one control character that is ASCII and needs no escape in JSON


def hides(one: str) -> bool:
    """Whether a character acts instead of being seen."""
    return unicodedata.category(one) in _HIDDEN or one in _FILLERS


def _escape(one: str) -> str:
    code = ord(one)
    if one in _SHORT:
        return _SHORT[one]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def article(name: str) -> str:
    """Return a name with the article before it."""
    return f"{'an' if name[:1] in 'AEIOUaeiou' else 'a'} {name}"
