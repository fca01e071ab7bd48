"""How far predictions tell who was in the training table: settings by which a model fits its rows closely.

None of these rules can clear a model: where one does not speak, an audit of the trained model tells.
"""

from __future__ import annotations

from retrodict.checking.boosted import many_leaves
from retrodict.checking.rules import (
    LEAST_ROWS,
    OUTPUTS,
    ROWS_A_COLUMN,
    Answer,
    Planned,
    Rule,
    perhaps,
)
from retrodict.families.sklearn.advice.boosting import HISTOGRAMS
from retrodict.families.sklearn.advice.single_rows import BOOSTED, FORESTS, LEAF_SETTINGS, TREES, least_rows

SURE_NEIGHBOURS = 1
"""Of so many neighbours a training row is its own nearest, and its prediction its own target."""
SMALL_C = 0.1
"""The penalty at which kernels no longer bend to single rows, by the evidence."""
SMALL_PENALTY = 0.01
"""The same of logistic regression."""
_LARGE_RIDGE = 100.0
_NOISE = 0.1
"""Noise of a Gaussian process below which it passes through its training rows."""


def _few_in_leaves(planned: Planned) -> bool:
    least = least_rows(planned)
    return least is None or least < LEAST_ROWS


def _neighbours(planned: Planned) -> Answer:
    if planned["weights"] == "distance" or planned.number("n_neighbors", 5) <= SURE_NEIGHBOURS:
        return "yes"
    return "maybe" if planned.number("n_neighbors", 5) < LEAST_ROWS else "no"


def _boosted(planned: Planned) -> float:
    if planned["max_leaf_nodes"] is not None:
        each = planned.number("max_leaf_nodes", 2)
    else:
        each = float("inf") if planned["max_depth"] is None else 2 ** planned.number("max_depth", 3)
    return planned.number("n_estimators", 100) * each


def _histograms(planned: Planned) -> float:
    each = planned.number("max_leaf_nodes", float("inf"))
    if planned["max_depth"] is not None:
        each = min(each, 2 ** planned.number("max_depth", 0))
    return planned.number("max_iter", 100) * each


def _narrow(planned: Planned) -> bool:
    """Whether rows are few for the columns, or that is not known."""
    return planned.rows is None or planned.columns is None or planned.rows < ROWS_A_COLUMN * planned.columns


RULES = (
    Rule(
        "leaves_of_few_rows",
        OUTPUTS,
        "reject",
        (*FORESTS, *TREES),
        "predict its training rows more surely than others, so that members are told: its leaves are of few rows",
        perhaps(_few_in_leaves),
        LEAF_SETTINGS,
        f"train with min_samples_leaf={LEAST_ROWS}",
        {"min_samples_leaf": LEAST_ROWS},
    ),
    many_leaves(
        "as_many_leaves_as_rows",
        BOOSTED,
        _boosted,
        ("n_estimators", "max_depth", "max_leaf_nodes"),
        {"n_estimators": 20, "max_depth": 1},
    ),
    many_leaves(
        "as_many_leaves_as_rows_in_histograms",
        HISTOGRAMS,
        _histograms,
        ("max_iter", "max_depth", "max_leaf_nodes"),
        {"max_iter": 20, "max_leaf_nodes": 4},
    ),
    Rule(
        "near_neighbours",
        OUTPUTS,
        "reject",
        ("KNeighborsClassifier", "KNeighborsRegressor"),
        "predict a training row by its own target: it is its own nearest neighbour",
        _neighbours,
        ("n_neighbors", "weights"),
        "train with n_neighbors=30, weights='uniform'",
        {"n_neighbors": 30, "weights": "uniform"},
        example={"weights": "distance"},
    ),
    Rule(
        "bending_kernel",
        OUTPUTS,
        "reject",
        ("SVC", "SVR"),
        "bend to single rows, so that members are told by their margins",
        perhaps(lambda planned: planned.number("C", 1.0) > SMALL_C),
        ("C", "gamma"),
        f"train with C={SMALL_C}",
        {"C": SMALL_C},
        example={"C": 10.0},
    ),
    Rule(
        "passes_through_rows",
        OUTPUTS,
        "reject",
        ("GaussianProcessRegressor",),
        "predict every training row by its own target: it passes through them",
        perhaps(lambda planned: planned.number("alpha", 0.0) < _NOISE),
        ("alpha", "kernel"),
        "train with noise of the target's own size, such as alpha=1.0, normalize_y=True",
        {"alpha": 1.0, "normalize_y": True},
    ),
    Rule(
        "network_to_the_end",
        OUTPUTS,
        "reject",
        ("MLPClassifier", "MLPRegressor"),
        "learn single rows by heart: it is trained without early stopping",
        perhaps(lambda planned: not planned["early_stopping"]),
        ("early_stopping", "alpha", "max_iter", "hidden_layer_sizes"),
        "train with early_stopping=True",
        {"early_stopping": True},
    ),
    Rule(
        "few_rows_a_column",
        OUTPUTS,
        "reject",
        ("LogisticRegression",),
        f"fit its rows closely where there are fewer than {ROWS_A_COLUMN} a column, indicators of categories counted",
        perhaps(lambda planned: _narrow(planned) and planned.number("C", 1.0) > SMALL_PENALTY),
        ("C",),
        f"take at least {ROWS_A_COLUMN} rows a column, or train with C={SMALL_PENALTY}",
        {"C": SMALL_PENALTY},
    ),
    Rule(
        "few_rows_a_column_of_values",
        OUTPUTS,
        "reject",
        ("LinearRegression",),
        f"fit its rows closely where there are fewer than {ROWS_A_COLUMN} a column, indicators of categories counted",
        perhaps(_narrow),
        (),
        f"take at least {ROWS_A_COLUMN} rows a column, or train Ridge(alpha={_LARGE_RIDGE:g})",
        instead=(("Ridge", {"alpha": _LARGE_RIDGE}),),
    ),
)
