"""Whether a rebuilt table is nearer to the training rows than to other rows of the same source.

Run with `uv run python -m bench.forests.record_risk [--sets ...] [--seeds 3] [--rows 150] --data DIR [--write]`.
Held-out rows beside the training rows show how near people are to one another anyway.
"""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from bench.document import machine, markdown, write_section
from bench.forests.rebuild_forest import rebuild
from bench.kept_results import Results, outcome, percent, take_results
from bench.tables import TARGET, forest, parts, tables, take_tables
from retrodict.evaluation import RecordMatch, controls, matched_error

SETS = ["compas", "adult_binary", "default_credit", "breast_cancer", "pima", "german_credit", "credit_scoring", "adult"]
PAIRS = ("rebuilt to training", "rebuilt to held out", "held out")


def run(frame: pd.DataFrame, seed: int, chosen: argparse.Namespace) -> dict[str, Any]:
    """Rebuild one forest's table; return the error and the share of equal rows of each pair of tables."""
    part = parts(frame, chosen.rows, seed)
    result = rebuild(forest(part.X, part.y, seed), seed, chosen.budget)
    rebuilt = result.get("frame")
    matches: dict[str, RecordMatch] = controls(part.train, part.holdout, rebuilt, target=TARGET, seed=seed)
    if rebuilt is not None:
        matches["rebuilt to training"] = matched_error(rebuilt, part.train, target=TARGET)
    figures = {f"{name}, {key}": getattr(matches[name], key) for name in matches for key in ("error", "exact_rows")}
    return outcome(result) | figures


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
        names = [f"{dataset}, {chosen.rows} rows, seed {seed}" for seed in range(chosen.seeds)]
        found = [
            results.get(name, lambda: run(frame, seed, chosen))  # noqa: B023  called at once
            for seed, name in enumerate(names)
        ]
        figures = [f"{pair}, {key}" for key in ("error", "exact_rows") for pair in PAIRS]
        rows.append([dataset, *(percent(one.get(figure) for one in found) for figure in figures)])
    head = [f"{what}: {pair}" for what in ("error", "equal rows") for pair in (*PAIRS[:2], "held out to training")]
    text = markdown(["table", *head], rows)
    print(text)
    if chosen.write:
        note = (
            f"{chosen.rows} training and as many held-out rows; medians over {chosen.seeds} forests of 100 trees with "
        )
        write_section("forests.md", "record risk", f"{text}\n\n{note}bootstrap. {machine()}")


if __name__ == "__main__":
    main()
