"""What LightGBM's estimators store and expose, by their settings; see `Advising`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from retrodict.checking.aliases import by_own_names
from retrodict.checking.boosted import leaf_values, many_leaves, node_sums, settings_stated, values_between_splits
from retrodict.checking.parts import doubt_of, known_as, no_members, stated_in
from retrodict.checking.rules import LEAST_ROWS, Answer, Part, Planned, Rule, sometimes
from retrodict.extras import extra_for

_ALL = ("LGBMClassifier", "LGBMRegressor")
_NAMES = (*_ALL, "LGBMRanker")
_ALIASES = {
    **dict.fromkeys(("min_data_in_leaf", "min_data_per_leaf", "min_data", "min_samples_leaf"), "min_child_samples"),
    **dict.fromkeys(("min_sum_hessian_in_leaf", "min_sum_hessian_per_leaf", "min_hessian"), "min_child_weight"),
    **dict.fromkeys(("num_iterations", "num_boost_round", "num_trees", "num_round", "max_iter"), "n_estimators"),
    **dict.fromkeys(("eta", "shrinkage_rate"), "learning_rate"),
    **dict.fromkeys(("max_leaves", "num_leaf", "max_leaf_nodes"), "num_leaves"),
    **dict.fromkeys(("lambda_l2", "lambda", "l2_regularization"), "reg_lambda"),
    **dict.fromkeys(("lambda_l1", "l1_regularization"), "reg_alpha"),
    **dict.fromkeys(("bagging_fraction", "bagging"), "subsample"),
    **{"bagging_freq": "subsample_freq", "feature_fraction": "colsample_bytree", "min_gain_to_split": "min_split_gain"},
    **dict.fromkeys(("boosting", "boost"), "boosting_type"),
    **dict.fromkeys(("seed", "random_seed"), "random_state"),
    **dict.fromkeys(("num_threads", "nthread"), "n_jobs"),
    **{"application": "objective", "verbosity": "verbose"},
}
_NATIVE = frozenset(
    (
        *("linear_tree", "data_sample_strategy", "extra_trees", "max_bin", "path_smooth", "deterministic", "alpha"),
        *(
            "force_row_wise",
            "force_col_wise",
            "feature_fraction_bynode",
            "top_rate",
            "other_rate",
            "drop_rate",
            "verbose",
        ),
        *(
            "categorical_feature",
            "cat_smooth",
            "cat_l2",
            "min_data_per_group",
            "max_cat_threshold",
            "num_class",
            "metric",
        ),
        *("monotone_constraints", "use_quantized_grad", "early_stopping_round", "is_unbalance", "scale_pos_weight"),
    )
)
"""Settings that LightGBM takes beside those of its estimators."""


def _one_row(planned: Planned) -> Answer:
    """Say whether a leaf of one row can come about: rows are counted by hessians, alike for squares alone."""
    squares = planned["objective"] in (None, "regression", "regression_l2", "l2", "mse", "mean_squared_error")
    alike = planned["data_sample_strategy"] in (None, "bagging") and planned["boosting_type"] in ("gbdt", "dart", "rf")
    return "no" if squares and alike and planned.number("min_child_samples", 20) >= 2 else "maybe"


def _leaves(planned: Planned) -> float:
    each = planned.number("num_leaves", 31)
    if planned.number("max_depth", -1) > 0:
        each = min(each, 2 ** planned.number("max_depth", 1))
    return planned.number("n_estimators", 100) * each


RULES: tuple[Rule, ...] = (
    leaf_values(_ALL),
    node_sums(_ALL),
    values_between_splits(_ALL),
    Rule(
        "one_row_leaves",
        "from_file.personal_facts",
        "review",
        ("LGBMRegressor",),
        "state facts of single rows: leaves of one row",
        _one_row,
        ("min_child_samples", "objective", "data_sample_strategy", "boosting_type"),
        f"train with min_child_samples={LEAST_ROWS} or more (20 is the default) and the loss of squares",
        {"min_child_samples": LEAST_ROWS},
        example={"min_child_samples": 1, "num_leaves": 100},
    ),
    Rule(
        "one_row_leaves_of_classes",
        "from_file.personal_facts",
        "review",
        ("LGBMClassifier",),
        "state facts of single rows: leaves of one row, whatever min_child_samples, since rows are counted by their "
        "hessians",
        sometimes,
        ("min_child_samples",),
        "`retrodict sanitize` takes the counts out; a larger min_child_samples makes fewer such leaves",
        example={"min_child_samples": 1, "num_leaves": 100},
        stripped=True,
    ),
    settings_stated(_ALL),
    many_leaves(
        "many_leaves_for_the_rows",
        _ALL,
        _leaves,
        ("n_estimators", "num_leaves", "max_depth"),
        {"n_estimators": 20, "num_leaves": 4},
    ),
)
members = no_members
REVIEWED = frozenset(_ALL)
NEUTRAL = frozenset(
    (
        *("n_jobs", "verbose", "random_state", "importance_type", "deterministic", "force_row_wise", "force_col_wise"),
        *("learning_rate", "reg_lambda", "reg_alpha", "min_split_gain", "min_child_weight", "subsample"),
        *("subsample_freq", "colsample_bytree", "boosting_type", "class_weight", "subsample_for_bin", "max_bin"),
        *("linear_tree", "data_sample_strategy", "objective", "metric", "is_unbalance", "scale_pos_weight"),
        *("num_class", "n_estimators", "num_leaves", "max_depth"),
    )
)


def names() -> Iterable[str]:
    """Return the names of LightGBM's estimators."""
    return _NAMES


def make(name: str, settings: Mapping[str, Any]) -> Any:
    """Return an unfitted estimator; see `Advising`."""
    with extra_for(f"the settings of {name}"):
        import lightgbm
    cls = {one.__name__: one for one in (lightgbm.LGBMClassifier, lightgbm.LGBMRegressor, lightgbm.LGBMRanker)}[name]
    return cls(**by_own_names(name, settings, {*cls().get_params(), *_NATIVE}, _ALIASES))


def part_of(made: Any) -> Part | None:
    """Return an estimator, or a booster that tells its settings, as a part; see `Advising`."""
    name = known_as(made, _NAMES)
    with extra_for("the settings of LightGBM models"):
        import lightgbm
    defaults = lightgbm.LGBMClassifier().get_params()
    if name is not None:
        given = made.get_params()
    elif isinstance(made, lightgbm.Booster) and made.params:
        given = made.params
        name = _ALL[0] if str(given.get("objective", "")).startswith(("binary", "multi")) else _ALL[1]
    else:
        return None
    own = {_ALIASES.get(one, one): value for one, value in given.items()}
    doubt = doubt_of(made, name, "Booster")
    return Part("lightgbm", name, {**defaults, **own}, stated_in(own, defaults), doubt=doubt, predicts=True)
