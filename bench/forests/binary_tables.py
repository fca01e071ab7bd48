"""Training tables rebuilt from forests over binary columns, beside the peer (DRAFT) on the very same forests.

Run with `uv run --group bench python -m bench.forests.binary_tables --peer PATH [--sets ...] [--seeds 5] [--write]`,
where PATH is a checkout of https://github.com/vidalt/DRAFT, which also holds the tables. Both run one after the other,
each in a process of its own with all cores. With `--results FILE` the same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pandas as pd

from bench.document import machine, markdown, write_section
from bench.forests.rebuild_forest import rebuild
from bench.kept_results import Results, median, nearness, outcome, percent, take_results
from bench.processes import run_within
from bench.tables import LABELS, TARGET, Parts, binary_table, forest, parts, stem
from retrodict.evaluation import matched_error

SAMPLE = 1_500  # the peer's experiments draw so many rows and train on the first


def by_peer(model: Any, part: Parts, dataset: str, seed: int, chosen: argparse.Namespace) -> dict[str, Any]:
    """Run the peer and measure its rows by our measure; its solver has a limit, building its model some time more."""
    job = {
        "model": model,
        "peer": str(chosen.peer),
        "dataset": stem(dataset),
        "seed": seed,
        "seconds": chosen.peer_seconds,
    }
    result = run_within("bench.forests.peer_forest", job, 1.5 * chosen.peer_seconds + 60)
    rows = result.get("rows")
    match = None if rows is None else matched_error(pd.DataFrame(rows, columns=part.X.columns), part.X)
    return outcome(result) | nearness(match)


def by_us(model: Any, part: Parts, seed: int, chosen: argparse.Namespace) -> dict[str, Any]:
    """Rebuild, and measure the rows."""
    result = rebuild(model, seed, chosen.budget)
    frame = result.get("frame")
    match = None if frame is None else matched_error(frame, part.train, target=TARGET)
    return outcome(result) | nearness(match)


def line(dataset: str, bootstrap: bool, chosen: argparse.Namespace, results: Results) -> list[dict[str, Any]]:
    """Run both on each seed's forest; return one record a seed."""
    runs = []
    for seed in range(chosen.seeds):
        part = parts(binary_table(chosen.peer / "data", dataset), chosen.rows, seed, max(SAMPLE, 2 * chosen.rows))
        model = forest(part.X, part.y, seed, chosen.trees, bootstrap)
        name = f"{dataset}, bootstrap {bootstrap}, {chosen.rows} rows, {chosen.trees} trees, seed {seed}"
        peer_name = f"peer: {name}, {chosen.peer_seconds:g} s"
        asked = dataset in chosen.peer_sets and seed < (chosen.peer_seeds or chosen.seeds)
        theirs = None
        if asked or peer_name in results.records:
            theirs = results.get(peer_name, lambda: by_peer(model, part, dataset, seed, chosen))  # noqa: B023
        ours = results.get(f"retrodict: {name}, {chosen.budget:g} s", lambda: by_us(model, part, seed, chosen))  # noqa: B023
        runs.append({"peer": theirs, "ours": ours})
    return runs


def summary(title: list[str], runs: list[dict[str, Any]]) -> list[str]:
    """Return one line of the table."""
    cells = list(title)
    for who in ("peer", "ours"):
        found = [run[who] for run in runs if run[who] is not None]
        cells += [f"{sum(one['error'] is not None for one in found)} of {len(found)}"]
        cells += [percent(one["error"] for one in found), percent(one["exact"] for one in found)]
        cells += [median((one["seconds"] for one in found if one["error"] is not None), "{:.1f}")]
    pairs = [run for run in runs if run["peer"] is not None]
    both = [run for run in pairs if run["peer"]["error"] is not None and run["ours"]["error"] is not None]
    cells.append(median((run["peer"]["seconds"] / run["ours"]["seconds"] for run in both), "{:.0f}"))
    return [*cells, f"{sum(run['ours']['error'] <= run['peer']['error'] for run in both)} of {len(both)}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", type=Path, required=True, help="a checkout of the peer")
    parser.add_argument("--sets", nargs="+", choices=list(LABELS), default=list(LABELS))
    parser.add_argument("--bootstrap", nargs="+", choices=["on", "off"], default=["off", "on"])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--peer-seeds", type=int, help="forests a line that the peer gets too; by default all")
    parser.add_argument("--peer-sets", nargs="+", choices=list(LABELS), default=list(LABELS))
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--budget", type=float, default=400.0, help="seconds a table")
    parser.add_argument("--peer-seconds", type=float, default=400.0, help="seconds for the peer's solver")
    take_results(parser)
    chosen = parser.parse_args()
    results, rows, runs = Results(chosen.results), [], []
    for dataset in chosen.sets:
        for bootstrap in chosen.bootstrap:
            found = line(dataset, bootstrap == "on", chosen, results)
            rows.append(summary([dataset, bootstrap], found))
            runs += found
    rows.append(summary(["all", ""], runs))
    head = ["table", "bootstrap"]
    for who in ("DRAFT", "retrodict"):
        head += [f"{who}: finished", "error", "exact rows", "seconds"]
    text = markdown([*head, "times faster", "error at most DRAFT's"], rows, words=2)
    print(text)
    peaks = (median((run[who].get("peak") for run in runs if run[who]), "{:.1f} GB") for who in ("peer", "ours"))
    note = (
        f"{chosen.rows} rows, {chosen.trees} trees, {chosen.seeds} forests a line. Medians over the runs that finish; "
        f"the two last columns are of the forests that both finish. DRAFT's solver has {chosen.peer_seconds:g} s, "
        f"retrodict {chosen.budget:g} s. Median peak memory: {' and '.join(peaks)}. {machine('ortools')}"
    )
    if chosen.write:
        write_section("forests.md", "peer", f"{text}\n\n{note}")


if __name__ == "__main__":
    main()
