"""Lift of reconstructions over the prior alone, by model and prior, beside models fitted on shuffled labels.

Run with `uv run python -m bench.fidelity.lift [--sets ...] [--rows 2000] [--splits 10] [--write]`; it takes some
minutes on one core.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd
from scipy.stats import t

import retrodict as rd
from bench.cases import ALGORITHMS, DATASETS
from bench.document import machine, markdown, write_section

MEASURES = ["wasserstein", "kolmogorov-smirnov", "association", "energy distance", "two-sample AUC", "coverage"]
MODELS = ["logistic regression", "random forest", "Gaussian naive Bayes"]
PRIORS = ["independent", "copula"]
TARGET = "target"


def lifts(dataset: str, algorithm: str, kind: str, seed: int, shuffled: bool, rows: int) -> pd.DataFrame:
    """Return the lifts within classes of one model, fitted on a split of its own, on shuffled labels or true ones."""
    frame = DATASETS[dataset](as_frame=True).frame.sample(frac=1, random_state=seed, ignore_index=True).astype(float)
    frame[TARGET] = frame[TARGET].astype(int)
    half, quarter = len(frame) // 2, len(frame) // 4
    train, public, holdout = frame[:half], frame[half : half + quarter], frame[half + quarter :]
    labels = (train[TARGET].sample(frac=1, random_state=seed) if shuffled else train[TARGET]).to_numpy()
    model = rd.load_model(ALGORITHMS[algorithm]().fit(train.drop(columns=TARGET), labels))
    prior = rd.fit_prior(public.drop(columns=TARGET), kind=kind)
    rec = rd.reconstruct(model, prior, rows, seed=seed, progress=False)
    found = rd.evaluate(rec, train, holdout, prior, target=TARGET, seed=seed)
    if "within classes" not in found.scopes:  # too few rows of each class
        return pd.DataFrame(np.nan, index=MEASURES, columns=["lift", "low", "high"])
    return found.summary("within classes").loc[MEASURES, ["lift", "low", "high"]]


def over_models(found: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the mean lift of several models, with the 95% interval of that mean over models."""
    values = pd.concat([table.lift for table in found], axis="columns")
    n = values.notna().sum(axis="columns")
    reach = t.ppf(0.975, n - 1) * values.std(axis="columns") / np.sqrt(n)
    mean = values.mean(axis="columns")
    return pd.DataFrame({"lift": mean, "low": mean - reach, "high": mean + reach})


def _cell(lift: float, low: float, high: float) -> str:
    return "" if np.isnan(lift) else f"{lift:.2f} ({low:.2f} to {high:.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", default=["breast_cancer"])
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--splits", type=int, default=10)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    lines = []
    for dataset, algorithm, kind in product(chosen.sets, MODELS, PRIORS):
        for shuffled in (False, True):
            table = over_models(
                [lifts(dataset, algorithm, kind, seed, shuffled, chosen.rows) for seed in range(chosen.splits)]
            )
            labels = "shuffled" if shuffled else "true"
            lines.append([dataset, algorithm, kind, labels, *(_cell(*row) for row in table.to_numpy())])
            print(*lines[-1], sep=" | ", flush=True)
    text = markdown(["table", "model", "prior", "labels", *MEASURES], lines, words=4)
    if chosen.write:
        write_section(
            "fidelity.md",
            "lift",
            f"{text}\n\n{chosen.rows:,} rows a reconstruction, means over {chosen.splits} splits. {machine()}",
        )


if __name__ == "__main__":
    main()
