"""A class that was seen."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from retrodict.errors import ObservationError
from retrodict.schema import Target, class_of

Array = np.ndarray


@dataclass(frozen=True)
class Label:
    """The model's output was this class: ``p(y|x)``.

    Parameters
    ----------
    index
        The class's place among the model's classes.
    label
        The class itself.
    """

    index: int
    label: Hashable

    @classmethod
    def of(cls, label: Hashable, target: Target) -> Label:
        """Look a class up among the model's; see `class_of` for how labels are compared.

        Raises
        ------
        ObservationError
            If the model has no such class.
        """
        index = class_of(label, target.classes)
        if index is None:
            raise ObservationError(f"class {label!r} is none of the model's; it has {list(target.classes)}")
        return cls(index, target.classes[index])

    @property
    def name(self) -> str:
        """The class."""
        return str(self.label)

    @property
    def log_bound(self) -> float:
        """A probability is at most one."""
        return 0.0

    def log_likelihood(self, output: Float[Array, "n k"]) -> Float[Array, " n"]:
        """Return the class's column of ``log p(y|x)``."""
        return output[:, self.index]

    def slope(self, output: Float[Array, "n k"]) -> Float[Array, "n k"]:
        """Return one for the class and zero for the others; see `Sloped.slope`."""
        out = np.zeros_like(output)
        out[:, self.index] = 1.0
        return out
