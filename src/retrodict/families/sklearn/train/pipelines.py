"""Unfitted pipelines: the default family, members of optional libraries, a user's own, and a study's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from retrodict.errors import RequestError
from retrodict.families.sklearn.train.algorithms import (
    CLASSIFICATION,
    CLASSIFIERS,
    REGRESSORS,
    Rung,
    Task,
    guest_algorithms,
    of_guest,
    usual_names,
)
from retrodict.families.sklearn.train.preprocessing import behind, behind_plain
from retrodict.schema import Feature


def member(name: str, features: Sequence[Feature], classes: bool, seed: int) -> Any:
    """Return one estimator of the family, unfitted, behind the common preprocessing.

    Parameters
    ----------
    name
        One of `usual_names`, or of `guest_algorithms`.
    features
        What it will be fed.
    classes
        Whether the target is a label.
    seed
        Of what is random in it.

    Raises
    ------
    RequestError
        If there is no such estimator for this kind of target.
    MissingExtraError
        If its library is not installed.
    """
    known = (CLASSIFIERS if classes else REGRESSORS).get(name)
    if name in guest_algorithms():
        return _seeded(behind_plain(features, of_guest(name, "new_estimator", classes)), seed)
    if known is None or known.usual is None:
        what = "labels" if classes else "real values"
        names = ", ".join([*usual_names(classes), *guest_algorithms()])
        raise RequestError(f"no estimator '{name}' for {what}; use one of {names}")
    return _seeded(behind(features, known.usual()), seed)


def family(estimators: Any, features: Sequence[Feature], classes: bool, seed: int) -> dict[str, Any]:
    """Return the estimators to train, unfitted, by name.

    Parameters
    ----------
    estimators
        ``None``: all ten; a name, or names, of the family; an estimator; or names with estimators. An estimator that is
        no `Pipeline` gets the common preprocessing.
    features, classes, seed
        As `member` takes them; the seed is for those that have none.

    Raises
    ------
    RequestError
        If nothing is asked for, or something is no estimator.
    """
    if estimators is None:
        estimators = usual_names(classes)
    elif isinstance(estimators, str) or hasattr(estimators, "fit"):
        estimators = [estimators]
    if not isinstance(estimators, Iterable):
        raise RequestError(f"estimators must be names of the family or estimators by name, got {estimators!r}")
    pairs = estimators.items() if isinstance(estimators, Mapping) else [(None, one) for one in estimators]
    out: dict[str, Any] = {}
    for given, one in pairs:
        name = str(given) if given is not None else one if isinstance(one, str) else type(one).__name__
        if name in out:
            raise RequestError(f"two estimators are named '{name}'; give a dictionary of names and estimators")
        out[name] = member(one, features, classes, seed) if isinstance(one, str) else _own(one, name, features, seed)
    if not out:
        raise RequestError("no estimator was given; leave `estimators` out for the default family")
    return out


def new_estimator(name: str, features: Sequence[Feature], task: Task, rung: Rung) -> Any:
    """Return an unfitted pipeline of the common preprocessing and an algorithm of a study's.

    Parameters
    ----------
    name
        One that `check_algorithm` lets pass.
    features
        What it will be fed.
    task
        What it is to learn.
    rung
        Where on the ladder of capacities it stands.
    """
    if name in guest_algorithms():
        weaker = of_guest(name, "weaker_estimator", task == CLASSIFICATION, rung.capacity, rung.seed)
        return behind_plain(features, weaker)
    maker = (CLASSIFIERS if task == CLASSIFICATION else REGRESSORS)[name].at
    if maker is None:
        raise RequestError(f"'{name}' is no algorithm of studies")
    return behind(features, [maker(rung)])


def takes_weights(pipeline: Any) -> bool:
    """Whether a pipeline's last step can weigh rows."""
    from sklearn.utils.validation import has_fit_parameter

    return bool(has_fit_parameter(pipeline.steps[-1][1], "sample_weight"))


def fresh(estimator: Any) -> Any:
    """Return an unfitted estimator of the same settings."""
    from sklearn.base import clone

    return clone(estimator)


def _own(estimator: Any, name: str, features: Sequence[Feature], seed: int) -> Any:
    from sklearn.base import BaseEstimator
    from sklearn.pipeline import Pipeline

    if isinstance(estimator, type) or not (isinstance(estimator, BaseEstimator) and hasattr(estimator, "predict")):
        raise RequestError(f"'{name}' is no estimator but {estimator!r}; give an unfitted one with fit and predict")
    copy = fresh(estimator)
    return _seeded(copy if isinstance(copy, Pipeline) else behind(features, [copy]), seed)


def _seeded(estimator: Any, seed: int) -> Any:
    own = {key: value for key, value in estimator.get_params().items() if key.split("__")[-1] == "random_state"}
    return estimator.set_params(**{key: seed for key, value in own.items() if value is None})
