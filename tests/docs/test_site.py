"""The site is built strictly, and what it holds is all there: pages, names, formulas, and nothing of other servers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import retrodict as rd
from tests.docs.pages import PAGES, ROOT, name_of

pytestmark = pytest.mark.slow

LOADS = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src", "video": "src"}
"""What a browser fetches without being asked, and where from."""


class Read(HTMLParser):
    """What a page of HTML loads, links to, and can be linked at; its texts outside code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.navigation: list[str] = []
        self.anchors: set[str] = {""}
        self.classes: set[str] = set()
        self.scripts = ""
        self.formulas = 0
        self.texts: list[str] = []
        self._code = 0
        self._script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in LOADS and given.get("rel") not in ("canonical", "next", "prev"):
            self.loads.append(given.get(LOADS[tag], ""))
        if tag == "a":
            self.links.append(given.get("href", ""))
            if "md-nav__link" in given.get("class", "") or "md-tabs__link" in given.get("class", ""):
                self.navigation.append(self.links[-1])
        self._script = tag == "script"
        self.classes |= set(given.get("class", "").split())
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        self.formulas += tag == "math"
        self._code += tag in ("code", "pre", "script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag in ("code", "pre", "script", "style")
        self._script = False

    def handle_data(self, data: str) -> None:
        if self._code == 0:
            self.texts.append(data)
        if self._script:
            self.scripts += data


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("material")
    pytest.importorskip("mkdocstrings")
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(out)]
    environment = {**os.environ, "RUN_NOTEBOOKS": "false", "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4_000:]
    return out


@pytest.fixture(scope="module")
def read(site: Path) -> dict[Path, Read]:
    return {path: Read(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


def folder_of(page: Path) -> str:
    inside = page.relative_to(ROOT / "docs").with_suffix("")
    return inside.parent.as_posix() if inside.name == "index" else inside.as_posix()


def target(path: Path, link: str) -> Path | None:
    """Return the file that a link of a page leads to, where it is of this site."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    to = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    return to / "index.html" if to.is_dir() else to


def test_every_page_is_there_and_in_the_navigation(site: Path, read: dict[Path, Read]) -> None:
    pages = [page for page in PAGES if page.is_relative_to(ROOT / "docs")]
    pages += (ROOT / "docs" / "notebooks").glob("*.ipynb")
    linked = {target(path, link) for path, page in read.items() for link in page.navigation}
    for page in pages:
        place = site / folder_of(page) / "index.html"
        assert place.is_file(), name_of(page)
        assert place in linked, f"{name_of(page)} is not in the navigation"


def test_nothing_is_fetched_from_elsewhere(site: Path, read: dict[Path, Read]) -> None:
    for path, page in read.items():
        assert [one for one in page.loads if urlsplit(one).netloc] == [], path
        assert not re.search(r"https?://|[\"'`]//", page.scripts), path
        assert "mermaid" not in page.classes, path  # the theme would fetch what draws it
    for style in site.rglob("*.css"):
        assert not re.search(r"url\(\W?(https?:)?//|@import", style.read_text(encoding="utf-8")), style


def test_links_lead_somewhere(site: Path, read: dict[Path, Read]) -> None:
    for path, page in read.items():
        if path.name == "404.html":
            continue
        for link in page.links:
            to = target(path, link)
            if to is None:
                continue
            assert to.is_file(), f"{path.relative_to(site)}: {link}"
            anchor = unquote(urlsplit(link).fragment)
            assert to not in read or anchor in read[to].anchors, f"{path.relative_to(site)}: {link}"


def test_formulas_are_drawn(site: Path, read: dict[Path, Read]) -> None:
    assert read[site / "explanation" / "theory" / "index.html"].formulas > 100
    assert read[site / "notebooks" / "prior_to_fidelity" / "index.html"].formulas >= 3
    for path, page in read.items():
        text = "".join(page.texts)
        assert "$$" not in text, path
        assert not re.search(r"\\(frac|mathrm|sum|\(|\[)", text), path


def test_every_public_name_has_its_place(site: Path, read: dict[Path, Read]) -> None:
    names = [name for name in rd.__all__ if not hasattr(getattr(rd, name), "__path__") and name != "errors"]
    for name in names:
        assert f"retrodict.{name}" in read[site / "reference" / name / "index.html"].anchors
    for module in (rd.priors, rd.inference, rd.models, rd.theory, rd.evaluation, rd.schema, rd.disclosures):
        own = set(module.__all__) - set(rd.__all__)
        page = read[site / "reference" / module.__name__.removeprefix("retrodict.") / "index.html"]
        missing = [name for name in own if f"{module.__name__}.{name}" not in page.anchors]
        assert missing == []
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    found = {entry["location"] for entry in index["docs"]}
    assert {f"reference/{name}/" for name in names} <= found
