"""Training tables rebuilt from forests under priors that public rows give, beside what each prior gives alone.

Run with `uv run python -m bench.forests.priors_in_rebuilding [--sets ...] [--rows 100] --data DIR [--write]`.
Training rows, held-out rows and public rows are as many, and of the same source. With `--results FILE` the same command
goes on where it was stopped.
"""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from bench.document import machine, markdown, write_section
from bench.forests.at_the_truth import at_the_truth
from bench.forests.public_priors import FITTED, NO_PRIOR, drawn_rows, public_prior
from bench.forests.rebuild_forest import rebuild
from bench.kept_results import Results, median, nearness, outcome, percent, take_results
from bench.tables import BUNDLED, TARGET, Parts, forest, tables, take_tables, thirds
from retrodict.evaluation import controls, matched_error

SETS = [*BUNDLED, "penguins", "car", "pima", "heart_statlog", "mushroom", "credit_scoring", "german_credit"]
SETS += ["telco_churn", "spambase"]
TRUTH = (NO_PRIOR, "copula")
"""Priors of which the chain that begins at the truth is shown."""


def run(part: Parts, name: str, seed: int, chosen: argparse.Namespace) -> dict[str, Any]:
    """Rebuild a forest's table under one prior; match it, draws of the prior alone, and a chain begun at the truth."""
    model = forest(part.X, part.y, seed, chosen.trees)
    prior = public_prior(name, part.public)
    result = rebuild(model, seed, chosen.budget, prior, longest=chosen.longest)
    rebuilt = result.get("frame")
    match = None if rebuilt is None else matched_error(rebuilt, part.train, target=TARGET)
    found = outcome(result) | nearness(match) | {"energy": result.get("energy")}
    if prior is not None:
        found["alone"] = matched_error(drawn_rows(prior, len(part.train), seed), part.X).error
    return found | at_the_truth(model, part, prior, seed)


def control(part: Parts, seed: int) -> dict[str, Any]:
    """Match what knows no single row."""
    of = controls(part.train, part.holdout, target=TARGET, seed=seed)
    size = {"rows": len(part.train), "features": part.X.shape[1]}
    return size | {name: match.error for name, match in of.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--priors", nargs="+", choices=[NO_PRIOR, *FITTED], default=[NO_PRIOR, *FITTED])
    parser.add_argument("--longest", type=int, default=750, help="sweeps of a chain in an attempt, at most")
    parser.add_argument("--budget", type=float, default=400.0, help="seconds a table")
    take_tables(parser, SETS)
    take_results(parser)
    chosen = parser.parse_args()
    results, records = Results(chosen.results), []
    for dataset, frame in tables(chosen):
        for seed in range(chosen.seeds):
            part = thirds(frame, chosen.rows, seed)
            title = f"{dataset}, {len(part.train)} rows, {chosen.trees} trees, seed {seed}"
            search = f"at most {chosen.longest} sweeps"
            of = results.get(title, lambda: control(part, seed))  # noqa: B023  called at once
            for name in chosen.priors:
                one = results.get(f"{title}, {name}, {search}", lambda: run(part, name, seed, chosen))  # noqa: B023
                records.append({"table": dataset, "prior": name} | of | one)
    found = pd.DataFrame(records)
    near, cost = errors(found, chosen.priors), costs(found, chosen.priors)
    print(near, cost, sep="\n\n")
    if chosen.write:
        note = f"Medians over {chosen.seeds} forest{'s' * (chosen.seeds > 1)} of {chosen.trees} trees a table, with "
        note += f"bootstrap; at most {chosen.longest} sweeps of a chain in an attempt. {machine()}"
        write_section("rebuilding.md", "priors", f"{near}\n\n{verdicts(found)}\n\n{note}")
        write_section("rebuilding.md", "prior costs", cost)


def errors(found: pd.DataFrame, priors: list[str]) -> str:
    """Return the table of errors."""
    fitted = [name for name in priors if name != NO_PRIOR]
    drifted = [name for name in TRUTH if name in priors]
    rows = []
    for dataset, own in found.groupby("table", sort=False):
        by = {name: own[own["prior"] == name] for name in priors}
        cells = [str(dataset), f"{own['rows'].iloc[0]:,}", str(own["features"].iloc[0])]
        cells += [percent(by[name]["error"]) for name in priors]
        cells += [percent(by[name]["alone"]) for name in fitted]
        cells += [percent(own["held out"]), percent(own["shuffled columns"])]
        rows.append([*cells, *(percent(by[name]["at the truth"]) for name in drifted)])
    head = ["table", "rows", "features"]
    head += [*(f"rebuilt: {name}" for name in priors), *(f"alone: {name}" for name in fitted)]
    head += ["held-out rows", "shuffled columns", *(f"from the truth: {name}" for name in drifted)]
    return markdown(head, rows)


def costs(found: pd.DataFrame, priors: list[str]) -> str:
    """Return the table of energies and seconds."""
    rows = []
    for dataset, own in found.groupby("table", sort=False):
        by = {name: own[own["prior"] == name] for name in priors}
        cells = [median(by[name][key], "{:,.1f}") for key in ("energy", "seconds") for name in priors]
        there = [median(by[name]["energy there"], "{:,.1f}") for name in TRUTH if name in priors]
        rows.append([str(dataset), *cells, *there])
    head = [f"{key}: {name}" for key in ("energy", "seconds") for name in priors]
    return markdown(["table", *head, *(f"energy from the truth: {name}" for name in TRUTH if name in priors)], rows)


def verdicts(found: pd.DataFrame) -> str:
    """Say of how many tables a prior from public rows brings the error below held-out rows, and below itself alone."""
    lines = []
    for name, own in found[found["prior"] != NO_PRIOR].groupby("prior", sort=False):
        own = own.groupby("table").median(numeric_only=True)
        below = [str(t) for t in own.index if not own.loc[t, "error"] < own.loc[t, "held out"]]
        above = [str(t) for t in own.index if not own.loc[t, "error"] <= own.loc[t, "alone"]]
        lines.append(
            f"- {name}: below held-out rows on {len(own) - len(below)} of {len(own)} tables"
            f"{_but(below)}; above the prior alone on {len(above)}{_but(above, '')}."
        )
    return "\n".join(lines)


def _but(names: list[str], word: str = "not ") -> str:
    return f" ({word}{', '.join(names)})" if names else ""


if __name__ == "__main__":
    main()
