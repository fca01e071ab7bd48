"""Training tables of zeros and ones rebuilt from leaf values alone: of stripped files, of ONNX, and of rounded values.

Run with `uv run python -m bench.boosted.values_alone --data DIR [--rows 300] [--seeds 3] [--results FILE] [--write]`.
The files hold split points and leaf values, as predictions need them; what else is stated was taken out by `sanitize`,
or is lost in conversion. The number of rows is told but where a line says that it is not.
"""

from __future__ import annotations

import argparse
import warnings
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

import retrodict as rd
from bench.boosted.leaf_values import change_values, rounded
from bench.boosted.models import FAMILIES, TREES, named, trained, written
from bench.boosted.rebuild_model import rebuild
from bench.boosted.rightness import Telling
from bench.document import machine, markdown, write_section
from bench.kept_results import Results, median, percent, take_results
from bench.tables import TARGET, parts, tables, take_tables

SETS = ["compas", "adult_binary", "default_credit"]
KINDS = ["stripped", "stripped, rows unknown", "6 digits", "4 digits", "3 digits", "2 digits", "ONNX"]


def to_graph(family: str, model: Any, X: pd.DataFrame, y: np.ndarray, folder: Path) -> Path:
    """Convert a model to ONNX by the usual converter, and return its file."""
    from onnxmltools import convert_lightgbm, convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType
    from skl2onnx import to_onnx

    path, types = folder / "model.onnx", [("X", FloatTensorType([None, X.shape[1]]))]
    if family == "CatBoost":
        model.save_model(str(path), format="onnx")
        return path
    if family == "XGBoost":  # the converter takes no names of columns
        graph = convert_xgboost(type(model)(**model.get_params()).fit(X.to_numpy(), y), initial_types=types)
    elif family == "LightGBM":
        graph = convert_lightgbm(model, initial_types=types, zipmap=False)
    else:
        graph = to_onnx(model, X.to_numpy(np.float32)[:1], options={"zipmap": False})
    path.write_bytes(graph.SerializeToString())
    return path


def run(frame: pd.DataFrame, family: str, kind: str, seed: int, chosen: argparse.Namespace) -> dict[str, Any]:
    """Train one model, leave its leaf values alone, and rebuild its table."""
    part = parts(named(frame.drop(columns=TARGET)).assign(target=frame[TARGET]), chosen.rows, seed)
    model = trained(family, part.X, part.y, seed=seed)
    if kind.endswith("digits"):
        model = change_values(family, model, rounded(int(kind.split()[0])))
    with TemporaryDirectory() as folder:
        telling = Telling(rd.load_model(written(family, model, Path(folder))))
        if kind == "ONNX":
            path = to_graph(family, model, part.X, part.y, Path(folder))
        else:
            path = Path(folder, "stripped")
            rd.sanitize(written(family, model, Path(folder))).save(path)
        told = {} if kind.endswith("unknown") else {"rows": chosen.rows}
        found = rebuild(path, seed, chosen.budget, source="values", **told)
    figures = {key: found.get(key) for key in ("status", "seconds", "energy", "determined", "equations", "rows")}
    rebuilt = found.get("frame")
    if rebuilt is not None:
        names = dict(zip([c for c in rebuilt.columns if c not in (TARGET, "confidence")], part.X.columns, strict=True))
        rebuilt = rebuilt.rename(columns=names)
        rebuilt[TARGET] = np.asarray([int(label) for label in rebuilt[TARGET]])
        figures["right"] = telling.right(rebuilt, part.train)
    return figures | {"held out": telling.right(part.holdout, part.train)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=FAMILIES)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--budget", type=float, default=120.0, help="seconds a table")
    parser.add_argument("--section", default="values alone", help="which part of the page is written")
    take_tables(parser, SETS)
    take_results(parser)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    results, lines = Results(chosen.results), []
    for dataset, frame in tables(chosen):
        for family in chosen.families:
            for kind in chosen.kinds:
                name = f"{dataset}, {chosen.rows} rows, {family}, {kind}, {chosen.budget:g} s"
                found = [
                    results.get(f"{name}, seed {seed}", partial(run, frame, family, kind, seed, chosen))
                    for seed in range(chosen.seeds)
                ]
                whole = sum(one.get("right") == 1.0 for one in found)
                cells = [dataset, family, kind, f"{whole} of {len(found)}"]
                cells += [percent(one.get(key) for one in found) for key in ("right", "held out")]
                cells += [median((one.get("rows") for one in found), "{:.0f}")]
                cells += [median((one.get("seconds") for one in found), "{:.1f}")]
                lines.append(cells)
    head = ["table", "library", "file", "all right", "leaves and label right", "of held-out rows", "rows", "seconds"]
    text = markdown(head, lines, words=3)
    print(text)
    if chosen.write:
        note = f"{chosen.rows} rows, {TREES} trees, {chosen.seeds} seeds, medians. "
        note += machine("lightgbm", "xgboost-cpu", "catboost", "onnxmltools", "skl2onnx")
        write_section("boosted.md", chosen.section, f"{text}\n\n{note}")


if __name__ == "__main__":
    main()
