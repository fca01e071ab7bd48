"""Verdicts of audits on real tables, and what the audit of a forest on 30,000 rows costs, from the command line.

Run with `uv run python -m bench.audit.verdicts [--part appetite verdicts cost] --data DIR [--keep FOLDER] [--write]`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import skops.io
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC

import retrodict as rd
from bench.document import machine, markdown, write_section
from bench.tables import take_data

TARGET = "target"
ROWS = {"breast_cancer": 280, "german_credit": 300, "adult": 3_000}
LARGE = 30_000
LIMITS = {"seconds": 300.0, "GB": 4.0, "MB": 5.0}


def tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables that are there."""
    found = {"breast_cancer": load_breast_cancer(as_frame=True).frame}
    for name in ("german_credit", "adult"):
        path = folder / f"{name}.parquet"
        if path.exists():
            found[name] = pd.read_parquet(path).dropna().reset_index(drop=True)
        else:
            print(f"{name}: not in {folder}, left out")
    return found


def pipeline(frame: pd.DataFrame, estimator: Any) -> Any:
    lists = make_column_selector(dtype_exclude="number")
    numbers = make_column_selector(dtype_include="number")
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return make_pipeline(make_column_transformer((StandardScaler(), numbers), (encoder, lists)), estimator)


def models(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the models, fitted; the last one is the forest without what prediction does not need."""
    X, y = frame.drop(columns=TARGET), frame[TARGET]
    made = {
        "forest": RandomForestClassifier(100, random_state=0),
        "logistic regression": LogisticRegression(max_iter=2_000),
        "SVC": SVC(),
        "k-neighbours": KNeighborsClassifier(),
    }
    found: dict[str, Any] = {name: pipeline(X, one).fit(X, y) for name, one in made.items()}
    found["forest, sanitised"] = rd.sanitize(found["forest"]).model.estimator
    return found


def command(model: Any, train: pd.DataFrame, test: pd.DataFrame, folder: Path, *options: str) -> dict[str, Any]:
    """Audit from the command line in a process of its own; return the report and what it took."""
    folder.mkdir(parents=True, exist_ok=True)
    skops.io.dump(model, folder / "model.skops")
    train.to_parquet(folder / "train.parquet", index=False)
    test.to_parquet(folder / "test.parquet", index=False)
    words = [sys.executable, "-m", "retrodict", "audit", str(folder / "model.skops"), "--target", TARGET]
    words += ["--train", str(folder / "train.parquet"), "--holdout", str(folder / "test.parquet")]
    started = time.perf_counter()
    process = subprocess.Popen([*words, "--out", str(folder / "audit"), "--quiet", *options])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(words)} failed")
    return {
        "report": json.loads((folder / "audit" / "report.json").read_text(encoding="utf-8")),
        "seconds": time.perf_counter() - started,
        "CPU seconds": usage.ru_utime + usage.ru_stime,
        "GB": usage.ru_maxrss * 1024 / 1e9,
        "MB": (folder / "audit" / "report.html").stat().st_size / 1e6,
    }


def measure_of(report: dict[str, Any], way: str, measure: str) -> str:
    for line in report["findings"]:
        if (line["way"], line["measure"]) == (way, measure) and line["value"] is not None:
            return f"{line['value']:,.0f}" if measure == "stored_rows" else f"{line['value']:.3f}"
    return ""


def verdicts(chosen: argparse.Namespace, work: Path) -> None:
    rows = []
    for table, frame in tables(chosen.data).items():
        frame = frame.sample(frac=1, random_state=0).reset_index(drop=True)
        n = ROWS[table]
        train, test = frame[:n], frame[n : 2 * n].reset_index(drop=True)
        for name, model in models(train).items():
            taken = command(model, train, test, work / table / name.replace(" ", "-").replace(",", ""), "--quick")
            report = taken["report"]
            cells = [measure_of(report, "from_file", one) for one in ("stored_rows", "near_rows")]
            cells += [
                measure_of(report, way, one)
                for way in ("from_file", "by_query")
                for one in ("membership_advantage", "lift")
            ]
            cells.append(measure_of(report, "by_query", "membership_auc"))
            against = str(len(report["reasons_against"]))
            rows.append([table, name, report["verdict"], against, *cells, f"{taken['seconds']:.0f}"])
            print(*rows[-1], sep="  ", flush=True)
    found = ["stored rows", "near rows", "membership, file", "lift, file", "membership, query", "lift, query"]
    found.append("AUC of outputs")
    text = markdown(["table", "model", "verdict", "reasons against", *found, "seconds"], rows, words=3)
    print(text)
    if chosen.write:
        sizes = ", ".join(f"{table} {n:,}" for table, n in ROWS.items())
        note = f"Training rows, and as many held-out rows: {sizes}. `--quick`, default appetite. {machine()}"
        write_section("audit.md", "verdicts", f"{text}\n\n{note}")


def cost(chosen: argparse.Namespace, work: Path) -> None:
    frame = tables(chosen.data).get("adult")
    if frame is None:
        return
    frame = frame.sample(frac=1, random_state=0).reset_index(drop=True)
    train, test = frame[:LARGE], frame[LARGE:].reset_index(drop=True)
    X, y = train.drop(columns=TARGET), train[TARGET]
    forest = pipeline(X, RandomForestClassifier(100, random_state=0, n_jobs=2)).fit(X, y)
    found = command(forest, train, test, work / "cost")
    seconds = found["report"]["provenance"]["seconds"]
    rows = [[what, f"{value:.1f}"] for what, value in seconds.items()]
    rows += [[what, f"{found[what]:.1f}"] for what in ("CPU seconds", *LIMITS)]
    text = markdown(["part", "seconds, or as named"], rows)
    print(text, f"verdict: {found['report']['verdict']}", sep="\n\n")
    if chosen.write:
        note = (
            f"A forest of 100 trees on {len(train):,} rows x {X.shape[1]} columns of adult, {len(test):,} held out; "
            f"bounds: {LIMITS['seconds']:.0f} s, {LIMITS['GB']:.0f} GB of memory, {LIMITS['MB']:.0f} MB of page. "
            f"{machine()}"
        )
        write_section("audit.md", "cost", f"{text}\n\n{note}")


def appetite(chosen: argparse.Namespace, work: Path) -> None:
    """Put the default risk appetite into the docs, as it comes with the package."""
    text = files("retrodict.auditing").joinpath("appetite.yaml").read_text(encoding="utf-8")
    if chosen.write:
        write_section("audit.md", "appetite", f"```yaml\n{text}```")


PARTS = {"appetite": appetite, "verdicts": verdicts, "cost": cost}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", nargs="+", choices=list(PARTS), default=list(PARTS))
    take_data(parser)
    parser.add_argument("--keep", type=Path, help="keep the audits in this folder")
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = chosen.keep or Path(folder)
        for part in chosen.part:
            PARTS[part](chosen, work)


if __name__ == "__main__":
    main()
