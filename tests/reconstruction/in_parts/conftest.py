"""A small job whose parts are small, and a pool that runs it in this process, in any order and with any mishap."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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


def files(folder: Path) -> dict[str, bytes]:
    """Return all files of a result."""
    return {str(one.relative_to(folder)): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}
