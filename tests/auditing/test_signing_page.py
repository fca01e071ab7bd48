"""The page to sign is one page whatever the audit says, and pages are no wider than a phone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from retrodict.auditing import AuditResult
from retrodict.disclosures import Unread
from retrodict.report.audit.html import render
from retrodict.report.audit.summary import LINES, render_summary
from retrodict.report.pages import write_page
from retrodict.results.notes import Note

BROWSER = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
LONG = "W" * 400


def longest(found: AuditResult) -> AuditResult:
    """Return an audit whose every name, list and line is as long and as wide as they come."""
    unread = tuple(Unread(f"[{i}]", f"lib{i}.{LONG}", "unknown", LONG) for i in range(40))
    file = {
        "name": f"\u202e<b>\x1b{LONG}",
        "sha256": "f" * 64,
        "modified": "2026-01-02T03:04:05+00:00",
        "bytes": 10**15,
    }
    command = f"retrodict audit {LONG} --train {LONG} --quick"
    kind = {**found.provenance["model"], "family": LONG}
    return replace(
        found,
        disclosures=replace(found.disclosures, unread=unread),
        findings=(
            *found.findings,
            *(replace(found.findings[0], measure=f"{LONG}{i}", sentence=LONG, verdict="reject") for i in range(9)),
        ),
        not_tested=tuple((f"part {i} {LONG}", Note("why", LONG)) for i in range(30)),
        appetite=found.appetite.model_copy(update={"name": LONG}),
        provenance={**found.provenance, "file": file, "command": command, "model": kind},
    )


def test_it_names_what_is_signed_and_leaves_nothing_out_unsaid(alone: Any) -> None:
    found = longest(alone[0])
    page = render_summary(found, "a" * 64)
    assert page.count("<h1") == 1
    assert "f" * 64 in page
    assert f"SHA-256 {'a' * 64}" in page
    assert f"and {30 - LINES} more, named in report.html" in page
    assert f"and {40 - LINES} more, named in report.html" in page
    assert "\x1b" not in page.replace("\\x1b", "")
    assert all(words in page for words in ("Name", "Role", "Date", "Signature", "Decision"))
    assert "<script" not in page
    assert found.verdict in page


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    play = pytest.importorskip("playwright.sync_api")
    if BROWSER is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on PATH")
    with play.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.mark.slow
@pytest.mark.parametrize("make", [lambda found: found, longest], ids=["usual", "longest"])
def test_it_prints_on_one_page(alone: Any, browser: Any, tmp_path: Path, make: Any) -> None:
    write_page(tmp_path / "summary.html", render_summary(make(alone[0]), "a" * 64))
    page = browser.new_page()
    page.goto((tmp_path / "summary.html").as_uri())
    pdf = page.pdf(prefer_css_page_size=True)
    assert pages(pdf) == 1
    # a page that runs over is seen by the same count
    page.evaluate("document.querySelector('main').style.minHeight = '400mm'")
    assert pages(page.pdf(prefer_css_page_size=True)) == 2


def pages(pdf: bytes) -> int:
    return pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") + pdf.count(b"/Type /Page/")


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_phone_and_paper_shows_what_is_folded(
    alone: Any, browser: Any, tmp_path: Path, scheme: str
) -> None:
    found = longest(alone[0])
    write_page(tmp_path / "report.html", render(found, found.provenance["command"]))
    write_page(tmp_path / "summary.html", render_summary(found))
    page = browser.new_page(viewport={"width": 360, "height": 800}, color_scheme=scheme)
    wide = "document.documentElement.scrollWidth"
    for name in ("summary.html", "report.html"):
        page.goto((tmp_path / name).as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.evaluate(wide) <= 360, name
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = false)")
    heights = "[...document.querySelectorAll('details > :not(summary)')].map(one => one.checkVisibility())"
    assert not any(page.evaluate(heights))
    page.emulate_media(media="print")
    assert all(page.evaluate(heights))
    page.set_viewport_size({"width": 680, "height": 1000})  # what A4 leaves between its margins
    cut = (
        "[...document.querySelectorAll('table, img')].filter(one => one.getBoundingClientRect().right > innerWidth + 1)"
    )
    assert page.evaluate(f"{cut}.length") == 0
