"""Replicas of many algorithms under several priors, on many tables: how far they fall short of their base models.

Run with `uv run python -m bench.replica_tables.many_tables [--sets ...] [--cap 1000] --data DIR [--results FILE]
[--write]`; it takes about a quarter of an hour on one core. With `--results FILE` the same command goes on where it was
stopped.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

import retrodict as rd
from bench.document import machine, markdown, write_section
from bench.kept_results import Results, take_results
from bench.tables import TARGET, tables, take_tables
from retrodict.families.sklearn.train.pipelines import member
from retrodict.schema.frames import features_frame

SETS = ["adult", "car", "census_income", "concrete", "credit_scoring", "diamonds", "german_credit", "heart_statlog"]
SETS += ["mushroom", "penguins", "pima", "spambase", "telco_churn"]
ALGORITHMS = {
    "linear": ("logistic_regression", "linear_regression"),
    "kernel": ("kernel_logistic", "kernel_ridge"),
    "k-neighbours": ("k_neighbours", "k_neighbours"),
    "random forest": ("random_forest", "random_forest"),
    "boosting": ("hist_gradient_boosting", "hist_gradient_boosting"),
    "MLP": ("mlp", "mlp"),
}
PRIORS = ("implied", "independent", "copula")
ROWS = 2_000


def parts(frame: pd.DataFrame, cap: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return rows to train on (at most `cap`), public ones and test ones: 40, 30 and 30 % of at most `2.5 cap` rows."""
    classes = frame[TARGET].nunique() <= 20
    frame = frame.sample(n=min(len(frame), int(2.5 * cap)), random_state=seed, ignore_index=True)
    stratify = frame[TARGET] if classes else None
    train, rest = train_test_split(frame, train_size=0.4, stratify=stratify, random_state=seed)
    stratify = rest[TARGET] if classes else None
    public, test = train_test_split(rest, train_size=0.5, stratify=stratify, random_state=seed)
    return tuple(one.reset_index(drop=True) for one in (train, public, test))  # type: ignore[return-value]


def base_model(train: pd.DataFrame, names: tuple[str, str]) -> tuple[Any, str]:
    """Fit one algorithm to the real rows, behind the preprocessing that its replicas get."""
    schema = rd.Schema.from_frame(train, TARGET)
    name = names[0] if schema.target.is_class else names[1]
    estimator = member(name, schema.features, schema.target.is_class, 0)
    return rd.load_model(estimator.fit(features_frame(schema.features, schema.encode(train)), train[TARGET])), name


def run(frame: pd.DataFrame, names: tuple[str, str], kind: str, chosen: argparse.Namespace) -> dict[str, Any]:
    """Reconstruct from one base model under one prior, train the same algorithm on that, and compare."""
    started = time.perf_counter()
    train, public, test = parts(frame, chosen.cap, chosen.seed)
    base, name = base_model(train, names)
    prior = None if kind == "implied" else rd.fit_prior(public.drop(columns=TARGET), kind=kind)
    settings = {"holdout": test, "model": base, "prior": prior, "target": TARGET, "seed": chosen.seed}
    try:
        rec = rd.reconstruct(base, prior, ROWS, seed=chosen.seed, progress=False)
        hard, soft = (rd.replicate(rec, name, **settings, soft_labels=s, controls=not s) for s in (False, True))
    except rd.errors.RetrodictError as error:
        return {"status": "none", "why": str(error), "seconds": time.perf_counter() - started}
    measure = "accuracy" if hard.classes else "R2"
    own = hard.score(name, measure)
    figures = {"base": float(hard.score("base model", measure, "base model").value), "replica": float(own.value)}
    figures |= {"gap": float(own.gap), "gap_low": float(own.gap_low), "gap_high": float(own.gap_high)}
    figures["control"] = float(hard.score(name, measure, "prior, labels at random").value)
    for words, found in (("hard", hard), ("soft", soft)):
        for rows in ("held-out rows", "prior draws"):
            figures[f"{words}, {rows}"] = float(found.score(name, "agreement", rows=rows).value)
    figures["soft gap"] = float(soft.score(name, measure).gap)
    return {"status": "done", "measure": measure, **figures, "seconds": time.perf_counter() - started}


def full_table(found: dict[tuple[str, str, str], dict[str, Any]]) -> str:
    """One line a table and algorithm."""
    lines = []
    for dataset, algorithm in dict.fromkeys((dataset, algorithm) for dataset, algorithm, _ in found):
        cells = [found.get((dataset, algorithm, kind), {}) for kind in PRIORS]
        done = [one for one in cells if one.get("status") == "done"]
        line = [dataset, algorithm, done[0]["measure"] if done else "", f"{done[0]['base']:.2f}" if done else ""]
        for one in cells:
            if one.get("status") != "done":
                line += ["none", ""]
                continue
            line += [
                f"{one['gap']:.2f} ({one['gap_low']:.2f} to {one['gap_high']:.2f})",
                f"{one['soft, held-out rows']:.2f}",
            ]
        lines.append(line)
    head = ["table", "algorithm", "measure", "base"]
    for kind in PRIORS:
        head += [f"{kind}: gap", "agrees"]
    return markdown(head, lines, words=3)


def summary_table(found: dict[tuple[str, str, str], dict[str, Any]]) -> str:
    """One line an algorithm and prior: means over the tables of labels, with the 95% interval of that mean."""
    lines = []
    for algorithm in [*ALGORITHMS, "all"]:
        for kind in PRIORS:
            own = [
                one
                for (_, name, prior), one in found.items()
                if algorithm in (name, "all") and prior == kind and one.get("measure") == "accuracy"
            ]
            if own:
                plain = [f"{np.mean([one[key] for one in own]):.2f}" for key in ("base", "replica", "control")]
                keys = ("gap", "soft gap", "hard, held-out rows", "soft, held-out rows")
                keys += ("hard, prior draws", "soft, prior draws")
                about = (_mean([one[key] for one in own]) for key in keys)
                lines.append([algorithm, kind, str(len(own)), *plain, *about])
    head = ["algorithm", "prior", "models", "base", "replica", "control", "gap", "gap, soft labels"]
    head += ["agrees on held-out rows", "the same, soft labels", "agrees on prior draws", "the same, soft labels"]
    return markdown(head, lines, words=2)


def _mean(values: Sequence[float]) -> str:
    n = len(values)
    if n < 3:
        return f"{np.mean(values):.2f}"
    return f"{np.mean(values):.2f} ± {t.ppf(0.975, n - 1) * np.std(values, ddof=1) / np.sqrt(n):.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--algorithms", nargs="+", choices=list(ALGORITHMS), default=list(ALGORITHMS))
    parser.add_argument("--cap", type=int, default=1_000, help="training rows at most")
    parser.add_argument("--seed", type=int, default=0)
    take_tables(parser, SETS)
    take_results(parser)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    results, found = Results(chosen.results), {}
    for dataset, frame in tables(chosen):
        for algorithm in chosen.algorithms:
            for kind in PRIORS:
                name = f"{dataset}, {algorithm}, {kind}, at most {chosen.cap} rows, seed {chosen.seed}"
                found[dataset, algorithm, kind] = results.get(
                    name,
                    lambda: run(frame, ALGORITHMS[algorithm], kind, chosen),  # noqa: B023  called at once
                )
    summary, full = summary_table(found), full_table(found)
    print(summary, full, sep="\n\n")
    seconds = sum(one["seconds"] for one in found.values())
    note = (
        f"At most {chosen.cap:,} training rows, {ROWS:,} rows a reconstruction, {seconds / 60:.0f} minutes. {machine()}"
    )
    if chosen.write:
        write_section("replica_tables.md", "summary", f"{summary}\n\n{note}")
        write_section("replica_tables.md", "table", full)


if __name__ == "__main__":
    main()
