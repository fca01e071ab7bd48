"""How training was set: what a file says of it, what a pickle keeps of it, and what users attach."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import xgboost

from retrodict.disclosures.kinds import Disclosure, TrainingErrors, TrainingSettings
from retrodict.disclosures.place import Place
from retrodict.disclosures.unread import Unread, type_name
from retrodict.families.xgboost.booster import FileBooster, plain_booster
from retrodict.families.xgboost.learner import Learner
from retrodict.families.xgboost.paths import ATTRIBUTES, CONFIG, DEFAULTS

_OF_HERE = frozenset(("nthread", "n_jobs", "validate_parameters", "verbosity", "device", "gpu_id", "num_trees"))
"""What says nothing of the training rows, or is in the file as well."""

_DEFAULTS = "the library's defaults: trained with them, or loaded without what it was trained with"
_EVALUATED = "of an evaluation set, which may be the training rows or others"


@dataclass(frozen=True)
class Configuration:
    """How training was set.

    Parameters
    ----------
    settings
        By the library's names.
    kept
        Whether these are the settings of training for sure. A booster that was loaded from a model file has the
        library's defaults for a configuration, and so has one that was trained with nothing else: these can't be told
        apart. One that differs in anything was trained so.
    """

    settings: dict[str, Any]
    kept: bool

    def number(self, name: str) -> float | None:
        """Return a setting as a number; ``None`` where it is not kept."""
        return float(self.settings[name]) if self.kept and name in self.settings else None


def configuration(booster: xgboost.Booster, learner: Learner) -> Configuration | None:
    """Return how training was set; ``None`` of a booster that came from a model file."""
    if isinstance(booster, FileBooster):
        return None
    own, fresh = _settings(booster), _settings(plain_booster(learner))
    return Configuration(own, own != fresh)


def _settings(booster: xgboost.Booster) -> dict[str, Any]:
    found: dict[str, Any] = {}
    _gather(json.loads(booster.save_config())["learner"], found)
    return {name: value for name, value in found.items() if name not in _OF_HERE}


def _gather(part: Any, found: dict[str, Any]) -> None:
    for name, value in part.items() if isinstance(part, dict) else []:
        if isinstance(value, dict):
            _gather(value, found)
        elif not isinstance(value, list):
            found[name] = value


def settings_facts(learner: Learner, config: Configuration | None, place: Place) -> Iterator[Disclosure | Unread]:
    """Yield how training was set, and what was attached to the model."""
    told: dict[str, Any] = {
        "booster": learner.booster,
        "objective": learner.objective,
        **{name: value for section in learner.settings.values() for name, value in section.items()},
    }
    if learner.trees:
        told |= {"num_parallel_tree": learner.parallel, "num_boost_round": len(learner.starts) - 1}
    if learner.types:
        told["feature_types"] = list(learner.types)
    if learner.estimated is False:
        told["base_score"] = list(learner.base)
    yield TrainingSettings(told, features=(), source=place.at("learner"), exact=place.exact)
    if config is not None:
        exact, source = (place.exact, place.at(CONFIG)) if config.kept else (_DEFAULTS, place.at(DEFAULTS))
        yield TrainingSettings(config.settings, features=(), source=source, exact=exact)
    for name, text in (learner.attributes or {}).items():
        yield from _attribute(name, text, place)


def _attribute(name: str, text: str, place: Place) -> Iterator[Disclosure | Unread]:
    source = place.at(ATTRIBUTES)
    if name == "best_score":
        try:
            errors = np.array([float(text)])
        except ValueError:
            errors = np.array([np.nan])
        if np.isfinite(errors).all():
            yield TrainingErrors(errors, features=(), source=source, exact=_EVALUATED)
            return
    elif name in {"best_iteration", "best_ntree_limit"} and text.isdecimal():
        yield TrainingSettings({name: text}, features=(), source=source, exact=_EVALUATED)
        return
    elif name == "scikit_learn":
        kept = _of_estimator(text)
        if kept is not None:
            if kept:
                yield TrainingSettings(kept, features=(), source=source, exact=place.exact)
            return
    yield Unread(f"{source}[{name!r}]", type_name(text), "unknown", "a text that training or a user attached")


def _of_estimator(text: str) -> dict[str, Any] | None:
    """Return the settings that a release before 2.0 attached to its estimators' files; ``None`` where they are none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or any(isinstance(value, dict | list) for value in found.values()):
        return None
    return {name: value for name, value in found.items() if name not in _OF_HERE | {"_estimator_type"}}


def estimator_facts(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the settings of an estimator, and its errors after each round."""
    told = {
        name: value
        for name, value in vars(estimator).items()
        if not name.startswith("_") and not name.endswith("_") and isinstance(value, bool | int | float | str)
        if name not in _OF_HERE | {"missing", "importance_type", "enable_categorical"} and value == value
    }
    told |= {
        name: value
        for name, value in (getattr(estimator, "kwargs", None) or {}).items()
        if isinstance(value, bool | int | float | str)
    }
    if told:
        yield TrainingSettings(told, features=(), source=place.at("settings"), exact=place.exact)
    for rows, metrics in (getattr(estimator, "evals_result_", None) or {}).items():
        for metric, errors in metrics.items():
            source = place.at(f"evals_result_[{rows!r}][{metric!r}]")
            yield TrainingErrors(np.asarray(errors, dtype=np.float64), features=(), source=source, exact=_EVALUATED)
