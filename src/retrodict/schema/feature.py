"""What one column is: its kind, range, categories and share of missing values."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal, get_args

from retrodict.errors import SchemaError

Kind = Literal["continuous", "integer", "ordinal", "categorical", "binary"]
"""The kinds of feature. The last three are *listed*: their values are a finite list of categories."""

KINDS: tuple[str, ...] = get_args(Kind)
LISTED: frozenset[str] = frozenset({"ordinal", "categorical", "binary"})

MAX_EXACT_INTEGER = 2**53
"""Integers beyond this are not all representable in the float64 matrix of inference."""

ALWAYS_MISSING = 1.0 - 2.0**-53
"""The missing rate of a column without values, which no draw escapes: rates are below 1."""


@dataclass(frozen=True)
class Feature:
    """One feature of a schema.

    Parameters
    ----------
    name
        The raw column name.
    kind
        One of `continuous`, `integer`, `ordinal`, `categorical`, `binary`.
    low, high
        Inclusive bounds of a continuous or integer feature, in its own units; ``None`` where unknown.
    categories
        The values of a listed feature (`ordinal`: in their order); empty for numbers.
    missing
        Share of missing values, in [0, 1).
    dtype
        The pandas dtype a decoded column has; ``None`` is the natural one of the kind.

    Raises
    ------
    SchemaError
        If kind, bounds, categories and missing rate contradict one another.
    """

    name: str
    kind: Kind = "continuous"
    low: float | None = None
    high: float | None = None
    categories: tuple[Hashable, ...] = ()
    missing: float = 0.0
    dtype: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise SchemaError(f"feature '{self.name}': unknown kind '{self.kind}'; use one of {', '.join(KINDS)}")
        if not 0.0 <= self.missing < 1.0:
            raise SchemaError(f"feature '{self.name}': missing must be a share in [0, 1), got {self.missing}")
        self._check_listed() if self.listed else self._check_number()

    def _check_listed(self) -> None:
        if self.low is not None or self.high is not None:
            raise SchemaError(f"feature '{self.name}': a {self.kind} feature has categories, not bounds")
        if not self.categories:
            raise SchemaError(f"feature '{self.name}': a {self.kind} feature needs its categories; list them")
        if any(category is None or category != category for category in self.categories):
            raise SchemaError(
                f"feature '{self.name}': a missing value is no category; leave it out and state the share as missing"
            )
        if len(set(self.categories)) != len(self.categories):
            raise SchemaError(f"feature '{self.name}': the same category is listed twice in {list(self.categories)}")
        if self.kind == "binary" and len(self.categories) != 2:
            raise SchemaError(
                f"feature '{self.name}': a binary feature has two categories, got {len(self.categories)}; "
                "use kind categorical"
            )

    def _check_number(self) -> None:
        if self.categories:
            raise SchemaError(f"feature '{self.name}': a {self.kind} feature has no categories; use kind categorical")
        for side, bound in (("min", self.low), ("max", self.high)):
            if bound is not None and not math.isfinite(bound):
                raise SchemaError(f"feature '{self.name}': {side} must be a finite number, got {bound}; omit it")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise SchemaError(f"feature '{self.name}': min {self.low} is above max {self.high}")
        if self.kind == "integer" and self.bounded and math.ceil(self.low or 0.0) > math.floor(self.high or 0.0):
            raise SchemaError(f"feature '{self.name}': no integer lies between min {self.low} and max {self.high}")

    @property
    def listed(self) -> bool:
        """Whether the values are a finite list of categories rather than numbers."""
        return self.kind in LISTED

    @property
    def bounded(self) -> bool:
        """Whether both bounds of a number are known."""
        return self.low is not None and self.high is not None

    @property
    def n_values(self) -> int | None:
        """How many values the feature can take (missing not counted); ``None`` where that is not finite."""
        if self.listed:
            return len(self.categories)
        if self.kind == "integer" and self.low is not None and self.high is not None:
            return math.floor(self.high) - math.ceil(self.low) + 1
        return None


@dataclass(frozen=True)
class Target:
    """What the model predicts: one of several classes, or a real value (no classes).

    Parameters
    ----------
    name
        The column name of the target in tables.
    classes
        The class labels in the model's order; empty for a real-valued target.
    """

    name: str = "target"
    classes: tuple[Hashable, ...] = ()

    @property
    def is_class(self) -> bool:
        """Whether the target is a class label rather than a number."""
        return bool(self.classes)
