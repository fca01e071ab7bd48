"""What rebuilding a table costs as rows, trees, features and workers grow.

Run with `uv run python -m bench.forests.scale [--parts ...] [--budget SECONDS] --data DIR [--write]`.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any

from sklearn.pipeline import Pipeline

from bench.document import machine, markdown, write_section
from bench.forests.rebuild_forest import rebuild
from bench.kept_results import Results, nearness, outcome, take_results
from bench.tables import TARGET, forest, parts, table, take_data
from retrodict.evaluation import matched_error


@dataclass(frozen=True)
class Case:
    """One forest and the workers that rebuild its table; `features` are the first ones of the table, 0 is all.

    The search stops after `seconds`, where given.
    """

    dataset: str
    rows: int
    trees: int = 100
    features: int = 0
    bootstrap: bool = True
    workers: int | None = None
    seconds: float | None = None


CASES = {
    "rows": [
        *(Case("compas", rows) for rows in (300, 1_000)),
        Case("compas", 1_500, bootstrap=False),
        Case("adult", 300),
        *(Case("adult_binary", rows) for rows in (300, 1_000)),
        Case("adult_binary", 10_000, seconds=700.0),
    ],
    "trees": [Case("default_credit", 300, trees) for trees in (25, 50, 100)],
    "features": [Case("spambase", 300, features=features) for features in (7, 14, 28)],
    "workers": [Case("compas", 310, workers=workers) for workers in (1, 2)],
}


def run(case: Case, chosen: argparse.Namespace) -> dict[str, Any] | None:
    """Train the forest of a case, rebuild its table and match it."""
    frame = table(case.dataset, chosen.data)
    if frame is None:
        return None
    if case.features:
        frame = frame[[*frame.columns.drop(TARGET)[: case.features], TARGET]]
    part = parts(frame, case.rows, chosen.seed)
    model = forest(part.X, part.y, chosen.seed, case.trees, case.bootstrap)
    trees = (model[-1] if isinstance(model, Pipeline) else model).estimators_
    nodes = sum(tree.tree_.node_count for tree in trees)
    settings = {key: value for key in ("workers", "seconds") if (value := getattr(case, key)) is not None}
    result = rebuild(model, chosen.seed, chosen.budget, **settings)
    match = None if "frame" not in result else matched_error(result["frame"], part.train, target=TARGET)
    about = {"features": part.X.shape[1], "nodes": nodes}
    return about | outcome(result) | nearness(match)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", nargs="+", choices=list(CASES), default=list(CASES))
    parser.add_argument("--sets", nargs="+", help="tables to run; by default all")
    parser.add_argument("--budget", type=float, default=1_800.0, help="seconds a table")
    parser.add_argument("--seed", type=int, default=0)
    take_data(parser)
    take_results(parser)
    chosen = parser.parse_args()
    results, rows = Results(chosen.results), []
    for what in chosen.parts:
        for case in (case for case in CASES[what] if not chosen.sets or case.dataset in chosen.sets):
            found = results.get(f"{what}: {case}, seed {chosen.seed}", lambda: run(case, chosen) or {})  # noqa: B023
            if not found:
                continue
            cells = [what, case.dataset, "on" if case.bootstrap else "off", f"{case.rows:,}", str(found["features"])]
            cells += [str(case.trees), f"{found['nodes']:,}", str(case.workers or "")]
            if found["error"] is None:
                rows.append([*cells, found["status"], "", "", ""])
                continue
            cells += [f"{found['seconds']:.1f}", f"{found['peak']:.1f}"]
            rows.append([*cells, f"{100 * found['error']:.2f} %", f"{100 * found['exact']:.1f} %"])
    head = ["grows", "table", "bootstrap", "rows", "features", "trees", "nodes", "workers", "seconds", "peak, GB"]
    text = markdown([*head, "error", "exact rows"], rows, words=3)
    print(text)
    if chosen.write:
        write_section("forests.md", "scale", f"{text}\n\nOne forest a line. {machine()}")


if __name__ == "__main__":
    main()
