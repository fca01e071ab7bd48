"""Whether intervals of inferred columns hold the truth as often as they say, on worlds whose truth is known.

Run with `uv run python -m bench.attributes.coverage [--rows N] [--data DIR --sets NAME ...] [--write]`. In each world
the prior is known exactly, rows are drawn from it, and their outputs from the model, which is trained and then taken as
the truth: so that only the inference can be wrong. With `--data`, lifts of training rows over held-out rows as well.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

import retrodict as rd
from bench.document import machine, markdown, write_section
from bench.tables import table
from retrodict.priors import CopulaPrior, IndependentPrior, MixturePrior
from retrodict.priors.marginals import Normal, Uniform, integer_range, listed
from retrodict.schema import Feature, Schema

LEAST, MOST = 0.87, 0.93
"""What a 90% interval of a number is to hold."""
SCHEMA = Schema(
    (
        Feature("x"),
        Feature("w", "continuous", 0, 10),
        Feature("age", "integer", 18, 90),
        Feature("site", "ordinal", categories=(0, 1, 2)),
    )
)
MARGINALS = (Normal(0, 1), Uniform(0, 10), integer_range(18, 90), listed([0.5, 0.3, 0.2]))
LATENT = np.array([[1, 0.6, 0.3, 0.2], [0.6, 1, 0, 0.3], [0.3, 0, 1, -0.4], [0.2, 0.3, -0.4, 1]])
SHIFTED = (Normal(2, 0.5), Uniform(5, 10), integer_range(50, 90), listed([0.1, 0.2, 0.7]))
PRIORS: dict[str, Any] = {
    "independent": IndependentPrior(SCHEMA, MARGINALS),
    "copula": CopulaPrior(SCHEMA, MARGINALS, LATENT),
    "mixture": MixturePrior((CopulaPrior(SCHEMA, MARGINALS, LATENT), IndependentPrior(SCHEMA, SHIFTED)), (0.6, 0.4)),
}
FAMILIES: dict[str, Any] = {
    "logistic regression": LogisticRegression(max_iter=5_000),
    "naive Bayes": GaussianNB(),
    "forest": RandomForestClassifier(50, min_samples_leaf=3, random_state=0),
    "extra trees": ExtraTreesClassifier(50, min_samples_leaf=3, random_state=0),
    "boosting": HistGradientBoostingClassifier(max_iter=50, random_state=0),
    "network": MLPClassifier((16,), max_iter=500, random_state=0),
    "linear regression": LinearRegression(),
}
REAL: dict[str, Any] = {
    "forest": RandomForestClassifier(100, random_state=0),
    "logistic regression": LogisticRegression(max_iter=5_000),
}


def world(name: str, family: str, n: int, seed: int) -> tuple[Any, Any, pd.DataFrame]:
    """Return a prior, a model that is the truth, and rows with their outputs."""
    prior, rng = PRIORS[name], np.random.default_rng(seed)
    X = SCHEMA.decode(prior.sample(1_000, rng))
    signal = X.x + 0.3 * X.w + 0.03 * X.age + 0.8 * X.site.astype(float) - 3.5
    rows = SCHEMA.decode(prior.sample(n, rng))
    if family == "linear regression":
        model = rd.load_model(FAMILIES[family].fit(X, signal + rng.normal(size=1_000))).with_noise(0.5, "the world's")
        told = FAMILIES[family].predict(rows) + 0.5 * rng.normal(size=n)
        return prior, model, rows.assign(target=told)
    made = FAMILIES[family].fit(X, (signal + rng.logistic(size=1_000) > 0).astype(int))
    p = made.predict_proba(rows)[:, 1]
    return prior, made, rows.assign(target=(rng.random(n) < p).astype(int))


def coverage(n: int) -> str:
    lines = []
    for name in PRIORS:
        for family in FAMILIES:
            prior, model, rows = world(name, family, n, seed=len(lines))
            started = time.perf_counter()
            found = {column: rd.infer(model, rows, column, prior) for column in SCHEMA.names}
            seconds = (time.perf_counter() - started) / (n * len(found))
            told = [found[column].coverage for column in ("x", "w", "age")]
            site = found["site"]
            stated = float(np.mean([line.probability for line in site.rows]))
            se = math.sqrt(stated * (1 - stated) / n)
            lines.append(
                [
                    *(name, family, *(f"{share:.3f}" for share in told)),
                    f"{site.hits:.3f}",
                    f"{stated:.3f} ± {1.96 * se:.3f}",
                    f"{found['x'].hits:.3f}",
                    f"{found['x'].prior_hits:.3f}",
                    f"{max(one.error for one in found.values()):.1e}",
                    f"{1000 * seconds:.1f}",
                ]
            )
            print(lines[-1], flush=True)
    within = [LEAST <= float(cell) <= MOST for line in lines for cell in line[2:4]]
    head = ["prior", "model", "x", "w", "age (integer)", "site right", "site, stated", "x within 5%", "by the prior"]
    text = markdown([*head, "largest error", "ms a row"], lines, words=2)
    end = f"{sum(within)} of {len(within)} intervals of numbers hold {LEAST:.0%} to {MOST:.0%}. {n:,} rows a world."
    return f"{text}\n\n{end} {machine()}"


def real(data: Path, sets: list[str], rows: int) -> str:
    lines = []
    for name in sets:
        frame = table(name, data)
        if frame is None:
            continue
        frame = frame.sample(min(len(frame), 2 * rows), random_state=0)
        train, holdout = train_test_split(frame, test_size=0.5, random_state=0)
        text = [column for column in train.columns[:-1] if not pd.api.types.is_numeric_dtype(train[column])]
        for family, estimator in REAL.items():
            encode = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), text), remainder="passthrough")
            model = make_pipeline(encode, estimator).fit(train.drop(columns="target"), train.target)
            for output in ("target", "probabilities"):
                started = time.perf_counter()
                found = rd.attribute_risk(model, train, holdout, target="target", limit=300, output=output)  # type: ignore[arg-type]
                one = found.largest
                if one is None:
                    continue
                lines.append(
                    [
                        *(name, family, output, one.column),
                        *(f"{share:.3f}" for share in (one.members, one.prior, one.others, one.other_prior)),
                        f"{one.lift:+.3f} ({found.low:+.3f} to {found.high:+.3f})",
                        str(len(found.lines)),
                        f"{time.perf_counter() - started:.0f}",
                    ]
                )
                print(lines[-1], flush=True)
    head = ["table", "model", "output known", "column", "training rows", "by the prior", "others", "by the prior"]
    return markdown([*head, "largest lift", "columns", "seconds"], lines, words=4) + f"\n\n{machine()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000, help="rows of each world")
    parser.add_argument("--data", type=Path, metavar="DIR", help="tables, as NAME.parquet")
    parser.add_argument("--sets", nargs="+", default=["german_credit", "breast_cancer"])
    parser.add_argument("--part", choices=["worlds", "tables"], help="one part alone")
    parser.add_argument("--write", action="store_true", help="write docs/results/attributes.md")
    chosen = parser.parse_args()
    parts = {}
    if chosen.part != "tables":
        parts["worlds"] = coverage(chosen.rows)
    if chosen.data is not None and chosen.part != "worlds":
        parts["tables"] = real(chosen.data, chosen.sets, 500)
    for name, text in parts.items():
        print(text)
        if chosen.write:
            write_section("attributes.md", name, text)


if __name__ == "__main__":
    main()
