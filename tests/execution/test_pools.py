"""One suite for every pool: whatever runs the tasks, the outcomes are the same and in the tasks' order."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from pathlib import Path

import pytest

from retrodict.errors import RunError
from retrodict.execution import Failure, Pool, map_ordered
from retrodict.execution.local import Local
from retrodict.execution.ray import Ray
from tests.execution.tasks import broken, deadly, picky, square, where

ROOT = Path(__file__).resolve().parents[2]
POOLS = {
    "one worker": Local(1),
    "three workers": Local(3),
    "ray": Ray(2),
}


@pytest.fixture(params=[pytest.param(name, marks=[pytest.mark.slow] if name == "ray" else []) for name in POOLS])
def pool(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Pool:
    if request.param == "ray":
        pytest.importorskip("ray", reason="ray is not installed: pip install 'retrodict[ray]'")
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return POOLS[request.param]


def test_outcomes_are_in_the_order_of_the_tasks_and_told_as_they_end(pool: Pool) -> None:
    told: list[int] = []
    found = list(map_ordered(square, range(8), pool, done=lambda task, outcome: told.append(task)))
    assert [outcome.value for outcome in found] == [task * task for task in range(8)]
    assert all(outcome.failure is None and outcome.seconds >= 0 and outcome.worker for outcome in found)
    assert sorted(told) == list(range(8))
    if pool == Local(3):
        assert told[0] != 0  # the first takes longest


def test_what_a_task_raises_is_its_outcome(pool: Pool) -> None:
    found = list(map_ordered(picky, range(5), pool))
    assert [outcome.value for outcome in found] == [0, 1, None, None, 4]
    raised = found[2].failure
    assert isinstance(raised, Failure)
    assert (raised.kind, raised.text) == ("ValueError", "no\nluck")
    assert 'raise ValueError("no\\nluck")' in raised.traceback
    assert found[3].failure is not None
    assert "lock" in found[3].failure.text


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_worker_that_dies_costs_the_task_that_kills_it_and_no_other(pool: Pool, tmp_path: Path) -> None:
    found = list(map_ordered(partial(deadly, tmp_path), range(6), pool, together=lambda task: task // 3))
    assert [outcome.value for outcome in found] == [0, None, 2, 3, 4, 5]
    lost = found[1].failure
    assert lost is not None
    assert lost.kind == "WorkerDied"
    assert "2 times" in lost.text
    assert (tmp_path / "died").exists()


def test_tasks_that_belong_together_are_of_one_process_with_one_thread(pool: Pool) -> None:
    found = [outcome.value for outcome in map_ordered(where, range(6), pool, together=lambda task: task // 2)]
    assert all(value is not None for value in found)
    processes = [value[0] for value in found if value]
    assert processes[::2] == processes[1::2]
    assert {value[1:] for value in found if value} == {(1, "1")}
    assert os.getpid() not in processes


def test_workers_that_can_not_start_are_no_task_s_fault(pool: Pool) -> None:
    with pytest.raises(RunError, match="could not start"):
        list(map_ordered(broken(), range(3), pool))


def test_no_task(pool: Pool) -> None:
    assert list(map_ordered(square, [], pool)) == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_what_is_told_may_stop_the_run_and_leaves_no_worker() -> None:
    seen: list[int] = []

    def stop(task: int, outcome: object) -> None:
        seen.append(task)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(map_ordered(where, range(50), Local(2), done=stop))
    assert len(seen) == 1
    from multiprocessing import active_children

    assert [child for child in active_children() if child.name.startswith("retrodict-worker")] == []
    assert signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
