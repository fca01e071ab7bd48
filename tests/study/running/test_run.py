"""Every cell once, whatever happens to workers, writers and machines."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from retrodict.errors import RequestError, RunError
from retrodict.study.run import run_study
from retrodict.study.store import Writer, read_cells, read_status, read_study
from retrodict.study.tables import VOLATILE
from tests.study.running.toy import CELLS, DESIGN, quick

TOY = "tests.study.running.toy"
ROOT = Path(__file__).resolve().parents[3]
SCRIPT = f"""
import signal
import sys
from retrodict.cli.app import main
from retrodict.study.run import run_study
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a job in the background starts without
run_study.__kwdefaults__["measure"] = "{TOY}:slow"
sys.argv = ["retrodict", "study", "run", "toy.yaml", "--out", "out.study", "--workers", "2", "--json"]
main()
"""
"""The command itself, with cells that cost nothing."""


posix = pytest.mark.skipif(not hasattr(os, "killpg"), reason="process groups are POSIX's")


def steady(path: Path) -> pd.DataFrame:
    """Return what must not differ between two runs of a study."""
    return read_cells(path).drop(columns=list(VOLATILE))


def run(path: Path, what: str = "quick", **settings: Any) -> Any:
    return run_study(DESIGN, path, measure=f"{TOY}:{what}", **{"workers": 2, **settings})


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The table of a run that nothing stopped."""
    path = tmp_path_factory.mktemp("whole") / "out.study"
    status = run(path, workers=1)
    assert (status.cells, status.done, status.failed, status.left) == (36, 36, 0, 0)
    return steady(path)


def test_every_cell_is_there_with_its_own_numbers(whole: pd.DataFrame) -> None:
    assert sorted(whole.cell) == sorted(cell.key for cell in CELLS)
    told = whole.set_index("cell").accuracy
    assert all(told[cell.key] == quick(DESIGN, cell)["accuracy"] for cell in CELLS)
    assert whole.status.eq("done").all()
    assert whole.failure.isna().all()
    assert whole.prior_kl.isna().all()


def started(folder: Path) -> subprocess.Popen[str]:
    """Start the command, in a process group of its own."""
    (folder / "toy.yaml").write_text(DESIGN.model_dump_json())
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(process: subprocess.Popen[str], path: Path, cells: int) -> None:
    while process.poll() is None and (not path.exists() or count(path) < cells):
        time.sleep(0.005)


def nobody_left(group: int) -> bool:
    """Whether all processes of a group end, in a minute at most."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        told = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
        rows = (line.split() for line in told.splitlines())
        if not any(int(own) == group and not state.startswith("Z") for own, state in rows):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
@posix
def test_a_killed_run_goes_on_without_a_lost_or_repeated_cell(tmp_path: Path, whole: pd.DataFrame) -> None:
    path, rng = tmp_path / "out.study", np.random.default_rng(5)
    seen = [0]
    for _ in range(3):
        process = started(tmp_path)
        wait_for(process, path, seen[-1] + int(rng.integers(1, 6)))
        time.sleep(float(rng.uniform(0, 0.1)))
        os.kill(process.pid, signal.SIGKILL)  # the main process alone: its workers must notice
        process.communicate()
        assert nobody_left(process.pid)
        before = read_cells(path)
        assert len(before) > seen[-1]
        assert before.status.eq("done").all()
        seen.append(len(before))
    assert seen[1] < len(CELLS)
    assert run(path, limit=1).done == min(seen[-1] + 1, len(CELLS))
    status = run(path)
    assert (status.done, status.failed, status.left) == (36, 0, 0)
    pd.testing.assert_frame_equal(steady(path), whole)
    kept = read_cells(path).merge(before, on="cell")
    assert (kept.finished_at_x == kept.finished_at_y).all()  # none was run again


@pytest.mark.slow
@posix
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_puts_its_work_away(tmp_path: Path, sign: signal.Signals) -> None:
    path = tmp_path / "out.study"
    process = started(tmp_path)
    wait_for(process, path, 2)
    process.send_signal(sign)
    out, said = process.communicate()
    assert (process.returncode, out) == (128 + sign, "")
    assert said.splitlines()[-1] == "error: stopped; cells that are done are kept; the same command goes on"
    assert nobody_left(process.pid)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.study", "toy.yaml"]
    assert 2 <= read_status(path).done < len(CELLS)


def count(path: Path) -> int:
    """Return how many cells are written."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as base:
            return int(base.execute("SELECT count(*) FROM cells").fetchone()[0])
    except sqlite3.Error:
        return 0


@pytest.mark.slow
@posix
def test_the_command_goes_on_after_a_kill(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text(
        "datasets: [iris]\nalgorithms: [naive_bayes, decision_tree]\npriors: [uniform, independent]\nrows: 60\n"
    )
    command = [sys.executable, "-m", "retrodict", "study", "run", "d.yaml", "--workers", "1", "--json"]
    process = subprocess.Popen(command, cwd=tmp_path, start_new_session=True, stdout=subprocess.DEVNULL)
    path = tmp_path / "d.study"
    while process.poll() is None and (not path.exists() or count(path) < 1):
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert 1 <= count(path) < 4
    subprocess.run(command, cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    broken = steady(path)
    path.rename(tmp_path / "first.study")
    subprocess.run(command, cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    pd.testing.assert_frame_equal(steady(path), broken)
    assert (broken.status == "done").all()
    assert broken.posterior_js.notna().all()


@pytest.mark.slow
def test_cells_that_fail_are_rows_and_are_retried_on_request(tmp_path: Path, whole: pd.DataFrame) -> None:
    path = tmp_path / "out.study"
    status = run(path, "failing")
    assert (status.done, status.failed) == (24, 12)
    assert status.failures == {"ValueError: no such luck": 12}
    assert run(path).failed == 12
    assert run(path, retry_failed=True).failed == 0
    pd.testing.assert_frame_equal(steady(path), whole)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_worker_that_dies_costs_one_cell_at_most(
    tmp_path: Path, whole: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETRODICT_TEST_FOLDER", str(tmp_path))
    path = tmp_path / "out.study"
    status = run(path, "dying")
    assert (status.done, status.failed) == (35, 1)
    assert "by signal 9; memory may have run out, 2 times" in next(iter(status.failures))
    lost = whole.cell == CELLS[4].key
    pd.testing.assert_frame_equal(steady(path)[~lost], whole[~lost])


def test_workers_have_one_thread_each(tmp_path: Path) -> None:
    path = tmp_path / "out.study"
    before = os.environ.get("OMP_NUM_THREADS")
    run(path, "one_thread", limit=3)
    assert read_cells(path).queries.tolist() == [1, 1, 1]
    assert os.environ.get("OMP_NUM_THREADS") == before


def test_values_that_no_table_holds(tmp_path: Path) -> None:
    path = tmp_path / "out.study"
    status = run(path, "odd", limit=2, workers=1)
    assert status.failures == {"TypeError: posterior_by_class must be a number, text or None, got dict": 1}
    row = read_cells(path).query("status == 'done'").iloc[0]
    assert (row.queries, row.accuracy) == (7, 0.5)


def test_workers_that_can_not_start_are_no_cell_s_fault(tmp_path: Path) -> None:
    path = tmp_path / "out.study"
    with pytest.raises(RunError, match="a worker could not start: its process ended with exit code 1"):
        run(path, "missing", workers=1)
    assert read_status(path).left == len(CELLS)


def test_the_rate_leaves_pauses_out(tmp_path: Path) -> None:
    path = tmp_path / "out.study"
    with Writer(path, DESIGN, len(CELLS)) as writer:
        for cell in CELLS[:6]:
            writer.add(cell, {"status": "done", "seconds": 2.0})
    assert read_status(path).rate == pytest.approx(6 / 2 * 60, rel=0.5)  # all at once, as if by six workers
    with sqlite3.connect(path) as base:  # three after one another, an hour later three by two workers
        for cell, end in zip(CELLS[:6], (2, 4, 6, 3602, 3602, 3604), strict=True):
            at = datetime.fromtimestamp(end, UTC).isoformat(timespec="milliseconds")
            base.execute("UPDATE cells SET finished_at = ? WHERE cell = ?", (at, cell.key))
    base.close()
    status = read_status(path)
    assert status.rate == pytest.approx(6 / 10 * 60)
    assert status.seconds_left == pytest.approx(30 * 10 / 6)


def test_a_study_of_another_design_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "out.study"
    run(path, limit=2)
    other = DESIGN.model_copy(update={"seeds": (0, 1, 2)})
    with pytest.raises(RequestError, match=r"is a study of another design \('toy'; seeds differs\)"):
        run_study(other, path, measure=f"{TOY}:quick", workers=1)
    assert read_status(path).done == 2


def test_one_writer_at_a_time_and_readers_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "out.study"
    with Writer(path, DESIGN, len(CELLS)) as writer:
        writer.add(CELLS[0], {"status": "done"})
        assert read_status(path).done == 1
        with pytest.raises(RunError, match="is in use: another run"):
            Writer(path, DESIGN, len(CELLS))
        with pytest.raises(sqlite3.IntegrityError):
            writer.add(CELLS[0], {"status": "done"})
        with pytest.raises(RunError, match="measured 'colour'"):
            writer.add(CELLS[1], {"status": "done", "colour": 1})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.study"]
    assert read_study(path)["digest"] == DESIGN.digest


@pytest.mark.parametrize("content", [b"", b"no database at all, but text" * 9])
def test_a_file_that_is_no_study(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "out.study"
    path.write_bytes(content)
    with pytest.raises(RequestError, match="is no study file"):
        read_status(path)
    if content:
        with pytest.raises(RequestError, match="is no study file"):
            run(path)
        assert path.read_bytes() == content
    else:
        assert run(path, limit=1).done == 1


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"workers": 0}, "workers must be a whole number of at least 1, got 0"),
        ({"backend": "cloud"}, "unknown backend 'cloud'; use one of local, ray"),
        ({"address": "here:1"}, "add --backend ray"),
        ({"limit": 0}, "limit must be a whole number of at least 1"),
    ],
)
def test_settings_that_can_not_be(tmp_path: Path, settings: dict[str, Any], text: str) -> None:
    with pytest.raises(RequestError, match=text):
        run(tmp_path / "out.study", **settings)
    assert not list(tmp_path.iterdir())
