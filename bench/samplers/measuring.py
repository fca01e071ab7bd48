"""One run of one sampler on one target, within a limit on its time: plain numbers that a file can keep."""

from __future__ import annotations

import signal
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from bench.samplers.found import Draw
from bench.samplers.targets import Target

DONE, OVER = "done", "over the limit"


class OverTheLimitError(BaseException):
    """A run was stopped. No `Exception`: samplers that catch those must not go on."""


@contextmanager
def processor_time(seconds: float) -> Iterator[None]:
    """Stop what runs inside after so many seconds of this process's own time, whatever else the machine does."""

    def stop(*_: object) -> None:
        raise OverTheLimitError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def run_once(target: Target, draw: Draw, seed: int, limit: float) -> dict[str, Any]:
    """Run a sampler once; return its shares of the target's cells, and what it took and said.

    Parameters
    ----------
    limit
        Seconds of the process's own time.
    """
    posterior, started = target.posterior(), time.process_time()
    try:
        with processor_time(limit), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # samplers warn of short chains: the answers tell
            found = draw(posterior, np.random.default_rng(seed))
    except OverTheLimitError:
        return {"status": OVER, "seconds": limit, "calls": posterior.meter.queries}
    seconds = time.process_time() - started
    calls = posterior.meter.queries
    if not len(found.z):
        return {"status": "no draws", "seconds": seconds, "calls": calls}
    X, weight = found.table(posterior)
    return {
        "status": DONE,
        "seconds": seconds,
        "calls": calls,
        "claimed": float(found.claimed),
        "log_evidence": float(found.log_evidence) - target.log_evidence,
        "log_evidence_error": float(found.log_evidence_error),
        "shares": np.round(target.estimate(X, weight), 7).tolist(),
        **found.more,
    }
