"""Classes that rejection can't reach: digits by multilayer perceptrons, every pixel uniform from 0 to 16.

Run with `uv run python -m bench.benchmarks.rare_classes [--write]`.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Iterator

import numpy as np
from scipy.special import ndtri
from scipy.stats import multivariate_normal
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import retrodict as rd
from bench.document import machine, markdown, write_section
from retrodict.inference.observation import Label
from retrodict.inference.posterior import Posterior
from retrodict.inference.smc.engine import TemperedSMC
from retrodict.models import Meter

DRAWS, BUDGET = 2_000, 200_000
LONGER = 4  # times more draws for the evidence that the run is compared with
CHECKS = 200_000
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
    law = multivariate_normal(z.mean(axis=0), 1.1 * np.cov(z.T))
    proposed = law.rvs(CHECKS, random_state=rng)
    _, log_likelihood = posterior.evaluate(proposed)
    standard = multivariate_normal(np.zeros(z.shape[1]))
    weight = np.exp(log_likelihood + standard.logpdf(proposed) - law.logpdf(proposed))
    return weight.mean(), weight.std() / np.sqrt(CHECKS), weight.sum() ** 2 / (weight**2).sum()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    rows = []
    for name, posterior in rare_posteriors():
        capped, started = Posterior(posterior.prior, posterior.meter.capped(BUDGET), posterior.observation), time.time()
        draws = TemperedSMC().draw(capped, DRAWS, np.random.default_rng(1))
        seconds, found = time.time() - started, draws.diagnostics
        longer = TemperedSMC().draw(posterior, LONGER * DRAWS, np.random.default_rng(2))
        sure = longer.diagnostics
        checked, error, effective = importance(posterior, longer.X, np.random.default_rng(3))
        p = np.exp(posterior.meter.output(draws.X)[:, posterior.observation.index]).mean() if len(draws.X) else np.nan
        figures = [f"{len(draws.X):,}", f"{found.queries:,}", f"{found.evidence:.2g} ± {found.evidence_se:.1g}"]
        figures += [f"{sure.evidence:.2g} ± {sure.evidence_se:.1g}"]
        figures += [f"{checked:.2g} ± {error:.1g} ({effective:,.0f})", f"{found.ess:,.0f}"]
        rows.append([name, *figures, f"{p:.3f}", f"{seconds:.1f}"])
        print(*rows[-1], sep=" | ", flush=True)
    head = ["network and class", "draws", "calls", "Z found", f"Z by {LONGER} times the draws"]
    head += ["Z by importance sampling (effective)", "its own ESS", "mean p(class) of the draws", "seconds"]
    note = f"{DRAWS:,} draws asked for within {BUDGET:,} calls; {CHECKS:,} importance draws. {machine()}"
    if chosen.write:
        write_section("benchmarks.md", "rare classes", f"{markdown(head, rows)}\n\n{note}")


if __name__ == "__main__":
    main()
