"""Small models, trained with the settings of a rule, and what their files state by the audit's own measures."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import is_regressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import retrodict as rd
from retrodict.auditing import load_appetite
from retrodict.auditing.file_findings import file_findings
from retrodict.checking.advisers import adviser, made_by_name
from retrodict.checking.rules import FILE_MEASURES, Advising, Rule
from retrodict.disclosures import Disclosures
from retrodict.models.family import families

N = 150
FAMILIES = {one.rpartition(".")[2]: found for one in families() if (found := adviser(one)) is not None}
QUICK: dict[str, dict[str, Any]] = {
    "sklearn": {"n_estimators": 10, "max_iter": 20},
    "xgboost": {"n_estimators": 5, "n_jobs": 1},
    "lightgbm": {"n_estimators": 5, "n_jobs": 1, "verbose": -1},
    "catboost": {"iterations": 5, "verbose": False, "allow_writing_files": False, "thread_count": 1},
    "statsmodels": {},
}
"""Fewer trees and steps, so that a test is short; a rule's own settings come after them."""
LONGER = ("LinearSVC", "QuantileRegressor", "SVC", "SVR", "NuSVC", "NuSVR", "HuberRegressor")
"""Models that need their own number of steps to be fitted."""


def table(whole: bool = False) -> pd.DataFrame:
    """Return rows that are noisy enough for every tree to grow whole: features above zero, a label and a value."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "age": rng.normal(50, 12, N).round(1).clip(1),
            "dose": rng.exponential(3, N).round(2) + 0.1,
            "visits": rng.integers(0, 30, N).astype(float),
            "ratio": rng.uniform(0, 1, N).round(3),
        }
    )
    if whole:
        frame = (frame / frame.max() * 8).round()
    margin = (frame["age"] - frame["age"].mean()) / 10 + rng.logistic(size=N)
    return frame.assign(label=(margin > 0).astype(int), value=np.exp(margin / 4).round(4))


def names_of(rule: Rule, advice: Advising) -> list[str]:
    """Return the estimators of a rule that the conformance tests can train."""
    return [one for one in rule.estimators if one in advice.REVIEWED]


def made(family: str, name: str, settings: Mapping[str, Any]) -> Any:
    """Return an unfitted estimator of few trees with the given settings."""
    if family == "statsmodels":
        return made_by_name(name, settings)
    own = made_by_name(name, _needed(name))
    known = own.get_params() if family != "catboost" else QUICK[family]
    quick = {} if name in LONGER else {key: value for key, value in QUICK[family].items() if key in known}
    seed = {"random_state": 0} if "random_state" in known else {}
    return made_by_name(name, {**_needed(name), **seed, **quick, **settings})


def _needed(name: str) -> dict[str, Any]:
    inner, of_values = made_by_name("LogisticRegression", {}), made_by_name("LinearRegression", {})
    return {
        "Pipeline": {"steps": [["one", inner]]},
        "VotingClassifier": {"estimators": [["one", inner]]},
        "VotingRegressor": {"estimators": [["one", of_values]]},
        "StackingClassifier": {"estimators": [["one", inner]]},
        "StackingRegressor": {"estimators": [["one", of_values]]},
        "OneVsRestClassifier": {"estimator": inner},
        "OneVsOneClassifier": {"estimator": inner},
        "FeatureUnion": {"transformer_list": [["one", made_by_name("StandardScaler", {})]]},
        "ColumnTransformer": {"transformers": [["one", made_by_name("StandardScaler", {}), ["age", "dose"]]]},
        "RadiusNeighborsClassifier": {"radius": 100.0},
        "RadiusNeighborsRegressor": {"radius": 100.0},
        "QuadraticDiscriminantAnalysis": {"reg_param": 0.1},
    }.get(name, {})


def found_in(family: str, estimator: Any, strip: bool = False) -> Disclosures:
    """Return what the file of an estimator states, once it is trained, and stripped if that is asked."""
    made = trained(family, estimator)
    return rd.sanitize(made, rows=100).after if strip else rd.inspect_model(made)


def trained(family: str, estimator: Any) -> Any:
    """Return an estimator trained on the small table; of statsmodels its results as they are saved."""
    if family == "statsmodels":
        return _results(estimator)
    frame = table(whole=type(estimator).__name__ == "CategoricalNB")
    X = frame.drop(columns=["label", "value"])
    if not hasattr(estimator, "predict"):
        estimator = make_pipeline(estimator, LogisticRegression())
    return estimator.fit(X, frame["value"] if is_regressor(estimator) else frame["label"])


def _results(part: Any) -> Any:
    import statsmodels.api as sm

    frame = table()
    X = sm.add_constant(frame[["age", "dose", "ratio"]])
    classes = part.estimator in ("Logit", "Probit", "MNLogit", "Poisson", "NegativeBinomial")
    y = frame["label" if classes else "value"]
    silent = {"disp": 0} if classes else {}
    results = getattr(sm, part.estimator)(y, X).fit(**silent)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.pickle"
        results.save(path, remove_data=part.settings["remove_data"])
        return rd.load_model(path, trust_pickle=True)


def stated(found: Disclosures) -> set[str]:
    """Return the measures of the appetite that speak of what was found, at their default limits, or are reported."""
    told = set()
    for one in file_findings(found, load_appetite()):
        reported = one.measure in ("training_settings", "training_date") and bool(one.value)
        if one.verdict in ("review", "reject") or reported:
            told.add(f"from_file.{one.measure}")
    return told & set(FILE_MEASURES)


def disagreements(check: rd.Check, told: set[str]) -> list[str]:
    """Return where rules claim too much, or too little, of a file that states these measures."""
    faults = []
    for measure in FILE_MEASURES:
        answers = {one.answer for one in check.rules if one.measure == measure}
        if measure in told and not answers & {"yes", "maybe"}:
            faults.append(f"too little: {measure}")
        if measure not in told and "yes" in answers:
            faults.append(f"too much: {measure}")
    return faults
