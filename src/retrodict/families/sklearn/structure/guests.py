"""Estimators of other families that stand in a scikit-learn model as parts: what their own family knows of them."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from types import ModuleType
from typing import Any

from retrodict.families.sklearn.structure.all_objects import objects_within
from retrodict.models.contract import Model
from retrodict.models.family import Opened, Settings, family_of, openings, part

_OWN = "retrodict.families.sklearn"


def family_of_guest(cls: type) -> str | None:
    """Return the family of a type that is not of scikit-learn's; ``None`` where it is, or where there is none."""
    found = family_of(cls)
    return None if found == _OWN else found


def family_of_name(name: str) -> str | None:
    """Return the family whose packages a dotted name is of, without importing anything; ``None`` of scikit-learn's."""
    package = name.partition(".")[0]
    return next((one for one, opening in openings() if package in opening.PACKAGES and one != _OWN), None)


def file_of_guest(cls: type, name: str) -> ModuleType | None:
    """Return a file of a guest's family by its fixed name; ``None`` where it is no guest, or there is no such file."""
    family = family_of_guest(cls)
    return None if family is None else part(family, name)


def log_proba_of_guest(estimator: Any) -> Callable[[Any], Any] | None:
    """Return the exact log-probabilities that a guest's family computes for input as its library takes it.

    Parameters
    ----------
    estimator
        A fitted classifier.

    Returns
    -------
    callable or None
        From n rows to (n, k); ``None`` where it is no guest, or its family has no such function (`log_proba_of`).
    """
    return _offered(type(estimator), "model", "log_proba_of", lambda *_: None)(estimator)


def trims_of_guest(cls: type) -> Mapping[type, Callable[[Any, Any], None]]:
    """Return what a guest's family takes from its types in a larger model; empty where it is no guest."""
    return _offered(cls, "strip", "trims", dict)()


def model_of_guest(estimator: Any) -> Model | None:
    """Return a guest as its own family's model, for its columns and its noise; ``None`` where it is no guest.

    Parameters
    ----------
    estimator
        A fitted classifier or regressor.

    Raises
    ------
    ModelError
        If its family refuses it: what can't be read alone can't be read in a pipeline.
    """
    family = family_of_guest(type(estimator))
    if family is None:
        return None
    made: Model = import_module(f"{family}.open").model_of(Opened(estimator, "of a part"), Settings())
    return made


def copied(estimator: Any) -> Any:
    """Return a copy of a model that shares nothing with it.

    A pickle is what a library's own state goes through when it is saved; what copying makes of compiled parts need not
    be the same (LightGBM's forgets where training stopped early).
    """
    if any(family_of_guest(type(part)) is not None for _, part in objects_within(estimator)):
        with suppress(Exception):  # a function of the user's, which can't be pickled
            return pickle.loads(pickle.dumps(estimator))
    return copy.deepcopy(estimator)


def _offered(cls: type, file: str, name: str, otherwise: Callable[..., Any]) -> Callable[..., Any]:
    found = file_of_guest(cls, file)
    return otherwise if found is None else getattr(found, name, otherwise)
