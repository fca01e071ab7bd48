"""How far predictions tell who was in the training table: settings by which a model fits its rows closely.

None of these rules can clear a model: where one does not speak, an audit of the trained model tells.
"""

from __future__ import annotations

from retrodict.checking.boosted import many_leaves
from retrodict.checking.rules import (
    OUTPUTS,
    ROWS_A_COLUMN,
    Answer,
    Planned,
    Rule,
    perhaps,
    sometimes,
)
from retrodict.families.sklearn.advice.boosting import HISTOGRAMS
from retrodict.families.sklearn.advice.single_rows import BOOSTED, FORESTS, LEAF_SETTINGS, TREES, least_rows

SURE_NEIGHBOURS = 1
"""Of so many neighbours a training row is its own nearest, and its prediction its own target."""
MANY_NEIGHBOURS = 30
"""Of so many neighbours attacks find hardly more than by chance, by the evidence."""
LARGE_LEAF = 30
"""Rows a leaf at which attacks find little more of one tree than by chance, by the evidence; of forests they do."""
SMALL_C = 0.1
"""A penalty at which kernels bend less to single rows, by the evidence; it does not rule attacks out."""
SMALL_PENALTY = 0.01
"""The same of logistic regression, of which it was measured to do little."""
_NOISE = 0.1
"""Noise of a Gaussian process below which it passes through its training rows."""


def _few_in_leaves(planned: Planned) -> bool:
    least = least_rows(planned)
    return least is None or least < LARGE_LEAF


def _neighbours(planned: Planned) -> Answer:
    if planned["weights"] == "distance" or planned.number("n_neighbors", 5) <= SURE_NEIGHBOURS:
        return "yes"
    return "maybe" if planned.number("n_neighbors", 5) < MANY_NEIGHBOURS else "no"


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
        FORESTS,
        "predict its training rows more surely than others, the more so the fewer rows a leaf has, so that members are "
        "told",
        sometimes,
        LEAF_SETTINGS,
        f"train with min_samples_leaf={LARGE_LEAF}, which lowers it and does not rule it out",
        {"min_samples_leaf": LARGE_LEAF},
    ),
    Rule(
        "leaves_of_few_rows_of_one_tree",
        OUTPUTS,
        "reject",
        TREES,
        "predict its training rows more surely than others, so that members are told: its leaves are of few rows",
        perhaps(_few_in_leaves),
        LEAF_SETTINGS,
        f"train with min_samples_leaf={LARGE_LEAF}",
        {"min_samples_leaf": LARGE_LEAF},
    ),
    many_leaves(
        "many_leaves_for_the_rows",
        BOOSTED,
        _boosted,
        ("n_estimators", "max_depth", "max_leaf_nodes"),
        {"n_estimators": 20, "max_depth": 1},
    ),
    many_leaves(
        "many_leaves_for_the_rows_in_histograms",
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
        f"train with n_neighbors={MANY_NEIGHBOURS}, weights='uniform'",
        {"n_neighbors": MANY_NEIGHBOURS, "weights": "uniform"},
        example={"weights": "distance"},
    ),
    Rule(
        "bending_kernel",
        OUTPUTS,
        "reject",
        ("SVC", "SVR"),
        "bend to single rows, so that members are told by their margins",
        sometimes,
        ("C", "gamma"),
        f"train with C={SMALL_C}, which lowers it and does not rule it out",
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
        perhaps(_narrow),
        ("C",),
        f"take at least {ROWS_A_COLUMN} rows a column; a penalty of C={SMALL_PENALTY} hardly lowers it",
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
        f"take at least {ROWS_A_COLUMN} rows a column, or merge columns and rare categories",
    ),
)
