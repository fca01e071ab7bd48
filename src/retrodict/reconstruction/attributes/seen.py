"""What is known of the output of each of several rows: how likely it is under what the model says of a candidate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from jaxtyping import Float, Int

from retrodict.models.noise import Noise

Array = np.ndarray

Output = Literal["target", "label", "probabilities", "prediction"]
"""Which output is known: the true label or value as it was recorded, the model's own label, its probabilities in all
classes, or a regressor's prediction."""


class Seen(Protocol):
    """The known outputs of n rows."""

    def log_likelihood(self, row: Int[Array, " p"], output: Array) -> Float[Array, " p"]:
        """Return how likely each row's known output is under the model's output for a candidate of that row.

        Parameters
        ----------
        row
            Which of the rows each candidate is of.
        output
            As `Meter.output` returns it.
        """
        ...

    def side(self, row: Int[Array, " p"], output: Array) -> Int[Array, " p"] | None:
        """Return on which side of the known output each candidate lies, 0 where it is met.

        Between two numbers on different sides there may be one that meets it. ``None`` where the likelihood is no
        question of yes or no.
        """
        ...


@dataclass(frozen=True, eq=False)
class TrueLabel:
    """The recorded class; `index` is its place in the model's output, shape (n,)."""

    index: Int[Array, " n"]

    def log_likelihood(self, row: Int[Array, " p"], output: Array) -> Float[Array, " p"]:
        """Return ``log p(y|x)``."""
        return np.asarray(output[np.arange(len(row)), self.index[row]])

    def side(self, row: Int[Array, " p"], output: Array) -> None:
        """Return ``None``."""
        del row, output


@dataclass(frozen=True, eq=False)
class TrueValue:
    """The recorded value of a regressor's target, shape (n,), and how targets lie around predictions."""

    values: Float[Array, " n"]
    noise: Noise

    def log_likelihood(self, row: Int[Array, " p"], output: Array) -> Float[Array, " p"]:
        """Return the log-density of the value around the prediction."""
        return self.noise.log_density(self.values[row], output)

    def side(self, row: Int[Array, " p"], output: Array) -> None:
        """Return ``None``."""
        del row, output


@dataclass(frozen=True, eq=False)
class ModelLabel:
    """The class that the model itself says, the first of equal ones; `index` as of `TrueLabel`."""

    index: Int[Array, " n"]

    def log_likelihood(self, row: Int[Array, " p"], output: Array) -> Float[Array, " p"]:
        """Return 0 where the model says that class, else -inf."""
        return np.where(output.argmax(axis=1) == self.index[row], 0.0, -np.inf)

    def side(self, row: Int[Array, " p"], output: Array) -> Int[Array, " p"]:
        """Return 0 where it says that class, else 1."""
        return (output.argmax(axis=1) != self.index[row]).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Probabilities:
    """The model's probabilities, shape (n, k), known to so many decimals: a candidate meets all of them or does not."""

    vectors: Float[Array, "n k"]
    digits: int

    def log_likelihood(self, row: Int[Array, " p"], output: Array) -> Float[Array, " p"]:
        """Return 0 where all probabilities are those known, else -inf."""
        return np.where(self._off(row, output).max(axis=1) <= 0.0, 0.0, -np.inf)

    def side(self, row: Int[Array, " p"], output: Array) -> Int[Array, " p"]:
        """Return whether the probability of the class that was likeliest is too low, met or too high."""
        most = self.vectors.argmax(axis=1)[row]
        at = np.arange(len(row))
        apart = np.exp(output[at, most]) - self.vectors[row, most]
        return np.where(self._off(row, output)[at, most] <= 0.0, 0, np.sign(apart)).astype(np.int64)

    def _off(self, row: Array, output: Array) -> Array:
        half = 0.5 * 10.0**-self.digits
        return np.abs(np.exp(output) - self.vectors[row]) - half * (1.0 + _ROUNDING)


@dataclass(frozen=True, eq=False)
class Prediction:
    """A regressor's predictions, shape (n,), known to so many significant digits."""

    values: Float[Array, " n"]
    digits: int

    def log_likelihood(self, row: Int[Array, " p"], output: Array) -> Float[Array, " p"]:
        """Return 0 where the prediction is the one known, else -inf."""
        return np.where(self.side(row, output) == 0, 0.0, -np.inf)

    def side(self, row: Int[Array, " p"], output: Array) -> Int[Array, " p"]:
        """Return whether the prediction is too low, met or too high."""
        known = self.values[row]
        with np.errstate(divide="ignore"):
            place = np.where(known == 0.0, 0.0, np.floor(np.log10(np.abs(known))))
        half = 0.5 * 10.0 ** (place + 1 - self.digits) * (1.0 + _ROUNDING)
        apart = output - known
        return np.where(np.abs(apart) <= half, 0, np.sign(apart)).astype(np.int64)


_ROUNDING = 1e-6
"""Of half a unit of the last digit: that of the rounding itself."""
