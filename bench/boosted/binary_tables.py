"""Training tables of zeros and ones rebuilt from the files of boosted trees, all that these state or leaf values alone.

Run with `uv run --group bench python -m bench.boosted.binary_tables --data DIR [--rows 100 300 1000] [--seeds 5]
[--from file values] [--digits 16 6 4 3 2] [--results FILE] [--write]`. Each table is rebuilt in a process of its own.
With `--results FILE` the same command goes on where it was stopped.
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
from bench.boosted.models import FAMILIES, REGRESSORS, TREES, named, trained, written
from bench.boosted.rebuild_model import rebuild
from bench.boosted.rightness import Telling
from bench.document import machine, markdown, write_section
from bench.kept_results import Results, median, percent, take_results
from bench.tables import TARGET, Parts, parts, tables, take_tables
from retrodict.evaluation import matched_error
from retrodict.evaluation.controls import random_table, shuffled_columns

SETS = ["compas", "adult_binary", "default_credit"]
BUDGETS = {100: 60.0, 300: 120.0, 1_000: 240.0}
"""Seconds that a table of so many rows has, at most; others have the last."""
NOISE = 0.3  # standard deviation of the real target that is made for regressors


def real_target(part: Parts, seed: int) -> Parts:
    """Return the parts with a real target: a random linear function of the columns with noise, in 32 bits."""
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=part.X.shape[1])

    def told(frame: pd.DataFrame) -> pd.DataFrame:
        target = frame.drop(columns=TARGET).to_numpy(np.float64) @ weights + NOISE * rng.normal(size=len(frame))
        return frame.assign(target=target.astype(np.float32).astype(np.float64))

    return Parts(told(part.train), told(part.holdout))


def run(frame: pd.DataFrame, family: str, rows: int, seed: int, how: str, chosen: argparse.Namespace) -> dict[str, Any]:
    """Train one model, write it, rebuild its table from the file, and hold it and its controls to the training rows."""
    part = parts(named(frame.drop(columns=TARGET)).assign(target=frame[TARGET]), rows, seed)
    part = real_target(part, seed) if chosen.regression else part
    settings = {"subsample": chosen.bagging, "subsample_freq": 1} if chosen.bagging < 1.0 else {}
    if family == "XGBoost":
        settings.pop("subsample_freq", None)
    model = trained(family, part.X, part.y, trees=chosen.trees, seed=seed, **settings)
    with TemporaryDirectory() as folder:
        path = written(family, model, Path(folder))
        opened = rd.load_model(path)
        telling = Telling(opened)
        source: dict[str, Any] = {} if how == "file" else {"source": "values", "rows": rows}
        found = rebuild(path, seed, BUDGETS.get(rows, max(BUDGETS.values())), **source)
        first = Path(folder, "first")
        first.mkdir()
        one = written(family, trained(family, part.X, part.y, trees=1, seed=seed, **settings), first)
        alone = rebuild(one, seed, BUDGETS[100]) if seed == 0 and how == "file" else {}
    figures = {key: found.get(key) for key in ("status", "seconds", "energy", "determined", "equations", "peak")}
    rebuilt = found.get("frame")
    if rebuilt is not None:
        match = matched_error(rebuilt, part.train, target=TARGET)
        figures |= {"right": telling.right(rebuilt, part.train), "error": match.error, "exact": match.exact_rows}
    rng = np.random.default_rng(seed)
    figures["random"] = telling.right(random_table(part.train, rng), part.train)
    figures["shuffled"] = telling.right(shuffled_columns(part.train, rng), part.train)
    figures["held out"] = telling.right(part.holdout, part.train)
    if alone.get("frame") is not None:
        figures["first tree"] = telling.right(alone["frame"], part.train)
    return figures


def line(title: list[str], found: list[dict[str, Any]]) -> list[str]:
    """Return one line of the table."""

    def of(key: str) -> list[float]:
        return [one[key] for one in found if one.get(key) is not None]

    whole = sum(one.get("right") == 1.0 for one in found)
    cells = [*title, f"{whole} of {len(found)}", percent(of("right")), percent([min(of("right"), default=None)])]
    cells += [percent(of("error")), percent(of("exact")), median(of("determined"), "{:.2f}")]
    cells += [percent(of(key)) for key in ("random", "shuffled", "held out", "first tree")]
    return [*cells, median(of("seconds"), "{:.1f}"), median([max(of("seconds"), default=None)], "{:.1f}")]


HEAD = ["all right", "leaves and label right", "worst", "matched error", "exact rows", "determined"]
HEAD += ["random", "shuffled columns", "held-out rows", "first tree alone", "seconds", "slowest"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=FAMILIES)
    parser.add_argument("--rows", nargs="+", type=int, default=[100, 300, 1_000])
    parser.add_argument(
        "--seeds", nargs="+", type=int, default=[5, 2, 1], help="for each number of rows; the last goes on"
    )
    parser.add_argument("--trees", type=int, default=TREES)
    parser.add_argument("--from", dest="sources", nargs="+", choices=["file", "values"], default=["file"])
    parser.add_argument("--bagging", type=float, default=1.0, help="share of rows that each tree draws")
    parser.add_argument("--regression", action="store_true", help="a real target in place of the classes")
    parser.add_argument("--section", default="binary", help="which part of the page is written")
    take_tables(parser, SETS)
    take_results(parser)
    chosen = parser.parse_args()
    if chosen.regression:
        chosen.families = [family for family in chosen.families if family in REGRESSORS]
    warnings.simplefilter("ignore")
    results, lines = Results(chosen.results), []
    for dataset, frame in tables(chosen):
        for rows, seeds in zip(chosen.rows, chosen.seeds + chosen.seeds[-1:] * len(chosen.rows), strict=False):
            for how in chosen.sources:
                for family in chosen.families:
                    kind = f"{'regression' if chosen.regression else 'classes'}, bagging {chosen.bagging:g}"
                    name = f"{dataset}, {rows} rows, {family}, {chosen.trees} trees, from {how}, {kind}"
                    found = [
                        results.get(f"{name}, seed {seed}", partial(run, frame, family, rows, seed, how, chosen))
                        for seed in range(seeds)
                    ]
                    lines.append(line([dataset, f"{rows:,}", family, how], found))
    text = markdown(["table", "rows", "library", "from", *HEAD], lines, words=4)
    print(text)
    if chosen.write:
        note = f"{chosen.trees} trees, medians. {machine('lightgbm', 'xgboost-cpu', 'catboost')}"
        write_section("boosted.md", chosen.section, f"{text}\n\n{note}")


if __name__ == "__main__":
    main()
