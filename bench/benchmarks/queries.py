"""Model calls a draw: rejection against what is least possible, tempered SMC against rejection.

Run with `uv run python -m bench.benchmarks.queries [--runs R] [--write]`; `rare_classes.py` does the same on a real
network.
"""

from __future__ import annotations

import argparse

import numpy as np

import retrodict as rd
from bench.document import machine, markdown, write_section
from bench.worlds import LogisticWorld, effective
from retrodict.inference.rejection.engine import Rejection
from retrodict.inference.smc.engine import TemperedSMC
from retrodict.priors.marginals import Normal

DRAWS = 2_000


def rejection_table() -> str:
    """Tabulate rejection's calls a row over 1/Z, for single observations."""
    rows = []
    for evidence, n, runs in (
        (0.5, 1_000, 40),
        (0.5, 100_000, 10),
        (0.1, 1_000, 40),
        (0.1, 10_000, 20),
        (0.01, 1_000, 40),
        (0.01, 10_000, 10),
        (0.001, 1_000, 10),
    ):
        world = LogisticWorld(2, evidence)
        ratios = []
        for seed in range(runs):
            posterior = world.posterior()
            Rejection().draw(posterior, n, np.random.default_rng(seed))
            ratios.append(posterior.meter.queries / n * evidence)
        figures = [f"{np.mean(ratios):.3f}", f"{np.std(ratios) / np.sqrt(runs):.3f}", f"{max(ratios):.3f}", runs]
        rows.append([f"{evidence:g}", f"{n:,}", *figures])
        print(*rows[-1], sep=" | ", flush=True)
    head = ["evidence Z", "rows", "calls a row x Z, mean", "its error", "largest", "runs"]
    return markdown(head, rows)


def quota_table() -> str:
    """Tabulate `reconstruct`'s calls with stated class shares, over what its slowest class needs."""
    rows = []
    for evidence, shares in ((0.1, (0.5, 0.5)), (0.01, (0.5, 0.5)), (0.01, (0.9, 0.1))):
        world = LogisticWorld(2, evidence)
        prior = rd.priors.IndependentPrior(world.schema, (Normal(0.0, 1.0),) * world.dim)
        n = 10_000
        need = max(n * shares[1] / evidence, n * shares[0] / (1 - evidence))
        ratios = []
        for seed in range(10):
            stated = dict(zip((0, 1), shares, strict=True))
            found = rd.reconstruct(world, prior, n, seed=seed, class_shares=stated, engine="rejection")
            ratios.append(found.provenance.queries / need)
        rows.append([f"{evidence:g}", f"{shares[0]:g} / {shares[1]:g}", f"{n:,}", f"{np.mean(ratios):.3f}"])
        print(*rows[-1], sep=" | ", flush=True)
    return markdown(["evidence of the rarer class", "shares", "rows", "calls over the least, mean"], rows)


def smc_table(runs: int) -> str:
    """Tabulate SMC's calls for each effective draw, measured against the exact posterior."""
    rows = []
    for evidence, goal in ((1e-3, 3), (1e-6, 1_000)):
        for dim in (2, 10, 30):
            world = LogisticWorld(dim, evidence)
            mean, variance = world.truth
            estimates, calls, owns, logs, errors = [], [], [], [], []
            for seed in range(runs):
                posterior = world.posterior()
                draws = TemperedSMC().draw(posterior, DRAWS, np.random.default_rng(seed))
                report = draws.diagnostics
                estimates.append(world.tests(draws.X).mean(axis=0))
                calls.append(posterior.meter.queries)
                owns.append(report.ess)
                logs.append(report.log_evidence - np.log(evidence))
                errors.append(report.evidence_se / report.evidence)
            found = np.array(estimates)
            along = effective(found[:, :-1] / np.sqrt(variance[:-1]), (mean / np.sqrt(variance))[:-1], np.ones(4))
            across = effective(found[:, -1:], mean[-1:], variance[-1:])
            bias = (found[:, 0].mean() - mean[0]) / np.sqrt(variance[0])
            cost = np.mean(calls) / min(along, across)
            figures = [f"{np.mean(calls):,.0f}", f"{along:,.0f}", f"{across:,.0f}", f"{np.mean(owns):,.0f}"]
            figures += [f"{bias:+.3f}", f"{np.mean(logs):+.3f} ± {np.std(logs):.3f}", f"{np.mean(errors):.3f}"]
            figures += [f"{cost:,.0f}", f"{1 / evidence / cost:,.0f}", f"{goal:,}"]
            rows.append([f"{evidence:g}", dim, *figures])
            print(*rows[-1], sep=" | ", flush=True)
    head = ["Z", "dimensions", "calls", "effective, along", "effective, across", "its own ESS", "bias along, sd"]
    head += ["log Z less truth", "error it states", "calls an effective draw", "times fewer than 1/Z", "target"]
    return markdown(head, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    text = {
        "rejection": f"{rejection_table()}\n\n{quota_table()}\n\n{machine()}",
        "smc": f"{smc_table(chosen.runs)}\n\n{DRAWS:,} draws a run, {chosen.runs} runs a line. {machine()}",
    }
    if chosen.write:
        for section, found in text.items():
            write_section("benchmarks.md", section, found)


if __name__ == "__main__":
    main()
