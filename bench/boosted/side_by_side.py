"""Trees grown side by side without a bootstrap: their tables by linear equations beside the same by annealing.

Run with `uv run python -m bench.boosted.side_by_side --data DIR [--seeds 5] [--results FILE] [--write]`.
"""

from __future__ import annotations

import argparse
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import skops.io

import retrodict as rd
from bench.boosted.models import named
from bench.boosted.rebuild_model import rebuild
from bench.document import machine, markdown, write_section
from bench.kept_results import Results, median, percent, take_results
from bench.tables import TARGET, forest, parts, tables, take_tables
from retrodict.evaluation import matched_error
from retrodict.matching import Matching, read_problem
from retrodict.reconstruction.rebuild_quality import MET

SETS = ["compas", "adult_binary", "default_credit"]


def annealed(model: rd.Model, seed: int, budget: float) -> tuple[pd.DataFrame, float, float]:
    """Return the table that annealing of the node counts finds, its energy and the seconds."""
    started = time.perf_counter()
    reading = read_problem(model)
    found = Matching(seconds=budget).solve(reading.problem, np.random.SeedSequence(seed), labels=reading.stored_labels)
    rows = reading.rows(found.codes, found.labels, np.random.default_rng(seed))
    frame = reading.schema.decode(rows)
    return frame, found.energy, time.perf_counter() - started


def run(frame: pd.DataFrame, seed: int, chosen: argparse.Namespace) -> dict[str, Any]:
    """Train one forest on all rows, and rebuild its table in both ways."""
    part = parts(named(frame.drop(columns=TARGET)).assign(target=frame[TARGET]), chosen.rows, seed)
    model = forest(part.X, part.y, seed, chosen.trees, bootstrap=False)
    with TemporaryDirectory() as folder:
        path = Path(folder, "model.skops")
        skops.io.dump(model, path)
        found = rebuild(path, seed, chosen.budget)
        other, energy, seconds = annealed(rd.load_model(path), seed, chosen.budget)
    figures: dict[str, Any] = {"status": found.get("status"), "seconds": found.get("seconds")}
    if found.get("frame") is not None:
        match = matched_error(found["frame"], part.train, target=TARGET)
        figures |= {"met": found["energy"] <= MET, "error": match.error, "exact": match.exact_rows}
    match = matched_error(other[list(part.X.columns)], part.X)
    return figures | {
        "annealed, met": energy <= MET,
        "annealed, error": match.error,
        "annealed, exact": match.exact_rows,
        "annealed, seconds": seconds,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--budget", type=float, default=120.0, help="seconds a table")
    take_tables(parser, SETS)
    take_results(parser)
    chosen = parser.parse_args()
    results, lines, everything = Results(chosen.results), [], []
    for dataset, frame in tables(chosen):
        name = f"{dataset}, {chosen.rows} rows, {chosen.trees} trees, {chosen.budget:g} s"
        found = [results.get(f"{name}, seed {seed}", partial(run, frame, seed, chosen)) for seed in range(chosen.seeds)]
        everything += found
        lines.append(_line(dataset, found))
    lines.append(_line("all", everything))
    head = ["table"]
    for how in ("equations", "annealing"):
        head += [f"{how}: every count met", "no error", "matched error", "exact rows", "seconds"]
    text = markdown(head, lines)
    print(text)
    if chosen.write:
        note = f"{chosen.rows} rows, forests of {chosen.trees} trees without a bootstrap, {chosen.seeds} seeds."
        write_section("boosted.md", "side by side", f"{text}\n\n{note} {machine()}")


def _line(title: str, found: list[dict[str, Any]]) -> list[str]:
    cells = [title]
    for who in ("", "annealed, "):
        cells.append(f"{sum(bool(one.get(f'{who}met')) for one in found)} of {len(found)}")
        cells.append(f"{sum(one.get(f'{who}error') == 0.0 for one in found)} of {len(found)}")
        cells += [percent(one.get(f"{who}{key}") for one in found) for key in ("error", "exact")]
        cells.append(median((one.get(f"{who}seconds") for one in found), "{:.1f}"))
    return cells


if __name__ == "__main__":
    main()
