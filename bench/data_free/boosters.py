"""Reconstruction and migration from the native files of boosted trees alone, beside the same with a uniform prior.

Run with `uv run python -m bench.data_free.boosters [--sets ...] [--cap 1000] --data DIR [--results FILE] [--write]`; it
takes about a quarter of an hour on one core. With `--results FILE` the same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

import retrodict as rd
from bench.document import machine, markdown, write_section
from bench.kept_results import Results, take_results
from bench.tables import TARGET, tables, take_tables
from retrodict.evaluation.fidelity.scopes import FRESH, PRIOR, RECONSTRUCTION
from retrodict.priors.implied.unread import UNREAD
from retrodict.results.notes import of_code

SETS = ["adult", "credit_scoring", "german_credit", "heart_statlog", "pima", "telco_churn"]
FAMILIES = ("LightGBM", "XGBoost", "CatBoost", "HistGradientBoosting")
TREES = 100
TO = "logistic_regression"
MEASURES = ("two-sample AUC", "kolmogorov-smirnov")
TABLES = {RECONSTRUCTION: "rebuilt", PRIOR: "prior", FRESH: "held out"}
LIMIT, DRAWN = 500, 2_000


def numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with texts as numbers from 0 and labels 0 and 1: what all four take in the same way."""
    coded = frame.drop(columns=TARGET).apply(
        lambda one: one.astype(float) if pd.api.types.is_numeric_dtype(one) else pd.factorize(one, sort=True)[0] * 1.0
    )
    return coded.assign(target=pd.factorize(frame[TARGET], sort=True)[0])


def written(family: str, X: pd.DataFrame, y: pd.Series, folder: Path) -> Path:
    """Train a model and write it as its users do."""
    path = folder / family
    if family == "LightGBM":
        from lightgbm import LGBMClassifier

        LGBMClassifier(n_estimators=TREES, n_jobs=1, verbose=-1).fit(X, y).booster_.save_model(path)
    elif family == "XGBoost":
        from xgboost import XGBClassifier

        path = path.with_suffix(".ubj")
        XGBClassifier(n_estimators=TREES, max_depth=4, n_jobs=1).fit(X, y).save_model(path)
    elif family == "CatBoost":
        from catboost import CatBoostClassifier

        made = CatBoostClassifier(iterations=TREES, depth=4, thread_count=1, verbose=False, allow_writing_files=False)
        made.fit(X, y).save_model(str(path))
    else:
        import skops.io
        from sklearn.ensemble import HistGradientBoostingClassifier

        skops.io.dump(HistGradientBoostingClassifier(max_iter=TREES, early_stopping=False).fit(X, y), path)
    return path


def run(frame: pd.DataFrame, family: str, chosen: argparse.Namespace) -> dict[str, Any]:
    """Write a model of one family, and go back from its file alone."""
    started = time.perf_counter()
    frame = numbers(frame.sample(n=min(len(frame), 2 * chosen.cap), random_state=chosen.seed, ignore_index=True))
    train, test = train_test_split(frame, train_size=0.5, stratify=frame[TARGET], random_state=chosen.seed)
    with TemporaryDirectory() as folder:
        model = rd.load_model(written(family, train.drop(columns=TARGET), train[TARGET], Path(folder)))
    classes = model.schema.target.classes
    train, test = (
        one.reset_index(drop=True).assign(target=[classes[int(code)] for code in one[TARGET]]) for one in (train, test)
    )
    try:
        implied = rd.implied_prior(model)
    except rd.errors.RetrodictError as error:
        return {"status": "none", "why": str(error), "seconds": time.perf_counter() - started}
    drawn = implied.schema.decode(implied.sample(DRAWN, np.random.default_rng(chosen.seed)))
    figures: dict[str, Any] = {"filled": sum(len(one.values["features"]) for one in of_code(implied.notes, UNREAD))}
    for name, prior in (("implied", implied), ("uniform", rd.fit_prior(drawn, kind="uniform"))):
        try:
            rec = rd.reconstruct(model, prior, chosen.rows, seed=chosen.seed, progress=False)
            near = rd.evaluate(rec, train, test, prior, target=TARGET, limit=LIMIT, seed=chosen.seed).summary("overall")
            new = rd.replicate(rec, TO, holdout=test, model=model, prior=prior, target=TARGET, soft_labels=True)
        except rd.errors.RetrodictError as error:
            return {"status": "none", "why": str(error), "seconds": time.perf_counter() - started}
        for measure in MEASURES:
            own = {f"{name}, {measure}, {short}": float(near.loc[measure, title]) for title, short in TABLES.items()}
            figures |= own
        figures[f"{name}, accuracy"] = float(new.score(TO, "accuracy").value)
        figures[f"{name}, chance"] = float(new.score(TO, "accuracy", "prior, labels at random").value)
        figures["base"] = float(new.score("base model", "accuracy", "base model").value)
    real = rd.replicate(train, TO, holdout=test, target=TARGET, controls=False)
    figures["real rows"] = float(real.score(TO, "accuracy").value)
    return {"status": "done", **figures, "seconds": time.perf_counter() - started}


NEAR = {"rebuilt": "implied, {}, rebuilt", "prior alone": "implied, {}, prior"}
NEAR |= {"rebuilt, uniform": "uniform, {}, rebuilt", "uniform alone": "uniform, {}, prior"}
NEAR |= {"held out": "implied, {}, held out"}
MIGRATED = {"base model": "base", "migrated": "implied, accuracy", "migrated, uniform": "uniform, accuracy"}
MIGRATED |= {"labels at random": "implied, chance", "from real rows": "real rows", "columns filled": "filled"}
"""Columns of the tables, and what each is a figure of."""


def lines_of(found: dict[tuple[str, str], dict[str, Any]], keys: Sequence[str]) -> list[list[str]]:
    """One line a table and family, and one a family with the means over tables."""
    lines = []
    for (dataset, family), one in found.items():
        done = one.get("status") == "done"
        lines.append([dataset, family, *(_cell(one[key]) if done else "none" for key in keys)])
    for family in FAMILIES:
        own = [one for (_, name), one in found.items() if name == family and one.get("status") == "done"]
        if own:
            means = ("" if key == "filled" else f"{np.mean([one[key] for one in own]):.2f}" for key in keys)
            lines.append([f"mean of {len(own)}", family, *means])
    return lines


def _cell(figure: float) -> str:
    return str(figure) if isinstance(figure, int) else f"{figure:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=FAMILIES)
    parser.add_argument("--cap", type=int, default=1_000, help="training rows at most")
    parser.add_argument("--rows", type=int, default=1_000, help="rows of a reconstruction")
    parser.add_argument("--seed", type=int, default=0)
    take_tables(parser, SETS)
    take_results(parser)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    results, found = Results(chosen.results), {}
    for dataset, frame in tables(chosen):
        for family in chosen.families:
            name = f"{dataset}, {family}, at most {chosen.cap} rows, {chosen.rows} rebuilt, seed {chosen.seed}"
            found[dataset, family] = results.get(name, partial(run, frame, family, chosen))
    sections = {
        "migration": markdown(["table", "family", *MIGRATED], lines_of(found, list(MIGRATED.values())), words=2)
    }
    for measure in MEASURES:
        keys = [key.format(measure) for key in NEAR.values()]
        sections[measure] = markdown(["table", "family", *NEAR], lines_of(found, keys), words=2)
    minutes = sum(one["seconds"] for one in found.values()) / 60
    sections["machine"] = f"{minutes:.0f} minutes. {machine('lightgbm', 'xgboost-cpu', 'catboost')}"
    for name, text in sections.items():
        print(text, end="\n\n")
        if chosen.write:
            write_section("boosted_data_free.md", name, text)


if __name__ == "__main__":
    main()
