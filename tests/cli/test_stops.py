"""Signals end a command with one line and the right code, at whatever moment and in whatever code they come."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")

SCRIPT = """
import signal, sys, time, types
from retrodict.cli import app, stops

signal.signal(signal.SIGINT, signal.default_int_handler)  # which a job in the background starts without
sys.modules["retrodict.cli.commands"] = commands = types.ModuleType("commands")  # nothing heavy is imported
stops.GRACE = float(sys.argv[2])

def ready():
    print("ready", flush=True)

def sleeping():
    ready()
    time.sleep(60)

def told():
    with stops.stopping("nothing was written"):
        sleeping()

def swallowing():
    ready()
    while True:
        try:
            time.sleep(60)
        except BaseException:
            pass

def otherwise():
    try:
        sleeping()
    except KeyboardInterrupt:
        raise ImportError("numpy failed to import")

class Last:
    def __del__(self):
        sleeping()

def taken_away():
    last = Last()
    del last
    time.sleep(60)

def in_a_thread():
    from concurrent.futures import ThreadPoolExecutor
    pool = ThreadPoolExecutor(1)
    future = pool.submit(time.sleep, 60)
    ready()
    future.result()

def at_the_end():
    import atexit
    atexit.register(sleeping)
    print("done", flush=True)

def writing():
    from retrodict.results.folder import new_folder
    with new_folder(sys.argv[3]) as work:
        (work / "half").write_text("half")
        swallowing()

commands.invoke = lambda arguments: globals()[sys.argv[1]]() or 0
app.main()
"""


def started(what: str, *more: object, grace: float = 60.0) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", SCRIPT, what, str(grace), *map(str, more)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    while "ready" not in process.stdout.readline():
        assert process.poll() is None
    return process


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    err = process.communicate(timeout=50)[1]
    return process.returncode, err


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_the_code_is_that_of_the_signal(name: str) -> None:
    process, number = started("told"), signal.Signals[name]
    process.send_signal(number)
    assert ended(process) == (128 + number, "error: stopped; nothing was written\n")


@pytest.mark.parametrize("what", ["sleeping", "otherwise", "taken_away"])
def test_a_signal_comes_through_whatever_is_under_way(what: str) -> None:
    process = started(what)
    process.send_signal(signal.SIGINT)
    assert ended(process) == (130, "error: stopped\n")


@pytest.mark.parametrize("what", ["swallowing", "in_a_thread"])
def test_what_does_not_stop_is_ended_after_a_while(what: str) -> None:
    process = started(what, grace=0.3)
    process.send_signal(signal.SIGTERM)
    assert ended(process) == (143, "error: stopped\n")


def test_a_second_signal_ends_at_once() -> None:
    process = started("swallowing")
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    assert ended(process) == (130, "error: stopped\n")


def test_a_signal_after_the_work_changes_nothing() -> None:
    process = started("at_the_end")
    process.send_signal(signal.SIGINT)
    assert ended(process) == (0, "")


def test_an_end_in_a_hurry_takes_half_written_work_away(tmp_path: Path) -> None:
    process = started("writing", tmp_path / "out", grace=0.3)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".out.lock", "out.partial"]
    process.send_signal(signal.SIGTERM)
    assert ended(process) == (143, "error: stopped\n")
    assert list(tmp_path.iterdir()) == []


def retrodict(arguments: list[str], stdout: int) -> tuple[int, str]:
    words = [sys.executable, "-m", "retrodict", *arguments]
    done = subprocess.run(words, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stderr


@pytest.mark.parametrize("arguments", [["--version"], ["study", "--help"]])
def test_output_that_nobody_reads_ends_it_without_a_word(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        assert retrodict(arguments, writer) == (141, "")
    finally:
        os.close(writer)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_output_to_a_full_disk_is_one_line() -> None:
    with open("/dev/full", "wb") as full:
        code, err = retrodict(["--version"], full.fileno())
    assert code == 1
    assert err == (
        "error: standard output can't be written: No space left on device; send it elsewhere (results have --out)\n"
    )


def test_dash_h_is_help_everywhere() -> None:
    from typer.testing import CliRunner

    from retrodict.cli.commands import app

    for words in ([], ["inspect"], ["audit"], ["study"], ["study", "run"], ["migrate"]):
        short, long = (CliRunner().invoke(app, [*words, flag]) for flag in ("-h", "--help"))
        assert short.exit_code == 0
        assert short.output == long.output
    assert "130 stopped by Ctrl-C" in " ".join(CliRunner().invoke(app, ["-h"]).output.split())


def test_the_help_of_migrate_names_all_that_it_takes() -> None:
    from retrodict.cli import options
    from retrodict.families.sklearn.train.algorithms import guest_algorithms, usual_names

    assert usual_names(True) == options.CLASSIFIERS
    assert usual_names(False) == options.REGRESSORS
    assert tuple(guest_algorithms()) == options.EXTRAS
