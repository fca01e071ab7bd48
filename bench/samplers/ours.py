"""retrodict's own: the engine that `auto` chooses, as every command does, and tempered SMC by its name."""

from __future__ import annotations

import numpy as np

from bench.samplers.found import Draw, Found
from retrodict.inference.posterior import Posterior
from retrodict.inference.run import engine_of, run
from retrodict.inference.sink import RowList
from retrodict.inference.task import Task
from retrodict.priors.contract import state_count

ROWS = 4_000
"""Rows asked for: about what the peers with an evidence are made to give by default (pocoMC: 4,096)."""
ROWS_OF_STATES = 40_000
"""Where states are listed, a row more costs no call."""


def by(engine: str) -> Draw:
    """Return a sampler by the engine of that name, asked for rows of one observation."""

    def draw(posterior: Posterior, rng: np.random.Generator) -> Found:
        listed = state_count(posterior.prior) is not None and engine not in ("smc", "rejection")
        quota, sink = np.array([ROWS_OF_STATES if listed else ROWS]), RowList()
        seed = np.random.SeedSequence(rng.integers(2**63, size=2).tolist())
        task = Task(posterior.prior, posterior.meter, [posterior.observation], quota, seed)
        report = run(engine_of(engine), task, sink)[0]
        error = report.evidence_se / report.evidence if report.evidence > 0 else np.nan
        X = sink.rows(len(posterior.prior.schema))
        return Found(X, None, report.ess, report.log_evidence, error, rows=True, more={"engine": report.engine})

    return draw


SETTINGS = {"auto": by("auto"), "tempered SMC": by("smc")}
