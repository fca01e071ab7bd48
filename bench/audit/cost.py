"""What the audit of a forest on 30,000 rows costs, and what quick audits take while one core is busy.

Run with `uv run python -m bench.audit.cost --data DIR [--part cost quick] [--rows N] [--results FILE] [--write]`. The
audits are the command line's, kept to two cores.
"""

from __future__ import annotations

import argparse
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from bench.audit.busy import two_cores
from bench.audit.commands import audited
from bench.audit.zoo import NAMES, PUBLIC, Case, case
from bench.document import machine, markdown, write_section
from bench.kept_results import Results, take_results
from bench.neighbour import neighbour
from bench.tables import table, take_data

PAGE = "results/audit.md"
TABLE = "adult"
ROWS, QUICK_ROWS = 30_000, 5_000
LIMITS = {"seconds": 300.0, "GB": 2.0, "MB": 5.0}
QUICK_SECONDS = 120.0
"""What a quick audit may take beside a busy process."""


def _case(name: str, frame: pd.DataFrame, n: int, folder: Path) -> Case | None:
    """Return a model of `n` rows with all others held out."""
    made = case(name, frame, n, folder)
    others = frame[n:].reset_index(drop=True)
    return Case(made.file, made.train, others, made.options) if made and len(made.holdout) < n else made


def cost(chosen: argparse.Namespace, frame: pd.DataFrame, work: Path, results: Results) -> None:
    n = min(chosen.rows or ROWS, 2 * len(frame) // 3)

    def run() -> dict[str, Any]:
        given = _case("forest", frame, n, work / "cost")
        assert given is not None
        taken = audited(given, given.file, work / "cost" / "audit")
        report = taken.pop("report")
        shadows = max((line["shadows"] for line in report["membership"]), default=0)
        told = {"verdict": report["verdict"], "shadows": shadows, "holdout": len(given.holdout)}
        return {**taken, **told, "parts": report["provenance"]["seconds"]}

    one = results.get(f"cost: forest, {n} rows", run)
    lines = [[what, f"{value:.1f}"] for what, value in one["parts"].items()]
    lines += [[what, f"{one[what]:.1f}"] for what in ("CPU seconds", *LIMITS)]
    text = markdown(["part", "seconds, or as named"], lines)
    print(text, f"verdict: {one['verdict']}", sep="\n\n")
    if chosen.write:
        note = (
            f"A full audit of a forest of 100 trees on {n:,} rows x {frame.shape[1] - 1} columns of {TABLE}, "
            f"{one['holdout']:,} held out, {one['shadows']} shadow models, on two cores; bounds: "
            f"{LIMITS['seconds']:.0f} s, {LIMITS['GB']:.0f} GB of memory, {LIMITS['MB']:.0f} MB of page. {machine()}"
        )
        write_section(PAGE, "cost", f"{text}\n\n{note}")


def quick(chosen: argparse.Namespace, frame: pd.DataFrame, work: Path, results: Results) -> None:
    n, lines, late = chosen.rows or QUICK_ROWS, [], []
    cores = two_cores()

    def run(name: str) -> dict[str, Any]:
        folder = work / "quick" / "".join(letter if letter.isalnum() else "-" for letter in name)
        given = case(name, frame, n, folder)
        if given is None:
            return {"status": "failed: not installed"}
        with neighbour(cores[-1] if cores else None):
            taken = audited(given, given.file, folder / "audit", "--quick")
        untested = [line["what"] for line in taken["report"]["not_tested"]]
        return {"seconds": taken["seconds"], "GB": taken["GB"], "verdict": taken["report"]["verdict"], "not": untested}

    for name in chosen.models:
        one = results.get(f"quick: {name}, {n} rows", partial(run, name))
        if "seconds" not in one:
            continue
        lines.append([name, one["verdict"], f"{one['seconds']:.0f}", f"{one['GB']:.2f}", str(len(one["not"]))])
        late += [name] if one["seconds"] > QUICK_SECONDS else []
    text = markdown(["model", "verdict", "seconds", "GB", "not tested"], lines, words=2)
    print(text)
    if chosen.write:
        note = (
            f"`--quick` on {n:,} rows of {TABLE} and as many held out, on two cores, one of them kept busy by another "
            f"process; bound: {QUICK_SECONDS:.0f} s. {machine()}"
        )
        write_section(PAGE, "quick", f"{text}\n\n{note}")
    if late:
        print(f"over the bound: {', '.join(late)}")


PARTS = {"cost": cost, "quick": quick}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", nargs="+", choices=list(PARTS), default=list(PARTS))
    models = [name for name in NAMES if name != PUBLIC]
    parser.add_argument("--models", nargs="+", choices=models, default=models, help="of quick audits")
    parser.add_argument("--rows", type=int, help="training rows, in place of each part's own number")
    take_data(parser)
    take_results(parser)
    parser.add_argument("--keep", type=Path, help="keep the audits in this folder")
    chosen = parser.parse_args()
    frame = table(TABLE, chosen.data)
    if frame is None:
        return
    frame = frame.dropna().sample(frac=1, random_state=0).reset_index(drop=True)
    two_cores()
    results = Results(chosen.results)
    with tempfile.TemporaryDirectory() as folder:
        for part in chosen.part:
            PARTS[part](chosen, frame, chosen.keep or Path(folder), results)


if __name__ == "__main__":
    main()
