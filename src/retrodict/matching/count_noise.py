"""The noise that the owner of a model added to the counts of its trees, as it is told beside the file."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self, get_args

from retrodict.errors import RequestError
from retrodict.matching.problem import NoiseKind
from retrodict.results.arguments import check_positive

_BUDGET = "epsilon"
"""What a text says in place of a kind where it states the budget of a whole forest."""


@dataclass(frozen=True)
class CountNoise:
    """Independent noise on each class count of each leaf, as differentially private forests have it.

    Parameters
    ----------
    kind
        `laplace`; `truncated`: Laplace's with its fraction cut off, as ``int`` does; `rounded`: Laplace's, rounded;
        `geometric`: on whole numbers, chances proportional to ``exp(-|z| / scale)``; or `gaussian`.
    scale
        Of a draw, in rows: Laplace's scale, the geometric law's, or the standard deviation; ``None`` where `budget`
        says it.
    budget
        The epsilon of the whole forest, parted evenly over its trees. The leaves of a tree are disjoint and one row
        more or less changes one count by one, so that each tree has noise of scale ``trees / epsilon`` (Dwork,
        McSherry, Nissim & Smith, TCC 2006).

    Raises
    ------
    RequestError
        If there is no such noise.
    """

    kind: NoiseKind = "laplace"
    scale: float | None = None
    budget: float | None = None

    def __post_init__(self) -> None:
        kinds = get_args(NoiseKind)
        if self.kind not in kinds:
            raise RequestError(f"the kind of noise must be one of {', '.join(kinds)}, got {self.kind!r}")
        if (self.scale is None) == (self.budget is None):
            raise RequestError("noise needs either a scale in rows or the forest's epsilon as its budget, and not both")
        if self.budget is not None and self.kind == "gaussian":
            raise RequestError("epsilon alone does not tell the scale of Gauss's noise; give its standard deviation")
        for name, value in (("scale", self.scale), ("epsilon", self.budget)):
            if value is not None:
                check_positive(value, f"the {name} of noise")

    @classmethod
    def of(cls, given: Any) -> Self:
        """Return what is given as noise, which may be a text: `KIND:SCALE`, `epsilon:E`, or `KIND:epsilon:E`.

        Raises
        ------
        RequestError
            If it says no noise.
        """
        if isinstance(given, cls):
            return given
        if not isinstance(given, str):
            raise RequestError(f"noise must be a text such as 'laplace:2' or 'epsilon:5', got {type(given).__name__}")
        *head, number = given.split(":")
        try:
            value = float(number)
        except ValueError:
            head = []
            value = math.nan
        if len(head) == 2 and head[1] == _BUDGET:
            return cls(head[0], budget=value)  # type: ignore[arg-type]  # checked as it is made
        if len(head) != 1:
            raise RequestError(f"noise must be a text such as 'laplace:2' or 'epsilon:5', got {given!r}")
        return cls(budget=value) if head[0] == _BUDGET else cls(head[0], value)  # type: ignore[arg-type]

    def in_rows(self, trees: int) -> float:
        """Return the scale of a draw, in rows.

        Parameters
        ----------
        trees
            How many share the budget.
        """
        if self.scale is not None:
            return self.scale
        assert self.budget is not None
        return trees / self.budget

    def __str__(self) -> str:
        """Return the text that `of` reads."""
        return f"{self.kind}:{self.scale:g}" if self.scale is not None else f"{self.kind}:{_BUDGET}:{self.budget:g}"
