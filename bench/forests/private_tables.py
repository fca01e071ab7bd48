"""Training tables rebuilt from differentially private forests, beside the published results of the peer (DRAFT-DP).

Run with `uv run python -m bench.forests.private_tables --peer PATH [--sets ...] [--epsilons ...] [--write]`, where PATH
is a checkout of https://github.com/vidalt/DRAFT-DP, which holds the tables and the results. The forests are the very
same, number for number. With `--results FILE` the same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

import retrodict as rd
from bench.document import machine, markdown, write_section
from bench.forests.private_forest import LABEL, Private, private_forest, zeros_and_ones
from bench.kept_results import Results, take_results

Array = np.ndarray

ROWS, TREES, DEPTH = 100, 10, 5
PUBLISHED = {"known": ("Results_main_paper", "N_fixed"), "unknown": ("Results_main_paper_N_unknown", "N_free")}
CONTROLS = 20  # tables of each control


def error(found: Array, true: Array, seed: int) -> float:
    """Return the peer's error: the mean share of columns in which paired rows differ.

    A table of another number of rows is thinned out, or has rows of its own repeated, by the peer's draws.
    """
    draw = random.Random(seed)
    if len(found) < len(true):
        found = np.concatenate([found, found[draw.choices(range(len(found)), k=len(true) - len(found))]])
    elif len(found) > len(true):
        found = found[draw.sample(range(len(found)), len(true))]
    cost = (found[:, None, :] != true[None, :, :]).mean(axis=2)
    return float(cost[linear_sum_assignment(cost)].mean())


def rebuilt(name: str, epsilon: float, seed: int, known: bool, chosen: argparse.Namespace) -> dict[str, Any]:
    """Rebuild one table."""
    made = private_forest(chosen.peer / "data", name, ROWS, TREES, DEPTH, epsilon, seed)
    began, spent = time.perf_counter(), time.process_time()
    table = rd.rebuild(
        made.model, noise=f"truncated:epsilon:{epsilon:g}", rows=ROWS if known else None, seed=seed, progress=False
    )
    took = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - spent}
    found = error(zeros_and_ones(table.frame, made.columns), made.X, seed)
    sure = float(np.nanmean(table.cell_confidence.drop(columns="target").to_numpy()))
    return {"error": found, "rows": len(table.frame), "confidence": sure, **took}


def controls(name: str, chosen: argparse.Namespace) -> dict[str, float]:
    """Return the mean error of tables that know nothing of single rows."""
    made, rng = private_forest(chosen.peer / "data", name, ROWS, 1, 1, 1.0, 0), np.random.default_rng(0)
    ways = {"random": _random, "shuffled columns": _shuffled, "held-out rows": _others}
    errors = {title: [error(make(made, rng), made.X, 0) for _ in range(CONTROLS)] for title, make in ways.items()}
    return {title: float(np.mean(each)) for title, each in errors.items()}


def _random(made: Private, rng: np.random.Generator) -> Array:
    out = np.zeros_like(made.X)
    for j in made.columns:
        if len(j) > 1:
            out[np.arange(len(out)), np.array(j)[rng.integers(len(j), size=len(out))]] = 1
        else:
            out[:, j[0]] = rng.integers(2, size=len(out))
    return out


def _shuffled(made: Private, rng: np.random.Generator) -> Array:
    out = made.X.copy()
    for j in made.columns:
        out[:, j] = made.X[rng.permutation(len(out))][:, j]
    return out


def _others(made: Private, rng: np.random.Generator) -> Array:
    return made.others[rng.choice(len(made.others), size=len(made.X), replace=False)]


def published(name: str, epsilon: float, seed: int, known: bool, peer: Path) -> float | None:
    """Return the peer's own error; ``None`` where it found no table."""
    folder, start = PUBLISHED["known" if known else "unknown"]
    file = peer / "experiments_results" / folder / f"{start}{TREES}_{epsilon:.2f}_{seed}_{DEPTH}_{name}_results.json"
    found = json.loads(file.read_text())[0]["reconstruction_error"]
    return None if found == "NA" else float(found)


def line(name: str, epsilon: float, known: bool, chosen: argparse.Namespace, results: Results) -> list[str]:
    """Return one line of the table: means over the seeds, as the peer's."""
    ours, theirs = [], []
    for seed in range(chosen.seeds):
        key = f"{name}, epsilon {epsilon:g}, rows {'known' if known else 'unknown'}, seed {seed}"
        ours.append(results.get(key, lambda: rebuilt(name, epsilon, seed, known, chosen)))  # noqa: B023
        theirs.append(published(name, epsilon, seed, known, chosen.peer))
    errors = [one["error"] for one in ours]
    spread = float(np.std(errors, ddof=1) / np.sqrt(len(errors))) if len(errors) > 1 else 0.0
    other = [one for one in theirs if one is not None]
    below = sum(one is None or mine <= one for mine, one in zip(errors, theirs, strict=True))
    rows = "known" if known else f"{np.mean([one['rows'] for one in ours]):.0f}"
    return [
        name,
        rows,
        f"{epsilon:g}",
        f"{np.mean(errors):.3f} ± {spread:.3f}",
        f"{np.mean(other):.3f}" if other else "none",
        f"{below} of {len(errors)}",
        f"{1 - np.mean([one['confidence'] for one in ours]):.3f}",
        f"{np.median([one['cpu'] for one in ours]):.0f}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", type=Path, required=True, help="a checkout of the peer")
    parser.add_argument("--sets", nargs="+", choices=list(LABEL), default=list(LABEL))
    parser.add_argument("--epsilons", nargs="+", type=float, default=[1.0, 5.0, 10.0, 20.0, 30.0])
    parser.add_argument("--rows", nargs="+", choices=list(PUBLISHED), default=list(PUBLISHED))
    parser.add_argument("--seeds", type=int, default=5)
    take_results(parser)
    chosen = parser.parse_args()
    results = Results(chosen.results)
    chance = {name: results.get(f"controls, {name}", lambda: controls(name, chosen)) for name in chosen.sets}  # noqa: B023
    lines = [
        line(name, epsilon, known == "known", chosen, results)
        for known in chosen.rows
        for name in chosen.sets
        for epsilon in chosen.epsilons
    ]
    head = ["table", "rows", "epsilon", "error", "DRAFT-DP's", "at most DRAFT-DP's", "cells unsure", "CPU seconds"]
    text = markdown(head, lines, words=2)
    bars = markdown(
        ["table", "random", "shuffled columns", "held-out rows"],
        [[name, *(f"{value:.3f}" for value in chance[name].values())] for name in chosen.sets],
    )
    note = f"{ROWS} rows, {TREES} trees of depth {DEPTH}; means over {chosen.seeds} forests. {machine()}"
    print(text, bars, sep="\n\n")
    if chosen.write:
        write_section("private_forests.md", "private", f"{text}\n\n{note}")
        write_section("private_forests.md", "controls", bars)


if __name__ == "__main__":
    main()
