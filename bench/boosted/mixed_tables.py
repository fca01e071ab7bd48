"""Training tables with numbers, categories and missing values rebuilt from boosted trees: what is determined and found.

Run with `uv run python -m bench.boosted.mixed_tables --data DIR [--sets ...] [--rows 150 300] [--seeds 1] [--write]`.
Texts are numbers from 0, so that all libraries take the same columns.
"""

from __future__ import annotations

import argparse
import warnings
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

import retrodict as rd
from bench.boosted.models import FAMILIES, TREES, named, trained, written
from bench.boosted.rebuild_model import rebuild
from bench.boosted.rightness import Telling
from bench.data_free.boosters import numbers
from bench.document import machine, markdown, write_section
from bench.kept_results import Results, median, percent, take_results
from bench.tables import TARGET, parts, tables, take_tables
from retrodict.evaluation import controls, matched_error

SETS = ["pima", "heart_statlog", "german_credit", "penguins", "credit_scoring"]
TAKES_NO_GAPS = ("GradientBoosting",)


def run(frame: pd.DataFrame, family: str, rows: int, seed: int, chosen: argparse.Namespace) -> dict[str, Any]:
    """Train one model, rebuild its table from the file, and match it and its controls to the training rows."""
    coded = numbers(frame)
    coded = named(coded.drop(columns=TARGET)).assign(target=coded[TARGET])
    coded = coded.fillna(-1.0) if family in TAKES_NO_GAPS else coded
    part = parts(coded, rows, seed)
    model = trained(family, part.X, part.y, trees=chosen.trees, seed=seed)
    with TemporaryDirectory() as folder:
        path = written(family, model, Path(folder))
        telling = Telling(rd.load_model(path))
        found = rebuild(path, seed, chosen.budget)
    figures = {key: found.get(key) for key in ("status", "seconds", "energy", "determined", "equations", "peak")}
    rebuilt = found.get("frame")
    if rebuilt is not None:
        match = matched_error(rebuilt, part.train, target=TARGET)
        figures |= {"right": telling.right(rebuilt, part.train), "error": match.error, "exact": match.exact_rows}
        figures["labels"] = match.label_agreement
    others = controls(part.train, part.holdout, rebuilt, target=TARGET, seed=seed)
    figures |= {name: other.error for name, other in others.items()}
    return figures | {"held out right": telling.right(part.holdout, part.train)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=FAMILIES)
    parser.add_argument("--rows", nargs="+", type=int, default=[150, 300])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--trees", type=int, default=TREES)
    parser.add_argument("--budget", type=float, default=60.0, help="seconds a table")
    take_tables(parser, SETS)
    take_results(parser)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    results, lines = Results(chosen.results), []
    for dataset, frame in tables(chosen):
        for rows in (rows for rows in chosen.rows if 2 * rows <= len(frame) or rows == min(chosen.rows)):
            for family in chosen.families:
                name = f"{dataset}, {rows} rows, {family}, {chosen.trees} trees, {chosen.budget:g} s"
                found = [
                    results.get(f"{name}, seed {seed}", partial(run, frame, family, rows, seed, chosen))
                    for seed in range(chosen.seeds)
                ]
                cells = [dataset, family, str(rows), median((one.get("equations") for one in found), "{:,.0f}")]
                cells += [median((one.get("energy") for one in found), "{:.3g}")]
                cells += [median((one.get("determined") for one in found), "{:.2f}")]
                keys = ("right", "held out right", "error", "exact", "labels", "random", "shuffled columns", "held out")
                cells += [percent(one.get(key) for one in found) for key in keys]
                lines.append([*cells, median((one.get("seconds") for one in found), "{:.1f}")])
    head = [
        "table",
        "library",
        "rows",
        "equations",
        "energy",
        "determined",
        "leaves and label right",
        "of held-out rows",
    ]
    head += ["matched error", "exact rows", "labels right", "random", "shuffled columns", "held-out rows", "seconds"]
    text = markdown(head, lines, words=2)
    print(text)
    if chosen.write:
        note = f"{chosen.trees} trees, {chosen.seeds} seeds, at most {chosen.budget:g} s a search. "
        write_section("boosted.md", "mixed", f"{text}\n\n{note}{machine('lightgbm', 'xgboost-cpu', 'catboost')}")


if __name__ == "__main__":
    main()
