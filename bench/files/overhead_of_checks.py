"""What the checks of a model file cost: processor time of reading it, of the trial in its child, and of skops alone.

Run with `uv run python -m bench.files.overhead_of_checks` (not on Windows, which does not tell the time of children).
"""

from __future__ import annotations

import resource
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import skops.io
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier

import retrodict as rd

REPEATS = 7


def spent() -> tuple[float, float]:
    """Return the processor time of this process and of its children so far, in seconds."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime, children.ru_utime + children.ru_stime


def cost(do: Callable[[], Any]) -> tuple[float, float]:
    """Return the medians of what a call costs this process and its children."""
    do()
    runs = []
    for _ in range(REPEATS):
        before = spent()
        do()
        runs.append([after - start for start, after in zip(before, spent(), strict=True)])
    own, children = (median(each) for each in zip(*runs, strict=True))
    return own, children


def main() -> None:
    X, y = load_breast_cancer(return_X_y=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "forest.skops")
        skops.io.dump(RandomForestClassifier(100, random_state=0).fit(X, y), file)
        types = skops.io.get_untrusted_types(file=file)
        alone, _ = cost(lambda: skops.io.load(file, trusted=types))
        own, trial = cost(lambda: rd.load_model(file))
        print(f"skops alone {alone:.2f} s, reading with checks {own:.2f} s, the trial {trial:.2f} s")


if __name__ == "__main__":
    main()
