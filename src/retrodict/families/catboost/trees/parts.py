"""What is read of a model of CatBoost once, whatever is tried on it afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from retrodict.disclosures.place import Place
from retrodict.errors import ModelError
from retrodict.families.catboost.class_labels import trained_classes
from retrodict.families.catboost.content import Content
from retrodict.families.catboost.exactness import WEIGHTED, rows_words
from retrodict.families.catboost.objectives import Objective
from retrodict.families.catboost.settings import Told, told_of
from retrodict.families.catboost.strip import bare_content
from retrodict.families.catboost.trees.grown import Grown, grown_of
from retrodict.families.catboost.trees.step_kind import Stepping, stepping_of


@dataclass(frozen=True, eq=False)
class Parts:
    """What is read of a model once, whatever steps are tried on it.

    Parameters
    ----------
    content, told
        What its file holds and states.
    grown
        Its trees.
    stepping
        How leaf values follow from sums over rows.
    classes
        Those that training had rows of, in the order of the outputs; empty for a regressor.
    place
        Where it stands, and what its columns go back to.
    objective
        The loss that it was trained for.
    """

    content: Content
    told: Told
    grown: tuple[Grown, ...]
    stepping: Stepping
    classes: tuple[Any, ...]
    place: Place
    objective: Objective

    @property
    def loss(self) -> str:
        """The loss, by CatBoost's name."""
        return self.objective.name

    def with_steps(self, steps: int) -> Self:
        """Return it with leaf values that are the sum of so many steps."""
        told = replace(self.told, steps=steps)
        return replace(self, told=told, stepping=stepping_of(self.content, told, self.objective))

    @property
    def known(self) -> int:
        """Of how many trees, from the first, rows can be followed: the scores before the next are known as well."""
        return next((t for t, each in enumerate(self.grown) if not each.followed), len(self.grown))


def parts_of(
    content: Content,
    place: Place,
    classes: tuple[Any, ...],
    objective: Objective,
    hashes: Mapping[str, Mapping[Any, int]],
) -> Parts:
    """Read the trees of a model.

    Parameters
    ----------
    content
        What its file holds.
    place
        Where it stands, and what its columns go back to.
    classes
        All that it has, as they were called in the table; empty for a regressor.
    objective
        The loss that it was trained for.
    hashes
        The hash of each category, by the raw feature's name and the category as the schema has it.
    """
    told = told_of(content)
    classes = trained_classes(content, classes) if classes else ()
    grown = grown_of(content, place.columns, hashes)
    return Parts(content, told, grown, stepping_of(content, told, objective), classes, place, objective)


def as_stripped(parts: Parts) -> Parts:
    """Return it as a file without anything but what predictions need."""
    content = bare_content(parts.content)
    told = told_of(content)
    grown = tuple(replace(each, weights=None) for each in parts.grown)
    return replace(parts, content=content, told=told, grown=grown, stepping=stepping_of(content, told, parts.objective))


def stated_rows(parts: Parts) -> int | None:
    """Return how many rows the weights of leaves come to; ``None`` where there are none.

    Raises
    ------
    ModelError
        If they are no counts of rows.
    """
    weights = parts.grown[0].weights
    if weights is None:
        return None
    if rows_words(parts.content, parts.told) == WEIGHTED:
        raise ModelError(
            "the rows of the CatBoost model were weighted, and their weights are not stored, so that what leaves state "
            "are no equations about rows; reconstruct rows under a prior instead"
        )
    return round(float(np.nansum(weights)))
