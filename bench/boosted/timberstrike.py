"""Training tables of numbers rebuilt from plain XGBoost, beside the peer (TimberStrike) on the very same models.

Run with `uv run --group bench python -m bench.boosted.timberstrike --peer PATH --table FILE [--depths 3 4 5 6 7 8]
[--results FILE] [--write]`, where PATH is a checkout of https://github.com/necst/TimberStrike and FILE its diabetes
table with its three clients (columns `target` and `client`). Both run one after the other, each in its own process.
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
import xgboost
from scipy.optimize import linear_sum_assignment

from bench.boosted.rebuild_model import rebuild
from bench.document import machine, markdown, write_section
from bench.kept_results import Results, take_results
from bench.processes import run_within
from bench.tables import TARGET
from retrodict.evaluation.controls import random_table, shuffled_columns

TOLERANCE = 0.319
"""Of a column's standard deviation, how near a value must come to count: the peer's own."""
SETTINGS = {"n_estimators": 100, "learning_rate": 0.3, "reg_lambda": 1.0, "base_score": 0.5, "n_jobs": 1}
EXACT = 1e-12  # of a value of 32 bits, what makes another


def score(found: pd.DataFrame, train: pd.DataFrame) -> dict[str, float]:
    """Return the peer's measure, and the share of values that are the training row's own to the last bit.

    Rows are paired by minimum cost, the label is one of the columns, and a value counts where it lies within the
    tolerance. Of tables of different sizes as many rows as both have are paired.
    """
    real, mine = (frame[list(train.columns)].to_numpy(np.float64) for frame in (train, found))
    near = np.abs(mine[:, None, :] - real[None, :, :]) <= TOLERANCE * real.std(axis=0)
    pairs = linear_sum_assignment(-near.mean(axis=2))
    same = np.abs(mine[pairs[0]].astype(np.float32) - real[pairs[1]].astype(np.float32)) <= EXACT
    return {"score": float(near[pairs].mean()), "equal": float(same.mean()), "rows": float(len(found))}


def run(train: pd.DataFrame, holdout: pd.DataFrame, depth: int, chosen: argparse.Namespace) -> dict[str, Any]:
    """Train one model, rebuild its table, and hold it and its controls to the training rows."""
    model = xgboost.XGBClassifier(max_depth=depth, random_state=0, **SETTINGS)
    model.fit(train.drop(columns=TARGET), train[TARGET])
    with TemporaryDirectory() as folder:
        path = Path(folder, "model.json")
        model.save_model(path)
        found = rebuild(path, 0, chosen.budget)
    figures = {key: found.get(key) for key in ("status", "seconds", "energy", "determined", "equations")}
    if found.get("frame") is not None:
        figures |= score(found["frame"], train)
    rng = np.random.default_rng(0)
    others = {"random": random_table(train, rng), "shuffled": shuffled_columns(train, rng), "held out": holdout}
    return figures | {name: score(other, train)["score"] for name, other in others.items()}


def by_peer(train: pd.DataFrame, ranges: pd.DataFrame, depth: int, chosen: argparse.Namespace) -> dict[str, Any]:
    """Run the peer and measure its rows by the same measure; it is told the columns' ranges, as in its own runs."""
    job = {
        "peer": str(chosen.peer),
        "train": train,
        "ranges": {name: [float(own.min()), float(own.max())] for name, own in ranges.items()},
        "settings": {**SETTINGS, "max_depth": depth, "random_state": 0},
    }
    result = run_within("bench.boosted.peer_timberstrike", job, chosen.peer_seconds)
    figures = {key: result.get(key) for key in ("status", "seconds")}
    return figures | (score(result["frame"], train) if "frame" in result else {})


def cell(value: Any, text: str) -> str:
    """Return a figure as text, nothing where there is none."""
    return "" if value is None else text.format(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", type=Path, help="a checkout of the peer; without it, it is left out")
    parser.add_argument("--table", type=Path, required=True)
    parser.add_argument("--depths", nargs="+", type=int, default=[3, 4, 5, 6, 7, 8])
    parser.add_argument("--peer-depths", nargs="+", type=int, default=[3, 5])
    parser.add_argument("--client", type=int, default=0)
    parser.add_argument("--budget", type=float, default=120.0, help="seconds a table")
    parser.add_argument("--peer-seconds", type=float, default=900.0)
    take_results(parser)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    everything = pd.read_csv(chosen.table)
    own = everything["client"] == chosen.client
    features = everything.drop(columns=["client", TARGET])
    train, holdout = (everything[rows].drop(columns="client").reset_index(drop=True) for rows in (own, ~own))
    results, lines = Results(chosen.results), []
    for depth in chosen.depths:
        ours = results.get(f"depth {depth}, {chosen.budget:g} s", partial(run, train, holdout, depth, chosen))
        theirs: dict[str, Any] = {}
        if chosen.peer and depth in chosen.peer_depths:
            name = f"peer: depth {depth}, {chosen.peer_seconds:g} s"
            theirs = results.get(name, partial(by_peer, train, features, depth, chosen))
        line = [str(depth), cell(theirs.get("score"), "{:.1%}"), cell(theirs.get("equal"), "{:.1%}")]
        line += [cell(theirs.get("seconds"), "{:.0f}"), cell(ours.get("score"), "{:.1%}")]
        line += [cell(ours.get("equal"), "{:.1%}"), cell(ours.get("rows"), "{:.0f}"), cell(ours["seconds"], "{:.0f}")]
        line += [cell(ours.get("energy"), "{:.3g}"), cell(ours.get("equations"), "{:,}")]
        lines.append([*line, *(cell(ours.get(key), "{:.1%}") for key in ("random", "shuffled", "held out"))])
    head = [
        "depth",
        "TimberStrike",
        "equal values",
        "seconds",
        "retrodict",
        "equal values",
        "rows",
        "seconds",
        "energy",
    ]
    text = markdown([*head, "energy", "equations", "random", "shuffled columns", "held-out rows"], lines)
    print(text)
    if chosen.write:
        note = f"{len(train)} training rows, label included. {machine('xgboost-cpu', 'pulp')}"
        write_section("boosted.md", "timberstrike", f"{text}\n\n{note}")


if __name__ == "__main__":
    main()
