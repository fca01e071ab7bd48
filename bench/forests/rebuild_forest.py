"""Rebuild one forest's table, as a process of its own; job and result are joblib files."""

from __future__ import annotations

import sys
import time
from typing import Any

import joblib

import retrodict as rd
from bench.processes import peak_memory, run_within
from retrodict.matching import Matching

GRACE = 60.0  # seconds beyond the budget before the process is stopped: start, parsing, writing


def rebuild(model: Any, seed: int, seconds: float, /, prior: Any = None, **settings: Any) -> dict[str, Any]:
    """Rebuild in a process of at most `seconds`: `frame`, `seconds`, `peak` GB, `status`; only that where it failed."""
    job = {"model": model, "seed": seed, "prior": prior, "settings": settings}
    return run_within(__name__, job, seconds + GRACE)


def main(job_file: str, result_file: str) -> None:
    job = joblib.load(job_file)
    started = time.perf_counter()
    found = rd.rebuild(
        job["model"], job["prior"], search=Matching(**job["settings"]), seed=job["seed"], calibrate=0, progress=False
    )
    frame = found.frame
    seconds = time.perf_counter() - started
    frame = frame.rename(columns={found.schema.target.name: "target"})
    verdict, energy = found.quality.verdict, found.quality.energy
    result = {"frame": frame, "seconds": seconds, "status": "finished", "verdict": verdict, "energy": energy}
    result["peak"] = peak_memory()
    joblib.dump(result, result_file)


if __name__ == "__main__":
    main(*sys.argv[1:])
