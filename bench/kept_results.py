"""Results of long benches, kept in a file so that an interrupted one goes on, and lines of tables made of them."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retrodict.evaluation import RecordMatch


class Results:
    """Plain records by name; each is written as soon as it is there."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.records: dict[str, dict[str, Any]] = {}
        if path is not None and path.exists():
            self.records = json.loads(path.read_text(encoding="utf-8"))

    def get(self, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return the record of that name, made now if it is not there. One that failed is not kept."""
        if name not in self.records:
            record = make()
            print(name, *(f"{key} {_short(value)}" for key, value in record.items()), sep=" | ", flush=True)
            if str(record.get("status")).startswith("failed"):
                return record
            self.records[name] = record
            if self.path is not None:
                partial = self.path.with_suffix(".partial")
                partial.write_text(json.dumps(self.records, indent=1), encoding="utf-8")
                partial.replace(self.path)
        return self.records[name]


def take_results(parser: ArgumentParser) -> None:
    """Let a command keep what is done, and write its part of a page."""
    parser.add_argument("--results", type=Path, help="a file that keeps what is done")
    parser.add_argument("--write", action="store_true")


def outcome(result: dict[str, Any]) -> dict[str, Any]:
    """Return how a run went, without its rows."""
    return {key: result.get(key) for key in ("status", "seconds", "peak", "verdict")}


def nearness(match: RecordMatch | None) -> dict[str, float | None]:
    """Return the figures of a match, or none where there were no rows."""
    if match is None:
        return {"error": None, "exact": None, "labels": None}
    return {"error": match.error, "exact": match.exact_rows, "labels": match.label_agreement}


def median(values: Iterable[float | None], text: str = "{:.2f}") -> str:
    """Return the median of the values that are there as text; nothing where none is."""
    kept = [value for value in values if value is not None and not pd.isna(value)]
    return text.format(np.median(kept)) if kept else ""


def percent(values: Iterable[float | None]) -> str:
    """Return the median share as a percentage."""
    return median((None if v is None else 100 * v for v in values), "{:.2f} %")


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return f"{len(value)} entries"
    return f"{value:.4g}" if isinstance(value, float) else value
