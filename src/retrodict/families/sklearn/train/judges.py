"""The classifiers that measures rest on: density ratios, envelopes of a loss, and tests of two samples. Unfitted."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray


def boosting(sizes: Array, seed: int) -> Any:
    """Return boosted trees of codes, for density ratios and envelopes.

    Parameters
    ----------
    sizes
        Categories of each feature, shape (d,); 0 for a number.
    seed
        Of what is random in it.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        learning_rate=0.08,
        max_iter=60,
        max_leaf_nodes=8,
        min_samples_leaf=15,
        l2_regularization=1.0,
        categorical_features=sizes > 0,
        early_stopping=False,
        random_state=seed,
    )


def forest(seed: int) -> Any:
    """Return extremely random trees, for envelopes."""
    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(100, min_samples_leaf=3, max_features=0.5, random_state=seed)


def scaled_line(strength: float) -> Any:
    """Return a logistic regression of scaled columns, weakened by the inverse of its strength."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=200, tol=1e-3))


def telling_trees(rows: int, lists: list[bool]) -> Any:
    """Return boosted trees that tell two tables apart.

    Parameters
    ----------
    rows
        That they will be fitted to.
    lists
        Which columns are codes of categories.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=40,
        learning_rate=0.15,
        max_leaf_nodes=15,
        min_samples_leaf=max(1, min(20, rows // 20)),
        categorical_features=lists,
        early_stopping=False,
        random_state=0,
    )


def telling_line() -> Any:
    """Return a logistic regression that tells two tables apart."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=200)


def calibrating_line() -> Any:
    """Return a logistic regression that puts odds right, whatever the tables' sizes."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(class_weight="balanced")


def study_pair(trees: int, columns: int, classes: int, seed: int) -> tuple[Any, Any]:
    """Return the two learners of a study's divergences: a line of curves, and extremely random trees.

    Parameters
    ----------
    trees
        How many.
    columns
        That trees see.
    classes
        Of the target, one column each.
    seed
        Of the trees.
    """
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.linear_model import LogisticRegression

    most = min(columns, max(4, round(columns**0.5) + classes))
    random = ExtraTreesClassifier(trees, min_samples_leaf=3, max_features=most, random_state=seed)
    return LogisticRegression(C=0.1, max_iter=60, tol=1e-3), random


def output_trees(rows: int, seed: int) -> Any:
    """Return extremely random trees that tell members from others by a model's outputs.

    Parameters
    ----------
    rows
        That they will be fitted to: their leaves hold a fiftieth of them, since what is to be learned is faint.
    seed
        Of what is random in them.
    """
    from sklearn.ensemble import ExtraTreesClassifier

    leaf = max(3, rows // 50)
    return ExtraTreesClassifier(50, min_samples_leaf=leaf, max_features=0.5, class_weight="balanced", random_state=seed)


def output_line() -> Any:
    """Return a logistic regression that does the same."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=200, tol=1e-3))


def usual_value(sizes: Array, rows: int) -> Any:
    """Return boosted trees of the mean of a number, given codes.

    Parameters
    ----------
    sizes
        Categories of each column, shape (d,); 0 for a number.
    rows
        That they will be fitted to.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(
        max_iter=40,
        max_leaf_nodes=8,
        min_samples_leaf=max(5, min(20, rows // 20)),
        l2_regularization=1.0,
        categorical_features=sizes > 0,
        early_stopping=False,
        random_state=0,
    )
