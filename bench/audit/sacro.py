"""Attacks on membership beside the peer's (SACRO-ML) on the very same models: AUC, seconds, and what each finds.

Run with `uv run python -m bench.audit.sacro --sacro PYTHON --data DIR [--part attacks controls] [--shadows 20]
[--repeats 3] [--results FILE] [--write]`, where PYTHON is that of an environment with `pip install sacroml`. Each run
is a process of its own with one thread; peer and own runs alternate, and seconds are medians of the repeats.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.audit.side import BY_HEART, CLASSES, NEVER_SAW, ROWS, cases, cell, controls, figures, take_cases
from bench.document import machine, markdown, write_section
from bench.kept_results import Results, take_results
from bench.processes import run_within

PAGE = "results/audit.md"
LIRA = ("lira online", "lira offline", "lira fixed variance")
LEARNED = ("worst case", "quantile regression")
FEW = 4
"""Shadow models with which RMIA is to do what others do with many."""
SAME = 0.01
"""By how much an AUC may be below the peer's and count as no less: shadow models of either are drawn at random."""

Run = dict[str, Any]


def run(job: dict[str, Any], chosen: argparse.Namespace, peer_first: bool) -> Run:
    """Run both on one model, one after the other, and the own attacks with few shadow models, too."""
    who = {
        "peer": partial(run_within, "bench.audit.peer_sacro", job, chosen.limit, chosen.sacro, 1),
        "own": partial(run_within, "bench.audit.own_attacks", job, chosen.limit, None, 1),
        "few": partial(run_within, "bench.audit.own_attacks", job | {"shadows": FEW}, chosen.limit, None, 1),
    }
    order = list(who) if peer_first else list(who)[::-1]
    found = {name: who[name]() for name in order}
    failed = [f"{name}: {one['status']}" for name, one in found.items() if one["status"] != "finished"]
    if failed:
        return {"status": f"failed: {'; '.join(failed)}"}
    return {name: _kept(one) for name, one in found.items()}


def _kept(found: dict[str, Any]) -> dict[str, Any]:
    return {name: figures(one) if isinstance(one, dict) else one for name, one in found.items()}


def runs(jobs: Iterable[tuple[str, str, dict[str, Any]]], what: str, chosen: argparse.Namespace) -> list[list[Run]]:
    """Return the repeats of each case, those that are kept as they are."""
    results, found = Results(chosen.results), []
    for at, (table, model, job) in enumerate(jobs):
        name = f"{what}: {table}, {len(job['y_train'])} rows, {model}, {job['shadows']} shadows"
        repeats = [
            results.get(f"{name}, repeat {repeat}", partial(run, job, chosen, (at + repeat) % 2 == 0))
            for repeat in range(chosen.repeats)
        ]
        done = [one | {"table": table, "model": model} for one in repeats if "own" in one]
        found += [done] if done else []
    return found


def seconds(repeats: list[Run], who: str, *attacks: str) -> float:
    """Return the median over the repeats of what some attacks took together."""
    return float(np.median([sum(one[who][name]["seconds"] for name in attacks if name in one[who]) for one in repeats]))


def best(one: Run, who: str, attacks: Iterable[str]) -> dict[str, Any] | None:
    """Return the attack of the largest AUC."""
    made = [one[who][name] for name in attacks if "auc" in one[who].get(name, {})]
    return max(made, key=lambda attack: float(attack["auc"]), default=None)


def by_shadows(found: list[list[Run]]) -> str:
    """Return the table of LiRA and RMIA."""
    lines = []
    for repeats in found:
        one = repeats[0]
        peer, own, few = (seconds(repeats, *what) for what in (("peer", LIRA[0]), ("own", LIRA[0]), ("few", "rmia")))
        line = [one["table"], one["model"]]
        for name in LIRA:
            line += [cell(one["peer"].get(name)), cell(one["own"].get(name))]
        line += [cell(one["own"].get("rmia")), cell(one["few"].get("rmia"))]
        lines.append([*line, f"{peer:.2f}", f"{own:.2f} ({own / peer:.2f})", f"{few:.2f} ({few / peer:.2f})"])
    head = ["table", "model"]
    for name in ("online", "offline", "fixed variance"):
        head += [f"LiRA, {name}: SACRO-ML", "retrodict"]
    head += ["RMIA", f"RMIA, {FEW} shadows", "seconds: SACRO-ML", "retrodict (ratio)", f"RMIA, {FEW} shadows (ratio)"]
    return markdown(head, lines, words=2)


def without_shadows(found: list[list[Run]]) -> str:
    """Return the table of attacks that learn from outputs, and of thresholds."""
    lines = []
    for repeats in found:
        one = repeats[0]
        line = [one["table"], one["model"]]
        for name in LEARNED:
            line += [cell(one["peer"].get(name)), cell(one["own"].get(name))]
        line.append(cell(best(one, "own", ("loss", "entropy", "margin", "modified entropy"))))
        pair = [seconds(repeats, who, *LEARNED) for who in ("peer", "own")]
        lines.append([*line, *(f"{value:.2f}" for value in pair)])
    head = ["table", "model"]
    for name in ("worst case", "quantile regression"):
        head += [f"{name}: SACRO-ML", "retrodict"]
    return markdown([*head, "best threshold", "seconds: SACRO-ML", "retrodict"], lines, words=2)


def from_file(found: list[list[Run]]) -> str:
    """Return the table of what each says of the model itself."""
    lines = []
    for repeats in found:
        one = repeats[0]
        peer, own = one["peer"], one["own"]
        told = own["disclosures"]
        parts = ("single-row leaves", "stored rows", "file values")
        line = [one["table"], one["model"], ", ".join(peer["structural"].get("risks", ["fails"])) or "none"]
        line += [str(peer["structural"].get("alone", "")), str(peer["instance"].get("stored", "fails"))]
        line += [str(told["stored"]), ", ".join(told["personal"]) or "none", cell(best(one, "own", parts))]
        pair = [seconds(repeats, "peer", "structural", "instance"), seconds(repeats, "own", "disclosures", *parts)]
        lines.append([*line, *(f"{value:.2f}" for value in pair)])
    head = ["table", "model", "SACRO-ML: risks of structure", "rows alone in their outputs", "rows stored"]
    head += ["retrodict: rows stored", "facts of single rows", "best AUC from the file"]
    return markdown([*head, "seconds: SACRO-ML", "retrodict"], lines, words=3)


def summary(found: list[list[Run]]) -> str:
    """Return in words how often the goals were met."""
    pairs = [
        (one[0]["own"][name]["auc"] - one[0]["peer"][name]["auc"])
        for one in found
        for name in LIRA
        if "auc" in one[0]["own"].get(name, {}) and "auc" in one[0]["peer"].get(name, {})
    ]
    above = sum(
        one[0]["peer"][name]["auc"] > one[0]["own"][name]["high"]
        for one in found
        for name in LIRA
        if "auc" in one[0]["own"].get(name, {}) and "auc" in one[0]["peer"].get(name, {})
    )
    ours = [best(one[0], "own", (*LIRA, "rmia")) for one in found]
    theirs = [best(one[0], "peer", LIRA) for one in found]
    largest = [a["auc"] - b["auc"] for a, b in zip(ours, theirs, strict=True) if a is not None and b is not None]
    ratio = [seconds(one, "own", LIRA[0]) / seconds(one, "peer", LIRA[0]) for one in found]
    few = [seconds(one, "few", "rmia") / seconds(one, "peer", LIRA[0]) for one in found]
    lines = [
        f"LiRA of the same kind and as many shadow models: AUC no more than {SAME} below SACRO-ML's in "
        f"{sum(gap >= -SAME for gap in pairs)} of {len(pairs)}, least difference {min(pairs):+.3f}, "
        f"median {np.median(pairs):+.3f}. SACRO-ML's is above the whole interval of ours in {above}.",
        f"Largest AUC by shadow models, models: at least SACRO-ML's in {sum(gap >= 0 for gap in largest)} of "
        f"{len(largest)}, least difference {min(largest):+.3f}.",
        f"Seconds for LiRA beside SACRO-ML's: median ratio {np.median(ratio):.2f}, largest {max(ratio):.2f}; at most "
        f"a third in {sum(one <= 1 / 3 for one in ratio)} of {len(ratio)}. RMIA with {FEW} shadow models: median "
        f"{np.median(few):.2f}, largest {max(few):.2f}.",
    ]
    return "\n".join(f"- {line}" for line in lines)


def attacks(chosen: argparse.Namespace) -> None:
    found = runs(cases(chosen, chosen.shadows), "attacks", chosen)
    if not found:
        return
    made = {"summary": summary(found), "shadows": by_shadows(found)}
    made |= {"without shadows": without_shadows(found), "file": from_file(found)}
    sizes = ", ".join(f"{name} {chosen.rows or n:,}" for name, n in ROWS.items() if name in chosen.tables)
    note = (
        f"SACRO-ML {found[0][0]['peer']['release']}; {chosen.shadows} shadow models; training rows, and as many "
        f"others: {sizes}; one thread each, seconds are medians of {chosen.repeats} alternating runs, imports left "
        f"out. {machine()}"
    )
    for name, text in made.items():
        print(text, end="\n\n")
        if chosen.write:
            write_section(PAGE, name, text if name == "summary" else f"{text}\n\n{note}")


def of_controls(chosen: argparse.Namespace) -> None:
    found = runs(controls(chosen, chosen.shadows), "controls", chosen)
    if not found:
        return
    names = (*LIRA, "rmia", *LEARNED, "loss")
    lines = []
    for one, *_ in found:
        for who, title in (("peer", "SACRO-ML"), ("own", "retrodict")):
            lines.append([one["table"], one["model"], title, *(cell(one[who].get(name)) for name in names)])
    text = markdown(["table", "control", "by", *names], lines, words=3)
    print(text)
    if chosen.write:
        note = (
            f"A third of each table, or as many rows as above. *{NEVER_SAW}*: it saw neither training nor other rows, "
            f"so that an AUC beyond chance is a false alarm. *{BY_HEART}*: {CLASSES} classes at random. "
            f"{chosen.shadows} shadow models. {machine()}"
        )
        write_section(PAGE, "controls", f"{text}\n\n{note}")


PARTS = {"attacks": attacks, "controls": of_controls}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--sacro", type=Path, required=True, help="the Python of an environment that has the peer")
    parser.add_argument("--shadows", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--limit", type=float, default=1_800.0, help="seconds a run")
    take_cases(parser)
    take_results(parser)
    chosen = parser.parse_args()
    for part in chosen.part:
        PARTS[part](chosen)


if __name__ == "__main__":
    main()
