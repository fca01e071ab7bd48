"""Texts of others, fit for a picture."""

from __future__ import annotations

from retrodict.plain_text import shown

LABEL = 40
"""Characters of a name in a picture: more would push the picture aside."""


def picture_text(text: object, limit: int = LABEL) -> str:
    """Return a name of others as text of a picture: cut, with nothing that acts, and no formula in dollar signs."""
    text = shown(text, None)
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return cut.replace("$", r"\$")
