"""Replicas with no data and no declared prior: models trained on the tables that forests' node counts give back.

Run with `uv run python -m bench.forests.data_free [--sets ...] [--cap 1500] --data DIR [--write]`.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.model_selection import train_test_split

import retrodict as rd
from bench.document import machine, markdown, write_section
from bench.forests.chosen_trees import chosen_trees, plain
from bench.forests.rebuild_forest import rebuild
from bench.kept_results import Results, nearness, outcome, take_results
from bench.tables import BUNDLED, TARGET, Parts, forest, tables, take_tables
from retrodict.evaluation import matched_error

SETS = [*BUNDLED, "car", "german_credit", "heart_statlog", "mushroom", "penguins", "pima", "spambase", "telco_churn"]
SETS += ["credit_scoring", "adult"]
TEST_ROWS = 5_000
AGAIN = 5
"""Other seeds that the base model is trained with."""


def split(frame: pd.DataFrame, cap: int, seed: int) -> Parts:
    """Return 70 % of the rows, at most `cap`, to train on, and the other 30 % as the test; classes in equal shares."""
    train, test = train_test_split(frame, test_size=0.3, stratify=frame[TARGET], random_state=seed)
    if len(train) > cap:
        train, _ = train_test_split(train, train_size=cap, stratify=train[TARGET], random_state=seed)
    return Parts(train.reset_index(drop=True), test[:TEST_ROWS].reset_index(drop=True))


def replica(base: Any, X: pd.DataFrame, y: Any, part: Parts) -> dict[str, float | None]:
    """Train the base model's algorithm on rows; return its accuracy on the test, and how often it says as the base."""
    if len(np.unique(y)) < 2:
        return {"accuracy": None, "agreement": None}
    return scores(clone(base).fit(X[list(part.X)], np.asarray(y)), base, part)


def scores(model: Any, base: Any, part: Parts) -> dict[str, float | None]:
    """Return a replica's accuracy on the test, and how often it says as the base model."""
    test = part.holdout.drop(columns=TARGET)
    said = model.predict(test)
    return {
        "accuracy": float((said == part.holdout[TARGET]).mean()),
        "agreement": float((said == base.predict(test)).mean()),
    }


def again(frame: pd.DataFrame, chosen: argparse.Namespace) -> dict[str, Any]:
    """Return the accuracy of the base model trained on its very rows with another seed: what a gap is by chance."""
    part = split(frame, chosen.cap, chosen.seed)
    test = part.holdout.drop(columns=TARGET)
    said = [forest(part.X, part.y, seed).predict(test) for seed in range(chosen.seed + 1, chosen.seed + 1 + AGAIN)]
    return {"again": float(np.mean([one == part.holdout[TARGET] for one in said]))}


def gaps(one: dict[str, Any]) -> dict[str, float]:
    """Return how far the replicas' accuracies lie below the base model's."""
    return {"gap": one["base"] - one["replica"], "chosen gap": one["base"] - one["trees chosen"]}


def uniform_rows(part: Parts, n: int, seed: int) -> pd.DataFrame:
    """Return rows uniform over the training rows' own ranges and categories, which is more than the replica is told."""
    prior = rd.uniform_prior(rd.Schema.from_frame(part.X))
    return prior.schema.decode(prior.sample(n, np.random.default_rng(seed)))


def run(frame: pd.DataFrame, chosen: argparse.Namespace) -> dict[str, Any]:
    """Train a base model, rebuild its table, and train replicas on that and on what the prior alone gives."""
    part = split(frame, chosen.cap, chosen.seed)
    base = forest(part.X, part.y, chosen.seed)
    test = part.holdout.drop(columns=TARGET)
    figures: dict[str, Any] = {"rows": len(part.train), "features": test.shape[1]}
    figures["base"] = float((base.predict(test) == part.holdout[TARGET]).mean())
    drawn = uniform_rows(part, len(part.train), chosen.seed)
    figures["prior only"] = replica(base, drawn, base.predict(drawn), part)["accuracy"]
    result = rebuild(base, chosen.seed, chosen.budget)
    rebuilt = result.get("frame")
    if rebuilt is None:
        return figures | outcome(result) | nearness(None)
    rebuilt = plain(rebuilt)
    as_matched = replica(base, rebuilt, rebuilt[TARGET], part)
    by_model = replica(base, rebuilt, base.predict(rebuilt[list(test)]), part)
    of_chosen = scores(chosen_trees(base, rebuilt[[*test, TARGET]], TARGET, chosen.seed), base, part)
    figures |= {
        "replica": as_matched["accuracy"],
        "agreement": as_matched["agreement"],
        "by model": by_model["accuracy"],
        "trees chosen": of_chosen["accuracy"],
        "chosen agreement": of_chosen["agreement"],
    }
    return figures | outcome(result) | nearness(matched_error(rebuilt, part.train, target=TARGET))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cap", type=int, default=1_500, help="training rows at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--budget", type=float, default=600.0, help="seconds a table")
    take_tables(parser, SETS)
    take_results(parser)
    chosen = parser.parse_args()
    results, found = Results(chosen.results), {}
    for dataset, frame in tables(chosen):
        name = f"{dataset}, at most {chosen.cap} rows, seed {chosen.seed}"
        one = results.get(name, lambda: run(frame, chosen))  # noqa: B023  called at once
        found[dataset] = one | results.get(f"{name}, again", lambda: again(frame, chosen))  # noqa: B023
    done = {dataset: one for dataset, one in found.items() if one.get("replica") is not None}
    columns = ("base", "again", "replica", "gap", "agreement", "trees chosen", "chosen gap", "chosen agreement")
    columns += ("by model", "prior only", "error")
    rows = []
    for dataset, one in found.items():
        figures = one | (gaps(one) if dataset in done else {})
        cells = [dataset, f"{one['rows']:,}", str(one["features"])]
        rows.append([*cells, *(_figure(figures.get(name)) for name in columns), _figure(one["seconds"], "{:.0f}")])
    if done:
        means = pd.DataFrame([one | gaps(one) for one in done.values()])[list(columns)].mean()
        rows.append([f"mean of {len(done)}", "", "", *(_figure(value) for value in means), ""])
    head = ["table", "rows", "features", "base", "base, other seeds", "replica", "gap", "agreement"]
    head += ["trees chosen", "gap", "agreement"]
    text = markdown([*head, "labels from the model", "prior only", "matched error", "seconds"], rows)
    print(text)
    if chosen.write:
        note = f"Forests of 100 trees trained on at most {chosen.cap:,} rows. {machine()}"
        write_section("forests.md", "replicas", f"{text}\n\n{note}")


def _figure(value: float | None, text: str = "{:.3f}") -> str:
    return "" if value is None or pd.isna(value) else text.format(value)


if __name__ == "__main__":
    main()
