"""Replicas on real data: how well a model trained on a reconstruction does on the base model's own test set.

Run with `uv run python -m bench.replicas.bundled_tables [--rows N] [--write]`; it takes about ten minutes on two cores.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy.stats import spearmanr
from sklearn.exceptions import ConvergenceWarning

import retrodict as rd
from bench.cases import ALGORITHMS, DATASETS, Split, split
from bench.document import DOCS, machine, markdown, write_section

PRIORS = ("uniform", "independent", "copula", "empirical")
BUDGET = 200_000
CONTROLS = 3  # random labellings that the prior-only control is the mean of


@dataclass(frozen=True)
class Cell:
    """One base model and one prior: accuracies on the test part, and what was not reached."""

    dataset: str
    algorithm: str
    prior: str
    base: float
    replica: float | None
    prior_only: float
    public: float
    not_reached: tuple[str, ...]
    queries: int
    seconds: float


def prior_of(kind: str, parts: Split) -> rd.priors.Prior:
    """Return the prior: uniform over the ranges of the training part, the others fitted to the public part."""
    if kind == "uniform":
        return rd.uniform_prior(rd.Schema.from_frame(parts.train))
    return rd.fit_prior(parts.public, kind=kind)


def accuracy(algorithm: str, X: pd.DataFrame, y: np.ndarray, parts: Split) -> float | None:
    """Train the algorithm and return its accuracy on the test part; None where it can't be trained."""
    try:
        fitted = ALGORITHMS[algorithm]().fit(X, y)
    except ValueError:  # a single class, or too few rows of one
        return None
    return float(np.mean(fitted.predict(parts.test) == parts.test_labels))


def cell(dataset: str, algorithm: str, kind: str, rows: int, base: tuple[object, float, float], parts: Split) -> Cell:
    """Reconstruct from one base model under one prior, and train a replica."""
    estimator, base_accuracy, public_accuracy = base
    prior, started = prior_of(kind, parts), time.perf_counter()
    shares = parts.public_labels.value_counts(normalize=True).to_dict()
    replica, missing, queries = None, ("all",), BUDGET
    try:
        found = rd.reconstruct(estimator, prior, rows, seed=0, class_shares=shares, max_queries=BUDGET, progress=False)
        frame, queries = found.frame, found.provenance.queries
        missing = tuple(report.observation for report in found.diagnostics if not report.complete)
        target = found.schema.target.name
        replica = accuracy(algorithm, frame.drop(columns=target), frame[target].to_numpy(), parts)
    except rd.errors.RetrodictError as error:
        print(f"  {error}")
    seconds = time.perf_counter() - started
    nothing = [without_model(algorithm, prior, rows, shares, parts, seed) for seed in range(CONTROLS)]
    figures = (base_accuracy, replica, float(np.mean(nothing)), public_accuracy)
    return Cell(dataset, algorithm, kind, *figures, missing, queries, seconds)


def without_model(
    algorithm: str, prior: rd.priors.Prior, rows: int, shares: dict[object, float], parts: Split, seed: int
) -> float:
    """Return the accuracy of the algorithm trained on prior draws with labels at random."""
    rng = np.random.default_rng(seed)
    drawn = prior.schema.decode(prior.sample(rows, rng))
    return accuracy(algorithm, drawn, rng.choice(list(shares), size=rows, p=list(shares.values())), parts) or 0.0


def base_and_replicas(dataset: str, algorithm: str, rows: int) -> list[Cell]:
    """Train one base model, and its replicas under every prior."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    parts = split(dataset)
    estimator = ALGORITHMS[algorithm]().fit(parts.train, parts.train_labels)
    base = float(np.mean(estimator.predict(parts.test) == parts.test_labels))
    public = accuracy(algorithm, parts.public, parts.public_labels.to_numpy(), parts) or 0.0
    return [cell(dataset, algorithm, kind, rows, (estimator, base, public), parts) for kind in PRIORS]


def run(rows: int) -> list[Cell]:
    """Run every dataset and algorithm, as many at a time as there are cores."""
    pairs = [(dataset, algorithm) for dataset in DATASETS for algorithm in ALGORITHMS]
    work = Parallel(n_jobs=-1, return_as="generator")(delayed(base_and_replicas)(*pair, rows) for pair in pairs)
    cells = []
    for found in work:
        cells += found
        for one in found:
            print(*asdict(one).values(), sep=" | ", flush=True)
    return cells


def _replica(one: Cell) -> str:
    if one.replica is None:
        return "none"
    return f"{one.replica:.2f}" + (f" [{len(one.not_reached)}]" if one.not_reached else "")


def full_table(cells: list[Cell]) -> str:
    """One line a base model, one column a prior."""
    frame = pd.DataFrame([asdict(one) | {"text": _replica(one)} for one in cells])
    rows = []
    for (dataset, algorithm), group in frame.groupby(["dataset", "algorithm"], sort=False):
        by_prior = group.set_index("prior")
        replicas = [by_prior.text[kind] for kind in PRIORS]
        rows.append([dataset, algorithm, f"{group.base.iloc[0]:.2f}", *replicas])
        rows[-1] += [f"{group.prior_only.min():.2f} to {group.prior_only.max():.2f}", f"{group.public.iloc[0]:.2f}"]
    return markdown(["dataset", "algorithm", "base", *PRIORS, "prior only", "public rows"], rows, words=2)


def summary_table(cells: list[Cell]) -> str:
    """One line a dataset and prior: the mean gap to the base and the mean lift over the prior-only control."""
    frame = pd.DataFrame([asdict(one) | {"short": bool(one.not_reached)} for one in cells])
    frame["replica"] = frame.replica.astype(float)
    rows = []
    for kind in PRIORS:
        for dataset in (*DATASETS, "all"):
            part = frame[(frame.prior == kind) & ((frame.dataset == dataset) | (dataset == "all"))]
            kept = part.dropna(subset="replica")
            gap, lift = kept.base - kept.replica, kept.replica - kept.prior_only
            rho = spearmanr(kept.base, kept.replica).statistic if len(kept) > 2 else np.nan
            figures = (
                kept.base.mean(),
                kept.replica.mean(),
                gap.mean(),
                lift.mean(),
                (kept.replica - kept.public).mean(),
            )
            rows.append([kind, dataset, *(f"{value:.2f}" for value in figures), f"{rho:.2f}"])
            rows[-1] += [f"{int(part.short.sum())} of {len(part)}"]
    head = ["prior", "dataset", "base", "replica", "gap", "lift over prior only", "over public rows"]
    return markdown([*head, "rank correlation with base", "models with a class short"], rows, words=2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    started = time.perf_counter()
    cells = run(chosen.rows)
    print(summary_table(cells))
    print(f"{time.perf_counter() - started:.0f} s")
    if chosen.write:
        note = f"{chosen.rows:,} rows a reconstruction, at most {BUDGET:,} model calls. {machine()}"
        write_section("replicas.md", "summary", f"{summary_table(cells)}\n\n{note}")
        write_section("replicas.md", "table", full_table(cells))
        lines = ",\n".join(json.dumps(asdict(one) | {"seconds": round(one.seconds, 1)}) for one in cells)
        (DOCS / "results" / "replicas.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
