"""Run the peer on one forest, as a process of its own.

The peer is DRAFT (Ferry, Fukasawa, Pascal & Vidal, "Trained Random Forests Completely Reveal your Dataset", ICML 2024,
https://github.com/vidalt/DRAFT): a checkout named by the job, called through its public interface, with its default
settings. Job and result are joblib files. Columns that are not binary are told it with their domains.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import joblib
import numpy as np

from bench.processes import peak_memory


def main(job_file: str, result_file: str) -> None:
    job = joblib.load(job_file)
    sys.path.insert(0, str(Path(job["peer"]).resolve()))
    from datasets_infos import datasets_ohe_vectors
    from DRAFT import DRAFT

    started = time.perf_counter()
    groups = datasets_ohe_vectors[job["dataset"]]  # its experiments tell it which columns are one category
    numbers = {f"{kind}_attributes": job.get(kind, []) for kind in ("ordinal", "numerical")}
    search = DRAFT(job["model"], one_hot_encoded_groups=groups, **numbers)
    found = search.fit(timeout=job["seconds"], seed=job["seed"])
    seconds = time.perf_counter() - started
    solved = found["status"] in {"OPTIMAL", "FEASIBLE"}
    rows = np.asarray(found["reconstructed_data"], dtype=float) if solved else None
    joblib.dump({"rows": rows, "seconds": seconds, "status": found["status"], "peak": peak_memory()}, result_file)


if __name__ == "__main__":
    main(*sys.argv[1:])
