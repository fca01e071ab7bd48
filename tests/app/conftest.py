"""The app in this process, asked as a browser would, and small files to give it."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("httpx")
pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("python_multipart")

import pandas as pd
import skops.io
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from starlette.testclient import TestClient

from retrodict.app.keys import Keys
from retrodict.app.limits import Limits
from retrodict.app.shelf import Shelf
from retrodict.app.site import site_of

PORT = 8123
HERE = f"http://127.0.0.1:{PORT}"


@dataclass
class Browser:
    """One browser; `enter` opens the link."""

    client: TestClient
    keys: Keys
    shelf: Shelf
    headers: dict[str, str] = field(default_factory=lambda: {"origin": HERE})

    @property
    def base(self) -> str:
        return f"/{self.keys.room}"

    def enter(self) -> Browser:
        assert self.client.get("/open", params={"token": self.keys.token}).status_code == 200
        return self

    def get(self, path: str, **given: Any) -> Any:
        return self.client.get(self.base + path, **given)

    def post(self, path: str, files: dict[str, Any] | None = None, **fields: Any) -> Any:
        """Send a form as browsers do: several parts, the hidden entry first."""
        parts = [("form", (None, self.keys.form)), *((name, (None, value)) for name, value in fields.items())]
        parts += list((files or {}).items())
        return self.client.post(self.base + path, files=parts, headers=self.headers)

    def done(self, job: str) -> str:
        """Wait for the end of the work on an audit, and return the page that it leads to."""
        for _ in range(1_200):
            if not self.get(f"/job/{job}/state").json()["at_work"]:
                return words(self.get(f"/job/{job}"))
            time.sleep(0.05)
        raise AssertionError("it does not end")


def words(answer: Any) -> str:
    """Return what a page says, without its marks."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


@pytest.fixture
def limits() -> Limits:
    return Limits(file=50_000, all=120_000, silence=5.0, drained=1_000_000)


@pytest.fixture
def browser(tmp_path: Path, limits: Limits) -> Iterator[Browser]:
    folder = tmp_path / "app"
    folder.mkdir()
    shelf = Shelf(folder, replace(limits))
    shelf.load()
    keys = Keys()
    with TestClient(site_of(shelf, keys, PORT, True), base_url=HERE) as client:
        yield Browser(client, keys, shelf)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a model, and the rows that it saw and others."""
    folder = tmp_path_factory.mktemp("files")
    rows = pd.DataFrame({"a": [i % 7 for i in range(80)], "b": [(i * i) % 11 for i in range(80)]})
    rows["y"] = ((rows.a + rows.b) > 7).map({True: "yes", False: "no"})
    train, holdout = rows[::2], rows[1::2]
    skops.io.dump(LogisticRegression().fit(train[["a", "b"]], train["y"]), folder / "model.skops")
    table = load_breast_cancer(as_frame=True).frame  # a model whose full audit takes its time
    forest = RandomForestClassifier(60, random_state=0).fit(table.drop(columns="target"), table["target"])
    skops.io.dump(forest, folder / "slow.skops")
    train.to_csv(folder / "train.csv", index=False)
    holdout.to_csv(folder / "holdout.csv", index=False)
    return folder


def started(folder: Path | None, *words: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
    """Start the app as its command does; return it and what it said of itself."""
    where = [] if folder is None else ["--folder", str(folder)]
    command = [sys.executable, "-m", "retrodict", "app", "--no-browser", "--json", "--quiet", *where, *words]
    app = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert app.stdout is not None
    text = ""
    while not text.endswith("}\n"):
        text += app.stdout.readline()
    return app, json.loads(text)
