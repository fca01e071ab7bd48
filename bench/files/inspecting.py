"""What inspecting large files costs: seconds and memory of `load_model` and `inspect_model`, and of the library's load.

Run with `uv run python -m bench.files.inspecting [--trees N] [--depth D] [--only WORD] [--write]`.

Each model is trained on rows of noise, so that its trees are as large as they may be, and saved. Every figure is of a
process of its own, the fastest of three; the seconds are without its imports, the memory is what it grows by, its
children's included.
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
from pathlib import Path
from typing import Any

import numpy as np

from bench.document import machine, markdown, write_section

TARGET = 20
"""Times the library's own load, at most."""

RUNS = 3
"""Of each figure; the fastest counts, since what else a machine does only ever slows it."""

ROWS, FEATURES = 20_000, 20


def rows() -> tuple[np.ndarray, np.ndarray]:
    """Return rows of noise with labels of chance."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(ROWS, FEATURES)), rng.integers(2, size=ROWS)


def xgboost_file(path: Path, trees: int, depth: int) -> None:
    import xgboost

    xgboost.XGBClassifier(n_estimators=trees, max_depth=depth, min_child_weight=0).fit(*rows()).save_model(path)


def lightgbm_file(path: Path, trees: int, depth: int) -> None:
    import lightgbm

    kind = lightgbm.LGBMClassifier(n_estimators=trees, num_leaves=2**depth, min_child_samples=1, verbose=-1)
    kind.fit(*rows()).booster_.save_model(path)


def catboost_file(path: Path, trees: int, depth: int) -> None:
    import catboost

    made = catboost.CatBoostClassifier(iterations=trees, depth=min(depth, 10), verbose=0, allow_writing_files=False)
    made.fit(*rows()).save_model(str(path))


def histogram(trees: int, depth: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    settings: dict[str, Any] = {"max_leaf_nodes": 2**depth, "min_samples_leaf": 1, "early_stopping": False}
    return HistGradientBoostingClassifier(max_iter=trees, **settings).fit(*rows())


def histogram_file(path: Path, trees: int, depth: int) -> None:
    import skops.io

    skops.io.dump(histogram(trees, depth), path)


def onnx_file(path: Path, trees: int, depth: int) -> None:
    from skl2onnx import to_onnx

    graph = to_onnx(histogram(trees, depth), rows()[0][:1].astype(np.float32), options={"zipmap": False})
    path.write_bytes(graph.SerializeToString())


def _xgboost(path: str) -> Any:
    import xgboost

    return xgboost.Booster(model_file=path)


def _lightgbm(path: str) -> Any:
    import lightgbm

    return lightgbm.Booster(model_file=path)


def _catboost(path: str) -> Any:
    import catboost

    return catboost.CatBoostClassifier().load_model(path)


def _skops(path: str) -> Any:
    import skops.io

    return skops.io.load(path, trusted=skops.io.get_untrusted_types(file=path))


def _onnx(path: str) -> Any:
    import onnxruntime

    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


KINDS: dict[str, tuple[str, Callable[[Path, int, int], None], Callable[[str], Any]]] = {
    "XGBoost json": ("model.json", xgboost_file, _xgboost),
    "XGBoost ubj": ("model.ubj", xgboost_file, _xgboost),
    "LightGBM": ("model.txt", lightgbm_file, _lightgbm),
    "CatBoost": ("model.cbm", catboost_file, _catboost),
    "ONNX": ("model.onnx", onnx_file, _onnx),
    "HistGradientBoosting skops": ("model.skops", histogram_file, _skops),
}
"""File name, who writes it, and the library's own load."""


def _inspect(path: str) -> Any:
    import retrodict as rd

    return rd.inspect_model(rd.load_model(path))


def spent(kind: str, path: str, ours: bool, least: str) -> dict[str, float]:
    """Return the seconds and the growth of memory of one load, in bytes, after the same of a small file."""
    warnings.simplefilter("ignore")
    work = _inspect if ours else KINDS[kind][2]
    work(least)  # imports are not counted
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    kept = work(path)
    seconds = time.perf_counter() - started
    own, children = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    del kept
    return {"seconds": seconds, "grown": (max(own, children) - before) * 1024}


def apart(*settings: Any) -> dict[str, float]:
    """Measure in processes of their own, and return the fastest run."""
    command = [sys.executable, "-m", __spec__.name, "--child", json.dumps(settings)]
    runs = (subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(RUNS))
    return min((json.loads(run) for run in runs), key=lambda run: float(run["seconds"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trees", type=int, default=1_000)
    parser.add_argument("--depth", type=int, default=10)
    parser.add_argument("--only", default="")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        print(json.dumps(spent(*json.loads(chosen.child))))
        return
    lines = []
    for kind, (name, write, _) in KINDS.items():
        if chosen.only not in kind:
            continue
        with tempfile.TemporaryDirectory() as folder:
            path, least = Path(folder, name), Path(folder, f"least.{name}")
            write(path, chosen.trees, chosen.depth)
            write(least, 2, 2)
            own, ours = (apart(kind, str(path), mine, str(least)) for mine in (False, True))
            line = [kind, f"{path.stat().st_size / 1e6:,.1f}", f"{own['seconds']:.2f}", f"{ours['seconds']:.2f}"]
            line += [
                f"{ours['seconds'] / own['seconds']:.1f}",
                f"{own['grown'] / 1e6:,.0f}",
                f"{ours['grown'] / 1e6:,.0f}",
            ]
            lines.append(line)
            print(*line, sep=" | ", flush=True)
    head = ["file", "MB", "the library's load, s", "load and inspect, s", "ratio", "its memory, MB", "ours, MB"]
    if chosen.write:
        told = f"{chosen.trees:,} trees of depth {chosen.depth} or as many leaves. Target: {TARGET} times at most."
        versions = machine("xgboost-cpu", "lightgbm", "catboost", "onnxruntime", "skops")
        write_section("benchmarks.md", "inspecting", f"{markdown(head, lines)}\n\n{told} {versions}")


if __name__ == "__main__":
    main()
