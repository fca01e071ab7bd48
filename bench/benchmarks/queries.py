"""Model calls a draw: rejection against what is least possible, tempered SMC against rejection.

Run with `uv run python -m bench.benchmarks.queries [--runs R] [--only smc] [--write]`; `rare_classes.py` does the same
on a real network.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np

import retrodict as rd
from bench.document import machine, markdown, write_section
from bench.worlds import LogisticWorld, effective
from retrodict.inference.rejection.engine import Rejection
from retrodict.inference.smc.engine import TemperedSMC
from retrodict.priors.marginals import Normal

DRAWS = 2_000
NORMAL_95 = 1.96  # standard errors that a right answer is within in 95 % of runs


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
    for evidence in (1e-3, 1e-5, 1e-7):
        for dim in (2, 10, 30, 64):
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
            within = np.mean(np.abs(logs) < NORMAL_95 * np.array(errors))
            figures += [f"{bias:+.3f}", f"{np.mean(logs):+.4f} ± {np.std(logs):.4f}", f"{np.median(errors):.4f}"]
            figures += [f"{100 * within:.0f} %", f"{cost:,.1f}", f"{1 / evidence / cost:,.0f}"]
            rows.append([f"{evidence:g}", dim, *figures])
            print(*rows[-1], sep=" | ", flush=True)
    head = ["Z", "dimensions", "calls", "effective, along", "effective, across", "its own ESS", "bias along, sd"]
    head += [
        "log Z less truth",
        "error it states",
        "within 1.96 of it",
        "calls an effective draw",
        "times fewer than 1/Z",
    ]
    return markdown(head, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--only", choices=("rejection", "smc"), help="one of the two sections")
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    sections: dict[str, Callable[[], str]] = {
        "rejection": lambda: f"{rejection_table()}\n\n{quota_table()}\n\n{machine()}",
        "smc": lambda: f"{smc_table(chosen.runs)}\n\n{DRAWS:,} draws a run, {chosen.runs} runs a line. {machine()}",
    }
    for section, made in sections.items():
        if chosen.only in (None, section):
            text = made()
            if chosen.write:
                write_section("benchmarks.md", section, text)


if __name__ == "__main__":
    main()
