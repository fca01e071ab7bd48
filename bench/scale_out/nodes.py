"""One large reconstruction on a Ray cluster of one node and of two, of one core each; and what ends its growth.

Run with `uv run python -m bench.scale_out.nodes [--rows N] [--repeats R] [--write]`.

The nodes are of this machine, with a core each, and the head has none. Rates are taken between the first part of every
worker and the last one, so that the start of the workers is not in them; it is said beside them. One node and two take
turns. What a part costs a worker, and what handing it out costs the main process, is measured apart, in seconds of
processor time; what a machine of these parts does with 10^10 rows follows from both.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

import retrodict as rd
from bench.document import machine, markdown, write_section
from bench.scale_out.job import MODELS, NUMBERS, job
from retrodict.execution import map_ordered
from retrodict.execution.ray import Ray
from retrodict.inference.task import subseed
from retrodict.reconstruction.request import resolve
from retrodict.reconstruction.shard_work import ShardWork
from retrodict.reconstruction.shards import Shards, part_rows
from retrodict.results.store.places import store_of

GOAL, LARGE = 1.8, 10**10
TRIES = 4
"""On a busy machine a node may not be up within the half minute that Ray gives it."""

TOLD = 1_000
"""Tasks that do nothing, by which handing out is measured."""


@dataclass(frozen=True)
class Run:
    """One reconstruction: seconds in all, until every worker had made a part, and rows a second from then on."""

    seconds: float
    start: float
    rate: float


@contextmanager
def cluster(nodes: int) -> Iterator[str]:
    """Start a cluster of nodes of one core each; give its address."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = os.environ["RAY_ENABLE_UV_RUN_RUNTIME_ENV"] = "0"
    import ray
    from ray.cluster_utils import Cluster

    for left in reversed(range(TRIES)):
        try:
            made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
            for _ in range(nodes):
                made.add_node(num_cpus=1)
            made.wait_for_nodes(timeout=120)
            break
        except Exception:  # of any kind
            if not left:
                raise
    try:
        yield made.address
    finally:
        ray.shutdown()
        made.shutdown()


def drawn(name: str, rows: int, nodes: int) -> Run:
    """Draw a job on so many nodes."""
    with tempfile.TemporaryDirectory() as folder, cluster(nodes) as address:
        out, began, started = Path(folder) / "out", time.time(), time.perf_counter()
        rd.reconstruct(*job(name), rows, out=out, backend="ray", address=address, workers=nodes, progress=False)
        seconds = time.perf_counter() - started
        ends = sorted(one.stat().st_mtime for one in (out / "rows.parquet").iterdir())
    width = part_rows(NUMBERS)
    steady = rows - nodes * width
    return Run(seconds, ends[nodes - 1] - began, steady / (ends[-1] - ends[nodes - 1]))


@dataclass(frozen=True)
class Cost:
    """What a part costs: its worker's seconds of processor time, and its bytes."""

    rows: int
    seconds: float
    size: int


def part_cost(name: str, repeats: int) -> Cost:
    """Make parts in this process."""
    model, prior = job(name)
    made = resolve(model, prior)
    rows = part_rows(NUMBERS)
    with tempfile.TemporaryDirectory() as folder:
        place = store_of(Path(folder) / "out")
        place.make()
        shards = Shards(repeats * rows, None, 10**9, rows)
        work = ShardWork.of(made, shards, subseed(np.random.SeedSequence(0), 2), "auto", place, {}, 0)
        taken = []
        for number in range(repeats):
            before = time.process_time()
            size = work(number).size
            taken.append(time.process_time() - before)
    return Cost(rows, median(taken), size)


def handing_out() -> float:
    """Return the seconds of processor time that the main process takes to hand out a task, and take its outcome."""
    with cluster(1) as address:
        before = time.process_time()
        for _ in map_ordered(abs, range(TOLD), Ray(1, address)):
            pass
        return (time.process_time() - before) / TOLD


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20 * part_rows(NUMBERS))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", choices=[*MODELS, "costs"], help="one model, or no nodes at all")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/results/scale_out.md")
    given = parser.parse_args()
    lines, ends, busy = [], [], os.getloadavg()[0]
    per_task = handing_out()
    for name in [one for one in MODELS if given.only in (None, one)]:
        runs: dict[int, list[Run]] = {1: [], 2: []}
        for _ in range(given.repeats):
            for nodes, kept in runs.items():
                kept.append(drawn(name, given.rows, nodes))
                print(name, nodes, kept[-1], flush=True)
        one, two = (median(run.rate for run in kept) for kept in runs.values())
        ratios = [b.rate / a.rate for a, b in zip(*runs.values(), strict=True)]
        start = median(run.start for kept in runs.values() for run in kept)
        lines.append([name, f"{one:,.0f}", f"{two:,.0f}", f"{two / one:.2f}", _range(ratios), f"{start:.0f} s"])
    for name in MODELS:
        cost = part_cost(name, 5)
        alone = cost.rows / cost.seconds
        ends.append(
            [
                name,
                f"{cost.seconds:.2f} s",
                f"{alone:,.0f}",
                f"{cost.size / cost.rows:.0f}",
                f"{alone * cost.size / cost.rows / 1e6:,.0f} MB",
                f"{LARGE * cost.size / cost.rows / 1e12:.1f} TB",
                f"{LARGE / alone / 3600:,.1f} h",
                f"{LARGE / alone / 64 / 60:,.0f} min",
                f"{cost.seconds / per_task:,.0f}",
            ]
        )
    head = ["model", "rows a second, one node", "two nodes", "ratio", "ratios of pairs", "start"]
    how = f"{given.rows:,} rows, {given.repeats} times each; about {busy:.0f} other processes wanted a core."
    scaling = f"{machine('ray')} {how}\n\n{markdown(head, lines)}"
    head = ["model", "a part", "rows a second of a core", "bytes a row", "written a second of a core"]
    head += ["10^10 rows", "on one core", "on 64", "cores fed"]
    told = f"Handing out a part takes the main process {1e3 * per_task:.2f} ms of processor time."
    costs = f"{told}\n\n{markdown(head, ends)}"
    print(scaling, costs, sep="\n\n")
    if given.write:
        if lines:
            write_section("scale_out.md", "nodes", scaling)
        write_section("scale_out.md", "costs", costs)


def _range(values: list[float]) -> str:
    return f"{min(values):.2f} to {max(values):.2f}"


if __name__ == "__main__":
    main()
