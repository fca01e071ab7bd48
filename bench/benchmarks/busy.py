"""What a busy neighbour costs fits and questions, alone and with a busy loop on one of two cores.

Run with `uv run python -m bench.benchmarks.busy [--write]`: the sizes in `retrodict/threads.py` rest on it.
`bench/audit/busy.py` does the same for whole audits.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from contextlib import nullcontext
from statistics import median
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from bench.document import machine, markdown, write_section
from bench.neighbour import neighbour
from retrodict import threads

SIZES = ((200, 5), (5_000, 10), (20_000, 10), (100_000, 10))
REPEATS = 3


def seconds(do: Callable[[], Any]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


def work() -> str:
    """Tabulate fits and questions on one thread and on two."""
    first = min(os.sched_getaffinity(0))
    rows = []
    rng = np.random.default_rng(0)
    for n, d in SIZES:
        X = rng.normal(size=(n, d))
        y = X[:, 0] + rng.normal(size=n) > 0
        boosted = HistGradientBoostingClassifier(max_iter=20, early_stopping=False)
        asked = HistGradientBoostingClassifier(early_stopping=False).fit(X[:2_000], y[:2_000])
        near = KNeighborsClassifier(algorithm="brute").fit(X[:200], y[:200])
        pieces: dict[str, Callable[[], Any]] = {
            "fit boosting": lambda boosted=boosted, X=X, y=y: boosted.fit(X, y),
            "fit logistic regression": lambda X=X, y=y: LogisticRegression().fit(X, y),
            "ask boosting": lambda asked=asked, X=X: asked.predict_proba(X),
            "ask neighbours": lambda near=near, X=X: near.predict_proba(X),
        }
        for name, do in pieces.items():
            found = {}
            for busy in (False, True):
                with neighbour(first) if busy else nullcontext():
                    for most in (1, 2):
                        with threads.capped(most):
                            found[busy, most] = median(seconds(do) for _ in range(REPEATS))
            times = [f"{1e3 * found[busy, most]:.1f}" for busy in (False, True) for most in (1, 2)]
            ratios = [f"{found[busy, 2] / found[busy, 1]:.2f}" for busy in (False, True)]
            rows.append([name, f"{n * d:,}", *times, *ratios])
            print(*rows[-1], sep=" | ", flush=True)
    head = ["piece", "cells", "alone: 1 thread", "2", "busy: 1", "2", "2 over 1, alone", "busy"]
    return markdown(head, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:2]))
    text = work()
    if chosen.write:
        write_section("benchmarks.md", "threads", f"{text}\n\nMilliseconds, median of {REPEATS}. {machine()}")


if __name__ == "__main__":
    main()
