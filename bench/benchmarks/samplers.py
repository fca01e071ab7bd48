"""The same posteriors drawn by retrodict's engines, by emcee and by zeus (slice sampling), for the same model calls.

Run with `uv run --group bench python -m bench.benchmarks.samplers [--runs R] [--write]`. All see the same target in the
prior's latents, ``log N(z; 0, I) + log L(T(z))``, and the same meter counts their calls.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import emcee
import numpy as np
import zeus

from bench.benchmarks.sampler_targets import TARGETS, Target
from bench.document import machine, markdown, write_section
from retrodict.inference.enumeration import Enumeration
from retrodict.inference.posterior import Posterior
from retrodict.inference.rejection.engine import Rejection
from retrodict.inference.smc.engine import TemperedSMC

BUDGET = 40_000
BURN_IN = 0.3
WALKERS = 40


@dataclass(frozen=True)
class Found:
    """Draws of one run, the calls they took, and the effective draws that the sampler itself claims."""

    X: np.ndarray
    calls: int
    claimed: float


def log_density(posterior: Posterior) -> Callable[[np.ndarray], np.ndarray]:
    """Return the target's log-density at latents, shape (n, m) -> (n,)."""

    def density(z: np.ndarray) -> np.ndarray:
        z = np.atleast_2d(z)
        return posterior.evaluate(z)[1] - 0.5 * (z**2).sum(axis=1)

    return density


def by_emcee(posterior: Posterior, rng: np.random.Generator) -> Found:
    """Draw by the affine-invariant ensemble sampler, walkers started at prior draws."""
    dim = posterior.prior.latent_dim
    sampler = emcee.EnsembleSampler(WALKERS, dim, log_density(posterior), vectorize=True)
    sampler.random_state = np.random.RandomState(rng.integers(2**31)).get_state()
    sampler.run_mcmc(rng.standard_normal((WALKERS, dim)), BUDGET // WALKERS - 1)
    chain = sampler.get_chain(discard=int(BURN_IN * BUDGET / WALKERS))
    claimed = chain.shape[0] * WALKERS / sampler.get_autocorr_time(discard=int(BURN_IN * BUDGET / WALKERS), tol=0).max()
    return Found(posterior.prior.transport(chain.reshape(-1, dim)), posterior.meter.queries, claimed)


def by_zeus(posterior: Posterior, rng: np.random.Generator) -> Found:
    """Draw by ensemble slice sampling, walkers started at prior draws."""
    dim = posterior.prior.latent_dim
    np.random.seed(rng.integers(2**31))  # noqa: NPY002  zeus draws from the global generator
    sampler = zeus.EnsembleSampler(
        WALKERS, dim, log_density(posterior), vectorize=True, verbose=False, check_walkers=False
    )
    chain = []
    for position, _, _ in sampler.sample(rng.standard_normal((WALKERS, dim)), iterations=BUDGET, progress=False):
        chain.append(np.array(position))
        if posterior.meter.queries * (1 + 1 / len(chain)) > BUDGET:  # another step would pass the budget
            break
    kept = np.array(chain)[int(BURN_IN * len(chain)) :]
    claimed = kept.shape[0] * WALKERS / emcee.autocorr.integrated_time(kept, tol=0).max()
    return Found(posterior.prior.transport(kept.reshape(-1, dim)), posterior.meter.queries, claimed)


def by_rejection(posterior: Posterior, rng: np.random.Generator) -> Found:
    """Draw by rejection for the whole budget."""
    draws = Rejection(max_queries=BUDGET).draw(posterior, BUDGET, rng)
    return Found(draws.X, posterior.meter.queries, draws.diagnostics.ess)


def by_enumeration(posterior: Posterior, rng: np.random.Generator) -> Found:
    """Score every state once and draw as many rows as the others have calls."""
    draws = Enumeration().draw(posterior, BUDGET, rng)
    return Found(draws.X, posterior.meter.queries, draws.diagnostics.ess)


def by_smc(rows: int) -> Callable[[Posterior, np.random.Generator], Found]:
    """Return tempered SMC asked for so many rows."""

    def draw(posterior: Posterior, rng: np.random.Generator) -> Found:
        draws = TemperedSMC().draw(posterior, rows, rng)
        return Found(draws.X, posterior.meter.queries, draws.diagnostics.ess)

    return draw


def smc_rows(target: Target) -> int:
    """Return how many rows tempered SMC can be asked for within the budget, from a first run."""
    posterior = target.posterior()
    TemperedSMC().draw(posterior, 2_000, np.random.default_rng(99))
    return int(0.95 * 2_000 * BUDGET / posterior.meter.queries)


def line(target: Target, name: str, sample: Callable[[Posterior, np.random.Generator], Found], runs: int) -> list[str]:
    """Run one sampler several times on one target; return its line of the table."""
    estimates, calls, claimed = [], [], []
    for seed in range(runs):
        found = sample(target.posterior(), np.random.default_rng(seed))
        estimates.append(target.estimate(found.X))
        calls.append(found.calls)
        claimed.append(found.claimed)
    error = np.array(estimates) - target.truth
    effective = (target.truth * (1 - target.truth)).sum() / (error**2).mean(axis=0).sum()
    distance = 0.5 * np.abs(error).sum(axis=1).mean()
    bias = 0.5 * np.abs(error.mean(axis=0)).sum()
    cost = np.mean(calls) / effective
    text = [f"{np.mean(calls):,.0f}", f"{effective:,.0f}", f"{np.mean(claimed):,.0f}", f"{cost:,.2g}"]
    return [target.name, name, *text, f"{distance:.4f}", f"{np.abs(error).max(axis=1).mean():.4f}", f"{bias:.4f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    rows = []
    for target in TARGETS:
        samplers = {"retrodict, rejection": by_rejection, "retrodict, tempered SMC": by_smc(smc_rows(target))}
        if target.finite:
            samplers["retrodict, enumeration"] = by_enumeration
        for name, sample in {**samplers, "emcee": by_emcee, "zeus": by_zeus}.items():
            rows.append(line(target, name, sample, chosen.runs))
            print(*rows[-1], sep=" | ", flush=True)
    head = ["posterior", "sampler", "calls", "effective draws", "its own claim", "calls an effective draw"]
    head += ["total variation", "largest error", "total variation of the mean"]
    note = f"{chosen.runs} runs a line. {machine('emcee', 'zeus-mcmc')}"
    if chosen.write:
        write_section("benchmarks.md", "samplers", f"{markdown(head, rows, words=2)}\n\n{note}")


if __name__ == "__main__":
    main()
