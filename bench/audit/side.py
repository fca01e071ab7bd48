"""Models and tables on which attacks on membership are held side by side, and what is kept of a run."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from bench.tables import TARGET, table, take_data
from retrodict.evaluation.membership.roc import auc, rate_at

ROWS = {"breast_cancer": 284, "german_credit": 500, "adult": 2_000, "spambase": 500, "pima": 384}
"""Training rows, and as many others; of breast_cancer half, as in the peer's own example. The constants of our attacks
were compared on the first three: the last two show what they are worth elsewhere."""
MODELS: dict[str, Callable[[], Any]] = {
    "forest": lambda: RandomForestClassifier(random_state=0),
    "SVC": lambda: SVC(probability=True, random_state=0),
    "k-neighbours": KNeighborsClassifier,
    "logistic regression": lambda: LogisticRegression(max_iter=2_000),
    "boosting": lambda: GradientBoostingClassifier(random_state=0),
}
NEVER_SAW, BY_HEART = "forest of other rows", "tree of random labels"
CLASSES = 10
"""Of the tree's labels: it knows all of its own rows', and one in so many of others'."""


def take_cases(parser: ArgumentParser) -> None:
    """Let a command take models, tables and their sizes."""
    parser.add_argument("--tables", nargs="+", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--models", nargs="+", choices=list(MODELS), default=list(MODELS))
    parser.add_argument("--rows", type=int, help="training rows of every table, in place of its own number")
    take_data(parser)


def arrays(name: str, chosen: Namespace) -> tuple[np.ndarray, np.ndarray] | None:
    """Return a table as numbers in a random order: lists one-hot, all scaled, since the peer takes arrays alone."""
    frame = table(name, chosen.data)
    if frame is None:
        return None
    frame = frame.dropna().sample(frac=1, random_state=0)
    X = StandardScaler().fit_transform(pd.get_dummies(frame.drop(columns=TARGET)).to_numpy(np.float64))
    return X, pd.factorize(frame[TARGET], sort=True)[0]


def cases(chosen: Namespace, shadows: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the table's name, the model's, and the model with its four arrays."""
    for name in chosen.tables:
        whole = arrays(name, chosen)
        if whole is None:
            continue
        X, y = whole
        n = min(chosen.rows or ROWS[name], len(y) // 2)
        job = _job(X, y, n)
        for title in chosen.models:
            model = MODELS[title]().fit(job["X_train"], job["y_train"])
            yield name, title, job | {"model": model, "shadows": shadows, "seed": 0}


def controls(chosen: Namespace, shadows: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the same of two controls: a forest of as many other rows, and a tree that has learned rows by heart.

    Every attack must have an AUC of 0.5 on the first, and one by the true label about 1 on the second.
    """
    for name in chosen.tables:
        whole = arrays(name, chosen)
        if whole is None:
            continue
        X, y = whole
        n = min(chosen.rows or ROWS[name], len(y) // 3)
        public = MODELS["forest"]().fit(X[2 * n : 3 * n], y[2 * n : 3 * n])
        yield name, NEVER_SAW, _job(X, y, n) | {"model": public, "shadows": shadows, "seed": 0}
        noise = np.random.default_rng(0).integers(0, CLASSES, len(y))
        tree = DecisionTreeClassifier(random_state=0).fit(X[:n], noise[:n])
        yield name, BY_HEART, _job(X, noise, n) | {"model": tree, "shadows": shadows, "seed": 0}


def _job(X: np.ndarray, y: np.ndarray, n: int) -> dict[str, Any]:
    return {"X_train": X[:n], "y_train": y[:n], "X_test": X[n : 2 * n], "y_test": y[n : 2 * n]}


def figures(attack: dict[str, Any]) -> dict[str, Any]:
    """Return the AUC of an attack with its interval and the rest of what is kept of it, without its scores.

    Of repetitions the AUCs are averaged; the interval is that of their mean as if they were independent, which
    repetitions on one table are not.
    """
    kept = {key: value for key, value in attack.items() if key not in ("members", "others", "repeats")}
    if "members" in attack:
        members, others = (np.nan_to_num(np.asarray(attack[kind], float)) for kind in ("members", "others"))
        found = auc(members, others)
        kept |= {"auc": found.value, "low": found.low, "high": found.high}
        kept["found"] = rate_at(members, others).value
    elif "repeats" in attack:
        areas = [auc(np.asarray(one["members"]), np.asarray(one["others"])).value for one in attack["repeats"]]
        mean, half = float(np.mean(areas)), float(1.96 * np.std(areas, ddof=1) / np.sqrt(len(areas)))
        kept |= {"auc": mean, "low": mean - half, "high": mean + half}
    return kept


def cell(attack: dict[str, Any] | None) -> str:
    """Return an AUC with its interval as text; ``fails`` where the attack failed, nothing where it was not made."""
    if attack is None:
        return ""
    if "auc" not in attack:
        return "fails"
    return f"{attack['auc']:.3f} ({attack['low']:.2f} to {attack['high']:.2f})"
