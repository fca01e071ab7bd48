"""Shadow models of a pool are those of this process."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB

from retrodict.errors import RequestError
from retrodict.evaluation.membership import shadow_store
from retrodict.evaluation.membership.shadows import Shadows, trained
from retrodict.execution.local import Local
from retrodict.execution.pool import Numbered, Outcome, attempt, died
from tests.evaluation.membership.shadow_worlds import asked, fitted, noise


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    shadow_store._MEMORY.clear()


@pytest.fixture
def world() -> Any:
    rows = noise(61, 0, classes=3)
    return asked(fitted(GaussianNB(), rows), rows, noise(60, 1, classes=3))


class Backwards:
    """Runs tasks in this process, the last first, sent as to another; loses some."""

    def __init__(self, *lost: int) -> None:
        self.lost = lost

    def run(self, function: Callable[[Any], Any], groups: Sequence[Sequence[Numbered[Any]]]) -> Iterator[Any]:
        for number, task in reversed([pair for group in groups for pair in group]):
            there = pickle.loads(pickle.dumps(function))
            outcome: Outcome[Any] = died("it went") if task in self.lost else attempt(there, task, "here")
            yield number, outcome


def test_who_trains_changes_nothing(world: Any) -> None:
    alone = trained(world, Shadows(8, workers=1), 3)
    shadow_store._MEMORY.clear()
    pooled = trained(world, Shadows(8, pool=Backwards()), 3)
    np.testing.assert_array_equal(alone.said, pooled.said)
    assert alone.notes == pooled.notes


def test_what_a_pool_loses_is_said(world: Any) -> None:
    found = trained(world, Shadows(8, pool=Backwards(1)), 3)
    assert len(found) == 6
    note = next(note for note in found.notes if note.code == "shadows_failed")
    assert note.values["reason"] == "WorkerDied: it went"
    shadow_store._MEMORY.clear()
    with pytest.raises(RequestError, match="no shadow model could be trained: WorkerDied"):
        trained(world, Shadows(4, pool=Backwards(0, 1)), 3)


@pytest.mark.slow
def test_processes(world: Any) -> None:
    alone = trained(world, Shadows(4, workers=1), 3)
    shadow_store._MEMORY.clear()
    np.testing.assert_array_equal(alone.said, trained(world, Shadows(4, pool=Local(1)), 3).said)
