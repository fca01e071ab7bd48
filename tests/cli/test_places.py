"""A result's place is written by one run at a time; a disk that fails or is full is named, with the remedy."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from retrodict.errors import RequestError, RetrodictError, RunError
from retrodict.results.claim import claimed
from retrodict.results.disk import disk_error
from retrodict.results.folder import new_folder, write_file
from tests.cli.conftest import Outcome

Cli = Callable[..., Outcome]

WRITERS = {
    "reconstruct": "reconstruct {m} --prior {p} --rows 20 --out {o}",
    "invert": "invert {m} --prior {p} --outputs {h}/labels.csv --draws 2 --out {o}",
    "audit": "audit {m} --prior {p} --out {o}",
    "sanitize": "sanitize {m} --rows 100 --out {o}",
    "sanitize --audit": "sanitize {m} --rows 100 --out {h}/copy.skops --audit {o}",
    "migrate": "migrate {m} --prior {p} --to naive_bayes --rows 100 --out {o}",
    "error-budget": "error-budget {m} --prior {p} --holdout {h}/rows.csv --out {o}",
    "theory": "theory perfect-model --out {o}",
    "demo": "demo --out {o}",
    "study run": "study run smoke --cells 1 --workers 1 --out {o}",
    "study report": "study report {h}/cells.parquet --out {o}",
}
HOLD = """
import sys, time
from retrodict.results.claim import claimed
with claimed(sys.argv[1]):
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def held_elsewhere(place: Path) -> Iterator[None]:
    """Hold a place in another thread, as another run would."""
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with claimed(place):
            held.set()
            done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    try:
        yield
    finally:
        done.set()
        thread.join()


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    (folder / "labels.csv").write_text("y\nyes\n")
    rows = pd.DataFrame({"a": [0.1, -0.2] * 30, "b": [0.3, 0.4, 0.5] * 20, "target": ["yes", "no"] * 30})
    rows.to_csv(folder / "rows.csv", index=False)
    pd.DataFrame({"dataset": ["x"]}).to_parquet(folder / "cells.parquet")
    return folder


@pytest.mark.parametrize("name", WRITERS)
def test_a_second_run_on_one_place_is_refused(name: str, cli: Cli, shelf: Path, inputs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    names = {"m": shelf / "logistic.skops", "p": shelf / "prior.yaml", "h": inputs, "o": out}
    with held_elsewhere(out):
        outcome = cli(*(word.format(**names) for word in WRITERS[name].split(" ")))
        assert outcome.code == 1
        told = f"error: '{out}' is in use: another run (process {os.getpid()}) is writing it; wait for its end"
        assert outcome.err.splitlines()[-1].startswith(told)
        assert [path.name for path in tmp_path.iterdir()] == [".out.lock"]
    assert list(tmp_path.iterdir()) == []


def test_the_system_lifts_the_lock_of_a_killed_process(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, out], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(RunError, match=rf"is in use: another run \(process {holder.pid}\)"), claimed(out):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    with new_folder(out) as work:
        (work / "a").write_text("a")
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def test_a_place_is_one_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    with held_elsewhere(tmp_path / "out"), pytest.raises(RunError, match="is in use"):
        write_file(tmp_path / "link" / "out", b"")
    with claimed(tmp_path / "out"), claimed(tmp_path / "link" / "out"):  # one thread may go in twice
        pass
    with pytest.raises(RunError, match="is in use"), claimed(tmp_path / "out"), claimed(tmp_path / "out", again=False):
        pass


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    def write() -> None:
        with new_folder(tmp_path / "a" / "b" / "out") as work:
            (work / "half").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "kind", "told"),
    [
        (errno.ENOSPC, RunError, "no room is left on its disk; free some"),
        (errno.EDQUOT, RunError, "your share of its disk is used up"),
        (errno.EIO, RunError, "its disk failed"),
        (errno.EROFS, RequestError, "its disk is read-only; give another place"),
        (errno.EACCES, RequestError, "you have no right to write there"),
        (errno.ENAMETOOLONG, RequestError, "its name is too long; give a shorter one"),
        (errno.ENOTDIR, RequestError, "what should be its folder is a file"),
        (errno.EISDIR, RequestError, "it is a folder; give the name of a file"),
        (errno.EBUSY, RequestError, "a mounted disk"),
        (9_999, RunError, "nothing was kept; check the disk"),
    ],
)
def test_trouble_with_the_disk_has_its_remedy(number: int, kind: type[RetrodictError], told: str) -> None:
    error = disk_error(OSError(number, "x"), "here")
    assert type(error) is kind
    assert str(error).startswith("'here' can't be written: ")
    assert told in str(error)


@pytest.mark.parametrize("name", ["reconstruct", "sanitize", "theory"])
@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, 1), (errno.EROFS, 2)])
def test_trouble_with_the_disk_names_the_place(
    name: str, number: int, code: int, cli: Cli, shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **settings: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(*_WRITES[name], fail)
    out = tmp_path / "out"
    names = {"m": shelf / "logistic.skops", "p": shelf / "prior.yaml", "o": out}
    outcome = cli(*(word.format(**names) for word in WRITERS[name].split(" ")))
    assert outcome.code == code
    assert outcome.err.splitlines()[-1] == f"error: {disk_error(OSError(number, ''), out)}"
    assert list(tmp_path.iterdir()) == []


_WRITES = {
    "reconstruct": (pd.DataFrame, "to_parquet"),
    "sanitize": (Path, "write_bytes"),
    "theory": (Path, "write_bytes"),
}


@pytest.mark.parametrize("name", ["theory", "sanitize", "reconstruct"])
def test_names_that_no_disk_takes(name: str, cli: Cli, shelf: Path, tmp_path: Path) -> None:
    names = {"m": shelf / "logistic.skops", "p": shelf / "prior.yaml", "o": tmp_path / ("x" * 300)}
    outcome = cli(*(word.format(**names) for word in WRITERS[name].split(" ")))
    assert outcome.code == 2
    assert "its name is too long; give a shorter one" in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may mount a disk")
def test_a_disk_that_is_full_or_read_only(cli: Cli, shelf: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if (
        shutil.which("mount") is None
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("no disk can be mounted here")
    names = {"m": shelf / "logistic.skops", "p": shelf / "prior.yaml", "o": disk / "out"}
    try:
        command = [word.format(**names) for word in WRITERS["reconstruct"].replace("20", "20000").split(" ")]
        full = cli(*command)
        assert (full.code, list(disk.iterdir())) == (1, [])
        assert f"'{disk / 'out'}' can't be written: no room is left on its disk" in full.err
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        for name in ("reconstruct", "theory", "sanitize", "demo", "study run"):
            outcome = cli(*(word.format(**names) for word in WRITERS[name].split(" ")))
            assert outcome.code == 2
            assert str(disk) in outcome.err
            assert "read-only" in outcome.err or "can't be written to; give another folder" in outcome.err
    finally:
        subprocess.run(["umount", disk], check=True)
