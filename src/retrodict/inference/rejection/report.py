"""Report what a stream found."""

from __future__ import annotations

import math
from collections.abc import Sequence

from retrodict.inference.diagnostics import Diagnostics, exact_verdict
from retrodict.inference.observation import Observation
from retrodict.inference.tally import Tally

NAME = "rejection"


def stream_diagnostics(
    tally: Tally, observations: Sequence[Observation], queries: int, seconds: float
) -> list[Diagnostics]:
    """Report what a stream found for each observation."""
    reports = []
    for i, observation in enumerate(observations):
        bound = math.exp(observation.log_bound)
        mean, reached, requested = float(tally.mean[i]), int(tally.reached[i]), int(tally.quota[i])
        evidence = mean * bound
        reports.append(
            Diagnostics(
                observation=observation.name,
                engine=NAME,
                exact=True,
                requested=requested,
                reached=reached,
                evidence=evidence,
                evidence_se=float(tally.mean_se[i]) * bound,
                log_evidence=math.log(evidence) if evidence > 0 else -math.inf,
                acceptance=mean,
                ess=float(reached),
                queries=queries,
                seconds=seconds,
                verdict=exact_verdict(reached, requested, queries, mean, NAME),
                relative_evidence=mean,
            )
        )
    return reports
