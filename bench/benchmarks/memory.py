"""Peak memory of `reconstruct` streaming ten million rows of thirty features to disk.

Run with `uv run python -m bench.benchmarks.memory [--rows N] [--write]`; it needs about 5 GB of disk in the temporary
folder.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.document import machine, markdown, write_section

BOUND_GB = 2.0


def stream(rows: int, out: Path) -> dict[str, float]:
    """Reconstruct to a folder in this process; return what it took."""
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression

    import retrodict as rd
    from bench.benchmarks.overhead import priors

    data, labels = load_breast_cancer(return_X_y=True, as_frame=True)
    estimator = LogisticRegression(C=0.01, max_iter=10_000).fit(data.to_numpy(), labels)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    found = rd.reconstruct(estimator, priors(data)["normal (mean, sd)"], rows, out=out, progress=False)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    size = sum(file.stat().st_size for file in out.iterdir())
    return {"rows": found.n_rows, "seconds": seconds, "before": before, "peak": peak, "disk": size}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.out:
        print(json.dumps(stream(chosen.rows, chosen.out)))
        return
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", __spec__.name, "--rows", str(chosen.rows), "--out", f"{folder}/rows"]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    head = ["rows", "seconds", "rows a second", "on disk, GB", "before, GB", "peak, GB", "bound, GB"]
    kilo = 1024**2  # getrusage counts in KiB
    row = [f"{found['rows']:,}", f"{found['seconds']:.0f}", f"{found['rows'] / found['seconds']:,.0f}"]
    row += [f"{found['disk'] / 1e9:.2f}", f"{found['before'] / kilo:.2f}", f"{found['peak'] / kilo:.2f}", f"{BOUND_GB}"]
    table = markdown(head, [row])
    print(table)
    if chosen.write:
        write_section("benchmarks.md", "memory", f"{table}\n\n{machine('pyarrow')}")


if __name__ == "__main__":
    main()
