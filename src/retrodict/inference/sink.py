"""Where the rows that are found go."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from jaxtyping import Float

Array = np.ndarray


class Sink(Protocol):
    """Takes rows."""

    def add(self, key: Array, X: Float[Array, "n d"]) -> None:
        """Take rows, shape (n, d), and for each its observation's index or its target value, shape (n,)."""
        ...


@dataclass
class RowList:
    """A sink that keeps rows in memory, in the order they came."""

    parts: list[Array] = field(default_factory=list)

    def add(self, key: Array, X: Float[Array, "n d"]) -> None:
        """Take rows."""
        self.parts.append(X)

    def rows(self, d: int) -> Float[Array, "n d"]:
        """Return all rows."""
        return np.concatenate(self.parts) if self.parts else np.empty((0, d))
