"""Classes that rejection can't reach: digits by multilayer perceptrons, every pixel uniform from 0 to 16.

Run with `uv run python -m bench.benchmarks.rare_classes [--runs R] [--write]`.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy.special import ndtri
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import retrodict as rd
from bench.benchmarks.queries import NORMAL_95
from bench.document import machine, markdown, write_section
from retrodict.inference.diagnostics import Diagnostics
from retrodict.inference.observation import Label
from retrodict.inference.posterior import Posterior
from retrodict.inference.smc.engine import TemperedSMC
from retrodict.inference.smc.references import GaussianReference
from retrodict.models import Meter

DRAWS, BUDGET = 2_000, 200_000
LONGER = 2  # times more draws for the evidence that the run is compared with
CHECKS = 400_000
RARE = 2e-6
LEVELS = 16.0


def rare_posteriors() -> Iterator[tuple[str, Posterior]]:
    """Yield the classes of several networks that 100,000 prior draws hardly ever show."""
    data, labels = load_digits(return_X_y=True, as_frame=True)
    schema = rd.Schema(tuple(rd.Feature(name, low=0.0, high=LEVELS) for name in data.columns))
    prior = rd.uniform_prior(schema)
    sample = prior.sample(100_000, np.random.default_rng(0))
    for seed in (0, 1):
        network = make_pipeline(StandardScaler(), MLPClassifier((100,), max_iter=1_000, random_state=seed))
        model = rd.load_model(network.fit(data, labels))
        model = model.bind(schema.with_target(model.schema.target))
        crude = np.exp(model.log_proba(sample)).mean(axis=0)
        for index in np.flatnonzero(crude < RARE):
            label = Label(int(index), model.schema.target.classes[index])
            yield f"network {seed}, class {label.name}", Posterior(prior, Meter(model), label)


def importance(posterior: Posterior, X: np.ndarray, rng: np.random.Generator) -> tuple[float, float, float]:
    """Return evidence, its error and the effective draws of importance sampling from a normal fitted to draws."""
    z = ndtri(np.clip(X / LEVELS, 1e-9, 1 - 1e-9))
    law = GaussianReference.fitted(z[rng.permutation(len(z))])
    proposed = law.propose(np.zeros((CHECKS, z.shape[1])), 1.0, rng)
    _, log_likelihood = posterior.evaluate(proposed)
    weight = np.exp(log_likelihood + law.excess(proposed))
    return weight.mean(), weight.std() / np.sqrt(CHECKS), weight.sum() ** 2 / (weight**2).sum()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    rows = []
    inside = {True: 0, False: 0}
    for name, posterior in rare_posteriors():
        longer = TemperedSMC().draw(posterior, LONGER * DRAWS, np.random.default_rng(2))
        checked, error, effective = importance(posterior, longer.X, np.random.default_rng(3))
        for gradients in (False, True):
            reports = [_run(posterior, gradients, seed) for seed in range(chosen.runs)]
            logs = np.array([report.log_evidence for report in reports]) - np.log(checked)
            errors = np.array([report.evidence_se / report.evidence for report in reports])
            within = int((np.abs(logs) < NORMAL_95 * np.hypot(errors, error / checked)).sum())
            inside[gradients] += within
            calls = np.mean([report.queries for report in reports])
            ess = np.mean([report.ess for report in reports])
            figures = ["with" if gradients else "without", f"{calls:,.0f}", f"{checked:.3g} ({effective:,.0f})"]
            figures += [f"{np.mean(logs):+.3f} ± {np.std(logs):.3f}", f"{np.median(errors):.3f}"]
            figures += [f"{within} of {chosen.runs}", f"{ess:,.0f}", f"{calls / ess:,.0f}"]
            figures += [f"{np.mean([report.seconds for report in reports]):.1f}"]
            rows.append([name, *figures])
            print(*rows[-1], sep=" | ", flush=True)
    head = ["network and class", "gradients", "calls", "Z by importance sampling (effective)", "log Z found less that"]
    head += ["error it states", "within 1.96 of it", "its own ESS", "calls an effective draw", "seconds"]
    total = chosen.runs * len(rows) // 2
    note = (
        f"{DRAWS:,} draws asked for within {BUDGET:,} calls, {chosen.runs} runs a line; {CHECKS:,} importance draws. "
    )
    note += f"Within 1.96 stated errors: {inside[False]} of {total} runs without gradients, {inside[True]} with. "
    if chosen.write:
        write_section("benchmarks.md", "rare classes", f"{markdown(head, rows)}\n\n{note}{machine()}")


def _run(posterior: Posterior, gradients: bool, seed: int) -> Diagnostics:
    capped = Posterior(posterior.prior, posterior.meter.capped(BUDGET), posterior.observation)
    started = time.perf_counter()
    report = TemperedSMC(gradients=gradients).draw(capped, DRAWS, np.random.default_rng(seed)).diagnostics
    return replace(report, seconds=time.perf_counter() - started)


if __name__ == "__main__":
    main()
