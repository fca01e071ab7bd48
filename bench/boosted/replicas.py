"""Models trained on the table that was rebuilt from a boosted model's file alone, beside the model itself.

Run with `uv run python -m bench.boosted.replicas --data DIR [--cap 300] [--results FILE] [--write]`. A *replica* is the
same library's model with the same settings; it is also migrated to a logistic regression. Both see the rebuilt rows and
labels, nothing else.
"""

from __future__ import annotations

import argparse
import warnings
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bench.boosted.models import TREES, named, trained, written
from bench.boosted.rebuild_model import rebuild
from bench.data_free.boosters import numbers
from bench.document import machine, markdown, write_section
from bench.kept_results import Results, take_results
from bench.tables import TARGET, tables, take_tables
from retrodict.evaluation.controls import random_table

SETS = ["compas", "adult_binary", "default_credit", "pima", "heart_statlog", "german_credit", "credit_scoring"]
SETS += ["telco_churn", "car", "breast_cancer"]
FAMILY = "XGBoost"


def linear() -> Any:
    """Return the model that is migrated to."""
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))


def run(frame: pd.DataFrame, chosen: argparse.Namespace) -> dict[str, Any]:
    """Train a model, rebuild its table, and train others on that."""
    coded = numbers(frame.sample(n=min(len(frame), 3 * chosen.cap), random_state=0, ignore_index=True))
    coded = named(coded.drop(columns=TARGET)).assign(target=coded[TARGET]).fillna(-1.0)
    train, test = train_test_split(coded, train_size=min(chosen.cap, len(coded) // 2), random_state=0)
    X, y, seen = train.drop(columns=TARGET), train[TARGET].to_numpy(), test[TARGET].to_numpy()
    beyond = test.drop(columns=TARGET)
    base = trained(FAMILY, X, y)
    with TemporaryDirectory() as folder:
        found = rebuild(written(FAMILY, base, Path(folder)), 0, chosen.budget)
    figures = {key: found.get(key) for key in ("status", "seconds", "energy", "determined")}
    rebuilt = found.get("frame")
    said = base.predict(beyond)
    figures |= {"train": len(train), "base": accuracy_score(seen, said)}
    figures["linear, real rows"] = accuracy_score(seen, linear().fit(X, y).predict(beyond))
    if rebuilt is None:
        return figures
    rows = rebuilt[list(X.columns)].astype(np.float64)
    labels = np.asarray(rebuilt[TARGET].tolist()).astype(np.int64)
    replica = trained(FAMILY, rows, labels).predict(beyond)
    figures |= {"replica": accuracy_score(seen, replica), "agreement": accuracy_score(said, replica)}
    figures["migrated"] = accuracy_score(seen, linear().fit(rows, labels).predict(beyond))
    noise = random_table(X, np.random.default_rng(0))
    alone = trained(FAMILY, noise, base.predict(noise).astype(np.int64)).predict(beyond)
    return figures | {"uniform rows": accuracy_score(seen, alone)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cap", type=int, default=300, help="training rows at most")
    parser.add_argument("--budget", type=float, default=60.0, help="seconds a table")
    take_tables(parser, SETS)
    take_results(parser)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    results = Results(chosen.results)
    found = {
        name: results.get(f"{name}, at most {chosen.cap} rows, {chosen.budget:g} s", partial(run, frame, chosen))
        for name, frame in tables(chosen)
    }
    keys = ("base", "replica", "agreement", "uniform rows", "linear, real rows", "migrated")
    lines = []
    for name, one in found.items():
        cells = ["" if one.get(key) is None else f"{one[key]:.3f}" for key in keys]
        energy = "" if one.get("energy") is None else f"{one['energy']:.3g}"
        lines.append([name, str(one.get("train", "")), *cells, energy, f"{one.get('seconds') or 0:.0f}"])
    done = [one for one in found.values() if one.get("replica") is not None]
    if done:
        means = [f"{np.mean([one[key] for one in done]):.3f}" for key in keys]
        lines.append([f"mean of {len(done)}", "", *means, "", ""])
    head = ["table", "rows", "base model", "replica", "agreement", "uniform rows, labelled by the model"]
    text = markdown([*head, "linear, real rows", "migrated: linear, rebuilt rows", "energy", "seconds"], lines)
    print(text)
    if chosen.write:
        note = f"XGBoost's defaults, {TREES} trees, one split. {machine('xgboost-cpu')}"
        write_section("boosted.md", "replicas", f"{text}\n\n{note}")


if __name__ == "__main__":
    main()
