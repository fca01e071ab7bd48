"""What XGBoost's estimators store and expose, by their settings; see `Advising`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from retrodict.checking.aliases import by_own_names
from retrodict.checking.boosted import leaf_values, many_leaves, node_sums, settings_stated, values_between_splits
from retrodict.checking.parts import doubt_of, known_as, no_members, stated_in
from retrodict.checking.rules import LEAST_ROWS, Answer, Part, Planned, Rule, perhaps, whenever
from retrodict.extras import extra_for

_CLASSIFIERS = ("XGBClassifier", "XGBRFClassifier")
_REGRESSORS = ("XGBRegressor", "XGBRFRegressor")
_ALL = (*_CLASSIFIERS, *_REGRESSORS)
_NAMES = (*_ALL, "XGBRanker")
_DEFAULTS: dict[str, Any] = {
    **{"n_estimators": 100, "max_depth": 6, "max_leaves": 0, "min_child_weight": 1, "tree_method": "hist"},
    **{"booster": "gbtree", "scale_pos_weight": 1, "reg_lambda": 1, "num_parallel_tree": 1},
}
"""What holds where a setting is not stated, by XGBoost's documentation; `auto` and unstated methods are `hist`."""
_ALIASES = {
    **{"eta": "learning_rate", "lambda": "reg_lambda", "alpha": "reg_alpha", "min_split_loss": "gamma"},
    **{"num_boost_round": "n_estimators", "num_round": "n_estimators", "seed": "random_state", "nthread": "n_jobs"},
}
_OWN_OBJECTIVES = (None, "reg:squarederror", "binary:logistic", "multi:softprob", "multi:softmax")


def _trees(planned: Planned) -> bool:
    return bool(planned["booster"] != "gblinear")


def _binned(planned: Planned) -> bool:
    return _trees(planned) and planned["tree_method"] != "exact"


def _one_row(planned: Planned) -> Answer:
    """Say whether a leaf of one row can come about: each row adds at most so much to `min_child_weight`."""
    if not _trees(planned):
        return "no"
    own = planned["objective"] in _OWN_OBJECTIVES and planned["scale_pos_weight"] in (1, None)
    most = 0.5 if planned.part.estimator in _CLASSIFIERS else 1.0  # p (1 - p), twice it of several classes; 1
    return "no" if own and planned.number("min_child_weight", 1) > most else "maybe"


def _leaves(planned: Planned) -> float:
    if planned["max_leaves"]:
        each = planned.number("max_leaves", 1)
    else:
        each = 2 ** planned.number("max_depth", 6) if planned["max_depth"] else float("inf")
    return planned.number("n_estimators", 100) * planned.number("num_parallel_tree", 1) * each


RULES: tuple[Rule, ...] = (
    leaf_values(_ALL, whenever(_trees), ("booster",)),
    node_sums(_ALL, whenever(_trees), ("booster",)),
    Rule(
        "split_values",
        "from_file.split_values",
        "review",
        _ALL,
        "split at values of training rows (histograms cut at them), which a stripped copy keeps",
        perhaps(_binned),
        ("tree_method",),
        "train with tree_method='exact', which splits between two rows; or `retrodict sanitize --round-splits`",
        {"tree_method": "exact"},
    ),
    values_between_splits(_ALL, perhaps(_trees), ("booster", "tree_method")),
    Rule(
        "one_row_leaves",
        "from_file.personal_facts",
        "review",
        _ALL,
        "state facts of single rows: leaves of one row",
        _one_row,
        ("min_child_weight", "objective", "scale_pos_weight"),
        f"train with min_child_weight={LEAST_ROWS}: of a regressor at least so many rows a leaf, of a classifier more",
        {"min_child_weight": LEAST_ROWS},
        example={"min_child_weight": 0, "reg_lambda": 0, "max_depth": 12},
    ),
    settings_stated(_ALL),
    many_leaves(
        "many_leaves_for_the_rows",
        _ALL,
        _leaves,
        ("n_estimators", "max_depth", "max_leaves", "num_parallel_tree"),
        {"n_estimators": 20, "max_depth": 2},
        _trees,
    ),
)
members = no_members
REVIEWED = frozenset(_ALL)
NEUTRAL = frozenset(
    (
        *("n_jobs", "verbosity", "random_state", "device", "validate_parameters", "importance_type", "base_score"),
        *("learning_rate", "reg_lambda", "reg_alpha", "gamma", "subsample", "colsample_bytree", "colsample_bylevel"),
        *("colsample_bynode", "max_delta_step", "max_bin", "missing", "grow_policy", "eval_metric", "max_depth"),
        *("n_estimators", "early_stopping_rounds"),
    )
)


def names() -> Iterable[str]:
    """Return the names of XGBoost's estimators."""
    return _NAMES


def make(name: str, settings: Mapping[str, Any]) -> Any:
    """Return an unfitted estimator; see `Advising`."""
    with extra_for(f"the settings of {name}"):
        import xgboost
    cls = {one.__name__: one for one in (xgboost.XGBClassifier, xgboost.XGBRegressor, xgboost.XGBRanker)}
    cls |= {one.__name__: one for one in (xgboost.XGBRFClassifier, xgboost.XGBRFRegressor)}
    return cls[name](**by_own_names(name, settings, cls[name]().get_params(), _ALIASES))


def part_of(made: Any) -> Part | None:
    """Return an estimator as a part; a booster does not keep its settings."""
    name = known_as(made, _NAMES)
    if name is None:
        return None
    given = {_ALIASES.get(one, one): value for one, value in made.get_params().items()}
    unset = type(made)().get_params() if type(made).__name__ == name else {}
    stated = stated_in(given, unset)
    settings = {**given, **{one: value for one, value in _DEFAULTS.items() if given.get(one) in (None, "auto")}}
    return Part("xgboost", name, settings, stated, doubt=doubt_of(made, name), predicts=True)
