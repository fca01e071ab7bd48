"""What rebuilding a table from boosted trees costs as rows, columns and trees grow, and with one core or two.

Run with `uv run python -m bench.boosted.scale --data DIR [--results FILE] [--write]`.
"""

from __future__ import annotations

import argparse
import warnings
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

import retrodict as rd
from bench.boosted.models import named, trained, written
from bench.boosted.rebuild_model import rebuild
from bench.boosted.rightness import Telling
from bench.document import machine, markdown, write_section
from bench.kept_results import Results, take_results
from bench.tables import TARGET, parts, table, take_data

Case = tuple[str, str, int, int | None, int, int | None]
"""What grows, the table, rows, columns (all), trees, workers (all cores)."""
CASES: list[Case] = [
    *(("rows", "adult_binary", rows, None, 100, None) for rows in (100, 300, 1_000, 5_000)),
    *(("columns", "default_credit", 300, columns, 100, None) for columns in (7, 14, 21)),
    *(("trees", "adult_binary", 300, None, trees, None) for trees in (25, 50, 100, 400)),
    *(("workers", "default_credit", 300, None, 100, workers) for workers in (1, 2)),
]
FAMILY = "LightGBM"


def run(case: Case, data: Path, budget: float) -> dict[str, Any]:
    """Train one model, and rebuild its table."""
    _, dataset, rows, columns, trees, workers = case
    frame = table(dataset, data)
    assert frame is not None
    X = named(frame.drop(columns=TARGET)).iloc[:, :columns]
    part = parts(X.assign(target=frame[TARGET]), rows, 0)
    with TemporaryDirectory() as folder:
        path = written(FAMILY, trained(FAMILY, part.X, part.y, trees=trees), Path(folder))
        found = rebuild(path, 0, budget, **({} if workers is None else {"workers": workers}))
        telling = Telling(rd.load_model(path))
    figures = {key: found.get(key) for key in ("status", "seconds", "energy", "equations", "peak")}
    rebuilt: pd.DataFrame | None = found.get("frame")
    right = None if rebuilt is None else telling.right(rebuilt, part.train)
    return figures | {"right": right, "columns": part.X.shape[1]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--budget", type=float, default=300.0, help="seconds a table")
    take_data(parser)
    take_results(parser)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    results, lines = Results(chosen.results), []
    for case in CASES:
        one = results.get(", ".join(map(str, case)), partial(run, case, chosen.data, chosen.budget))
        grows, dataset, rows, _, trees, workers = case
        line = [grows, dataset, f"{rows:,}", str(one.get("columns", "")), str(trees), str(workers or "all")]
        for key, text in (("equations", "{:,}"), ("seconds", "{:.1f}"), ("peak", "{:.1f}"), ("right", "{:.1%}")):
            line.append("" if one.get(key) is None else text.format(one[key]))
        lines.append(line)
    head = ["grows", "table", "rows", "columns", "trees", "workers", "equations", "seconds", "peak, GB"]
    text = markdown([*head, "leaves and label right"], lines, words=2)
    print(text)
    if chosen.write:
        write_section("boosted.md", "scale", f"{text}\n\nLightGBM's defaults, one seed. {machine('lightgbm')}")


if __name__ == "__main__":
    main()
