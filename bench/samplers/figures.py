"""What several runs of a sampler on a target come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.samplers.measuring import DONE

STATED = 1.96
"""Stated errors within which 95 % of normal errors lie."""


@dataclass(frozen=True)
class Figures:
    """The runs' figures.

    Parameters
    ----------
    runs, done
        How many there were, and how many ended in time.
    calls, seconds
        Of one run, on average.
    effective
        Exact independent draws that would be as far from the truth as the runs were.
    claimed
        The sampler's own count.
    bias, spread
        Of the evidence's logarithm less the truth: mean and standard deviation over the runs.
    stated
        The error it states itself, on average.
    within
        Runs within 1.96 of their own stated errors.
    engine
        What the runs were made with, where a sampler chooses.
    """

    runs: int
    done: int
    calls: float
    seconds: float
    effective: float
    claimed: float
    bias: float
    spread: float
    stated: float
    within: int
    engine: str = ""

    @property
    def calls_each(self) -> float:
        """Calls an effective draw."""
        return self.calls / self.effective

    @property
    def seconds_each(self) -> float:
        """Seconds an effective draw."""
        return self.seconds / self.effective

    @property
    def speaks_of_evidence(self) -> bool:
        """Whether it gives an evidence."""
        return bool(np.isfinite(self.bias))


def figures(records: Sequence[dict[str, Any]], truth: np.ndarray) -> Figures:
    """Return the figures of runs; those that did not end count for their calls and time alone.

    Parameters
    ----------
    truth
        The cells' exact probabilities, shape (c,).
    """
    done = [record for record in records if record["status"] == DONE]
    counted = done or records
    calls, seconds = (float(np.mean([record[key] for record in counted])) for key in ("calls", "seconds"))
    if not done:
        return Figures(len(records), 0, calls, seconds, np.nan, np.nan, np.nan, np.nan, np.nan, 0)
    error = np.array([record["shares"] for record in done]) - truth
    effective = float((truth * (1 - truth)).sum() / (error**2).mean(axis=0).sum())
    missed = np.array([record["log_evidence"] for record in done])
    stated = np.array([record["log_evidence_error"] for record in done])
    spread = float(missed.std(ddof=1)) if len(done) > 1 else np.nan
    within = int((np.abs(missed) <= STATED * stated).sum())
    claimed = float(np.mean([record["claimed"] for record in done]))
    mean, error_stated = float(missed.mean()), float(stated.mean())
    return Figures(
        *(len(records), len(done), calls, seconds, effective, claimed, mean, spread, error_stated, within),
        engine=" and ".join(sorted({record.get("engine", "") for record in done})),
    )
