"""What a move of the search costs, table by table, in a thread's own time.

Run with `uv run python -m bench.forests.moves [--sets ...] [--rows 300] [--trees 100] --data DIR [--write]`.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np

from bench.document import machine, markdown, write_section
from bench.kept_results import Results, take_results
from bench.tables import forest, parts, tables, take_tables
from retrodict.matching import read_problem
from retrodict.matching.search.annealing import Annealing
from retrodict.matching.search.arrays import ENTRY, fixed_arrays
from retrodict.matching.search.row_places import change_places

SETS = ["compas", "adult_binary", "default_credit", "adult", "spambase", "breast_cancer"]
SWEEPS = 5
WARM = 0.05
"""The temperature, for each tree that drew a row: between the first, at which all moves, and the last."""


def run(frame: Any, chosen: argparse.Namespace) -> dict[str, float]:
    """Time sweeps of one kind of move each, of a chain that began at the training rows."""
    part = parts(frame, chosen.rows, chosen.seed)
    model = forest(part.X, part.y, chosen.seed, chosen.trees)
    reading = read_problem(model)
    codes = reading.codebook.encode(reading.schema.encode(part.X))
    labels = np.array([reading.classes.index(label) for label in part.y.tolist()])
    fixed = fixed_arrays(reading.problem)
    chain = Annealing.start(reading.problem, fixed, np.random.SeedSequence(chosen.seed), labels)
    rows, heat = np.arange(len(codes)), np.full(SWEEPS, WARM * chain.drew)

    def timed(of_exchanges: float) -> float:
        chain.move(rows, heat[:1], of_exchanges, searching=False)  # compiles, and leaves the training rows
        began = time.thread_time()
        chain.move(rows, heat, of_exchanges, searching=False)
        return (time.thread_time() - began) / (SWEEPS * codes.size)

    chain.put(codes, labels)
    before = chain.chain.tally[ENTRY].copy()
    entry = timed(0.0)
    offered, taken = chain.chain.tally[ENTRY] - before
    exchange = timed(1.0)
    change_places(fixed, chain.chain, chain.room, heat[0], True)
    began = time.thread_time()
    change_places(fixed, chain.chain, chain.room, heat[0], True)
    places = time.thread_time() - began
    found = {"rows": len(codes), "columns": codes.shape[1], "cells": int(reading.problem.table.sizes.max())}
    found |= {"nodes": len(fixed.nodes), "entry": 1e9 * entry, "changed": taken / max(offered, 1)}
    return found | {"exchange": 1e9 * exchange, "places": 1e9 * places / len(codes)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    take_tables(parser, SETS)
    take_results(parser)
    chosen = parser.parse_args()
    results, lines = Results(chosen.results), []
    for dataset, frame in tables(chosen):
        name = f"{dataset}, {chosen.rows} rows, {chosen.trees} trees, seed {chosen.seed}"
        found = results.get(name, lambda: run(frame, chosen))  # noqa: B023
        counts = [f"{found[key]:,}" for key in ("rows", "columns", "cells", "nodes")]
        times = [f"{found[key]:,.0f}" for key in ("entry", "exchange", "places")]
        lines.append([dataset, *counts, times[0], f"{100 * found['changed']:.1f} %", *times[1:]])
    head = ["table", "rows", "columns", "most cells", "nodes", "entry, ns", "entries changed", "exchange, ns"]
    text = markdown([*head, "places, ns a row"], lines)
    print(text)
    if chosen.write:
        write_section("forests.md", "moves", f"{text}\n\nForests of {chosen.trees} trees. {machine()}")


if __name__ == "__main__":
    main()
