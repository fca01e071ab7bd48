"""A killed run goes on where it was, and ends with the very file that an undisturbed run makes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import retrodict as rd

SCRIPT = """
import sys
import numpy as np
import retrodict as rd
from retrodict.inference.rejection import joint, stream, streaming
from retrodict.results import resumable_folder
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

joint.BATCH = stream.BATCH = streaming.BATCH = 512
resumable_folder.PART_ROWS = 1_000
resumable_folder.KEEP_SECONDS = 0.02
data = load_iris(as_frame=True)
model = rd.load_model(LogisticRegression(max_iter=1_000).fit(data.data, data.target))
prior = rd.fit_prior(data.data.iloc[100:], "copula")  # one class is rare: a stream, and then an SMC run
slow = float(sys.argv[3])
score = type(model).log_proba

def dawdle(self, X):
    import time
    time.sleep(slow)
    return score(self, X)

type(model).log_proba = dawdle
shares = None if sys.argv[2] == "joint" else {0: 0.2, 1: 0.4, 2: 0.4}
rd.reconstruct(model, prior, 20_000, seed=5, class_shares=shares, max_queries=400_000, out=sys.argv[1])
"""


def _start(out: Path, kind: str, slow: float) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", SCRIPT, str(out), kind, str(slow)], stderr=subprocess.PIPE)


def _queries(path: Path) -> int:
    return rd.Reconstruction.load(path).provenance.queries


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("kind", ["joint", "quota"])
def test_kill_and_go_on(kind: str, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    assert _start(whole, kind, 0.0).wait() == 0
    out, work = tmp_path / "killed", tmp_path / "killed.partial"
    parts_seen = []
    for kills in (1, 3):  # after the first part, and again further on
        run = _start(out, kind, 0.03)
        deadline = time.monotonic() + 300
        while len(list(work.glob("part-*.parquet"))) < kills and run.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(run.pid, signal.SIGKILL)
        run.communicate()
        assert not out.exists()
        parts_seen.append(len(list(work.glob("part-*.parquet"))))
    assert parts_seen[1] > parts_seen[0] >= 1
    last = _start(out, kind, 0.0)
    assert last.wait() == 0, last.stderr.read() if last.stderr else ""
    assert (out / "rows.parquet").read_bytes() == (whole / "rows.parquet").read_bytes()
    assert _queries(out) == _queries(whole)
    assert not work.exists()


def test_another_request_does_not_go_on_with_what_was_left(
    flower: object, flower_prior: object, tmp_path: Path
) -> None:
    work = tmp_path / "out.partial"
    work.mkdir()
    (work / "state.json").write_text('{"request": "another", "parts": 3, "state": {}}')
    (work / "part-000000.parquet").write_text("not even Parquet")
    found = rd.reconstruct(flower, flower_prior, 100, out=tmp_path / "out")
    assert len(found.frame) == 100
    assert not work.exists()
