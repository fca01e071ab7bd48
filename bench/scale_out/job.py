"""The job whose parts are drawn: twenty numbers, three classes, boosted trees or naive Bayes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.naive_bayes import GaussianNB

import retrodict as rd

NUMBERS, TRAINED = 20, 4_000
MODELS = {
    "naive Bayes": lambda: GaussianNB(),
    "boosted trees": lambda: HistGradientBoostingClassifier(max_iter=50, random_state=0),
}


def job(name: str) -> tuple[Any, rd.Prior]:
    """Return a model and a prior."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(TRAINED, NUMBERS)), columns=[f"x{i}" for i in range(NUMBERS)])
    y = (X.x0 + X.x1 * X.x2 > 0).astype(int) + (X.x3 > 0.5)
    return MODELS[name]().fit(X, y), rd.fit_prior(X)


def kept(name: str, folder: Path) -> Path:
    """Write a job to a file for another process; return where."""
    path = folder / f"{name.replace(' ', '_')}.joblib"
    joblib.dump(job(name), path)
    return path
