"""A prior of each class of the target."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from retrodict.errors import PriorError
from retrodict.priors.contract import Prior
from retrodict.priors.mixture import MixturePrior
from retrodict.schema.labels import class_of, native

TAKEN_AS_ALL = "classes_taken_as_all"
"""The code of the note that of some classes nothing is known but what is known of all rows."""


@dataclass(frozen=True, eq=False, repr=False)
class ClassPrior(MixturePrior):
    """A mixture whose components are the classes of the target: of one whose class is known, the row has its component.

    Parameters
    ----------
    components, weights, notes, class_shares
        As of `MixturePrior`: one component a class, weighted as often as the class is.
    classes
        What they are called, in the order of the components.

    Raises
    ------
    PriorError
        As of `MixturePrior`, or if there is not one class a component.
    """

    classes: tuple[Hashable, ...] = ()

    def __post_init__(self) -> None:
        if len(self.classes) != len(self.components):
            raise PriorError(f"{len(self.components)} priors of classes have {len(self.classes)} names; give one each")
        super().__post_init__()

    def of_class(self, label: Hashable) -> Prior | None:
        """Return the prior of a class, compared as text where it must be; ``None`` where it knows no such class."""
        place = class_of(label, self.classes)
        return None if place is None else self.components[place]

    def describe(self) -> dict[str, Any]:
        """Return weights, components and classes as plain data."""
        return {**super().describe(), "classes": [native(label) for label in self.classes]}
