"""What goes wrong beside the way: lines held open, disks that fail, folders of others, work that is stopped."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn

from retrodict.app.desk import Desk
from retrodict.app.jobs import Job, ModelSeen, Upload, Work
from retrodict.app.keys import Keys
from retrodict.app.limits import Limits
from retrodict.app.lines import SILENT
from retrodict.app.memory import free_bytes
from retrodict.app.shelf import Shelf
from retrodict.app.site import served, site_of
from retrodict.app.work_words import PLAIN
from tests.app.conftest import Browser, words


@pytest.fixture
def unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the files alone: here nobody looks into them."""
    monkeypatch.setattr(Desk, "open", lambda self: None)


async def _answered(shelf: Shelf, held: int) -> bytes:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(**served(site_of(shelf, Keys(), port, True))))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        others = [await asyncio.open_connection("127.0.0.1", port) for _ in range(held)]
        for _, half in others[::2]:
            half.write(b"GET / HT")
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET /app.css HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        head = await asyncio.wait_for(reader.readline(), 10)
        server.should_exit = True
        for _, line in [*others, (reader, writer)]:
            line.close()
        await serving
    return head


def test_who_holds_many_lines_does_not_keep_others_out(tmp_path: Path) -> None:
    assert asyncio.run(_answered(Shelf(tmp_path, Limits()), 5 * SILENT)).startswith(b"HTTP/1.1 200")


def test_a_disk_that_fails_is_one_line_and_leaves_nothing(
    browser: Browser, unwatched: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Shelf, job: Job) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Shelf, "save", full)
        answer = browser.enter().post("/new", {"model": ("m.skops", b"x")})
    assert answer.status_code == 507
    assert "no room is left on its disk" in words(answer)
    assert "fault in the software" not in words(answer)
    assert list(browser.shelf.folder.iterdir()) == []
    assert (browser.shelf.room.used, browser.shelf.jobs) == (0, {})


def test_a_full_disk_takes_no_file_and_lets_delete_and_end(
    browser: Browser, unwatched: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.enter().post("/new", {"model": ("m.skops", b"x")})
    (job,) = browser.shelf.jobs.values()
    monkeypatch.setattr(browser.shelf.room, "limits", replace(browser.shelf.limits, free=2**62))
    assert browser.post("/new", {"model": ("m.skops", b"x")}).status_code == 507
    assert browser.post(f"/job/{job.id}/stop").status_code == 200
    assert browser.post(f"/job/{job.id}/delete").status_code == 200
    assert browser.shelf.jobs == {}
    assert browser.post("/end").status_code == 200


def test_an_audit_is_deleted_once_and_what_stays_is_said(
    browser: Browser, unwatched: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.enter()
    for _ in range(2):
        browser.post("/new", {"model": ("m.skops", b"xyz")})
    first, second = browser.shelf.jobs.values()
    browser.shelf.remove(first)
    browser.shelf.remove(first)  # pressed twice
    assert browser.shelf.room.used == 3
    monkeypatch.setattr("retrodict.app.shelf.shutil.rmtree", lambda *args, **options: None)
    answer = browser.post(f"/job/{second.id}/delete")
    assert answer.status_code == 500
    assert "could not be deleted" in words(answer)


def kept(folder: Path) -> Job:
    file = Upload(name="m", stored="m.skops", size=7, sha256="")
    job = Job(model=file, trust_pickle=True)
    (folder / job.id / "work").mkdir(parents=True, mode=0o700)
    (folder / job.id / "job.json").write_text(job.model_dump_json())
    return job


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="rights of this kind are POSIX's")
def test_an_audit_that_others_may_write_is_not_taken(tmp_path: Path) -> None:
    job = kept(tmp_path)
    shelf = Shelf(tmp_path, Limits())
    (tmp_path / job.id).chmod(0o770)
    shelf.load()
    assert shelf.jobs == {}
    assert "others may write into it" in shelf.odd[0]
    (tmp_path / job.id).chmod(0o700)
    again = Shelf(tmp_path, Limits())
    again.load()
    assert list(again.jobs) == [job.id]


def test_the_first_page_shows_an_audit_that_nothing_was_begun_on(browser: Browser) -> None:
    job = kept(browser.shelf.folder)
    browser.shelf.load()
    browser.enter()
    assert browser.shelf.jobs[job.id].works == {}
    for path in ("/", f"/job/{job.id}", f"/job/{job.id}/model"):
        assert browser.get(path).status_code == 200


def test_stopped_work_is_over_when_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(tmp_path, Limits())
    job = kept(tmp_path)
    shelf.load()
    job = shelf.jobs[job.id]
    monkeypatch.setattr(
        "retrodict.app.desk.words_of", lambda job, what: ["timeit", "-n1", "import time; time.sleep(60)"]
    )

    async def stopped() -> tuple[Work, bool]:
        desk = Desk(shelf)
        desk.open()
        desk.add(job, "audit")
        while job.state("audit") != "running":
            await asyncio.sleep(0.01)
        await desk.stop(job)
        idle = desk.idle
        await desk.close()
        return job.works["audit"], idle

    work, idle = asyncio.run(stopped())
    assert (work.state, work.line, idle) == ("stopped", "stopped by you", True)


def test_tables_of_an_audit_that_was_stopped_can_be_changed(browser: Browser, unwatched: None) -> None:
    seen = {"kind": "classifier", "family": "f", "format": "skops", "columns": ["a"], "width": 1, "named": True}
    told = {"classes": [], "target": "y", "facts": 0, "personal": 0, "unknown": 0, "unread": [], "warnings": []}
    browser.enter().post("/new", {"model": ("m.skops", b"x")})
    (job,) = browser.shelf.jobs.values()
    job.seen = ModelSeen.model_validate(seen | told)
    job.works = {"model": Work(state="done"), "audit": Work(state="stopped")}
    assert "Choose other tables" in words(browser.get(f"/job/{job.id}/audit"))
    assert "Choose tables" in words(browser.get(f"/job/{job.id}/tables"))
    assert browser.post(f"/job/{job.id}/tables", {"train": ("t.csv", b"a,y\n")}, target="").status_code == 200
    assert "audit" not in job.works
    job.works = {"model": Work(state="done"), "audit": Work(state="done")}
    assert "from its report another one" in words(browser.get(f"/job/{job.id}/tables"))
    assert browser.post(f"/job/{job.id}/tables", {"train": ("t.csv", b"a,y\n")}, target="").status_code == 409


def test_plain_words_are_of_the_parts_of_an_audit() -> None:
    from retrodict.auditing.work import SHARES

    assert set(PLAIN) == set(SHARES)


@pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="free memory is told in /proc")
def test_free_memory_is_told() -> None:
    found = free_bytes()
    assert found is not None
    assert found > 2**20
