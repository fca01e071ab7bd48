"""Whether two checkouts give the same rows for the same seed, byte for byte: models of bundled data, small and quick.

    uv run python -m bench.contributing.same_rows --before DIR [--after DIR]

Each checkout runs in a process of its own. The models are fitted once and handed to both; searches have few sweeps, so
that nothing depends on a clock.
"""

from __future__ import annotations

import argparse
import hashlib
import inspect
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd

ROWS, DRAWS, SEED = 300, 20, 7
SEARCH = {"chains": 2, "sweeps": 30, "restarts": 0}
"""Of every search: short, and ended by its sweeps alone."""


def fitted() -> dict[str, tuple[Any, pd.DataFrame]]:
    """Return models by name, each with its training rows."""
    from sklearn.compose import make_column_transformer
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
    from sklearn.ensemble import (
        ExtraTreesClassifier,
        GradientBoostingClassifier,
        RandomForestClassifier,
        RandomForestRegressor,
    )
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    from sklearn.svm import SVC
    from sklearn.tree import DecisionTreeClassifier

    iris, species = load_iris(return_X_y=True, as_frame=True)
    cells, malign = load_breast_cancer(return_X_y=True, as_frame=True)
    cells = cells.iloc[:, :5]
    body, progress = load_diabetes(return_X_y=True, as_frame=True)
    body = body[["age", "bmi", "bp", "s5"]].round(3)
    mixed = iris.assign(site=np.where(np.arange(150) % 3 == 0, "north", "south"))
    mixed.loc[::10, "sepal width (cm)"] = np.nan
    numbers = list(iris.columns)
    encode = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), numbers), (OneHotEncoder(), ["site"])
    )
    listed = iris.apply(lambda column: pd.cut(column, 3, labels=["low", "middle", "high"]).astype(str))
    few = {"n_estimators": 10, "random_state": 0}
    models = {
        "logistic regression": (make_pipeline(StandardScaler(), LogisticRegression()), iris, species),
        "linear regression": (LinearRegression(), body, progress),
        "decision tree": (DecisionTreeClassifier(random_state=0), iris, species),
        "forest": (RandomForestClassifier(**few), iris, species),
        "extra trees": (ExtraTreesClassifier(**few), cells, malign),
        "gradient boosting": (GradientBoostingClassifier(**few), cells, malign),
        "forest of values": (RandomForestRegressor(**few, max_leaf_nodes=20), body, progress),
        "encoded pipeline": (make_pipeline(encode, RandomForestClassifier(**few)), mixed, species),
        "neighbours": (KNeighborsClassifier(), iris, species),
        "scaled neighbours": (make_pipeline(StandardScaler(), KNeighborsClassifier()), cells, malign),
        "naive Bayes": (GaussianNB(), iris, species),
        "support vectors": (SVC(probability=False), iris, species),
        "listed columns": (make_pipeline(OneHotEncoder(), LogisticRegression()), listed, species),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {name: (model.fit(table, target), table) for name, (model, table, target) in models.items()}


def jobs(models: dict[str, tuple[Any, pd.DataFrame]]) -> dict[str, Callable[[], pd.DataFrame | bytes]]:
    """Return what is compared, by name: rows drawn under three priors, rows behind outputs, and rebuilt tables."""
    import retrodict as rd

    found: dict[str, Callable[[], pd.DataFrame | bytes]] = {}
    for name, (estimator, table) in models.items():
        model = rd.load_model(estimator)
        priors = {"stated prior": rd.fit_prior(table), "uniform prior": _uniform(table), "implied prior": None}
        for words, prior in priors.items():
            found[f"{name}: reconstruct, {words}"] = lambda m=model, p=prior: _drawn(m, p)
        found[f"{name}: reconstruct, stated shares"] = lambda m=model, t=table: _shared(m, rd.fit_prior(t, "copula"))
        found[f"{name}: invert"] = lambda m=model, t=table: _inverted(m, rd.fit_prior(t))
        found[f"{name}: rebuild"] = lambda m=model: rebuilt(m)
        found[f"{name}: rebuild, stated prior"] = lambda m=model, t=table: rebuilt(m, rd.fit_prior(t))
    for name, engine in (("logistic regression", "smc"), ("forest", "smc"), ("listed columns", "enumeration")):
        model, prior = rd.load_model(models[name][0]), rd.fit_prior(models[name][1], "independent")
        found[f"{name}: reconstruct, {engine}"] = lambda m=model, p=prior, e=engine: _shared(m, p, engine=e)
    for name in ("forest", "neighbours"):
        model, prior = rd.load_model(models[name][0]), rd.fit_prior(models[name][1])
        found[f"{name}: reconstruct, the file"] = lambda m=model, p=prior: _file(
            lambda out: rd.reconstruct(m, p, ROWS, seed=SEED, out=out, progress=False)
        )
        found[f"{name}: rebuild, the file"] = lambda m=model: _file(lambda out: rebuilt(m, out=out))
    return found


def _file(write: Callable[[str], Any]) -> bytes:
    """Return the rows' file in the folder that a call writes."""
    with tempfile.TemporaryDirectory() as folder:
        write(f"{folder}/out")
        return (Path(folder) / "out" / "rows.parquet").read_bytes()


def _uniform(table: pd.DataFrame) -> Any:
    import retrodict as rd

    return rd.uniform_prior(rd.Schema.from_frame(table))


def _drawn(model: Any, prior: Any) -> pd.DataFrame:
    import retrodict as rd

    return rd.reconstruct(model, prior, ROWS, seed=SEED, progress=False).frame


def _shared(model: Any, prior: Any, **more: Any) -> pd.DataFrame:
    import retrodict as rd

    return rd.reconstruct(model, prior, ROWS, seed=SEED, class_shares="equal", progress=False, **more).frame


def _inverted(model: Any, prior: Any) -> pd.DataFrame:
    import retrodict as rd

    classes = model.schema.target.classes
    return rd.invert(model, prior, outputs=list(classes) or [90.0, 210.0], draws=DRAWS, seed=SEED, progress=False).frame


def rebuilt(model: Any, prior: Any = None, **more: Any) -> pd.DataFrame:
    """Return the training table, by the verb, or in a checkout from before it by the engine of that time."""
    import retrodict as rd

    if not hasattr(rd, "rebuild"):
        return rd.reconstruct(model, prior, engine=rd.Matching(**SEARCH), seed=SEED, progress=False, **more).frame
    from retrodict.matching import Matching

    return rd.rebuild(model, prior, seed=SEED, search=Matching(**SEARCH), progress=False, **more).frame


def digest(frame: pd.DataFrame | bytes) -> str:
    """Return a hash of every byte of a table (columns, types and values) or of a file."""
    if isinstance(frame, bytes):
        return f"{len(frame):,} bytes, sha256 {hashlib.sha256(frame).hexdigest()[:16]}"
    content = hashlib.sha256(repr([(str(name), str(kind)) for name, kind in frame.dtypes.items()]).encode())
    for name in frame.columns:
        column = frame[name]
        values = column.to_numpy()
        content.update(values.tobytes() if values.dtype.kind in "biuf" else "\0".join(map(str, values)).encode())
    return f"{len(frame):,} rows, sha256 {content.hexdigest()[:16]}"


def run(given: str, told: str) -> None:
    """Run all jobs in this process's checkout, and write what each gave: a hash, or why there is none."""
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, job in jobs(joblib.load(given)).items():
            try:
                found[name] = digest(job())
            except Exception as error:  # a refusal is an answer: both are to give it
                found[name] = f"refused: {type(error).__name__}: {error}"
    joblib.dump(found, told)


def answers(checkout: Path, models: str, folder: Path) -> dict[str, str]:
    """Return what a checkout gives for each job."""
    told = folder / "told.joblib"
    source = str(checkout.resolve() / "src")
    subprocess.run(
        [sys.executable, __file__, "--run", models, str(told)],
        env={**os.environ, "PYTHONPATH": source},
        check=True,
    )
    return joblib.load(told)


def main() -> int:
    """Compare two checkouts and print what differs."""
    parser = argparse.ArgumentParser(description=inspect.cleandoc(__doc__ or ""))
    parser.add_argument("--before", type=Path, help="a checkout of the state before")
    parser.add_argument("--after", type=Path, default=Path(__file__).resolve().parents[2], help="by default this one")
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        run(*given.run)
        return 0
    if given.before is None:
        parser.error("--before is needed: a checkout of the state before")
    with tempfile.TemporaryDirectory() as folder:
        models = str(Path(folder) / "models.joblib")
        joblib.dump(fitted(), models)
        before, after = (answers(checkout, models, Path(folder)) for checkout in (given.before, given.after))
    same = refused = 0
    for name, old in before.items():
        new = after[name]
        if old == new:
            same += 1
            print(f"same      {name}: {new}")
        elif old.startswith("refused") and new.startswith("refused"):
            refused += 1
            print(f"refused   {name}: {new.removeprefix('refused: ')}")
        else:
            print(f"DIFFERENT {name}:\n    before: {old}\n    after:  {new}")
    others = len(before) - same - refused
    print(
        f"{same} of {len(before)} the same byte for byte, {refused} refused by both in other words, {others} different"
    )
    return 1 if others else 0


if __name__ == "__main__":
    sys.exit(main())
