"""A small job whose parts are small, and a pool that runs it in this process, in any order and with any mishap."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB

import retrodict as rd
from retrodict.execution.pool import Numbered, Outcome, attempt

MODULE = import_module("retrodict.reconstruction.reconstruct")
"""The module, and not the function of its name."""

ROWS, PART = 2_500, 400
PARTS = 7
"""The last one has 100 rows."""

Mishap = Callable[[int, int], Outcome[Any] | None]
"""What happens at a try of a task instead of its work: of the number of the try, and the task."""


@dataclass
class Here:
    """Runs tasks in this process; see `Pool`."""

    order: Callable[[int], Any] = int
    mishap: Mishap = lambda tried, task: None
    tried: list[int] = field(default_factory=list)

    def run(self, function: Callable[[Any], Any], groups: Sequence[Sequence[Numbered[Any]]]) -> Iterator[Any]:
        tasks = [pair for group in groups for pair in group]
        for number, task in sorted(tasks, key=lambda pair: self.order(pair[0])):
            odd = self.mishap(self.tried.count(task), task)
            self.tried.append(task)
            yield number, attempt(function, task, "here") if odd is None else odd


@pytest.fixture(scope="session")
def job() -> tuple[Any, rd.Prior]:
    X, y = load_iris(return_X_y=True, as_frame=True)
    return GaussianNB().fit(X, y), rd.fit_prior(X)


@pytest.fixture
def draw(job: tuple[Any, rd.Prior], monkeypatch: pytest.MonkeyPatch) -> Callable[..., rd.Reconstruction]:
    """Return what draws the job with a pool of this process."""
    monkeypatch.setattr(MODULE, "part_rows", lambda width: PART)

    def run(out: str | Path, pool: Here | None = None, rows: int = ROWS, **settings: Any) -> rd.Reconstruction:
        monkeypatch.setattr(MODULE, "pool_of", lambda *asked: pool or Here())
        given = {"seed": 3, "backend": "local", "progress": False, **settings}
        model, prior = given.pop("model", job[0]), given.pop("prior", job[1])
        return rd.reconstruct(model, prior, rows, out=out, **given)

    return run


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return the address of a bucket of a server of this machine; workers know of it by their environment."""
    s3fs = pytest.importorskip("s3fs")
    pytest.importorskip("moto.server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for name, value in {
        "ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "ACCESS_KEY_ID": "k",
        "SECRET_ACCESS_KEY": "k",
    }.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(port)
            s3fs.S3FileSystem.clear_instance_cache()
            s3fs.S3FileSystem().mkdir("rows")
            yield "s3://rows"
        finally:
            server.kill()
            s3fs.S3FileSystem.clear_instance_cache()


def _wait_for(port: int) -> None:
    end = time.monotonic() + 60.0
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1.0):
            return
        time.sleep(0.1)
    raise TimeoutError


def files(folder: Path) -> dict[str, bytes]:
    """Return all files of a result."""
    return {str(one.relative_to(folder)): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}
