"""What scoring through our contract costs over each library's own `predict`: seconds side by side, and memory.

Run with `uv run python -m bench.benchmarks.scoring_overhead [--rows N] [--repeats R] [--only WORD] [--write]`.

Each model is trained and saved, and read back by the library itself and by `load_model`. The library predicts rows as
it takes them, made beforehand; we score the same rows as inference has them, a matrix of numbers and codes, and return
log-probabilities in double precision: the conversion is in our time and not in the library's. Both run in one process,
in turn; memory is that of a process of each.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from bench.document import machine, markdown, write_section

TARGET = 1.15
TRAINED, TREES, DEPTH, NUMBERS = 4_000, 100, 6, 20
PLACES = ("north", "south", "east", "west", "middle")


@dataclass(frozen=True)
class Case:
    """A model in both hands.

    Parameters
    ----------
    ours
        What `load_model` reads.
    rows
        What the library takes, from a frame.
    own
        The library's own predict, given these rows.
    """

    ours: Any
    rows: Callable[[pd.DataFrame], Any]
    own: Callable[[Any], Any]


def table(n: int, mixed: bool, seed: int = 0) -> pd.DataFrame:
    """Return rows of numbers, the last three of them categories where mixed."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(n, NUMBERS)), columns=[f"x{i}" for i in range(NUMBERS)])
    for i in range(3) if mixed else ():
        frame[f"x{NUMBERS - 1 - i}"] = pd.Categorical.from_codes(rng.integers(len(PLACES), size=n), list(PLACES))
    return frame


def labels(frame: pd.DataFrame) -> np.ndarray:
    """Return classes that some columns tell with noise."""
    score = frame["x0"] + frame["x1"] * frame["x2"]
    if frame["x19"].dtype == "category":
        score = score + (frame["x19"].astype(str) == "north")
    return (score + np.random.default_rng(1).normal(size=len(frame)) > 0).astype(int).to_numpy()


def xgboost_case(X: pd.DataFrame, y: np.ndarray, mixed: bool, folder: Path) -> Case:
    import xgboost

    made = xgboost.XGBClassifier(n_estimators=TREES, max_depth=DEPTH, enable_categorical=mixed).fit(X, y)
    made.save_model(folder / "model.json")
    own = xgboost.XGBClassifier(enable_categorical=mixed)
    own.load_model(folder / "model.json")
    return Case(folder / "model.json", lambda frame: frame, own.predict_proba)


def lightgbm_case(X: pd.DataFrame, y: np.ndarray, mixed: bool, folder: Path) -> Case:
    import lightgbm

    made = lightgbm.LGBMClassifier(n_estimators=TREES, max_depth=DEPTH, verbose=-1).fit(X, y)
    made.booster_.save_model(str(folder / "model.txt"))
    own = lightgbm.Booster(model_file=str(folder / "model.txt"))
    return Case(folder / "model.txt", lambda frame: frame, own.predict)


def catboost_case(X: pd.DataFrame, y: np.ndarray, mixed: bool, folder: Path) -> Case:
    import catboost

    listed = [name for name in X if X[name].dtype == "category"]
    made = catboost.CatBoostClassifier(
        iterations=TREES, depth=DEPTH, verbose=0, allow_writing_files=False, cat_features=listed
    ).fit(X, y)
    made.save_model(str(folder / "model.cbm"))
    own = catboost.CatBoostClassifier().load_model(str(folder / "model.cbm"))
    import retrodict as rd

    # the file keeps hashes of categories: who scores rows with them names them
    features = tuple(
        rd.Feature(name, "categorical", categories=PLACES) if name in listed else rd.Feature(name) for name in X
    )
    ours = rd.load_model(folder / "model.cbm", schema=rd.Schema(features))
    return Case(ours, lambda frame: frame, own.predict_proba)


def histogram_case(X: pd.DataFrame, y: np.ndarray, mixed: bool, folder: Path) -> Case:
    import skops.io
    from sklearn.ensemble import HistGradientBoostingClassifier

    made = HistGradientBoostingClassifier(max_iter=TREES, max_depth=DEPTH, early_stopping=False).fit(X, y)
    skops.io.dump(made, folder / "model.skops")
    return Case(folder / "model.skops", lambda frame: frame, made.predict_proba)


def onnx_case(X: pd.DataFrame, y: np.ndarray, mixed: bool, folder: Path) -> Case:
    import onnxruntime
    from skl2onnx import to_onnx
    from sklearn.ensemble import HistGradientBoostingClassifier

    made = HistGradientBoostingClassifier(max_iter=TREES, max_depth=DEPTH, early_stopping=False)
    made.fit(X.to_numpy(np.float32), y)
    graph = to_onnx(made, X[:1].to_numpy(np.float32), options={"zipmap": False})
    (folder / "model.onnx").write_bytes(graph.SerializeToString())
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    return Case(
        folder / "model.onnx", lambda frame: frame.to_numpy(np.float32), lambda rows: session.run(None, {"X": rows})
    )


def statsmodels_case(X: pd.DataFrame, y: np.ndarray, mixed: bool, folder: Path) -> Case:
    import statsmodels.api as sm

    made = sm.Logit(y, sm.add_constant(X)).fit(disp=0)
    return Case(made, sm.add_constant, made.predict)


CASES: dict[str, Callable[..., Case]] = {
    "XGBoost": xgboost_case,
    "LightGBM": lightgbm_case,
    "CatBoost": catboost_case,
    "HistGradientBoosting": histogram_case,
    "ONNX": onnx_case,
    "statsmodels": statsmodels_case,
}
MIXED = ("XGBoost", "LightGBM", "CatBoost", "HistGradientBoosting")


def measure(name: str, mixed: bool, rows: int, repeats: int, which: str) -> dict[str, Any]:
    """Return the seconds of each run and the most memory of this process, of one of the two or of both in turn."""
    import retrodict as rd
    from retrodict.models import Meter

    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        train = table(TRAINED, mixed)
        case = CASES[name](train, labels(train), mixed, Path(folder))
        model = rd.load_model(case.ours)
        frame = table(rows, mixed, 2)
        matrix, given = model.schema.encode(frame), case.rows(frame)
        del frame
        meter = Meter(model)
        works = {"library": lambda X: case.own(given), "ours": lambda X: meter.output(matrix)}
        meter.output(matrix[:1_000])
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        seconds: dict[str, list[float]] = {one: [] for one in works if which in (one, "both")}
        for _ in range(repeats):
            for one in seconds:
                started = time.perf_counter()
                works[one](None)
                seconds[one].append(time.perf_counter() - started)
        return {"seconds": seconds, "grown": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before}


def apart(*settings: Any) -> dict[str, Any]:
    """Measure in a process of its own."""
    command = [sys.executable, "-m", __spec__.name, "--child", json.dumps(settings)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--only", default="")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        print(json.dumps(measure(*json.loads(chosen.child))))
        return
    lines = []
    for name, mixed in [(name, False) for name in CASES] + [(name, True) for name in MIXED]:
        if chosen.only not in f"{name} {'mixed' if mixed else 'numbers'}":
            continue
        times = apart(name, mixed, chosen.rows, chosen.repeats, "both")["seconds"]
        grown = {one: apart(name, mixed, chosen.rows, 1, one)["grown"] / 1024 for one in times}  # getrusage is in KiB
        own, ours = median(times["library"]), median(times["ours"])
        best = min(times["ours"]) / min(times["library"])
        line = [name, "mixed" if mixed else "numbers", f"{own:.2f}", f"{ours:.2f}", f"{ours / own:.2f}", f"{best:.2f}"]
        lines.append([*line, f"{grown['library']:,.0f}", f"{grown['ours']:,.0f}"])
        print(*lines[-1], sep=" | ", flush=True)
    head = ["library", "table", "its own predict, s", "ours, s", "ratio of medians", "ratio of bests"]
    head += ["its memory, MB", "ours, MB"]
    if chosen.write:
        versions = machine("xgboost-cpu", "lightgbm", "catboost", "onnxruntime", "statsmodels")
        told = f"{chosen.rows:,} rows of {NUMBERS} features, {TREES} trees of depth {DEPTH}. Target: {TARGET} at most."
        write_section("benchmarks.md", "scoring overhead", f"{markdown(head, lines, words=2)}\n\n{told} {versions}")


if __name__ == "__main__":
    main()
