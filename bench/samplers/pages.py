"""The page of the comparison, section by section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bench.document import machine, markdown
from bench.samplers.evidence import all_together, one_by_one, own_counts
from bench.samplers.goals import goals, where_peers_win
from bench.samplers.matrices import compared, matrix
from bench.samplers.registry import PEERS, installed, tuned

PAGE = "samplers.md"
MILLI = 1e3


def sections(records: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the text of each section by its name, from kept records."""
    found = compared(records)
    there = {column[0] for column in found.columns}
    return {
        "calls": f"{matrix(found, lambda one: one.calls_each)}\n\n{_note(there)}",
        "seconds": matrix(found, lambda one: MILLI * one.seconds_each),
        "goals": goals(found),
        "peers ahead": where_peers_win(found),
        "evidence": all_together(found),
        "evidence, one by one": one_by_one(found),
        "own counts": own_counts(found),
        "tuned": _tuned(there),
        "npe": _calibrated(records),
    }


def _note(there: set[str]) -> str:
    """Say how many runs there were, and who is missing."""
    runs = ", ".join(f"{name} {peer.runs}" for name, peer in PEERS.items() if name in there)
    missing = [name for name in PEERS if name not in there]
    left_out = f" Left out: {'; '.join(missing)}." if missing else ""
    packages = sorted({PEERS[name].distribution for name in there & {*installed()}} - {"retrodict"})
    return f"Runs a cell, at most: {runs}.{left_out} {machine(*packages)}"


def _tuned(there: set[str]) -> str:
    said = {name: tuned(name) for name in installed() if name in there}
    return "\n".join(f"- **{name}**: {text}." for name, text in said.items() if text)


def _calibrated(records: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what sbi's own calibration says of the flows that it fitted."""
    rows = []
    for name, record in records.items():
        if "sbc least p" in record:
            word, _, _, run = name.split("|")
            missed = np.array(record["shares"]) - np.array(records[word]["truth"])
            distance = f"{0.5 * np.abs(missed).sum() / 2:.3f}"  # two partitions
            figures = [f"{record[key]:.2g}" for key in ("sbc least p", "sbc c2st")]
            rows.append([records[word]["name"], run, f"{record['calls']:,}", *figures, distance])
    if not rows:
        return "It was not run for these tables."
    head = ["posterior", "run", "calls", "least p of its ranks", "its c2st of ranks", "total variation, exact"]
    return markdown(head, rows)
