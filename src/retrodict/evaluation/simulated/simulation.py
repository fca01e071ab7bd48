"""Rows of the prior with outputs that the model gives them: worlds in which the truth behind an output is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Int
from scipy.special import softmax

from retrodict.errors import RequestError
from retrodict.inference.observation import Label, Observation, Probabilities, Value
from retrodict.models import Classifier, Meter
from retrodict.models.noise import drawn_targets, noise_of
from retrodict.reconstruction.request import Request
from retrodict.results.arguments import check_choice, check_positive

Array = np.ndarray

Output = Literal["label", "probabilities", "value"]
"""What is observed of a row: a class drawn from the model's probabilities; shares of labels drawn from them; a
regressor's value with its noise."""

POOL = 1_000
"""Prior rows among which each simulation's reference row is chosen."""


@dataclass(frozen=True)
class Simulated:
    """Rows, what was observed of each, and a reference row for each.

    Parameters
    ----------
    X
        The true rows, shape (n, d).
    observed
        One observation a row.
    reference
        A row near which draws are looked at, shape (n, d): it depends on the observation and on rows that are not
        among the true ones, so that it says nothing of the true row that the observation does not.
    scale
        A standard deviation of each column under the prior, 1 where it has none, shape (d,).
    """

    X: Float[Array, "n d"]
    observed: tuple[Observation, ...]
    reference: Float[Array, "n d"]
    scale: Float[Array, " d"]


def output_of(job: Request, output: str | None) -> Output:
    """Return what is observed of each row; by default a label of a classifier, a value of a regressor.

    Raises
    ------
    RequestError
        If the model has no such output.
    """
    fits: tuple[Output, ...] = ("label", "probabilities") if isinstance(job.model, Classifier) else ("value",)
    if output is None:
        return fits[0]
    check_choice(output, "output", fits)
    return next(one for one in fits if one == output)


def simulate(
    job: Request, meter: Meter, n: int, output: Output, precision: float, rng: np.random.Generator
) -> Simulated:
    """Draw rows from the prior, an output for each, and reference rows.

    Parameters
    ----------
    job
        Model and prior; a regressor's noise is known.
    meter
        The model, counted: a call a row, and `POOL` more.
    n
        Rows.
    output, precision
        What is observed; of shares, how many labels they are of, rounded to a whole number.
    rng
        All randomness.
    """
    X = job.prior.sample(n, rng)
    observed = _observed(job, meter.output(X), output, precision, rng)
    pool = job.prior.sample(POOL, rng)
    given = meter.output(pool)
    # Weighted by the likelihood it is itself nearly a draw of the posterior: draws that ignore the output, or are too
    # wide, then lie further from it than the true row does. Chosen blindly it would let the prior itself pass.
    place = np.array([_chosen(one.log_likelihood(given), rng) for one in observed])
    present = ~np.isnan(pool)
    middle = np.where(present, pool, 0.0).sum(axis=0) / np.maximum(present.sum(axis=0), 1)
    spread = np.sqrt(np.where(present, np.square(pool - middle), 0.0).sum(axis=0) / np.maximum(present.sum(axis=0), 1))
    return Simulated(X, observed, pool[place], np.where(np.isfinite(spread) & (spread > 0), spread, 1.0))


def _observed(
    job: Request, given: Array, output: Output, precision: float, rng: np.random.Generator
) -> tuple[Observation, ...]:
    classes = job.schema.target.classes
    if output == "label":
        cumulated = np.cumsum(np.exp(given), axis=1)
        index: Int[Array, " n"] = (rng.random((len(given), 1)) * cumulated[:, -1:] >= cumulated).sum(axis=1)
        return tuple(Label(int(i), classes[int(i)]) for i in index)
    if output == "probabilities":
        # The likelihood is that of so many labels in the observed shares: only of such draws is it the truth.
        labels = max(round(check_positive(precision, "the precision")), 1)
        shares = rng.multinomial(labels, softmax(given, axis=1)) / labels
        return tuple(Probabilities(tuple(map(float, one)), float(labels)) for one in shares)
    noise = noise_of(job.model)
    if noise is None or not noise.known:
        raise RequestError("the model has no known noise, so no values can be drawn from it; state a noise scale")
    return tuple(Value(float(one), noise) for one in drawn_targets(job.model, given, rng))


def _chosen(log_likelihood: Float[Array, " m"], rng: np.random.Generator) -> int:
    """Return a row drawn with these weights; any, where all are impossible."""
    top = log_likelihood.max()
    weight: Any = np.exp(log_likelihood - top) if np.isfinite(top) else np.ones(len(log_likelihood))
    return int(rng.choice(len(weight), p=weight / weight.sum()))
