"""Boosters of XGBoost and what they hold: made of what was checked, and read by their own bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import xgboost

from retrodict.families.xgboost.learner import Encoding, Learner
from retrodict.families.xgboost.read_learner import read_learner, written

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Head:
    """What a likelihood needs of a model beside the booster itself, which computes its scores.

    Parameters
    ----------
    booster, objective
        Their names.
    settings
        Of the objective.
    classes
        Of a multi-class objective; else 0.
    width, names, types, encodings
        Of its features, as in `Learner`.
    codes
        The greatest code of each feature that is split by sets of codes.
    rounds
        How many rounds of boosting there are.
    best
        The best round, as early stopping noted it; ``None`` where it did not.
    wrapped
        Whether a scikit-learn wrapper saved it, which predicts with the rounds up to the best one.
    targets
        How many it predicts.
    """

    booster: str
    objective: str
    settings: dict[str, dict[str, str]]
    classes: int
    width: int
    names: tuple[str, ...]
    types: tuple[str, ...]
    encodings: tuple[Encoding | None, ...]
    codes: dict[int, int]
    rounds: int
    best: int | None
    wrapped: bool
    targets: int = 1

    @classmethod
    def of(cls, learner: Learner) -> Self:
        """Return the head of what was read."""
        codes: dict[int, int] = {}
        for tree in learner.trees:
            for node, own in tree.sets.items():
                i = int(tree.feature[node])
                codes[i] = max(codes.get(i, 0), int(own[-1]))
        attributes = learner.attributes or {}
        return cls(
            learner.booster,
            learner.objective,
            learner.settings,
            learner.classes,
            learner.width,
            learner.names,
            learner.types,
            learner.encodings,
            codes,
            len(learner.starts) - 1,
            best_round(attributes, len(learner.starts) - 1),
            "scikit_learn" in attributes,
            learner.targets,
        )


def best_round(attributes: dict[str, str], rounds: int) -> int | None:
    """Return the best round that training noted, as far as there is such a round."""
    text = attributes.get("best_iteration", "")
    return int(text) if text.isdecimal() and len(text) < 10 and int(text) < rounds else None


class FileBooster(xgboost.Booster):
    """A booster that came from a file alone: its configuration is the library's default, and says nothing.

    Attributes
    ----------
    head
        What a likelihood needs of it.
    learner
        What was read of the file; ``None`` where the booster has been changed or copied since.
    as_json
        Whether the file was JSON.
    """

    head: Head
    learner: Learner | None = None
    as_json: bool

    @classmethod
    def made(cls, learner: Learner, content: bytearray, as_json: bool) -> Self:
        """Return the booster of what was read, and written again as `content`."""
        found = cls()
        found.load_model(content)
        found.head, found.as_json, found.learner = Head.of(learner), as_json, learner
        return found

    def __getstate__(self) -> dict[str, Any]:
        """Return what a pickle holds: what was read of the file can be read of the booster again."""
        return {name: value for name, value in super().__getstate__().items() if name != "learner"}

    def __deepcopy__(self, memo: Any) -> Self:
        """Return a copy that is of a file as well."""
        del memo
        found = type(self)(model_file=self)
        found.head, found.as_json = self.head, self.as_json
        return found

    def __copy__(self) -> Self:
        """Return a copy that is of a file as well."""
        return self.__deepcopy__(None)


def learner_of(booster: xgboost.Booster) -> Learner:
    """Return what a booster holds.

    Raises
    ------
    ContentError
        If it is of a kind that is not read.
    """
    if isinstance(booster, FileBooster) and booster.learner is not None:
        return booster.learner
    return read_learner(bytes(booster.save_raw("ubj")))


def plain_booster(learner: Learner) -> xgboost.Booster:
    """Return a booster of the library's own class."""
    found = xgboost.Booster()
    found.load_model(bytearray(written(learner, as_json=False)))
    return found


def margins(booster: xgboost.Booster, X: Array, kind: str, head: Head, end: int, missing: float) -> Array:
    """Return what a booster puts out for rows, by its own code.

    Parameters
    ----------
    booster
        The booster.
    X
        Rows as it takes them, shape (n, d): codes for categories.
    kind
        `margin` or `value`.
    head
        What is known of it.
    end
        The round before which it ends; 0 for all.
    missing
        What stands for a missing value beside NaN.
    """
    if not len(X):
        groups = max(head.classes, head.targets)
        return np.empty((0, groups) if groups > 1 else 0, dtype=np.float32)
    # the last bit of a sum of weighted trees depends on the way: boosters and estimators go different ones
    if head.booster == "gblinear" or (head.booster == "dart" and not head.wrapped):
        rows = xgboost.DMatrix(X, missing=missing, feature_types=head.types or None, enable_categorical=True)
        found = booster.predict(rows, output_margin=kind == "margin", iteration_range=(0, end), validate_features=False)
    else:
        found = booster.inplace_predict(
            X, iteration_range=(0, end), predict_type=kind, missing=missing, validate_features=False
        )
    return np.asarray(found)
