"""Training tables with integers, real numbers and categories rebuilt from forests, beside what knows no single row.

Run with `uv run python -m bench.forests.mixed_tables [--sets ...] [--seeds 3] [--rows 150] --data DIR [--write]`.
"""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from bench.document import machine, markdown, write_section
from bench.forests.rebuild_forest import rebuild
from bench.kept_results import Results, median, nearness, outcome, percent, take_results
from bench.tables import TARGET, forest, parts, tables, take_tables
from retrodict.evaluation import aligned_error, controls, matched_error

SETS = ["heart_statlog", "pima", "german_credit"]


def run(frame: pd.DataFrame, bootstrap: bool, seed: int, chosen: argparse.Namespace) -> dict[str, Any]:
    """Train one forest, rebuild its table, and match it and its controls to the training rows."""
    part = parts(frame, chosen.rows, seed)
    result = rebuild(forest(part.X, part.y, seed, bootstrap=bootstrap), seed, chosen.budget)
    rebuilt = result.get("frame")
    match = None if rebuilt is None else matched_error(rebuilt, part.train, target=TARGET)
    others = controls(part.train, part.holdout, rebuilt, target=TARGET, seed=seed)
    in_order = None if rebuilt is None else aligned_error(rebuilt, part.train, target=TARGET).error
    return (
        outcome(result)
        | nearness(match)
        | {"in order": in_order}
        | {name: other.error for name, other in others.items()}
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=150)
    parser.add_argument("--budget", type=float, default=400.0, help="seconds a table")
    take_tables(parser, SETS)
    take_results(parser)
    chosen = parser.parse_args()
    results, rows = Results(chosen.results), []
    for dataset, frame in tables(chosen):
        for bootstrap in (False, True):
            name = f"{dataset}, bootstrap {bootstrap}, {chosen.rows} rows"
            found = [
                results.get(f"{name}, seed {seed}", lambda: run(frame, bootstrap, seed, chosen))  # noqa: B023
                for seed in range(chosen.seeds)
            ]
            cells = [dataset, "on" if bootstrap else "off", str(chosen.rows), str(frame.shape[1] - 1)]
            cells += [percent(one[key] for one in found) for key in ("error", "in order", "exact", "labels")]
            cells += [percent(one[key] for one in found) for key in ("random", "shuffled columns", "held out")]
            rows.append([*cells, median((one["seconds"] for one in found), "{:.1f}")])
    head = ["table", "bootstrap", "rows", "features", "error", "in order", "exact rows", "labels right"]
    text = markdown([*head, "random", "shuffled columns", "held-out rows", "seconds"], rows, words=2)
    print(text)
    if chosen.write:
        note = f"Medians over {chosen.seeds} forests of 100 trees. {machine()}"
        write_section("forests.md", "mixed", f"{text}\n\n{note}")


if __name__ == "__main__":
    main()
