"""What a busy neighbour costs: fits, questions and whole audits, alone and with a busy loop on one of two cores.

Run with `uv run python bench/busy.py [--part work audits] [--quick] [--write]`. `work` is what the sizes in
`retrodict/threads.py` rest on; `audits` fails where one with a busy core takes more than 60 s or 2.5 times as long.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import skops.io
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from document import machine, markdown, write_section
from retrodict import threads

MODELS: dict[str, Any] = {
    "forest": RandomForestClassifier(random_state=0),
    "logistic regression": make_pipeline(StandardScaler(), LogisticRegression()),
    "support vectors": make_pipeline(StandardScaler(), SVC()),
    "k neighbours": KNeighborsClassifier(),
}
ROWS = 200
LONGEST, RATIO = 60.0, 2.5
SIZES = ((200, 5), (5_000, 10), (20_000, 10), (100_000, 10))
REPEATS = 3


@contextmanager
def neighbour(busy: bool) -> Iterator[None]:
    """Keep the first core busy inside, where asked to (Linux)."""
    if not busy:
        yield
        return
    loop = "import os\nos.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\nwhile True: pass"
    process = subprocess.Popen([sys.executable, "-c", loop])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def seconds(do: Callable[[], Any]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


def work() -> str:
    """Tabulate fits and questions on one thread and on two."""
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
                with neighbour(busy):
                    for most in (1, 2):
                        with threads.capped(most):
                            found[busy, most] = median(seconds(do) for _ in range(REPEATS))
            times = [f"{1e3 * found[busy, most]:.1f}" for busy in (False, True) for most in (1, 2)]
            ratios = [f"{found[busy, 2] / found[busy, 1]:.2f}" for busy in (False, True)]
            rows.append([name, f"{n * d:,}", *times, *ratios])
            print(*rows[-1], sep=" | ", flush=True)
    head = ["piece", "cells", "alone: 1 thread", "2", "busy: 1", "2", "2 over 1, alone", "busy"]
    return markdown(head, rows)


def audits(quick: bool) -> tuple[str, bool]:
    """Tabulate audits from the command line, and say whether they keep to the limits."""
    frame = load_breast_cancer(as_frame=True).frame.sample(frac=1, random_state=0).reset_index(drop=True)
    train, test = frame[:ROWS], frame[ROWS : 2 * ROWS]
    rows, kept = [], True
    with tempfile.TemporaryDirectory() as folder:
        train.to_csv(train_file := Path(folder, "train.csv"), index=False)
        test.to_csv(test_file := Path(folder, "test.csv"), index=False)
        for name, model in MODELS.items():
            file = Path(folder, "model.skops")
            skops.io.dump(model.fit(train.drop(columns="target"), train["target"]), file)
            taken = {}
            for busy in (False, True):
                command = [sys.executable, "-m", "retrodict", "audit", file, "--train", train_file, "--test", test_file]
                command += ["--target", "target", "--out", Path(folder, f"{name}-{busy}"), *["--quick"] * quick]
                with neighbour(busy):
                    taken[busy] = seconds(lambda c=command: subprocess.run(c, check=True, stdout=subprocess.DEVNULL))
            ratio = taken[True] / taken[False]
            kept &= taken[True] <= LONGEST and ratio <= RATIO
            rows.append([name, f"{taken[False]:.1f}", f"{taken[True]:.1f}", f"{ratio:.2f}"])
            print(*rows[-1], sep=" | ", flush=True)
    return markdown(["model", "alone, s", "with a busy core, s", "ratio"], rows), kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", nargs="+", choices=["work", "audits"], default=["work", "audits"])
    parser.add_argument("--quick", action="store_true", help="quick audits rather than full ones")
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:2]))
    ends_well = True
    if "work" in chosen.part:
        text = work()
        if chosen.write:
            write_section("benchmarks.md", "threads", f"{text}\n\nMilliseconds, median of {REPEATS}. {machine()}")
    if "audits" in chosen.part:
        text, ends_well = audits(chosen.quick)
        if chosen.write:
            how = "Quick" if chosen.quick else "Full"
            note = f"{how} audits of models of {ROWS} rows of breast_cancer, from the command line. {machine()}"
            write_section("benchmarks.md", "busy", f"{text}\n\n{note}")
    sys.exit(0 if ends_well else 1)


if __name__ == "__main__":
    main()
