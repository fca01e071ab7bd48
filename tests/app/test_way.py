"""From a file to a verdict: what each step says, what is done twice, what is cut off."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from retrodict.app.jobs import Job, Upload, Work
from retrodict.app.limits import Limits
from retrodict.app.profiles import NAMES
from retrodict.app.shelf import Shelf
from retrodict.app.work_words import words_of
from retrodict.auditing.appetite import PROFILES
from tests.app.conftest import Browser, started, words


def begun(browser: Browser, file: Path) -> str:
    answer = browser.enter().post("/new", {"model": (file.name, file.read_bytes())})
    assert answer.status_code == 200, words(answer)
    return str(answer.url).split("/")[-2]


def test_profiles_are_those_of_the_audit() -> None:
    assert set(NAMES) == set(PROFILES)


def test_words_of_a_command_can_not_be_taken_for_options() -> None:
    file = Upload(name="x", stored="m.skops", size=1, sha256="")
    job = Job(model=file, target="--trust-pickle", trusted=["--evil"])
    assert "--target=--trust-pickle" in words_of(job, "audit")
    assert "--trust=--evil" in words_of(job, "audit")
    assert "--trust-pickle" not in words_of(job, "audit")


@pytest.mark.slow
def test_the_whole_way_without_a_script(browser: Browser, files: Path) -> None:
    job = begun(browser, files / "model.skops")
    assert "sorts rows into 2 classes" in browser.done(job)
    tables = {"train": ("t.csv", (files / "train.csv").read_bytes())}
    browser.post(f"/job/{job}/tables", {"train": ("t.csv", b"a,c,y\n" + b"1,2,yes\n" * 20)}, target="y")
    assert "features are absent: b" in browser.done(job)  # what does not fit is named at once
    assert browser.post(f"/job/{job}/audit", profile="default", depth="quick").status_code == 409
    tables["holdout"] = ("h.csv", (files / "holdout.csv").read_bytes())
    browser.post(f"/job/{job}/tables", tables, target="")
    assert "predicts the column y" in browser.done(job)
    assert browser.post(f"/job/{job}/audit", profile="none", depth="quick").status_code == 400
    for _ in range(2):  # sent twice it is begun once
        assert browser.post(f"/job/{job}/audit", profile="internal", depth="quick").status_code == 200
    assert "Read the whole report" in browser.done(job)
    assert browser.shelf.jobs[job].verdict in ("release", "review", "reject")
    report = browser.get(f"/job/{job}/file/audit/report.html")
    assert "sandbox" in report.headers["content-security-policy"]
    assert "allow-scripts" not in report.headers["content-security-policy"]
    found = json.loads(browser.get(f"/job/{job}/file/audit/report.json").content)
    assert found["appetite"]["name"] == "internal"
    for which, rows in (("pages", False), ("all", True)):
        names = zipfile.ZipFile(io.BytesIO(browser.get(f"/job/{job}/zip/{which}").content)).namelist()
        assert "audit/report.html" in names
        assert any(name.endswith("rows.parquet") for name in names) is rows
    for name in ("t.csv", "../job.json", "audit/../t.csv", "audit/none", "%2e%2e/job.json"):
        assert browser.get(f"/job/{job}/file/{name}").status_code in (400, 403, 404)
    browser.post(f"/job/{job}/strip")
    assert "Download the stripped model" in browser.done(job)
    assert browser.shelf.jobs[job].verdict_after in ("release", "review", "reject")
    assert browser.get(f"/job/{job}/copy").content.startswith(b"PK")
    assert "#" not in browser.get(f"/job/{job}/file/comparison/before/report.html").url.path
    fresh = str(browser.post(f"/job/{job}/again").url).split("/")[-2]
    assert fresh != job
    assert "audit" not in browser.shelf.jobs[fresh].works


@pytest.mark.slow
def test_a_pickle_is_not_opened_until_it_is_trusted(browser: Browser, files: Path, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    bomb = f"cos\nsystem\n(S'touch {mark}'\ntR.".encode()
    (tmp_path / "bomb.pkl").write_bytes(bomb)
    job = begun(browser, tmp_path / "bomb.pkl")
    assert "This file could run a program" in browser.done(job)
    browser.post(f"/job/{job}/trust")  # the box was not ticked
    assert "This file could run a program" in browser.done(job)
    assert browser.get(f"/job/{job}/tables").status_code == 409
    assert not mark.exists()


@pytest.mark.slow
def test_what_is_no_model_is_one_line(browser: Browser, files: Path) -> None:
    job = begun(browser, files / "train.csv")
    assert "is no model file but text" in browser.done(job)


@pytest.mark.slow
def test_work_waits_for_its_turn_and_can_be_stopped(browser: Browser, files: Path) -> None:
    first, second = begun(browser, files / "model.skops"), ""
    browser.done(first)
    second = str(browser.post(f"/job/{first}/again").url).split("/")[-2]
    for job in (first, second):
        browser.post(f"/job/{job}/audit", profile="default", depth="full")
    assert browser.get(f"/job/{second}/state").json()["before"] == 1
    assert browser.post(f"/job/{first}/tables", target="").status_code == 409
    assert "stopped by you" in words(browser.post(f"/job/{first}/stop"))
    browser.post(f"/job/{second}/stop")
    work = browser.shelf.work(browser.shelf.jobs[first])
    assert [path.name for path in work.iterdir()] == ["model.skops"]


def test_what_an_ended_app_left_is_told_and_half_results_go(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, Limits())
    folder = tmp_path / "0123456789abcdef"
    (folder / "work" / "audit.partial").mkdir(parents=True)
    (folder / "work" / ".audit.lock").write_text("1")
    file = Upload(name="m", stored="m.skops", size=7, sha256="")
    job = Job(id="0123456789abcdef", model=file, works={"audit": Work(state="running")})
    (folder / "job.json").write_text(job.model_dump_json())
    (tmp_path / "fedcba9876543210").mkdir()
    (tmp_path / "fedcba9876543210" / "job.json").write_text('{"id": "../x"}')
    shelf.load()
    assert shelf.jobs[job.id].state("audit") == "cut_off"
    assert list((folder / "work").iterdir()) == []
    assert shelf.room.used == 7
    assert len(shelf.odd) == 1
    evil = job.model_dump(mode="json") | {"model": {**file.model_dump(), "stored": "../../m.skops"}}
    (folder / "job.json").write_text(json.dumps(evil))
    again = Shelf(tmp_path, Limits())
    again.load()
    assert again.jobs == {}


def _descendants(pid: int) -> set[int]:
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found |= {child} | _descendants(child)
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to see what processes are left")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_app_leaves_no_process_and_nothing_half_written(number: int, files: Path, tmp_path: Path) -> None:
    import httpx

    app, told = started(tmp_path / "here")
    with httpx.Client(timeout=60) as client:
        page = client.get(told["url"]).text
        base = told["url"].split("/open")[0] + page.partition("url=")[2].partition('"')[0]
        client.headers["origin"] = told["url"].split("/open")[0]
        secret = client.get(base).text.partition('name="form" value="')[2].partition('"')[0]
        form = [("form", (None, secret))]
        model = client.post(base + "new", files=[*form, ("model", ("m.skops", (files / "slow.skops").read_bytes()))])
        job = model.headers["location"].rsplit("/", 1)[0]
        job = told["url"].split("/open")[0] + job
        while client.get(job + "/state").json()["at_work"]:
            time.sleep(0.2)
        second, _ = subprocess.getstatusoutput(
            f"{sys.executable} -m retrodict app --no-browser --idle 0.001 --folder {tmp_path / 'here'}"
        )
        assert second == 1  # the folder is in use
        start = [("profile", (None, "default")), ("depth", (None, "full"))]
        assert client.post(job + "/audit", files=[*form, *start]).status_code == 303
        while client.get(job + "/state").json().get("step", 0) < 2:
            time.sleep(0.1)
    children = _descendants(app.pid)
    assert children
    os.kill(app.pid, number)
    assert app.wait(15) in (-number, 128 + number)
    assert app.stderr is not None
    said = app.stderr.read()
    assert said == "" if number == signal.SIGKILL else said.startswith("error: stopped") and said.count("\n") == 1
    for _ in range(150):
        if not any(Path(f"/proc/{child}").exists() for child in children):
            break
        time.sleep(0.1)
    assert not [child for child in children if Path(f"/proc/{child}").exists()]
    (work,) = (tmp_path / "here").glob("*/work")
    assert [path.name for path in work.iterdir()] == ["m.skops"]
    shelf = Shelf(tmp_path / "here", Limits())
    shelf.load()
    (one,) = shelf.jobs.values()
    assert one.state("audit") == "cut_off"


@pytest.mark.slow
def test_files_of_a_killed_app_without_a_folder_go_when_the_next_one_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    app, told = started(None)
    assert Path(told["folder"]).stat().st_mode & 0o077 == 0
    other, second = started(None)
    assert Path(told["folder"]).exists()  # another app that is running is left alone
    for one in (app, other):
        one.kill()
        one.wait()
    assert Path(told["folder"]).exists()
    third, last = started(None, "--idle", "0.001")
    assert third.wait(15) == 0
    assert not any(Path(one["folder"]).exists() for one in (told, second, last))
