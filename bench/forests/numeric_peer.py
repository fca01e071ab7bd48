"""Tables of numbers, a whole number and indicators rebuilt from forests, beside the peer on the very same forests.

Run with `uv run --group bench python -m bench.forests.numeric_peer --peer PATH [--rows 40] [--seeds 3] [--write]`,
where PATH is a checkout of https://github.com/vidalt/DRAFT. It is the protocol of its `minimal_example_non_binary.py`:
the training rows are the first of 1,500 drawn, and the peer is told which columns are one category, which are whole
numbers or numbers, and the domains of these in all rows of the table. retrodict is told nothing. With `--results FILE`
the same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from bench.document import machine, markdown, write_section
from bench.forests.rebuild_forest import rebuild
from bench.kept_results import Results, median, nearness, outcome, percent, take_results
from bench.processes import run_within
from bench.tables import TARGET, Parts, forest, parts
from retrodict.evaluation import controls, matched_error

DATASET, LABEL = "default_credit_numerical", "DEFAULT_PAYEMENT"
SAMPLE = 1_500
"""The peer's example draws so many rows and trains on the first."""
WHOLE = ["AGE"]
"""What its example calls ordinal; its other columns of more than two values are numbers."""
Domains = dict[str, list[list[float]]]


def domains(X: pd.DataFrame) -> Domains:
    """Return position, least and largest value of each column that is not binary, as the peer's example finds them."""
    found: Domains = {"ordinal": [], "numerical": []}
    for j, name in enumerate(X):
        if not X[name].isin([0, 1]).all():
            found["ordinal" if name in WHOLE else "numerical"].append([j, int(X[name].min()), int(X[name].max())])
    return found


def by_their_measure(rows: pd.DataFrame, X: pd.DataFrame, known: Domains) -> float:
    """Return the peer's `average_error`: numbers are off by a share of the domain, other columns right or wrong."""
    a, b = rows[list(X)].to_numpy(dtype=float), X.to_numpy(dtype=float)
    cost, spans = (
        np.zeros((len(a), len(b))),
        {j: high - low for j, low, high in (*known["ordinal"], *known["numerical"])},
    )
    for j in range(X.shape[1]):
        apart = np.abs(a[:, j, None] - b[None, :, j])
        cost += apart / spans[j] if j in spans else apart != 0
    return float(cost[linear_sum_assignment(cost)].mean() / X.shape[1])


def measured(rows: pd.DataFrame | None, part: Parts, known: Domains) -> dict[str, Any]:
    """Return how near rows are to the training rows by either measure."""
    if rows is None:
        return nearness(None) | {"theirs": None}
    target = TARGET if TARGET in rows else None
    match = matched_error(rows, part.train if target else part.X, target=target)
    return nearness(match) | {"theirs": by_their_measure(rows, part.X, known)}


def by_peer(model: Any, part: Parts, known: Domains, seed: int, chosen: argparse.Namespace) -> dict[str, Any]:
    """Run the peer; its solver has a limit, building its model some time more."""
    job = {"model": model, "peer": str(chosen.peer), "dataset": DATASET, "seed": seed, "seconds": chosen.peer_seconds}
    result = run_within("bench.forests.peer_forest", job | known, 1.5 * chosen.peer_seconds + 60)
    rows = result.get("rows")
    return outcome(result) | measured(None if rows is None else pd.DataFrame(rows, columns=list(part.X)), part, known)


def by_us(model: Any, part: Parts, known: Domains, seed: int, chosen: argparse.Namespace) -> dict[str, Any]:
    """Rebuild, and measure the rows."""
    result = rebuild(model, seed, chosen.budget)
    return outcome(result) | measured(result.get("frame"), part, known)


def by_chance(part: Parts, known: Domains, seed: int) -> dict[str, Any]:
    """Measure held-out rows, which know no training row."""
    held_out = part.holdout.drop(columns=TARGET)
    of = {name: match.error for name, match in controls(part.train, part.holdout, target=TARGET, seed=seed).items()}
    return of | {"theirs": by_their_measure(held_out, part.X, known)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", type=Path, required=True, help="a checkout of the peer")
    parser.add_argument("--rows", type=int, nargs="+", default=[40], help="its example has 40")
    parser.add_argument("--bootstrap", nargs="+", choices=["on", "off"], default=["on", "off"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--peer-seeds", type=int, help="forests a line that the peer gets too; by default all")
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--budget", type=float, default=60.0, help="seconds a table")
    parser.add_argument(
        "--peer-seconds", type=float, default=60.0, help="seconds for the peer's solver, as its example"
    )
    take_results(parser)
    chosen = parser.parse_args()
    frame = pd.read_csv(chosen.peer / "data" / f"{DATASET}.csv").rename(columns={LABEL: TARGET})
    known = domains(frame.drop(columns=TARGET))
    results = Results(chosen.results)
    rows = [line(frame, known, n, drawn, chosen, results) for n in chosen.rows for drawn in chosen.bootstrap]
    head = ["rows", "bootstrap"]
    for who in ("DRAFT", "retrodict"):
        head += [f"{who}: finished", "error", "by DRAFT's measure", "seconds"]
    text = markdown([*head, "held-out rows", "by DRAFT's measure", "shuffled columns"], rows, words=2)
    print(text)
    if chosen.write:
        note = (
            f"{chosen.trees} trees, {chosen.seeds} forests a line; medians over the runs that finish. DRAFT's solver "
            f"has {chosen.peer_seconds:g} s, as in its example, retrodict {chosen.budget:g} s. {machine('ortools')}"
        )
        write_section("rebuilding.md", "numeric peer", f"{text}\n\n{note}")


def line(
    frame: pd.DataFrame, known: Domains, n: int, bootstrap: str, chosen: argparse.Namespace, results: Results
) -> list[str]:
    """Run both on each seed's forest; return a line of the table."""
    theirs, ours, chance = [], [], []
    for seed in range(chosen.seeds):
        part = parts(frame, n, seed, max(SAMPLE, 2 * n))
        model = forest(part.X, part.y, seed, chosen.trees, bootstrap == "on")
        name = f"{n} rows, bootstrap {bootstrap}, {chosen.trees} trees, seed {seed}"
        if seed < (chosen.peer_seeds or chosen.seeds):
            title = f"peer: {name}, {chosen.peer_seconds:g} s"
            theirs.append(results.get(title, lambda: by_peer(model, part, known, seed, chosen)))  # noqa: B023
        title = f"retrodict: {name}, {chosen.budget:g} s"
        ours.append(results.get(title, lambda: by_us(model, part, known, seed, chosen)))  # noqa: B023
        chance.append(results.get(f"chance: {name}", lambda: by_chance(part, known, seed)))  # noqa: B023
    cells = [f"{n:,}", bootstrap]
    for found in (theirs, ours):
        done = [one for one in found if one["error"] is not None]
        cells += [f"{len(done)} of {len(found)}", percent(one["error"] for one in done)]
        cells += [percent(one["theirs"] for one in done), median((one["seconds"] for one in done), "{:.1f}")]
    return cells + [percent(one[key] for one in chance) for key in ("held out", "theirs", "shuffled columns")]


if __name__ == "__main__":
    main()
