"""A search that was killed goes on where it was, and ends with the very table of an undisturbed one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = """
import sys, time
import numpy as np
import pandas as pd
import retrodict as rd
from retrodict.matching import Matching
from retrodict.results import resumable_folder
from sklearn.ensemble import RandomForestClassifier

out, told, slow = sys.argv[1], sys.argv[2], float(sys.argv[3])
resumable_folder.KEEP_SECONDS = 0.0
rng = np.random.default_rng(0)
table = pd.DataFrame(rng.integers(0, 30, (60, 5)), columns=list("abcde"))
forest = RandomForestClassifier(20, random_state=0).fit(table, (table["a"] + table["b"] > 30).astype(int))
keep, kept = resumable_folder.ResumableFolder.keep_bytes, 0

def dawdle(self, content, now=False):
    global kept
    keep(self, content, now)
    kept += 1
    open(told, "w").write(str(kept))
    time.sleep(slow)

resumable_folder.ResumableFolder.keep_bytes = dawdle
rd.rebuild(forest, search=Matching(chains=2, sweeps=200, workers=1), tables=3, seed=5, out=out)
"""


def _start(out: Path, told: Path, slow: float) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", SCRIPT, str(out), str(told), str(slow)], stderr=subprocess.PIPE)


def _count(told: Path) -> int:
    return int(told.read_text() or 0) if told.exists() else 0


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_kill_and_go_on(tmp_path: Path) -> None:
    whole, told = tmp_path / "whole", tmp_path / "told"
    assert _start(whole, told, 0.0).wait() == 0
    rounds = _count(told)
    assert rounds >= 4, "too few rounds to be killed between them"
    out, work = tmp_path / "killed", tmp_path / "killed.partial"
    for kills in (1, 2):  # after the first round, and again further on
        told.unlink()
        run = _start(out, told, 0.5)
        deadline = time.monotonic() + 120
        while _count(told) < kills and run.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        os.kill(run.pid, signal.SIGKILL)
        run.communicate()
        assert not out.exists()
        assert (work / "state.bin").exists()
    last = _start(out, told, 0.0)
    assert last.wait() == 0, last.stderr.read() if last.stderr else ""
    assert _count(told) <= rounds - 3  # rounds that were kept are not run again
    names = {path.relative_to(whole) for path in whole.rglob("*.parquet")}
    assert Path("tables/table_002.parquet") in names
    assert all((out / name).read_bytes() == (whole / name).read_bytes() for name in names)
    one, other = (json.loads((folder / "rebuild.json").read_text()) for folder in (out, whole))
    assert {**one, "seconds": 0} == {**other, "seconds": 0}
    assert not work.exists()


@pytest.mark.slow
def test_a_search_of_another_seed_does_not_go_on_with_what_was_left(tmp_path: Path) -> None:
    work = tmp_path / "killed.partial"
    work.mkdir()
    (work / "state.bin").write_bytes(b"not even a state")
    (work / "state.json").write_text('{"request": "another", "parts": 0, "state": {"bytes": "state.bin"}}')
    assert _start(tmp_path / "killed", tmp_path / "told", 0.0).wait() == 0
    names = {path.name for path in (tmp_path / "killed").iterdir()}
    assert {"rows.parquet", "cell_confidence.parquet", "rebuild.json", "tables"} <= names
    assert not any(name.startswith("state") for name in names)
    assert not work.exists()
