"""Small audits, each made once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import retrodict as rd
from retrodict.auditing import AuditResult
from retrodict.matching import Matching
from tests.cli.conftest import cli as cli

COLUMNS = ["mean radius", "mean texture", "mean smoothness", "worst concavity"]
MODELS = {
    "logistic": make_pipeline(StandardScaler(), LogisticRegression()),
    "svc": make_pipeline(StandardScaler(), SVC()),
    "neighbours": KNeighborsClassifier(),
    "forest": RandomForestClassifier(5, max_depth=4, random_state=0),
}


@cache
def tumours() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return training and held-out rows."""
    frame = load_breast_cancer(as_frame=True).frame.sample(frac=1, random_state=0).reset_index(drop=True)
    frame = frame[[*COLUMNS, "target"]]
    return frame[:150].copy(), frame[150:300].reset_index(drop=True)


def fitted(name: str) -> Any:
    train, _ = tumours()
    return MODELS[name].fit(train[COLUMNS], train["target"])


@cache
def votes(n: int, seed: int) -> pd.DataFrame:
    """Return rows of binary columns, which a forest's node counts pin."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.integers(0, 2, (n, 12)), columns=[f"q{j}" for j in range(12)])
    score = frame[["q0", "q1", "q2"]].sum(axis=1) + rng.normal(0, 0.7, n)
    return frame.assign(party=np.where(score > 1.5, "left", "right"))


@pytest.fixture(scope="session")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a function that audits one of the models, once."""
    folder = tmp_path_factory.mktemp("audits")
    # What a first search compiles is not to count against the two minutes of a quick audit.
    rd.rebuild(fitted("forest"), search=Matching(sweeps=1, restarts=0), calibrate=0, progress=False)

    @cache
    def audit(name: str) -> tuple[AuditResult, Path]:
        train, test = tumours()
        out = folder / name
        return rd.audit(fitted(name), train=train, holdout=test, target="target", out=out, quick=True), out

    return audit


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[AuditResult, Path]:
    """Return an audit of a model without any real rows."""
    out = tmp_path_factory.mktemp("alone") / "out"
    return rd.audit(fitted("logistic"), out=out, quick=True), out
