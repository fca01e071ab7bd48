"""What is left of a training table after each defence of a boosted model, and what the defence costs in accuracy.

Run with `uv run python -m bench.boosted.defences --data DIR [--results FILE] [--write]`. Every model is stripped first;
then its table is rebuilt from what is left.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score

import retrodict as rd
from bench.boosted.leaf_values import change_values, rounded
from bench.boosted.models import named, trained, written
from bench.boosted.rebuild_model import rebuild
from bench.boosted.rightness import Telling
from bench.document import machine, markdown, write_section
from bench.kept_results import Results, median, percent, take_results
from bench.tables import TARGET, Parts, parts, tables, take_tables

SETS = ["compas", "adult_binary", "default_credit"]
UNKNOWN = 20_251_126  # a seed that is in no file and no default
FAMILY = "LightGBM"


def fitted(part: Parts, seed: int, trees: int = 100, **settings: Any) -> Any:
    """Train the library's defaults with other settings."""
    return trained(FAMILY, part.X, part.y, trees=trees, seed=seed, **settings)


def noisy(part: Parts, seed: int, scale: float) -> Any:
    """Add normal noise to leaf values, of a share of their own standard deviation."""
    rng = np.random.default_rng(seed)
    model = fitted(part, seed)
    sizes = [model.booster_.get_leaf_output(i, 0) for i in range(model.booster_.num_trees())]
    spread = scale * float(np.std(sizes))
    return change_values(FAMILY, model, lambda values: values + spread * rng.normal(size=values.shape))


def refitted(part: Parts, seed: int) -> Any:
    """Fit leaf values again on other rows of the same source."""
    model = fitted(part, seed)
    others = part.holdout
    model._Booster = model.booster_.refit(others.drop(columns=TARGET), others[TARGET], decay_rate=0.0)
    return model


def distilled(part: Parts, seed: int, to: str) -> Any:
    """Train a model of another kind on uniform rows that the model labels: no training row is used."""
    model, rng = fitted(part, seed), np.random.default_rng(seed)
    rows = pd.DataFrame(rng.integers(0, 2, size=(20 * len(part.train), part.X.shape[1])), columns=part.X.columns)
    labels = (rng.random(len(rows)) < model.predict_proba(rows)[:, 1]).astype(np.int64)
    made: Any = RandomForestClassifier(100, random_state=seed, n_jobs=1, min_samples_leaf=5)
    if to == "linear":
        made = LogisticRegression(max_iter=1_000)
    return made.fit(rows, labels)


Defence = Callable[[Parts, int], Any]
DEFENCES: dict[str, Defence] = {
    "none": fitted,
    **{f"{trees} trees": partial(fitted, trees=trees) for trees in (10, 25, 50)},
    **{f"leaves of {rows} rows or more": partial(fitted, min_child_samples=rows) for rows in (40, 80)},
    "4 leaves a tree": partial(fitted, num_leaves=4),
    **{
        f"each tree on {share:.0%} of the rows, seed unknown": partial(
            fitted, subsample=share, subsample_freq=1, bagging_seed=UNKNOWN
        )
        for share in (0.8, 0.5)
    },
    **{f"noise of {scale:g} of the leaf values' spread": partial(noisy, scale=scale) for scale in (0.01, 0.1, 0.5)},
    **{f"L1 of {alpha:g}": partial(fitted, reg_alpha=alpha) for alpha in (1.0, 5.0)},
    "leaf values of 2 digits": lambda part, seed: change_values(FAMILY, fitted(part, seed), rounded(2)),
    "leaf values fitted again on other rows": refitted,
    "migrated to a forest": partial(distilled, to="forest"),
    "migrated to a linear model": partial(distilled, to="linear"),
}


def run(frame: pd.DataFrame, defence: str, seed: int, chosen: argparse.Namespace) -> dict[str, Any]:
    """Train and defend a model, strip it, and rebuild its table."""
    drawn = frame.sample(n=min(len(frame), 2 * chosen.rows + chosen.test), random_state=seed, ignore_index=True)
    drawn = named(drawn.drop(columns=TARGET)).assign(target=drawn[TARGET])
    part = parts(drawn[: 2 * chosen.rows], chosen.rows, seed, 2 * chosen.rows)
    test = drawn[2 * chosen.rows :]
    model, base = DEFENCES[defence](part, seed), fitted(part, seed)
    beyond, seen = test.drop(columns=TARGET), test[TARGET].to_numpy()
    figures = {"accuracy": accuracy_score(seen, model.predict(beyond))}
    figures["auc"] = roc_auc_score(seen, model.predict_proba(beyond)[:, 1])
    with TemporaryDirectory() as folder:
        telling = Telling(rd.load_model(written(FAMILY, base, Path(folder))))
        path = written(FAMILY if hasattr(model, "booster_") else "sklearn", model, Path(folder))
        stripped = Path(folder, "stripped")
        rd.sanitize(path).save(stripped)
        found = rebuild(stripped, seed, chosen.budget, rows=chosen.rows)
    figures |= {key: found.get(key) for key in ("status", "seconds", "energy", "determined", "rows")}
    rebuilt = found.get("frame")
    if rebuilt is not None:
        rebuilt[TARGET] = np.asarray([int(label) for label in rebuilt[TARGET]])
        figures["right"] = telling.right(rebuilt, part.train)
    return figures | {"held out": telling.right(part.holdout, part.train)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--test", type=int, default=2_000, help="held-out rows that accuracy is of")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--budget", type=float, default=40.0, help="seconds a table")
    take_tables(parser, SETS)
    take_results(parser)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    results, lines = Results(chosen.results), []
    every = dict(tables(chosen))
    for defence in DEFENCES:
        cells, lost = [defence], []
        for dataset, frame in every.items():
            found, base = (
                [
                    results.get(
                        f"{dataset}, {chosen.rows} rows, {name}, seed {seed}", partial(run, frame, name, seed, chosen)
                    )
                    for seed in range(chosen.seeds)
                ]
                for name in (defence, "none")
            )
            cells.append(percent(one.get("right") for one in found) or "not rebuilt")
            cells.append(percent(one["held out"] for one in found))
            lost += [one["auc"] - other["auc"] for one, other in zip(found, base, strict=True)]
            cells.append(median((one["accuracy"] for one in found), "{:.3f}"))
        lines.append([*cells, f"{np.mean(lost):+.3f}"])
    head = ["defence"]
    for dataset in every:
        head += [f"{dataset}: rows right", "of held-out rows", "accuracy"]
    text = markdown([*head, "area under the curve, beside none"], lines)
    print(text)
    if chosen.write:
        note = f"{chosen.rows} rows, {chosen.seeds} seeds, {chosen.test:,} rows for accuracy. {machine('lightgbm')}"
        write_section("defences.md", "defences", f"{text}\n\n{note}")


if __name__ == "__main__":
    main()
