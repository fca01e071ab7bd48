"""JSON of files of others, whose texts can be written again."""

from __future__ import annotations

import json
import re
from typing import Any

_HALF = r"\\[uU][dD][89a-fA-F]"
"""An escape of one half of a character; two that belong together are read as one character."""


def read_json(text: str | bytes, **options: Any) -> Any:
    """Return what JSON holds, where all its texts are made of whole characters.

    Parameters
    ----------
    text
        JSON.
    options
        Of `json.loads`.

    Raises
    ------
    ValueError
        If it is no JSON, or a text holds half a character: no file and no terminal takes that.
    RecursionError
        If it is nested too deep.
    """
    found = json.loads(text, **options)
    if re.search(_HALF if isinstance(text, str) else _HALF.encode(), text):  # type: ignore[arg-type]
        json.dumps(found, ensure_ascii=False).encode()
    return found
