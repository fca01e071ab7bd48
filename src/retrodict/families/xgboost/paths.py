"""Where things stand in a model file of XGBoost, by its own names: sources of facts, and what is taken out."""

from __future__ import annotations

from retrodict.families.xgboost.learner import Learner

CONFIG = "config"
DEFAULTS = "default_config"
ATTRIBUTES = "learner.attributes"
_BOOSTER = "learner.gradient_booster"


def model_path(learner: Learner) -> str:
    """Return where the trees stand."""
    return f"{_BOOSTER}.gbtree.model" if learner.booster == "dart" and not learner.drops_inside else f"{_BOOSTER}.model"


def tree_path(learner: Learner, name: str) -> str:
    """Return where a list of all trees stands; with an empty name, the trees themselves."""
    path = f"{model_path(learner)}.trees[*]"
    return f"{path}.{name}" if name else path


def base_path() -> str:
    """Return where the prediction that training began with stands."""
    return "learner.learner_model_param.base_score"


def cats_path(learner: Learner) -> str:
    """Return where categories stand."""
    return f"{model_path(learner)}.cats"
