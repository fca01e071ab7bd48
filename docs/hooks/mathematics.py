"""Formulas as MathML, made when the site is built: browsers draw it themselves, so no script is needed to read it."""

from __future__ import annotations

import html
import logging
import re
from typing import Any

from latex2mathml.converter import convert

_LOG = logging.getLogger("mkdocs.hooks.mathematics")
_FORMULA = re.compile(
    r'<(?P<tag>span|div) class="arithmatex">\\(?P<open>[(\[])(?P<tex>.*?)\\[)\]]</(?P=tag)>', flags=re.DOTALL
)


def on_page_content(content: str, page: Any, **_: Any) -> str:
    """Return a page with each formula drawn."""

    def drawn(found: re.Match[str]) -> str:
        tex = html.unescape(found["tex"]).strip()
        display = found["open"] == "["
        try:
            formula = convert(tex, display="block" if display else "inline")
        except Exception as error:  # of many kinds, one for each way to be wrong; a warning ends a strict build
            _LOG.warning("%s: the formula '%s' can't be drawn: %r", page.file.src_uri, tex[:80], error)
            return found.group()
        return f'<div class="formula">{formula}</div>' if display else formula

    return _FORMULA.sub(drawn, content)
