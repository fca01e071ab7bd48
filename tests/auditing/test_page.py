"""The page: complete in itself, fit for screen readers, and without errors in a browser."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from retrodict.disclosures import Unread
from retrodict.report.audit.html import render
from retrodict.report.glossary import ALIASES, GLOSSARY, identifier

BROWSER = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)


class Page(HTMLParser):
    """Collects what the tests ask of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.images: list[dict[str, Any]] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.language = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids += [found["id"]] if found.get("id") else []
        self.addresses += [found[name] for name in ("src", "href") if found.get(name)]
        if tag == "html":
            self.language = found.get("lang") or ""
        elif tag == "img":
            self.images.append(found)
        elif re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))


@pytest.fixture
def text(audited: Any) -> str:
    return (audited("forest")[1] / "report.html").read_text(encoding="utf-8")


def test_it_carries_itself_and_reads_well(text: str) -> None:
    page = Page(text)
    assert page.language == "en"
    assert page.levels[0] == 1
    assert page.levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(page.levels, page.levels[1:], strict=False))
    assert len(page.images) == 6  # ROC, marginals, associations, plane, closest rows, query curve
    assert all(len(image["alt"]) > 40 for image in page.images)
    assert all(address.startswith(("data:", "#")) or address == "summary.html" for address in page.addresses)
    assert {address[1:] for address in page.addresses if address.startswith("#")} <= set(page.ids)
    assert len(set(page.ids)) == len(page.ids)
    assert "<script" not in text
    assert "url(" not in text
    assert len(text.encode()) < 5e6


def test_a_page_of_a_model_alone(alone: Any) -> None:
    page = Page((alone[1] / "report.html").read_text(encoding="utf-8"))
    assert len(page.images) == 3
    assert all(len(image["alt"]) > 40 for image in page.images)


def test_a_page_of_a_model_alone_speaks_of_no_real_rows(alone: Any) -> None:
    text = (alone[1] / "report.html").read_text(encoding="utf-8")
    told = re.sub(r"<style>.*?</style>|data:image[^\"]*|<section id=\"untested\".*", "", text, flags=re.S)
    captions = [*re.findall(r"<figcaption>(.*?)</figcaption>", told), *re.findall(r'alt="(.*?)"', told)]
    assert not [line for line in captions if re.search("training rows|held-out rows|held-out|Filled|Rings", line)]
    for words in (
        "Every lift is over",
        "asked of the held-out rows",
        "held-out rows of the same source",
        "training rows;",
    ):
        assert words not in told
    assert "no real rows: the model alone" in told
    assert "No training rows were given: how near what was extracted comes to them was not measured." in told


def test_what_is_not_read_stands_beside_the_verdict(alone: Any) -> None:
    unread = (Unread("[0]", "lib.Step", "unknown", "no reader <knows> it"),)
    found = replace(alone[0], disclosures=replace(alone[0].disclosures, unread=unread))
    text = render(found, "retrodict audit")
    said = "not read: lib.Step at [0]: no reader &lt;knows&gt; it"
    first = text[text.index('id="verdict"') : text.index("<nav")]
    assert said in first
    assert all(f"{what}: " in first for what, _ in found.not_tested[:6])
    assert "All of the file was read" not in first
    section = text[text.index('id="disclosures"') :]
    assert section.index(said) < section.index("facts about the training data")
    assert found.report.plain()["unread"] == [
        {"path": "[0]", "type": "lib.Step", "why": "unknown", "reason": "no reader <knows> it"}
    ]


def test_the_first_screen_names_the_file_why_and_what_to_do(alone: Any) -> None:
    file = {"name": "\u202e<b>m\x1b.skops", "sha256": "ab" * 32, "modified": "2026-01-02T03:04:05+00:00", "bytes": 1234}
    found = replace(
        alone[0], provenance={**alone[0].provenance, "file": file, "command": "retrodict audit 'a b.skops' --out o"}
    )
    text = render(found, "retrodict audit")
    first = text[: text.index("<nav")]
    assert r"<h1><bdi>\u202e&lt;b&gt;m\x1b.skops</bdi></h1>" in first
    assert "ab" * 32 in first
    assert "2026-01-02 03:04:05 UTC" in first
    assert all(line.replace("'", "&#39;") in first for line in found.summary)
    assert "retrodict audit &#39;a b.skops&#39; --train TRAIN.csv --holdout HOLDOUT.csv --out o-with-rows" in first


def test_each_number_stands_beside_that_of_a_harmless_model(audited: Any) -> None:
    found, out = audited("forest")
    text = (out / "report.html").read_text(encoding="utf-8")
    assert text.count('class="harmless"') >= 2
    section = text[text.index('id="membership"') : text.index('id="attributes"')]
    assert 'data-head="AUC" class="n">0.500<' in section
    assert all(one.harmless is not None for one in found.findings if one.measure.endswith("_auc"))


def test_what_changed_since_an_earlier_report_comes_before_the_numbers(alone: Any) -> None:
    found = alone[0]
    worse = replace(found, findings=(replace(found.findings[0], verdict="reject", value=3.0), *found.findings[1:]))
    text = render(worse.since(found.report, "old/<report>.json"), "retrodict audit")
    since = text[text.index('id="since"') : text.index('id="numbers"')]
    assert "old/&lt;report&gt;.json" in since
    assert f'class="verdict {found.verdict}">{found.verdict}</span> before' in since
    assert 'class="verdict reject">reject</span> now' in since
    assert ">worse<" in since
    assert 'id="since"' not in render(found, "retrodict audit")


def test_words_of_the_page_are_explained_in_it(alone: Any) -> None:
    text = render(alone[0], "retrodict audit")
    page = Page(text)
    assert all(identifier(word) in page.ids for word in GLOSSARY)
    assert set(ALIASES.values()) <= set(GLOSSARY)
    assert 'href="#g-risk-appetite"' in text


def test_the_page_of_words_has_the_same_meanings() -> None:
    words = (Path(__file__).parents[2] / "docs/start/words.md").read_text(encoding="utf-8")
    assert all(f"| {word} | {meaning} |" in words for word, meaning in GLOSSARY.items())


def light(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    least, most = sorted((light(one), light(other)))
    return (most + 0.05) / (least + 0.05)


@pytest.mark.parametrize("sheet", ["audit.css.j2", "summary.css.j2"])
def test_colours_have_contrast_by_day_and_by_night(sheet: str) -> None:
    """Text on its ground reaches 4.5 to 1 (WCAG 2, AA)."""
    text = files("retrodict.report").joinpath("templates", sheet).read_text(encoding="utf-8")
    modes = [dict(re.findall(r"--(\w+): (#\w{6})", block)) for block in re.findall(r":root {(.*?)}", text, re.DOTALL)]
    assert len(modes) >= 2
    for mode in modes[:2]:
        grounds = [mode[name] for name in ("ground", "panel") if name in mode]
        inks = [mode[name] for name in ("ink", "quiet", "link") if name in mode]
        assert all(contrast(ink, ground) > 4.5 for ink in inks for ground in grounds)
        assert all(contrast(mode["badge"], mode[name]) > 4.5 for name in ("release", "review", "reject"))


@pytest.mark.skipif(BROWSER is None, reason="no chromium, chromium-browser or google-chrome on PATH")
@pytest.mark.parametrize("width", [400, 1200])
def test_a_browser_shows_it_without_errors(audited: Any, tmp_path: Path, width: int) -> None:
    assert BROWSER is not None
    page, shot = audited("forest")[1] / "report.html", tmp_path / "page.png"
    # A browser refuses its sandbox to the administrator, and writes a profile where it is told to.
    done = subprocess.run(
        [
            BROWSER,
            *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr"),
            *(f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width},3000", f"--screenshot={shot}"),
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "CONSOLE" not in done.stderr
    assert shot.stat().st_size > 50_000  # an empty page is smaller
