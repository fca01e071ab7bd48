"""Another booster of the same settings, on other rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import xgboost
from jaxtyping import Float
from sklearn.base import clone

from retrodict.families.retraining import LARGEST_SEED, fingerprint, has_all_classes, training, unstated
from retrodict.families.xgboost.booster import learner_of
from retrodict.families.xgboost.learner import BoostedTree, Learner
from retrodict.families.xgboost.rates import rates_of
from retrodict.families.xgboost.settings_facts import configuration
from retrodict.results.notes import Note

if TYPE_CHECKING:
    from retrodict.families.xgboost.model import XGBoostClassifier, XGBoostRegressor

Array = np.ndarray

_UNSTATED = ["the shares of rows and columns drawn", "limits on small nodes", "weights of rows"]
_NOT_SET = frozenset(("num_feature", "num_target", "boost_from_average", "num_trees", "size_leaf_vector", "seed"))
"""What a configuration holds that is no setting, or is given anew."""
_STEADY = {"nthread": 1, "verbosity": 0}
_STEADY_ESTIMATOR = {"n_jobs": 1, "verbosity": 0}


def retrained(
    model: XGBoostClassifier | XGBoostRegressor, X: Float[Array, "n d"], y: Float[Array, " n"], seed: int
) -> Any:
    """Return a model of the same settings, trained on other rows; see `Retrainable`."""
    seed, own = seed % LARGEST_SEED, model.made
    rows, types = model.codes(X), list(model.head.types) or None
    head = replace(model.head, best=None)
    parts: dict[str, Any] = {"fingerprint": fingerprint(model, X, y, seed), "audit": None, "left": (), "end": 0}
    if isinstance(own, xgboost.XGBModel) and has_all_classes(model, y):
        made = unfitted(own).set_params(random_state=seed, **_STEADY_ESTIMATOR)
        if types is not None:
            made.set_params(feature_types=types, enable_categorical=True)
        with training(model, X):
            made.fit(rows, y if not model.schema.target.is_class else y.astype(np.intp))
        return replace(model, made=made, head=head, warnings=(), **parts)
    params, count, notes = _settings(model, learner_of(model.booster))
    missing = float(own.missing) if isinstance(own, xgboost.XGBModel) else np.nan
    with training(model, X):
        table = xgboost.DMatrix(rows, y, missing=missing, feature_types=types, enable_categorical=True)
        booster = xgboost.train(params | {"seed": seed} | _STEADY, table, num_boost_round=count)
    return replace(model, made=booster, head=replace(head, wrapped=False), warnings=notes, **parts)


def unfitted(fitted: Any) -> Any:
    """Return an estimator of the same settings, for as many rounds as the predictions of a fitted one use."""
    made = clone(fitted)
    given = made.get_params()
    if given.get("early_stopping_rounds") is not None:
        best = fitted.get_booster().attr("best_iteration")
        made.set_params(early_stopping_rounds=None, **({} if best is None else {"n_estimators": int(best) + 1}))
    return made.set_params(callbacks=None) if given.get("callbacks") else made


def _settings(
    model: XGBoostClassifier | XGBoostRegressor, learner: Learner
) -> tuple[dict[str, Any], int, tuple[Note, ...]]:
    """Return the parameters of training, its rounds, and what of it is not known."""
    params: dict[str, Any] = {"booster": learner.booster, "objective": learner.objective}
    for section in learner.settings.values():
        params |= section
    if learner.classes:
        params["num_class"] = learner.classes
    if learner.estimated is False:
        params["base_score"] = learner.base[0]
    rounds = model.end or (learner.linear_rounds if learner.linear is not None else len(learner.starts) - 1) or 1
    config = configuration(model.booster, learner)
    if config is not None and config.kept:
        kept = {name: value for name, value in config.settings.items() if name not in _NOT_SET}
        kept.pop("base_score", None)
        return kept | params | {"num_parallel_tree": learner.parallel}, int(rounds), ()
    told: list[str] = []
    unknown = list(_UNSTATED)
    if learner.trees:
        params |= {"num_parallel_tree": learner.parallel, "max_depth": max(_depth(tree) for tree in learner.trees)}
        told.append(f"trees as deep as the deepest ({params['max_depth']})")
        rates = rates_of(learner.trees)
        if rates is None:
            unknown.append("the learning rate")
        else:
            params |= {"eta": rates.rate, "lambda": rates.penalty}
            told.append(f"the learning rate that leaves show ({rates.rate:g})")
    note = unstated(model, unknown, ", ".join([*told, "the library's defaults for the rest"]))
    return params, int(rounds), (note,)


def _depth(tree: BoostedTree) -> int:
    """Return how many splits lie above the deepest leaf."""
    at, deepest = np.array([0]), 0
    while (at := at[tree.inner[at]]).size:
        at, deepest = np.concatenate([tree.left[at], tree.right[at]]), deepest + 1
    return deepest
