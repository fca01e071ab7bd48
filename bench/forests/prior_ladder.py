"""Whether tables rebuilt under more accurate priors are nearer: a ladder of priors for the same forests.

Run with `uv run python -m bench.forests.prior_ladder [--sets ...] [--rows 50] --data DIR [--write]`. With
`--results FILE` the same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bench.document import machine, markdown, write_section
from bench.forests.public_priors import drawn_rows, public_prior
from bench.forests.rebuild_forest import rebuild
from bench.kept_results import Results, nearness, outcome, percent, take_results
from bench.tables import TARGET, Parts, forest, tables, take_tables, thirds
from retrodict.evaluation import matched_error
from retrodict.priors import MixturePrior
from retrodict.schema import Schema
from retrodict.study.analysis.columns import Pair
from retrodict.study.analysis.correlation import POOLED, WITHIN, correlate
from retrodict.study.divergence import divergences
from retrodict.tables.layout import Layout, embed

if TYPE_CHECKING:
    from retrodict.priors import Prior

SETS = ["iris", "wine", "penguins", "breast_cancer", "pima", "heart_statlog", "german_credit", "credit_scoring"]
SHARES = (0.0, 0.25, 0.5, 0.75)
"""Of the copula in a mixture with uniform values."""
SAMPLES = (5, 10, 20, 50)
"""Public rows that a copula is fitted to; the last step takes all."""
DRAWS = 500
"""Rows of a prior that are held against the training rows."""
MEASURES = {"js": "Jensen-Shannon", "energy_distance": "energy distance", "alone": "matched error of the prior alone"}


def ladder(public: pd.DataFrame) -> dict[str, Prior]:
    """Return priors by name, from one that knows ranges alone to one that knows all public rows."""
    best, uniform = public_prior("copula", public), public_prior("uniform", public)
    steps: dict[str, Any] = {"uniform": uniform, "independent": public_prior("independent", public)}
    steps |= {f"{share:.0%} copula": MixturePrior((best, uniform), (share, 1 - share)) for share in SHARES if share}
    steps |= {f"copula of {k} rows": public_prior("copula", public[:k]) for k in SAMPLES if k < len(public)}
    return steps | {"copula of all rows": best}


def distances(prior: Prior, part: Parts, seed: int) -> dict[str, float]:
    """Return how far a prior's rows are from the training rows, as a study measures it."""
    titles = {"real": part.X, "drawn": drawn_rows(prior, DRAWS, seed)}
    labelled = {title: frame.assign(target=0) for title, frame in titles.items()}
    layout, _ = Layout.of(Schema.from_frame(part.train, target=TARGET), labelled)
    layout = layout.without_target
    real, drawn = (layout.encode(frame, title) for title, frame in titles.items())
    gaps = np.isnan(np.vstack([real, drawn])).any(axis=0)
    points = [embed(layout, X, real, gaps) for X in (real, drawn)]
    found = divergences(*points, *(np.zeros(len(X), dtype=np.int64) for X in points), seed)
    alone = matched_error(drawn_rows(prior, len(part.X), seed), part.X).error
    return {"js": found.js, "energy_distance": found.energy, "alone": alone}


def run(part: Parts, prior: Prior, seed: int, chosen: argparse.Namespace) -> dict[str, Any]:
    """Rebuild a forest's table under a prior, and measure both."""
    model = forest(part.X, part.y, seed, chosen.trees)
    result = rebuild(model, seed, chosen.budget, prior, sweeps=chosen.sweeps, restarts=0)
    rebuilt = result.get("frame")
    match = None if rebuilt is None else matched_error(rebuilt, part.train, target=TARGET)
    return distances(prior, part, seed) | outcome(result) | nearness(match) | {"mismatch": result.get("energy")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=50)
    parser.add_argument("--trees", type=int, default=20)
    parser.add_argument("--sweeps", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--budget", type=float, default=400.0, help="seconds a table")
    take_tables(parser, SETS)
    take_results(parser)
    chosen = parser.parse_args()
    results, records = Results(chosen.results), []
    for dataset, frame in tables(chosen):
        for seed in range(chosen.seeds):
            part = thirds(frame, chosen.rows, seed)
            name = f"{dataset}, {len(part.train)} rows, {chosen.trees} trees, {chosen.sweeps} sweeps, seed {seed}"
            for step, prior in ladder(part.public).items():
                one = results.get(f"{name}, {step}", lambda: run(part, prior, seed, chosen))  # noqa: B023  called at once
                records.append({"dataset": dataset, "step": step} | one)
    found = pd.DataFrame(records)
    steps, together = by_step(found), correlations(found)
    print(steps, together, sep="\n\n")
    if chosen.write:
        note = f"{chosen.seeds} forests of {chosen.trees} trees with bootstrap a table, at most {chosen.rows} rows."
        write_section("rebuilding.md", "ladder", f"{steps}\n\n{together}\n\n{note} {machine()}")


def by_step(found: pd.DataFrame) -> str:
    """Return the table of errors: steps by tables."""
    sets = list(found["dataset"].unique())
    rows = [
        [step, *(percent(own.loc[own["dataset"] == name, "error"]) for name in sets), percent(own["alone"])]
        for step, own in found.groupby("step", sort=False)
    ]
    return markdown(["prior", *sets, "alone, median of tables"], rows)


def correlations(found: pd.DataFrame) -> str:
    """Return how a prior's distance and the error go together, over all and within each table."""
    rows = []
    for measure, words in MEASURES.items():
        pair = Pair(measure, "error", 1)
        inside = correlate(found, pair, WITHIN, "spearman")
        of = " ".join(f"{name} {value:.2f}," for name, value, _ in inside.by_dataset if value is not None).rstrip(",")
        overall = correlate(found, pair, POOLED, "spearman").estimate.text()
        rows.append([words, inside.estimate.text(), overall, of])
    head = ["distance of the prior", "within tables (95 % interval)", "over all (95 % interval)", "each table"]
    return markdown(head, rows, words=4)


if __name__ == "__main__":
    main()
