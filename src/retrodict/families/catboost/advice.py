"""What CatBoost's estimators store and expose, by their settings; see `Advising`."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

from retrodict.checking.aliases import by_own_names
from retrodict.checking.boosted import leaf_values, many_leaves, settings_stated, values_between_splits
from retrodict.checking.parts import doubt_of, known_as, no_members, stated_in
from retrodict.checking.rules import Answer, Part, Planned, Rule, always, sometimes
from retrodict.extras import extra_for

_ALL = ("CatBoostClassifier", "CatBoostRegressor")
_NAMES = (*_ALL, "CatBoostRanker", "CatBoost")
_ALIASES = {
    **dict.fromkeys(("n_estimators", "num_boost_round", "num_trees"), "iterations"),
    **{"max_depth": "depth", "eta": "learning_rate", "reg_lambda": "l2_leaf_reg", "objective": "loss_function"},
    **{"random_state": "random_seed", "min_child_samples": "min_data_in_leaf", "num_leaves": "max_leaves"},
    **{"colsample_bylevel": "rsm", "max_bin": "border_count", "verbose_eval": "verbose"},
}
_DEFAULTS: dict[str, Any] = {
    **{"iterations": 1000, "depth": 6, "grow_policy": "SymmetricTree", "min_data_in_leaf": 1, "max_leaves": 31},
    **{"cat_features": None},
}
"""What holds where a setting is not stated, by CatBoost's documentation."""


def _leaves(planned: Planned) -> float:
    each = 2 ** planned.number("depth", 6)
    if planned["grow_policy"] == "Lossguide":
        each = planned.number("max_leaves", 31)
    return planned.number("iterations", 1000) * each


def _hashes(planned: Planned) -> Answer:
    """Say whether categories are hashed: surely where they are named, and they may be named when it is trained."""
    return "yes" if planned["cat_features"] else "maybe"


RULES: tuple[Rule, ...] = (
    leaf_values(_ALL),
    values_between_splits(_ALL),
    Rule(
        "one_row_leaves",
        "from_file.personal_facts",
        "review",
        _ALL,
        "state facts of single rows: leaves of one row",
        sometimes,
        ("depth", "grow_policy", "min_data_in_leaf"),
        "`retrodict sanitize` takes the counts out, and no setting keeps leaves of one row from coming about: "
        "min_data_in_leaf says which leaves are split further, and not how many rows a leaf has; a smaller depth makes "
        "fewer",
        stripped=True,
    ),
    Rule(
        "category_hashes",
        "from_file.category_hashes",
        "review",
        _ALL,
        "keep hashes of categories: whoever guesses a value sees whether a training row had it",
        _hashes,
        ("cat_features",),
        "train without columns that identify persons, or with rare values merged",
    ),
    settings_stated(_ALL),
    Rule(
        "date_of_training",
        "from_file.training_date",
        "note",
        _ALL,
        "state when it was trained",
        always,
        (),
        "`retrodict sanitize` takes it out",
        stripped=True,
    ),
    many_leaves(
        "many_leaves_for_the_rows",
        _ALL,
        _leaves,
        ("iterations", "depth", "grow_policy", "max_leaves"),
        {"iterations": 20, "depth": 2},
    ),
)
members = no_members
REVIEWED = frozenset(_ALL)
NEUTRAL = frozenset(
    (
        *("thread_count", "verbose", "silent", "logging_level", "random_seed", "allow_writing_files", "train_dir"),
        *("learning_rate", "l2_leaf_reg", "rsm", "border_count", "loss_function", "eval_metric", "bootstrap_type"),
        *("subsample", "bagging_temperature", "random_strength", "class_weights", "auto_class_weights", "task_type"),
        *("iterations", "depth", "metric_period"),
    )
)


def names() -> Iterable[str]:
    """Return the names of CatBoost's estimators."""
    return _NAMES


def make(name: str, settings: Mapping[str, Any]) -> Any:
    """Return an unfitted estimator; see `Advising`."""
    with extra_for(f"the settings of {name}"):
        import catboost
    cls = {one.__name__: one for one in (catboost.CatBoostClassifier, catboost.CatBoostRegressor)}
    cls |= {one.__name__: one for one in (catboost.CatBoostRanker, catboost.CatBoost)}
    taken = [*inspect.signature(catboost.CatBoostClassifier).parameters, "cat_features"]
    own = by_own_names(name, settings, [one for one in taken if one not in _ALIASES], _ALIASES)
    return cls[name](own) if name == "CatBoost" else cls[name](**own)


def part_of(made: Any) -> Part | None:
    """Return an estimator, or a model that tells its settings, as a part; see `Advising`."""
    name = known_as(made, _NAMES)
    if name is None:
        return None
    given = made.get_params() or (made.get_all_params() if made.is_fitted() else {})
    own = {_ALIASES.get(one, one): value for one, value in given.items()}
    stated = stated_in(own, _DEFAULTS)
    doubt = doubt_of(made, name)
    if name == "CatBoost" and made.is_fitted():
        name = _ALL[0] if own.get("loss_function") in ("Logloss", "MultiClass", "CrossEntropy") else _ALL[1]
    return Part("catboost", name, {**_DEFAULTS, **own}, stated, doubt=doubt, predicts=True)
