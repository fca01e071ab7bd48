"""Pages of notebooks: their links lead to pages, and no script is left that would ask another server for anything.

The converter puts in what fetches MathJax and Mermaid. Formulas are drawn by `mathematics.py`, and no notebook has a
diagram in Mermaid's language. Links to pages are left by it as they are written, with the names of files.
"""

from __future__ import annotations

import logging
import posixpath
import re
from typing import Any

from mkdocs.structure.files import Files

_LOG = logging.getLogger("mkdocs.hooks.notebooks")
_SCRIPT = re.compile(r"<script\b[^>]*>(?:(?!</script>).)*</script>", flags=re.DOTALL)
_ELSEWHERE = ("MathJax", "mermaid", '<script src="">')
_LINK = re.compile(r'(?<=<a href=")(?P<path>[^":#]+\.(?:md|ipynb))(?P<anchor>#[^"]*)?(?=")')


def on_page_content(content: str, page: Any, files: Files, **_: Any) -> str:
    """Return a notebook's page with its links set and without those scripts; any other page as it is."""
    here = page.file.src_uri
    if not here.endswith(".ipynb"):
        return content

    def kept(script: re.Match[str]) -> str:
        return "" if any(word in script.group() for word in _ELSEWHERE) else script.group()

    def linked(link: re.Match[str]) -> str:
        to = files.get_file_from_path(posixpath.normpath(posixpath.join(posixpath.dirname(here), link["path"])))
        if to is None:
            _LOG.warning("%s: there is no page '%s'", here, link["path"])
            return link.group()
        return to.url_relative_to(page.file) + (link["anchor"] or "")

    return _LINK.sub(linked, _SCRIPT.sub(kept, content))
