"""Formulas as MathML, made when the site is built: browsers draw it themselves, so no script is needed to read it."""

from __future__ import annotations

import html
import logging
import re
from typing import Any

from latex2mathml.converter import convert

_LOG = logging.getLogger("mkdocs.hooks.mathematics")

_ON_A_PAGE = re.compile(
    r'<(?:span|div) class="arithmatex">\\(?:\((?P<inline>.*?)\\\)|\[(?P<display>.*?)\\\])</(?:span|div)>',
    flags=re.DOTALL,
)
_IN_A_NOTEBOOK = re.compile(r"\$\$(?P<display>.+?)\$\$|\$(?P<inline>[^\s$](?:[^$]*[^\s$])?)\$", flags=re.DOTALL)
_TEXT_CELL = re.compile(r'(?<=data-mime-type="text/markdown">\n).*?(?=\n</div>)', flags=re.DOTALL)
_CODE = re.compile(r"(<(?:pre|code)\b.*?</(?:pre|code)>)", flags=re.DOTALL)

LONG = 40
"""Characters of a formula within a line from which it may be wider than a phone, and gets a box that scrolls."""


def on_page_content(content: str, page: Any, **_: Any) -> str:
    """Return a page with each formula drawn."""

    def drawn(found: re.Match[str]) -> str:
        tex = html.unescape(found["display"] or found["inline"]).strip()
        try:
            formula = convert(tex, display="block" if found["display"] else "inline")
        except Exception as error:  # of many kinds, one for each way to be wrong; a warning ends a strict build
            _LOG.warning("%s: the formula '%s' can't be drawn: %r", page.file.src_uri, tex[:80], error)
            return found.group()
        if found["display"]:
            return f'<div class="formula">{formula}</div>'
        return f'<span class="long formula">{formula}</span>' if len(tex) > LONG else formula

    def cell_drawn(cell: re.Match[str]) -> str:
        parts = _CODE.split(cell.group())  # texts at even places, code at odd ones
        return "".join(part if i % 2 else _IN_A_NOTEBOOK.sub(drawn, part) for i, part in enumerate(parts))

    if page.file.src_uri.endswith(".ipynb"):
        return _TEXT_CELL.sub(cell_drawn, content)
    return _ON_A_PAGE.sub(drawn, content)
