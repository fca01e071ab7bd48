"""The base model as distilling meets it: a function of codes, its calls counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float

Array = np.ndarray


@dataclass(eq=False)
class Teacher:
    """A model that answers for rows.

    Parameters
    ----------
    output
        For codes, shape (n, d), the probabilities of the classes, (n, k); of a regressor its predictions, (n,).
    listed
        Which columns hold codes of categories, between which there is nothing.
    queries
        Rows that it was asked of.
    """

    output: Callable[[Float[Array, "n d"]], Array]
    listed: Bool[Array, " d"]
    queries: int = field(default=0)

    def ask(self, X: Float[Array, "n d"]) -> Array:
        """Return the output for rows, and count them."""
        self.queries += len(X)
        return self.output(X)


def said(output: Array) -> Float[Array, " n"]:
    """Return the likeliest classes of an output, or a regressor's values as they are."""
    return output if output.ndim == 1 else output.argmax(axis=1).astype(np.float64)


def agreement(one: Float[Array, " n"], other: Float[Array, " n"], classes: bool) -> float:
    """Return how far a replica's answers agree with the base model's.

    Parameters
    ----------
    one, other
        The replica's and the base model's.
    classes
        Whether they are classes: then the share of equal ones; else the R2 of the one as predictions of the other, and
        not below -1, so that one outlier does not decide between replicas.
    """
    if classes:
        return float((one == other).mean())
    spread = float(other.var())
    if not spread:
        return float(np.allclose(one, other))
    return max(1.0 - float(((one - other) ** 2).mean()) / spread, -1.0)
