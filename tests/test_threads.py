"""Caps on threads: by size of the work, the smallest in force, and nothing left behind in whatever order they end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_info, threadpool_limits

from retrodict import threads

_MANY = 4


@pytest.fixture(autouse=True)
def _four_threads() -> Iterator[None]:
    """Give every pool four threads, so that a cap shows whatever the machine has."""
    HistGradientBoostingClassifier(max_iter=1).fit(np.eye(4), [0, 1, 0, 1])  # both kinds of pools are loaded
    with threadpool_limits(_MANY):
        yield


def pools() -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for pool in threadpool_info():
        found.setdefault(pool["user_api"], set()).add(pool["num_threads"])
    return {api: found[api] for api in ("blas", "openmp")}


def all_at(blas: int, openmp: int) -> dict[str, set[int]]:
    return {"blas": {blas}, "openmp": {openmp}}


def test_small_work_gets_one_thread_and_large_work_keeps_its_own():
    with threads.asking(180, 4):
        assert pools() == all_at(1, 1)
    with threads.asking(60_000, 4):
        assert pools() == all_at(3, 3)
    with threads.asking(1_000_000, 4):
        assert pools() == all_at(_MANY, _MANY)
    with threads.fitting(60_000, 4):
        assert pools() == all_at(1, 1)
    with threads.fitting(1_000_000, 4):
        assert pools() == all_at(_MANY, _MANY)
    assert pools() == all_at(_MANY, _MANY)


def test_the_smallest_cap_holds():
    with threads.capped(2), threads.capped(3):
        assert pools() == all_at(2, 2)
    with threads.capped(3):
        with threads.capped(1):
            assert pools() == all_at(1, 1)
        assert pools() == all_at(3, 3)
    assert pools() == all_at(_MANY, _MANY)


def test_caps_that_end_in_the_order_they_began_leave_nothing_behind():
    first, second = threads.capped(2), threads.capped(1)
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert pools() == all_at(1, 1)
    second.__exit__(None, None, None)
    assert pools() == all_at(_MANY, _MANY)


def test_two_threads_whose_caps_overlap_leave_nothing_behind():
    inside, on = threading.Event(), threading.Event()

    def other() -> dict[str, set[int]]:
        with threads.capped(1):
            inside.set()
            on.wait()
            return pools()

    with ThreadPoolExecutor(1) as pool:
        with threads.capped(2):
            answer = pool.submit(other)
            inside.wait()
            assert pools() == all_at(1, 2), "linear algebra is the process's, OpenMP each thread's own"
        assert pools() == all_at(1, _MANY), "the other thread's cap is in force still"
        on.set()
        assert answer.result() == all_at(1, 1)
    assert pools() == all_at(_MANY, _MANY)


def test_an_error_ends_a_cap():
    with pytest.raises(ZeroDivisionError), threads.capped(1):
        _ = 1 / 0
    assert pools() == all_at(_MANY, _MANY)


def test_small_work_is_not_cut_into_tasks():
    from joblib import effective_n_jobs

    with threads.asking(180, 4):
        assert effective_n_jobs(-1) == 1
    with threads.asking(60_000, 4), threads.fitting(60_000, 4):
        assert effective_n_jobs(3) == 3
    with threads.asking(60_000, 4):
        with threads.asking(10, 4):
            assert effective_n_jobs(3) == 1
        assert effective_n_jobs(3) == 3


def test_lightgbm_is_capped_too():
    lightgbm = pytest.importorskip("lightgbm")
    lightgbm.LGBMClassifier(n_estimators=1, verbose=-1).fit(np.eye(4), [0, 1, 0, 1])

    def limit() -> set[int]:
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "lightgbm"}

    before = limit()
    with threads.capped(1):
        assert limit() == {1}
    assert limit() == before


def test_our_own_threads_are_one_a_core_within_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "cores", lambda: 3)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert [threads.own(most) for most in (1, 2, 8)] == [1, 2, 3]
    for stated, found in (("1", 1), ("2", 2), ("0", 3), ("many", 3)):
        monkeypatch.setenv("OMP_NUM_THREADS", stated)
        assert threads.own(8) == found
