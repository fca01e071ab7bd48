"""Rebuild the table of one boosted model, as a process of its own; job and result are joblib files."""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path
from typing import Any

import joblib

import retrodict as rd
from bench.processes import peak_memory, run_within

GRACE = 60.0  # seconds beyond the budget before the process is stopped: start, reading, filling in


def rebuild(path: Path, seed: int, seconds: float, /, **settings: Any) -> dict[str, Any]:
    """Rebuild in a process of at most `seconds`: the table, `seconds`, `energy` and so on; a status alone if it fails.

    Compiled code is loaded before the clock starts: a second is spent on the same table first.
    """
    job = {"path": str(path), "seed": seed, "seconds": seconds, "settings": settings}
    return run_within(__name__, job, seconds + GRACE)


def main(job_file: str, result_file: str) -> None:
    job = joblib.load(job_file)
    path, settings = job["path"], job["settings"]
    with contextlib.suppress(rd.errors.RetrodictError):  # no table is found in so little time, or none at all
        rd.rebuild(path, seconds=1.0, progress=False, **settings)
    started = time.perf_counter()
    found = rd.rebuild(path, seed=job["seed"], seconds=job["seconds"], progress=False, **settings)
    frame = found.frame
    seconds = time.perf_counter() - started
    quality = found.quality
    result = {
        "frame": frame.rename(columns={found.schema.target.name: "target"}),
        "seconds": seconds,
        "status": "finished",
        "verdict": quality.verdict,
        "energy": quality.energy,
        "rows": quality.rows,
        "determined": quality.determined,
        "equations": quality.equations,
        "peak": peak_memory(),
    }
    joblib.dump(result, result_file)


if __name__ == "__main__":
    main(*sys.argv[1:])
