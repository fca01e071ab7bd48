"""What the number of shadow models buys: the AUC of LiRA and RMIA with 2, 4, 8, ... of the same shadow models.

Run with `uv run python -m bench.audit.shadow_numbers --data DIR [--most 64] [--results FILE] [--write]`.
"""

from __future__ import annotations

import argparse
from functools import partial
from typing import Any

import numpy as np

from bench.audit.side import ROWS, cases, take_cases
from bench.document import machine, markdown, write_section
from bench.kept_results import Results, take_results
from bench.processes import run_within

PAGE = "results/audit.md"
ATTACKS = ("lira online", "lira offline", "lira fixed variance", "rmia", "rmia offline")
LIRA, FEW, NEAR = ATTACKS[:3], 4, 0.02
"""RMIA with few shadow models is to be so near to LiRA with all of them."""


def run(job: dict[str, Any], limit: float) -> dict[str, Any]:
    """Return the AUC of each attack by its number of shadow models."""
    found = run_within("bench.audit.own_attacks", job, limit, threads=1)
    if found["status"] != "finished":
        return {"status": f"failed: {found['status']}"}
    areas: dict[str, dict[str, float]] = {name: {} for name in ATTACKS}
    for one in found["by shadows"]:
        areas[one["attack"]][str(one["shadows"])] = one["auc"]
    return {**areas, "seconds": found[ATTACKS[0]]["seconds"]}


def gap(one: dict[str, Any], most: int) -> float:
    """Return by how much RMIA with few shadow models is below the best LiRA with all of them."""
    return float(max(one[name][str(most)] for name in LIRA) - one["rmia"][str(FEW)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--most", type=int, default=64)
    parser.add_argument("--limit", type=float, default=1_800.0, help="seconds a run")
    take_cases(parser)
    take_results(parser)
    chosen = parser.parse_args()
    results, done = Results(chosen.results), []
    for table, model, job in cases(chosen, chosen.most):
        name = f"numbers: {table}, {len(job['y_train'])} rows, {model}, {chosen.most} shadows"
        one = results.get(name, partial(run, job, chosen.limit))
        done += [(table, model, one)] if "rmia" in one else []
    if not done:
        return
    lines = []
    for table, model, one in done:
        for attack in ATTACKS:
            told = one[attack]
            at = sorted(map(int, told))
            lines.append([table, model, attack, *(f"{told[str(n)]:.3f}" if n in at else "" for n in _numbers(done))])
    text = markdown(["table", "model", "attack", *map(str, _numbers(done))], lines, words=3)
    gaps = [gap(one, chosen.most) for _, _, one in done]
    said = (
        f"RMIA with {FEW} shadow models is at most {NEAR} below the best LiRA with {chosen.most} in "
        f"{sum(one <= NEAR for one in gaps)} of {len(gaps)} (largest difference {max(gaps):+.3f}, median "
        f"{np.median(gaps):+.3f})."
    )
    print(text, said, sep="\n\n")
    if chosen.write:
        sizes = ", ".join(f"{name} {chosen.rows or n:,}" for name, n in ROWS.items() if name in chosen.tables)
        write_section(PAGE, "numbers", f"{said}\n\n{text}\n\nTraining rows, and as many others: {sizes}. {machine()}")


def _numbers(done: list[tuple[str, str, dict[str, Any]]]) -> list[int]:
    return sorted({int(n) for _, _, one in done for attack in ATTACKS for n in one[attack]})


if __name__ == "__main__":
    main()
