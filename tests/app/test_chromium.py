"""The whole way in a real browser: every step on a desktop and on a phone, with its script."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.app.conftest import started

api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]
LONG = 240_000
"""Milliseconds that a quick audit, or two, may take on a busy machine."""


def test_from_a_file_to_a_stripped_copy(files: Path) -> None:
    app, told = started(None)
    try:
        with api.sync_playwright() as play:
            chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            context = chromium.new_context(viewport={"width": 360, "height": 740})
            page = context.new_page()
            page.set_default_timeout(LONG)
            wrong: list[str] = []
            page.on("console", lambda message: wrong.append(message.text))
            page.on("pageerror", lambda error: wrong.append(str(error)))

            def fits() -> None:
                # a page that tells progress may be laying out its next state
                page.wait_for_function("document.body && document.documentElement.scrollWidth <= 360")
                assert page.evaluate("document.querySelectorAll('h1').length") == 1
                labelled = "[...document.querySelectorAll('input:not([type=hidden]),select')].every(e=>e.labels.length)"
                assert page.evaluate(labelled), page.url

            page.goto(told["url"])
            page.wait_for_selector("#model")
            fits()
            page.set_input_files("#model", files / "model.skops")
            page.click("text=Take this model")
            page.click("text=Go on to the tables")
            fits()
            page.set_input_files("#train", files / "train.csv")
            page.set_input_files("#holdout", files / "holdout.csv")
            page.click("text=Read the tables")
            page.click("text=Go on to the standard")
            fits()
            page.check("input[value=safe-setting]")
            page.click("text=Begin the audit")
            page.wait_for_selector("progress")
            fits()
            page.wait_for_selector("text=Read the whole report")
            fits()
            with context.expect_page() as opened:
                page.click("text=Read the whole report")
            opened.value.wait_for_selector("h1")
            page.click("text=Make a stripped copy")
            page.wait_for_selector("text=Compare both")
            fits()
            with page.expect_download() as download:
                page.click("text=Download the stripped model")
            assert Path(download.value.path()).read_bytes().startswith(b"PK")
            assert wrong == []
            page.goto(told["url"])  # the link a second time
            assert "works once" in page.inner_text("main")
            page.go_back()
            page.click("text=retrodict")
            page.on("dialog", lambda dialog: dialog.accept())
            page.click("text=End the app")
            page.wait_for_selector("text=The app has ended")
        assert app.wait(20) == 0
        assert not Path(told["folder"]).exists()
    finally:
        app.kill()
