"""Real workers: processes of this machine and a cluster of two nodes, killed in the middle of a job."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import joblib
import pytest

import retrodict as rd
from retrodict.results.store.contract import Store
from retrodict.results.store.places import store_of
from tests.execution.clusters import cluster_of
from tests.reconstruction.in_parts.conftest import MODULE, Here, files
from tests.reconstruction.in_parts.test_addresses import content

pytestmark = pytest.mark.slow

ROWS, PART = 160_000, 4_000
PARTS = 40

SCRIPT = """
import importlib, sys
import joblib
import retrodict as rd

if __name__ == "__main__":
    importlib.import_module("retrodict.reconstruction.reconstruct").part_rows = lambda width: int(sys.argv[4])
    job = joblib.load(sys.argv[1])
    rd.reconstruct(*job, int(sys.argv[3]), seed=3, out=sys.argv[2], backend="local", workers=2, progress=False)
"""


@pytest.fixture
def draw(job: tuple[Any, rd.Prior], monkeypatch: pytest.MonkeyPatch) -> Callable[..., rd.Reconstruction]:
    monkeypatch.setattr(MODULE, "part_rows", lambda width: PART)
    return lambda out, **settings: rd.reconstruct(*job, ROWS, seed=3, out=out, progress=False, **settings)


def wait_for(parts: int, store: Store) -> int:
    """Wait until so many parts are there; return how many."""
    end = time.monotonic() + 120.0
    while time.monotonic() < end:
        with suppress(Exception):  # a place that is being made
            if (found := len(store.sub("rows.parquet").sizes())) >= parts:
                return found
        time.sleep(0.02)
    raise TimeoutError


def undisturbed(draw: Callable[..., rd.Reconstruction], out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the same job in this process, one part after another."""
    with monkeypatch.context() as patch:
        patch.setattr(MODULE, "pool_of", lambda *asked: Here())
        draw(out, backend="local")


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="process groups are POSIX's")
def test_a_run_that_was_killed_ends_as_one_that_was_not(
    draw: Callable[..., rd.Reconstruction], job: tuple[Any, rd.Prior], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    joblib.dump(job, tmp_path / "job")
    (tmp_path / "run.py").write_text(SCRIPT)
    command = [sys.executable, "run.py", "job", "out", str(ROWS), str(PART)]
    with subprocess.Popen(command, cwd=tmp_path, start_new_session=True) as run:
        wait_for(5, store_of(tmp_path / "out"))
        os.killpg(run.pid, signal.SIGKILL)
    assert 5 <= len(list((tmp_path / "out" / "rows.parquet").glob("part-*"))) < PARTS
    draw(tmp_path / "out", backend="local", workers=2)
    undisturbed(draw, tmp_path / "one", monkeypatch)
    for left in (tmp_path / "out" / "rows.parquet").glob(".*"):  # what the killed ones were writing
        left.unlink()
    assert files(tmp_path / "out") == files(tmp_path / "one")


def test_a_node_that_is_killed_changes_no_byte(
    draw: Callable[..., rd.Reconstruction], bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_of(f"{bucket}/out")
    killed_at: list[int] = []
    with cluster_of(2) as (cluster, nodes):

        def kill() -> None:
            killed_at.append(wait_for(4, store))
            cluster.remove_node(nodes[1], allow_graceful=False)

        killer = threading.Thread(target=kill)
        killer.start()
        draw(store.place, backend="ray", address=cluster.address, workers=2)
        killer.join()
    assert 4 <= killed_at[0] < PARTS
    undisturbed(draw, tmp_path / "here", monkeypatch)
    assert content(store) == files(tmp_path / "here")
    assert rd.Reconstruction.load(store.place) == rd.Reconstruction.load(tmp_path / "here")
