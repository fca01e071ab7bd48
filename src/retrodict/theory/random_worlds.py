"""Random worlds, for statements that must hold of every world and for shares over many."""

from __future__ import annotations

import math

import numpy as np

from retrodict.errors import RequestError
from retrodict.results.arguments import check_count, check_positive, check_share
from retrodict.theory.world import DiscreteWorld

Array = np.ndarray


def random_world(
    states: int = 50,
    classes: int = 3,
    seed: int | np.random.Generator = 0,
    *,
    prior_error: float = 1.0,
    model_error: float = 1.0,
    concentration: float = 1.0,
    zeros: float = 0.0,
) -> DiscreteWorld:
    """Draw a world.

    Parameters
    ----------
    states, classes
        How many.
    seed
        The same seed gives the same world.
    prior_error, model_error
        How far `Q` is from `P`: the sd of the errors of its logits; infinite: drawn like the truth, but independently.
    concentration
        Of the Dirichlet distributions that the truth is drawn from; small values give spiky distributions.
    zeros
        Share of zeros among the truth's probabilities, 0 to below 1; `Q` has half of them too, and no others, so that
        every divergence is finite.

    Raises
    ------
    RequestError
        If a number is out of its range.
    """
    for name, count in (("states", states), ("classes", classes)):
        check_count(count, name)
    for name, size in (("prior_error", prior_error), ("model_error", model_error)):
        if not size >= 0:
            raise RequestError(f"{name} must be 0 or more, or inf, got {size!r}")
    check_positive(concentration, "concentration")
    check_share(zeros, "zeros")
    rng = np.random.default_rng(seed)
    p_x, p_y = _spread(rng, (1, states), concentration), _spread(rng, (states, classes), concentration)
    q_x, q_y = _off(rng, p_x, prior_error, concentration), _off(rng, p_y, model_error, concentration)
    if zeros:
        (p_x, q_x), (p_y, q_y) = _with_zeros(rng, p_x, q_x, zeros), _with_zeros(rng, p_y, q_y, zeros)
    return DiscreteWorld(p_x[0], p_y, q_x[0], q_y)


def _spread(rng: np.random.Generator, shape: tuple[int, int], concentration: float) -> Array:
    # A floor keeps small concentrations from underflowing to zeros that were not asked for.
    return shares(np.maximum(rng.standard_gamma(concentration, size=shape), 1e-12))


def _off(rng: np.random.Generator, truth: Array, error: float, concentration: float) -> Array:
    if math.isinf(error):
        return _spread(rng, (truth.shape[0], truth.shape[1]), concentration)
    logits = np.log(truth) + error * rng.standard_normal(truth.shape)
    return shares(np.exp(logits - logits.max(axis=1, keepdims=True)))


def _with_zeros(rng: np.random.Generator, p: Array, q: Array, zeros: float) -> tuple[Array, Array]:
    gone = rng.random(p.shape) < zeros
    gone[np.arange(len(p)), p.argmax(axis=1)] = False  # each row keeps something
    shared = gone & (rng.random(p.shape) < 0.5)
    return shares(np.where(gone, 0.0, p)), shares(np.where(shared, 0.0, q))


def shares(weights: Array) -> Array:
    """Return rows that sum to one."""
    return weights / weights.sum(axis=1, keepdims=True)
