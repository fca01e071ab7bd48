"""What `reconstruct` costs over the work it cannot avoid: the model's own calls, and the standard normals.

Run with `uv run python -m bench.benchmarks.overhead [--rows N] [--repeats R] [--only WORD] [--write]`.

Rows go to a sink that counts and drops them, so that memory stays that of a few batches whatever their number; what
keeping a million of them in memory adds is measured beside.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

import retrodict as rd
from bench.document import machine, markdown, write_section
from retrodict import threads
from retrodict.inference.rejection.joint import draw_joint
from retrodict.inference.rejection.stream import BATCH
from retrodict.inference.task import JointTask, RunState, unwatched
from retrodict.models import Meter
from retrodict.priors.marginals import moments

TARGET = {"copula of a sample": 1.5, "empirical": 1.5}
TARGET_ELSE = 1.1
KEPT = 1_000_000
FOREST_EVERY = 10  # a forest takes as many times longer a row: it gets so many times fewer
POOL = 16  # batches that the bare work goes round in


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


class Counted:
    """A sink that keeps nothing."""

    def add(self, key: np.ndarray, X: np.ndarray) -> None:
        """Drop rows."""


def streamed(model: Any, prior: rd.priors.Prior, rows: int, seed: int) -> None:
    """Draw rows with their labels, as `reconstruct` does, and keep none."""
    task = JointTask(prior, Meter(model), rows, np.random.SeedSequence(seed), model.schema.target.classes)
    state = RunState.of(np.zeros(len(task.classes)))
    draw_joint(task, task.meter, Counted(), state, unwatched)


def bare(estimator: Any, pool: list[np.ndarray], rows: int, latent_dim: int) -> None:
    """Make the same calls of `predict_proba` on rows of the same prior, and as many standard normals."""
    rng = np.random.default_rng(0)
    with threads.capped(max(threads.cores() - 1, 1), tasks=True):  # as `reconstruct` does
        for i, start in enumerate(range(0, rows, BATCH)):
            part = pool[i % len(pool)][: rows - start]
            rng.standard_normal((len(part), latent_dim))
            estimator.predict_proba(part)


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Return the seconds that some work takes: by the clock, and of all cores together."""
    clock, cores = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - cores


def measure(estimator: Any, prior: rd.priors.Prior, rows: int, repeats: int) -> dict[str, np.ndarray]:
    """Return the best seconds of each work, by the clock and of all cores together, taken in turn."""
    model = rd.load_model(estimator)
    pool = [prior.sample(BATCH, np.random.default_rng(i)) for i in range(POOL)]
    latents = [np.random.default_rng(i).standard_normal((BATCH, prior.latent_dim)) for i in range(POOL)]
    kept = min(rows, KEPT)
    works: dict[str, Callable[[], Any]] = {
        "streamed": lambda: streamed(model, prior, rows, 0),
        "bare": lambda: bare(estimator, pool, rows, prior.latent_dim),
        "kept": lambda: rd.reconstruct(model, prior, kept, seed=0),
        "bare of kept": lambda: bare(estimator, pool, kept, prior.latent_dim),
        "transport": lambda: max(len(prior.transport(z)) for z in latents),
    }
    rd.reconstruct(model, prior, 2 * BATCH)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, work in works.items():
            found[name].append(timed(work))
    best = {name: np.array(times).min(axis=0) for name, times in found.items()}
    best["transport"] *= rows / (POOL * BATCH)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    data, labels = load_breast_cancer(return_X_y=True, as_frame=True)
    forest = RandomForestClassifier(100, random_state=0).fit(data.to_numpy(), labels)
    logistic = LogisticRegression(C=0.01, max_iter=10_000).fit(data.to_numpy(), labels)
    every = priors(data)
    cases = [("random forest", forest, name) for name in ("normal (mean, sd)", "empirical")]
    cases += [("logistic regression", logistic, name) for name in every]
    table = []
    for family, estimator, name in cases:
        if chosen.only not in f"{family}, {name}":
            continue
        rows = chosen.rows // (FOREST_EVERY if family == "random forest" else 1)
        best = measure(estimator, every[name], rows, chosen.repeats)
        (clock, cores), (least, least_cores) = best["streamed"], best["bare"]
        kept = best["kept"] / best["bare of kept"]
        figures = [f"{rows:,}", f"{clock:.2f}", f"{least:.2f}", f"{clock / least:.2f}"]
        figures += [f"{cores:.2f}", f"{least_cores:.2f}", f"{cores / least_cores:.2f}"]
        figures += [f"{best['transport'][1]:.2f}", f"{kept[0]:.2f}", f"{TARGET.get(name, TARGET_ELSE)}"]
        table.append([family, name, *figures])
        print(*table[-1], sep=" | ", flush=True)
    head = ["model", "prior", "rows", "streamed, s", "bare, s", "ratio", "of all cores, s", "bare, s", "ratio"]
    head += ["transport alone, s", "kept in memory, ratio", "target, at most"]
    text = f"{markdown(head, table, words=2)}\n\nRows of {data.shape[1]} features. {machine()}"
    if chosen.write:
        write_section("benchmarks.md", "overhead", text)


if __name__ == "__main__":
    main()
