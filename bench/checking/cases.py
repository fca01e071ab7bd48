"""Tables and models of the evidence: each rule's setting beside its remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import is_regressor
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from bench.tables import TARGET, Parts, parts, table
from retrodict.checking.advisers import adviser, made_by_name
from retrodict.checking.rules import OUTPUTS, Advising, Rule
from retrodict.models.family import families

ROWS = 300
"""Training rows at most, and as many others: few enough that attacks show, and models take a second."""

FEWER: dict[str, dict[str, Any]] = {
    "CatBoostClassifier": {"verbose": False, "allow_writing_files": False, "thread_count": 1, "iterations": 200},
    "CatBoostRegressor": {"verbose": False, "allow_writing_files": False, "thread_count": 1, "iterations": 200},
    "LGBMClassifier": {"verbose": -1, "n_jobs": 1},
    "LGBMRegressor": {"verbose": -1, "n_jobs": 1},
    "XGBClassifier": {"n_jobs": 1},
    "XGBRegressor": {"n_jobs": 1},
}
"""Settings that make a model short and silent; a rule's own come after them."""

SCALED = ("SVC", "SVR", "MLPClassifier", "MLPRegressor", "LogisticRegression", "GaussianProcess", "KNeighbors", "RBF")
"""Names, or their beginnings, of what is trained on scaled columns, as it is used."""


@dataclass(frozen=True)
class Case:
    """One rule on one table: models with its setting, and with its remedy.

    Parameters
    ----------
    family
        Short name.
    rule, estimator
        What is measured, and of whom.
    table, rows
        Training rows and others.
    """

    family: str
    rule: Rule
    estimator: str
    table: str
    rows: Parts

    @property
    def name(self) -> str:
        """What its result is kept under."""
        return f"{self.family} {self.rule.code} {self.estimator} {self.table}"

    def as_is(self) -> tuple[str, Any]:
        """Return the rule's setting in words, and an unfitted model with it."""
        return _text(self.estimator, self.rule.example), self._model(((self.estimator, self.rule.example),))

    def lowered(self) -> tuple[str, Any] | None:
        """Return the remedy in words, and an unfitted model with it; ``None`` where it is no other training."""
        own = {**self.rule.example, **self.rule.lowered}  # the remedy alone is changed
        steps = self.rule.instead or (((self.estimator, own),) if self.rule.lowered else ())
        return (" + ".join(_text(*one) for one in steps), self._model(steps)) if steps else None

    def _model(self, steps: Any) -> Any:
        listed = [name for name in self.rows.X if not pd.api.types.is_numeric_dtype(self.rows.X[name].dtype)]
        made = [made_by_name(name, {**FEWER.get(name, {}), **_seeded(name), **own}) for name, own in steps]
        before: list[Any] = []
        if listed:
            encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
            before.append(make_column_transformer((encoder, listed), remainder="passthrough"))
        if any(name.startswith(SCALED) for name, _ in steps):
            before.append(StandardScaler())
        after = [] if hasattr(made[-1], "predict") else [made_by_name("LogisticRegression", {"max_iter": 1000})]
        whole = [*before, *made, *after]
        return whole[0] if len(whole) == 1 else make_pipeline(*whole)


def _seeded(name: str) -> dict[str, Any]:
    """Return a seed, where the estimator takes one."""
    taken = made_by_name(name, {})
    known = taken.get_params() if not name.startswith("CatBoost") else {"random_state": None}
    return {"random_state": 0} if "random_state" in known else {}


def _text(name: str, settings: Mapping[str, Any]) -> str:
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in settings.items())})"


def cases(data: Path | None) -> Iterator[Case]:
    """Yield each rule on its tables: those of files on one, those of outputs on all of the rule's kind of target."""
    sets = {False: dict(_labelled(data)), True: dict(_valued(data))}
    for family, advice in _advised():
        for rule in advice.RULES:
            if (name := _first(rule, advice)) is None:
                continue
            tables = sets[is_regressor(made_by_name(name, {}))]
            chosen = list(tables) if rule.measure == OUTPUTS else list(tables)[:1]
            for table_name in chosen:
                yield Case(family, rule, name, table_name, tables[table_name])


def _advised() -> Iterator[tuple[str, Advising]]:
    for full in families():
        found = adviser(full)
        if found is not None and not full.endswith("statsmodels"):  # its results are saved, not trained by settings
            yield full.rpartition(".")[2], found


def _first(rule: Rule, advice: Advising) -> str | None:
    return next((name for name in rule.estimators if name in advice.REVIEWED), None)


def _labelled(data: Path | None) -> Iterator[tuple[str, Parts]]:
    frame = load_breast_cancer(as_frame=True).frame.rename(columns=lambda name: name.replace(" ", "_"))
    yield "breast_cancer", parts(frame, 284, 0)
    yield "noisy labels", parts(noisy(False), ROWS, 0)
    if data is not None:
        for name in ("german_credit", "adult"):
            if (frame := table(name, data)) is not None:
                coded = frame.dropna().assign(**{TARGET: lambda one: pd.factorize(one[TARGET], sort=True)[0]})
                yield name, parts(coded, ROWS, 0)


def _valued(data: Path | None) -> Iterator[tuple[str, Parts]]:
    yield "diabetes", parts(load_diabetes(as_frame=True).frame, 221, 0)
    yield "noisy values", parts(noisy(True), ROWS, 0)


def noisy(values: bool) -> pd.DataFrame:
    """Return a made table whose target hardly follows from its columns: what is learned of it is learned by heart."""
    rng = np.random.default_rng(17)
    X = rng.normal(size=(2 * ROWS, 8)).round(3)
    margin = 0.7 * X[:, 0] + rng.logistic(size=2 * ROWS)
    frame = pd.DataFrame(X, columns=[f"x{at}" for at in range(8)])
    return frame.assign(**{TARGET: margin.round(3) if values else (margin > 0).astype(int)})
