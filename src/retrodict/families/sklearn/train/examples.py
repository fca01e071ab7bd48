"""Small models that are trained to show something: the demo's, and those of worlds in which everything is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def scaled_logistic() -> Any:
    """Return an unfitted logistic regression of scaled columns."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=5_000))


def unpenalised_logistic() -> Any:
    """Return an unfitted logistic regression of maximum likelihood, solved closely."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=float("inf"), tol=1e-9, max_iter=5_000)


def small_tree() -> Any:
    """Return an unfitted tree of 16 leaves."""
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(max_leaf_nodes=16, random_state=0)


def write_skops(estimator: Any, path: Path) -> None:
    """Write a fitted estimator to a skops file."""
    import skops.io

    skops.io.dump(estimator, path)
