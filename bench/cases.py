"""The datasets and algorithms of the replica table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

DATASETS: dict[str, Callable[..., Any]] = {
    "iris": load_iris,
    "wine": load_wine,
    "breast_cancer": load_breast_cancer,
    "digits": load_digits,
}


def _scaled(estimator: Any) -> Any:
    return make_pipeline(StandardScaler(), estimator)


ALGORITHMS: dict[str, Callable[[], Any]] = {
    "logistic regression": lambda: _scaled(LogisticRegression(max_iter=2_000)),
    "LDA": LinearDiscriminantAnalysis,
    "Gaussian naive Bayes": lambda: GaussianNB(var_smoothing=1e-3),
    "k-neighbours": lambda: _scaled(KNeighborsClassifier(10, weights="uniform")),
    "SVC, calibrated": lambda: _scaled(CalibratedClassifierCV(SVC(), ensemble=False, cv=3)),
    "decision tree": lambda: DecisionTreeClassifier(min_samples_leaf=5, random_state=0),
    "random forest": lambda: RandomForestClassifier(100, random_state=0),
    "hist gradient boosting": lambda: HistGradientBoostingClassifier(max_iter=50, random_state=0),
    "MLP": lambda: _scaled(MLPClassifier((50,), max_iter=500, random_state=0)),
}


@dataclass(frozen=True)
class Split:
    """Three disjoint parts of a dataset: 40 % for the base model, 30 % public, 30 % for the test."""

    train: pd.DataFrame
    train_labels: pd.Series
    public: pd.DataFrame
    public_labels: pd.Series
    test: pd.DataFrame
    test_labels: pd.Series


def split(dataset: str) -> Split:
    """Load a dataset and split it, classes in equal shares."""
    X, y = DATASETS[dataset](return_X_y=True, as_frame=True)
    X = X.astype("float64")
    train, rest, train_y, rest_y = train_test_split(X, y, train_size=0.4, stratify=y, random_state=0)
    public, test, public_y, test_y = train_test_split(rest, rest_y, train_size=0.5, stratify=rest_y, random_state=0)
    return Split(train, train_y, public, public_y, test, test_y)
