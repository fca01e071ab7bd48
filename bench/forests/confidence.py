"""Whether the confidence stated of a rebuilt table's cells is deserved.

Run with `uv run python -m bench.forests.confidence [--sets ...] [--rows 150] --data DIR [--write]`.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from bench.document import machine, markdown, write_section
from bench.tables import forest, parts, tables, take_tables
from retrodict.evaluation import calibration
from retrodict.matching import Matching, read_problem

SETS = ["heart_statlog", "pima", "german_credit", "breast_cancer"]


def bins(frame: pd.DataFrame, rows: int, seed: int) -> pd.DataFrame:
    """Rebuild the table of a forest with a bootstrap, in order; return stated confidence and hit rate of its cells."""
    part = parts(frame, rows, seed)
    reading = read_problem(forest(part.X, part.y, seed))
    found = Matching().solve(reading.problem, np.random.SeedSequence(seed), labels=reading.stored_labels)
    names = list(reading.codebook.features)
    real = reading.codebook.encode(reading.schema.encode(part.X))
    frames = (pd.DataFrame(codes, columns=names) for codes in (found.codes, real))
    # Codes of cells: a number is right where it lies between the same two split points.
    return calibration(*frames, confidence=found.entry_agreement, in_order=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=150)
    parser.add_argument("--seed", type=int, default=0)
    take_tables(parser, SETS)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    rows = []
    for dataset, frame in tables(chosen):
        for _, one in bins(frame, chosen.rows, chosen.seed).iterrows():
            span = f"{one['low']:.2f} to {one['high']:.2f}"
            hits = f"{one['actual']:.2f} ± {one['se']:.2f}"
            rows.append([dataset, span, f"{one['count']:,.0f}", f"{one['stated']:.2f}", hits])
    text = markdown(["table", "stated", "cells", "mean stated", "right"], rows, words=2)
    print(text)
    if chosen.write:
        note = f"{chosen.rows} rows, one forest of 100 trees with bootstrap a table. {machine()}"
        write_section("forests.md", "confidence", f"{text}\n\n{note}")


if __name__ == "__main__":
    main()
