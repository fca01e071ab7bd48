"""What `reconstruct` costs over the work it cannot avoid: the model's own calls, and the standard normals.

Run with `uv run python -m bench.benchmarks.overhead [--rows N] [--repeats R] [--write]`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

import retrodict as rd
from bench.document import machine, markdown, write_section
from retrodict.inference.rejection.stream import BATCH
from retrodict.priors.marginals import moments

TARGET = {"random forest": 1.2, "logistic regression": 1.5}


def priors(X: pd.DataFrame) -> dict[str, rd.priors.Prior]:
    """Return the priors that are timed; the first is the main case."""
    schema = rd.Schema(tuple(rd.Feature(str(name)) for name in X.columns))
    normal = tuple(moments(X[c].mean(), X[c].std()) for c in X.columns)
    bounded = rd.Schema(tuple(rd.Feature(c, low=X[c].min(), high=X[c].max()) for c in X.columns))
    beta = tuple(moments(X[c].mean(), X[c].std(), X[c].min(), X[c].max()) for c in X.columns)
    return {
        "normal (mean, sd)": rd.priors.IndependentPrior(schema, normal),
        "normal copula": rd.priors.CopulaPrior(schema, normal, X.corr().to_numpy()),
        "uniform": rd.uniform_prior(bounded),
        "beta (mean, sd, min, max)": rd.priors.IndependentPrior(bounded, beta),
        "copula of a sample": rd.fit_prior(X, kind="copula"),
        "empirical": rd.fit_prior(X, kind="empirical"),
    }


def bare(estimator: Any, X: np.ndarray, latent_dim: int) -> float:
    """Time the same calls of `predict_proba` on the same rows, and as many standard normals."""
    rng = np.random.default_rng(0)
    started = time.perf_counter()
    for i in range(0, len(X), BATCH):
        part = X[i : i + BATCH]
        rng.standard_normal((len(part), latent_dim))
        estimator.predict_proba(part)
    return time.perf_counter() - started


def timed(work: Callable[[], Any]) -> float:
    """Return the seconds that some work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure(estimator: Any, prior: rd.priors.Prior, rows: int, repeats: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the seconds of each `reconstruct` and of each bare work, taken in turn, and of the transport alone."""
    model = rd.load_model(estimator)
    z = np.random.default_rng(0).standard_normal((BATCH, prior.latent_dim))
    X = np.concatenate([prior.sample(BATCH, np.random.default_rng(i)) for i in range(-(-rows // BATCH))])[:rows]
    rd.reconstruct(model, prior, 2 * BATCH)
    pairs = []
    for repeat in range(repeats):
        whole = timed(lambda seed=repeat: rd.reconstruct(model, prior, rows, seed=seed))
        pairs.append((whole, bare(estimator, X, prior.latent_dim)))
    transport = median(timed(lambda: prior.transport(z)) for _ in range(5)) * rows / BATCH
    whole, least = np.array(pairs).T
    return whole, least, transport


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    data, labels = load_breast_cancer(return_X_y=True, as_frame=True)
    forest = RandomForestClassifier(100, random_state=0).fit(data.to_numpy(), labels)
    logistic = LogisticRegression(C=0.01, max_iter=10_000).fit(data.to_numpy(), labels)
    every = priors(data)
    main_case = "normal (mean, sd)"
    cases = [("random forest", forest, main_case, 5), ("random forest", forest, "empirical", 3)]
    cases += [("logistic regression", logistic, name, chosen.repeats) for name in every]
    table = []
    for family, estimator, name, repeats in cases:
        whole, least, transport = measure(estimator, every[name], chosen.rows, repeats)
        target = f"{TARGET[family]}" if name == main_case else ""
        figures = [f"{np.median(whole):.2f}", f"{whole.min():.2f} to {whole.max():.2f}", f"{np.median(least):.2f}"]
        figures += [f"{least.min():.2f} to {least.max():.2f}", f"{transport:.2f}"]
        figures += [f"{np.median(whole) / np.median(least):.2f}", f"{whole.min() / least.min():.2f}", target]
        table.append([family, name, *figures])
        print(*table[-1], sep=" | ", flush=True)
    head = ["model", "prior", "reconstruct, s", "range", "bare, s", "range", "transport alone, s"]
    head += ["ratio of medians", "ratio of bests", "target, at most"]
    text = f"{markdown(head, table, words=2)}\n\n{chosen.rows:,} rows of {data.shape[1]} features. {machine()}"
    if chosen.write:
        write_section("benchmarks.md", "overhead", text)


if __name__ == "__main__":
    main()
