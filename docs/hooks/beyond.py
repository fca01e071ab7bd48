"""Pages of the site that lie beyond this folder, and links to them.

The README, the changelog and their like stand at the root, where a repository's visitor looks for them; links between
them and the pages are written so that they work there. Here each becomes a page, and links are set anew. A link to
another file of the repository, which no page shows, becomes its name. Pages that the navigation does not name come last
in the section of their folder, so that a new page can't be forgotten.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[2]

PAGES = {
    "README.md": "start/overview.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing/how_we_work.md",
    "SECURITY.md": "contributing/security.md",
}
"""Files of the root, and the page that each becomes."""

_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")
_CODE = re.compile(r"^(```.*?^```$)|(`[^`\n]*`)", flags=re.MULTILINE | re.DOTALL)


SECTIONS = {
    "start": "Start",
    "guides": "Guides",
    "explanation": "Explanation",
    "results": "Results",
    "contributing": "Contributing",
}
"""The section of the navigation where each folder's pages stand."""


def on_config(config: Any) -> Any:
    """Add pages that the navigation does not name."""
    named = set(_paths(config.nav))
    docs = Path(config.docs_dir)
    for folder, title in SECTIONS.items():
        section = next(one[title] for one in config.nav if title in one)
        paths = (path.relative_to(docs).as_posix() for path in sorted((docs / folder).glob("*.md")))
        section += [path for path in paths if path not in named]
    return config


def _paths(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, list):
        for one in nav:
            yield from _paths(one)
    elif isinstance(nav, dict):
        yield from _paths(list(nav.values()))


def on_files(files: Files, config: Any) -> Files:
    """Add the root's pages."""
    for name, page in PAGES.items():
        path = ROOT / name
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            files.append(File.generated(config, page, content=_links_set(text, name, page)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Set a page's links that lead out of the folder."""
    here = page.file.src_uri
    return markdown if here in PAGES.values() else _links_set(markdown, f"docs/{here}", here)


def _links_set(text: str, source: str, page: str) -> str:
    """Return text with its links as they are from `page`; they were written for `source`, a path from the root."""
    parts: list[str] = []
    end = 0
    for code in _CODE.finditer(text):
        parts += [_LINK.sub(lambda link: _link_set(link, source, page), text[end : code.start()]), code.group()]
        end = code.end()
    return "".join([*parts, _LINK.sub(lambda link: _link_set(link, source, page), text[end:])])


def _link_set(link: re.Match[str], source: str, page: str) -> str:
    image, words, to = link.groups()
    if "://" in to or to.startswith(("#", "mailto:")):
        return link.group()
    path, _, anchor = to.partition("#")
    target = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
    inside = PAGES.get(target) or (target.removeprefix("docs/") if target.startswith("docs/") else None)
    if inside is None:
        return words if (ROOT / target).exists() else link.group()  # what does not exist is for mkdocs to refuse
    if inside == "":
        inside = "index.md"
    where = posixpath.relpath(inside, posixpath.dirname(page) or ".")
    return f"{image}[{words}]({where}{'#' + anchor if anchor else ''})"
