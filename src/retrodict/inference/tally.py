"""The running count of a stream: rows found, and the evidence of each observation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Int

Array = np.ndarray


@dataclass
class Tally:
    """What a stream has found so far, for `m` observations; plain enough to be kept in a checkpoint.

    Parameters
    ----------
    quota
        Rows wanted for each observation, shape (m,).
    reached
        Rows found for each.
    scored
        Prior draws scored.
    total, squares
        Sums of the relative likelihoods and of their squares over all prior draws, shape (m,).
    """

    quota: Int[Array, " m"]
    reached: Int[Array, " m"] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    scored: int = 0
    total: Float[Array, " m"] = field(default_factory=lambda: np.zeros(0))
    squares: Float[Array, " m"] = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        if not len(self.reached):
            self.reached = np.zeros(len(self.quota), dtype=np.int64)
            self.total, self.squares = np.zeros(len(self.quota)), np.zeros(len(self.quota))

    @property
    def missing(self) -> Int[Array, " m"]:
        """Rows still wanted for each observation."""
        return np.maximum(self.quota - self.reached, 0)

    @property
    def mean(self) -> Float[Array, " m"]:
        """Mean relative likelihood of each observation: its evidence over its bound."""
        return self.total / max(self.scored, 1)

    @property
    def mean_se(self) -> Float[Array, " m"]:
        """Standard error of `mean`."""
        variance = np.maximum(self.squares / max(self.scored, 1) - self.mean**2, 0.0)
        return np.sqrt(variance / max(self.scored - 1, 1))

    @property
    def calls_needed(self) -> Float[Array, " m"]:
        """Prior draws still needed for each observation."""
        return draws_needed(self.missing, self.mean)

    def note(self, likelihood: Float[Array, "n m"]) -> None:
        """Count a batch of relative likelihoods."""
        self.scored += len(likelihood)
        self.total += likelihood.sum(axis=0)
        self.squares += np.einsum("ij,ij->j", likelihood, likelihood)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for a checkpoint."""
        arrays = {key: getattr(self, key).tolist() for key in ("quota", "reached", "total", "squares")}
        return {**arrays, "scored": self.scored}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Tally:
        """Rebuild from `to_dict`'s plain data."""
        whole = {key: np.asarray(data[key], dtype=np.int64) for key in ("quota", "reached")}
        real = {key: np.asarray(data[key], dtype=np.float64) for key in ("total", "squares")}
        return cls(**whole, **real, scored=int(data["scored"]))


def draws_needed(missing: Int[Array, " m"], mean: Float[Array, " m"]) -> Float[Array, " m"]:
    """Return the prior draws that give so many rows, one in ``1/mean`` being kept; infinite where none was likely."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(missing > 0, missing / mean, 0.0)
