"""Time and memory of record risk on large tables, and how far bounds of the matched error lie from the least one.

Run with `uv run python -m bench.records.large_tables [--rows 100000] [--columns 50] [--write]`; it takes some minutes
on two cores.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time

import numpy as np
import pandas as pd

import retrodict as rd
from bench.document import machine, markdown, write_section

PLANTED = 0.1
TARGET = "y"


def table(rows: int, columns: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return a mixed table: three numbers to each list, tied by two hidden numbers."""
    lists = columns // 4
    hidden = rng.normal(size=(rows, 2))
    loads = np.random.default_rng(0).normal(size=(2, columns))
    X = hidden @ loads + rng.normal(size=(rows, columns))
    frame = pd.DataFrame(X[:, lists:], columns=[f"x{j}" for j in range(columns - lists)])
    for j in range(lists):
        frame[f"c{j}"] = pd.cut(X[:, j], [-np.inf, -2, -0.5, 0.5, 2, np.inf], labels=list("abcde")).astype(str)
    return frame.assign(**{TARGET: np.where(hidden[:, 0] > 0, "yes", "no")})


def once(rows: int, columns: int, seed: int) -> dict[str, float]:
    """Return what one run measures, and what it takes."""
    rng = np.random.default_rng(seed)
    train, holdout, rebuilt = (table(rows, columns, rng) for _ in range(3))
    copies = round(PLANTED * rows)
    rebuilt.iloc[:copies] = train.iloc[:copies]
    began, used = time.perf_counter(), time.process_time()
    found = rd.record_risk(rebuilt, train, holdout, target=TARGET, seed=seed)
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    return {
        "rows": rows,
        "columns": columns,
        "wall": wall,
        "cpu": cpu,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
        "low": found.matched_low,
        "error": found.matched.error,
        "exact": found.exact_rows,
        "advantage": found.membership.value,
        "advantage_low": found.membership.low,
        "advantage_high": found.membership.high,
        "singled_out": len(found.singled_out),
        "control": found.singled_out_control,
    }


def alone(rows: int, columns: int, seed: int) -> dict[str, float]:
    """Run once in a process of its own, whose peak of memory is its own."""
    command = [sys.executable, "-m", __spec__.name, "--one", str(rows), str(columns), str(seed)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])


def bounds(rows: int, columns: int, seed: int) -> list[str]:
    """Return the least matched error beside the bounds that larger tables get."""
    from retrodict.evaluation.beside import compared
    from retrodict.evaluation.risk.nearest import nearest
    from retrodict.evaluation.risk.pairing import paired
    from retrodict.evaluation.risk.scaled import scaled
    from retrodict.tables.titles import REBUILT, TRAIN

    rng = np.random.default_rng(seed)
    train, rebuilt = table(rows, columns, rng), table(rows, columns, rng)
    rebuilt.iloc[: round(PLANTED * rows)] = train.iloc[: round(PLANTED * rows)]
    _, inputs = compared(rebuilt, train, None, TARGET)
    tables = scaled(inputs, 1e-9)
    a, b = tables[REBUILT], tables[TRAIN]
    given = (a.cells, b.cells, (a.labels, b.labels), list(inputs.schema.names), 1e-9, nearest(a.cells, b.cells))
    least, _ = paired(*given)
    upper, low = paired(*given, limit=rows // 10)
    return [f"{rows:,} x {columns}", f"{least.error:.4f}", f"{low:.4f}", f"{upper.error:.4f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--columns", type=int, default=50)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--one", type=int, nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(once(*chosen.one)))
        return
    lines = []
    for rows in sorted({1_000, 10_000, chosen.rows}):
        got = alone(rows, chosen.columns, 0)
        low, high = f"{got['low']:.4f}", f"{got['error']:.4f}"
        lines.append(
            [
                f"{rows:,} x {chosen.columns}",
                f"{got['wall']:.0f}",
                f"{got['cpu']:.0f}",
                f"{got['peak']:.1f}",
                low if low == high else f"{low} to {high}",
                f"{got['exact']:.1%}",
                f"{got['advantage']:.3f} ({got['advantage_low']:.3f} to {got['advantage_high']:.3f})",
                f"{got['singled_out']:,}",
                f"{got['control']:,}",
            ]
        )
        print(*lines[-1], sep=" | ", flush=True)
    head = [
        "table",
        "wall (s)",
        "CPU (s)",
        "peak (GB)",
        "matched error",
        "exact",
        "advantage",
        "singled out",
        "by chance",
    ]
    near = [bounds(rows, columns, 1) for rows, columns in ((2_000, 10), (4_000, 10), (4_000, 50))]
    for line in near:
        print(*line, sep=" | ", flush=True)
    if chosen.write:
        load = f"Load of the machine while measuring: {os.getloadavg()[1]:.1f}."
        write_section("records.md", "speed", f"{markdown(head, lines)}\n\n{machine('numba')} {load}")
        write_section("records.md", "bounds", markdown(["table", "least error", "lower bound", "upper bound"], near))


if __name__ == "__main__":
    main()
