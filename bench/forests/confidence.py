"""Whether the confidence stated of a rebuilt table's cells is deserved: agreement of chains, and what it is worth.

Run with `uv run python -m bench.forests.confidence [--sets ...] [--rows 150] [--calibrate 1] --data DIR [--write]`.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import pandas as pd

import retrodict as rd
from bench.document import machine, markdown, write_section
from bench.kept_results import Results, take_results
from bench.tables import forest, parts, tables, take_tables
from retrodict.evaluation import calibration
from retrodict.matching import Matching, read_problem

TUNED_ON = ["pima", "breast_cancer", "german_credit", "adult", "compas", "spambase", "wine"]
"""Tables by which the map was chosen: the last two showed in a first run what made-up tables lacked."""
SETS = [
    *["iris", "penguins", "car", "heart_statlog", "mushroom", "credit_scoring", "telco_churn", "digits"],
    *["default_credit", "adult_binary", "wine", "spambase"],
]
"""Tables that it never saw, and the two that it saw late."""
ENOUGH = 200
"""Cells of a bin that is judged."""


def run(frame: pd.DataFrame, chosen: argparse.Namespace) -> dict[str, Any]:
    """Rebuild the table of a forest with a bootstrap, in order; return bins of agreement and of what that deserves."""
    part = parts(frame, chosen.rows, chosen.seed)
    model = forest(part.X, part.y, chosen.seed, chosen.trees)
    search = Matching(sweeps=chosen.sweeps, restarts=0) if chosen.sweeps else Matching()
    found = rd.rebuild(model, search=search, calibrate=chosen.calibrate, seed=chosen.seed, progress=False)
    reading = read_problem(model)
    names = list(reading.codebook.features)
    # Codes of cells: a number is right where it lies between the same two split points.
    sides = [
        pd.DataFrame(reading.codebook.encode(reading.schema.encode(side[list(reading.schema.names)])), columns=names)
        for side in (found.frame, part.X)
    ]
    agreed, deserved = (side[names].to_numpy() for side in (found.cell_agreement, found.cell_confidence))
    before, after = (
        calibration(*sides, confidence=np.clip(each, 0, 1), in_order=True).to_dict("records")
        for each in (agreed, deserved)
    )
    quality = found.quality
    return {"energy": quality.energy, "cells": agreed.size, "made": quality.synthetic, "before": before, "after": after}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=150)
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--calibrate", type=int, default=1, metavar="K", help="tables made up")
    parser.add_argument(
        "--sweeps", type=int, metavar="N", help="a short search, of so many sweeps and no second attempt"
    )
    take_tables(parser, SETS)
    take_results(parser)
    chosen = parser.parse_args()
    results, found, lines = Results(chosen.results), {}, []
    for dataset, frame in tables(chosen):
        name = (
            f"{dataset}, {chosen.rows} rows, {chosen.trees} trees, sweeps {chosen.sweeps}, {chosen.calibrate} made up"
        )
        found[dataset] = results.get(f"{name}, seed {chosen.seed}", lambda: run(frame, chosen))  # noqa: B023  called at once
    for dataset, one in found.items():
        for kind, bins in (("agreement", one["before"]), ("deserved", one["after"])):
            for each in bins:
                span = f"{each['low']:.2f} to {each['high']:.2f}"
                hits = f"{each['actual']:.2f} ± {each['se']:.2f}"
                lines.append([dataset, kind, span, f"{each['count']:,.0f}", f"{each['stated']:.2f}", hits])
    every = markdown(["table", "stated is", "stated", "cells", "mean stated", "right"], lines, words=3)
    text = f"{summary(found)}\n\n{every}"
    print(text)
    if chosen.write:
        search = f"chains of {chosen.sweeps} sweeps" if chosen.sweeps else "the default search"
        note = (
            f"{chosen.rows} rows at most, one forest of {chosen.trees} trees with bootstrap a table, {search}, "
            f"{chosen.calibrate} made up table a table. {machine()}"
        )
        write_section("forests.md", "confidence", f"{text}\n\n{note}")


def summary(found: dict[str, dict[str, Any]]) -> str:
    """Return one line a table: how far stated confidence is from the share of cells that are right."""
    head = [
        "table",
        "tuned on",
        "energy",
        "cells",
        "agreement: worst gap",
        "mean gap",
        "deserved: worst gap",
        "mean gap",
    ]
    lines = []
    for dataset, one in found.items():
        gaps = [gap(one[kind]) for kind in ("before", "after") for gap in (worst_gap, mean_gap)]
        known = "yes" if dataset in TUNED_ON else ""
        shown = ["" if np.isnan(one_gap) else f"{one_gap:.3f}" for one_gap in gaps]
        lines.append([dataset, known, f"{one['energy']:.1f}", f"{one['cells']:,}", *shown])
    return markdown(head, lines, words=2)


def worst_gap(bins: list[dict[str, Any]]) -> float:
    """Return the largest gap of the bins of enough cells; NaN where there is none."""
    return max((abs(one["stated"] - one["actual"]) for one in bins if one["count"] >= ENOUGH), default=float("nan"))


def mean_gap(bins: list[dict[str, Any]]) -> float:
    """Return the mean gap of all bins, each weighed by its cells."""
    gaps = [abs(one["stated"] - one["actual"]) for one in bins]
    return float(np.average(gaps, weights=[one["count"] for one in bins]))


if __name__ == "__main__":
    main()
