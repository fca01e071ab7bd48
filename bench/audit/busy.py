"""What a full audit takes on a quiet machine, and while another process keeps one of two cores busy.

Run with `uv run python -m bench.audit.busy [--rows N] [--models NAME ...] [--write]`. Each audit is the command
line's, in a process of its own, with the threads that it takes by itself.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC

from bench.document import machine, markdown, write_section
from bench.neighbour import neighbour

TARGET = "ill"
SECONDS, RATIO = 60.0, 2.5
"""What an audit may take beside a busy process, and how often what it takes alone."""
MODELS: dict[str, Any] = {
    "forest": RandomForestClassifier(100, random_state=0),
    "logistic regression": LogisticRegression(),
    "SVC": SVC(),
    "k-neighbours": KNeighborsClassifier(),
}


def table(n: int, seed: int) -> pd.DataFrame:
    """Return rows of six numbers and two lists, as a small clinical table has them."""
    rng = np.random.default_rng(seed)
    ill = rng.random(n) < 0.4
    hidden = rng.normal(size=n) + ill
    numbers = {f"x{j}": np.round(hidden * (j % 3) + rng.normal(size=n), 2) for j in range(6)}
    lists = {"site": rng.choice(["a", "b", "c"], n), "sex": rng.choice(["f", "m"], n)}
    return pd.DataFrame({**numbers, **lists, TARGET: np.where(ill, "yes", "no")})


def fitted(estimator: Any, train: pd.DataFrame) -> Any:
    numbers = [name for name in train.columns if name.startswith("x")]
    columns = make_column_transformer((StandardScaler(), numbers), (OneHotEncoder(), ["site", "sex"]))
    return make_pipeline(columns, estimator).fit(train.drop(columns=TARGET), train[TARGET])


def two_cores() -> list[int]:
    """Keep this process, and all that it starts, to two cores, where the system lets one choose."""
    if not hasattr(os, "sched_setaffinity"):
        return []
    chosen = sorted(os.sched_getaffinity(0))[:2]
    os.sched_setaffinity(0, chosen)
    return chosen


def audit(folder: Path, name: str, options: list[str]) -> float:
    """Return the seconds that one audit takes."""
    words = [sys.executable, "-m", "retrodict", "audit", str(folder / f"{name}.skops"), "--target", TARGET, "--quiet"]
    words += ["--train", str(folder / "train.csv"), "--holdout", str(folder / "test.csv"), *options]
    with tempfile.TemporaryDirectory() as out:
        started = time.perf_counter()
        subprocess.run([*words, "--out", f"{out}/audit"], check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--models", nargs="+", choices=list(MODELS), default=list(MODELS))
    parser.add_argument("--quick", action="store_true", help="quick audits")
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    options, own = ["--quick"] if chosen.quick else [], two_cores()
    rows, late = [], []
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        train = table(chosen.rows, 0)
        train.to_csv(folder / "train.csv", index=False)
        table(chosen.rows, 1).to_csv(folder / "test.csv", index=False)
        for name in chosen.models:
            skops.io.dump(fitted(MODELS[name], train), folder / f"{name}.skops")
            quiet = audit(folder, name, options)
            with neighbour(own[-1] if own else None):
                busy = audit(folder, name, options)
            rows.append([name, f"{quiet:.1f}", f"{busy:.1f}", f"{busy / quiet:.2f}"])
            late += [name] if busy > SECONDS or busy / quiet > RATIO else []
            print(*rows[-1], sep="  ", flush=True)
    text = markdown(["model", "quiet (s)", "one core busy (s)", "ratio"], rows)
    print(text)
    if chosen.write:
        note = (
            f"Full audits of models of {chosen.rows:,} rows x 8 columns, and as many held out; bounds: {SECONDS:.0f} "
            f"s beside a busy process, and {RATIO:g} times the quiet run. {machine('threadpoolctl')}"
        )
        write_section("results/audit.md", "busy", f"{text}\n\n{note}")
    if late:
        raise SystemExit(f"over the bounds: {', '.join(late)}")


if __name__ == "__main__":
    main()
