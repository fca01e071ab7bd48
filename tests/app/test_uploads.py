"""Files from outside: their names never become paths, and what is too much leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from retrodict.app.desk import Desk
from retrodict.app.names import LONGEST, stored_name
from tests.app.conftest import Browser, words


@pytest.fixture(autouse=True)
def unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the files alone: here nobody looks into them, which takes seconds each."""
    monkeypatch.setattr(Desk, "open", lambda self: None)


HOSTILE = [
    "../../etc/passwd",
    "..\\..\\x.skops",
    "/etc/shadow",
    "",
    ".",
    "..",
    "a\x00b.skops",
    "\x1b[2Jx.skops",
    "\u202egpj.skops",
    "x" * 4_096,
    "CON.csv",
    "numpy.py",
    "matplotlibrc",
    "-rf.csv",
    "<script>alert(1)</script>.skops",
    "模型.skops",
    "audit",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_stored_names_are_plain(name: str) -> None:
    made = stored_name(name)
    assert made.isascii()
    assert len(made) <= LONGEST + 8
    stem, _, ending = made.rpartition(".")
    assert stem.replace("_", "").replace("-", "").isalnum()
    assert not made.startswith(("-", "_"))
    assert ending in ("bin", "skops", "csv")
    assert stem.lower() != "con"
    assert stored_name(made) == made
    assert stored_name(name, [made.upper()]) != made


def test_a_name_that_is_plain_stays() -> None:
    assert stored_name("adult_forest.skops") == "adult_forest.skops"
    assert stored_name("Patients (final) v2.CSV") == "Patients_final_v2.CSV"


@pytest.mark.parametrize("name", [name for name in HOSTILE if name and "\x00" not in name])
def test_hostile_names_are_shown_harmless_and_stay_in_their_folder(browser: Browser, name: str) -> None:
    answer = browser.enter().post("/new", {"model": (name, b"no model at all")})
    assert answer.status_code == 200, words(answer)
    (job,) = browser.shelf.jobs.values()
    assert "<script>alert" not in answer.text
    assert "\u202e" not in answer.text
    assert "\x1b" not in answer.text
    stored = [path for path in browser.shelf.folder.rglob("*") if path.is_file() and path.name != "job.json"]
    assert stored == [browser.shelf.work(job) / job.model.stored]
    assert browser.post(f"/job/{job.id}/delete").status_code == 200
    assert list(browser.shelf.folder.iterdir()) == []
    assert browser.shelf.room.used == 0


def nothing_left(browser: Browser) -> bool:
    return not list(browser.shelf.folder.iterdir()) and browser.shelf.room.used == 0 and not browser.shelf.jobs


def test_a_file_that_is_too_large_is_one_line_with_its_limit(browser: Browser) -> None:
    answer = browser.enter().post("/new", {"model": ("big.skops", b"x" * 60_000)})
    assert answer.status_code == 413
    assert "'big.skops' is larger than 48.8 KB" in words(answer)
    assert "retrodict audit" in words(answer)
    assert nothing_left(browser)
    huge = browser.post("/new", {"model": ("huge.skops", b"x" * 10_000_000)})
    assert huge.status_code == 413
    assert nothing_left(browser)


def test_all_files_together_are_limited(browser: Browser) -> None:
    browser.enter()
    codes = [browser.post("/new", {"model": ("m.skops", b"x" * 45_000)}).status_code for _ in range(3)]
    assert codes == [200, 200, 413]
    assert browser.shelf.room.used == 90_000
    job = next(iter(browser.shelf.jobs))
    browser.post(f"/job/{job}/delete")
    assert browser.post("/new", {"model": ("m.skops", b"x" * 45_000)}).status_code == 200


def test_forms_made_to_do_harm_are_refused(browser: Browser) -> None:
    browser.enter()
    many = {f"f{i}": "x" for i in range(300)}
    assert "more than 200 entries" in words(browser.post("/end", **many))
    assert "more than 4,096 letters" in words(browser.post("/end", text="x" * 5_000))
    assert "where none belongs" in words(browser.post("/end", {"model": ("x", b"x")}))
    assert browser.post("/new", {"model": ("x.skops", b"")}).status_code == 400
    assert browser.post("/new").status_code == 400
    assert nothing_left(browser)


def sent(browser: Browser, body: bytes) -> int:
    kind = {"content-type": "multipart/form-data; boundary=B", **browser.headers}
    client: TestClient = browser.client
    return client.post(f"{browser.base}/new", content=body, headers=kind).status_code


def test_damaged_forms_are_refused(browser: Browser) -> None:
    browser.enter()
    first = f'--B\r\nContent-Disposition: form-data; name="form"\r\n\r\n{browser.keys.form}\r\n'.encode()
    file = b'--B\r\nContent-Disposition: form-data; name="model"; filename="m.skops"\r\n\r\nxxxx'
    assert sent(browser, b"no form") == 400
    assert sent(browser, first + file) == 400  # broken off
    assert sent(browser, file + b"\r\n" + first + b"--B--\r\n") == 403  # the file before the secret
    assert sent(browser, first + b"--B\r\n" + b"X: y\r\n" * 1_000 + b"\r\n--B--\r\n") == 400
    assert sent(browser, first + b"--B\r\nX: " + b"y" * 100_000 + b"\r\n\r\n--B--\r\n") == 400
    assert nothing_left(browser)
    assert sent(browser, first + file + b"\r\n--B--\r\n") == 200


def test_folders_of_audits_are_private(browser: Browser) -> None:
    browser.enter().post("/new", {"model": ("m.skops", b"x")})
    (job,) = browser.shelf.jobs.values()
    work: Path = browser.shelf.work(job)
    assert work.stat().st_mode & 0o077 == 0
    assert (work / job.model.stored).stat().st_mode & 0o077 == 0
