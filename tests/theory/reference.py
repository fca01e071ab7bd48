"""The quantities of a world, written down plainly from their definitions, over numbers of any kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy as anp
import mpmath
import numpy as np

from retrodict.theory import DiscreteWorld

QUANTITIES = ("prior", "model", "label", "posterior", "posterior_by_class", "accuracy", "accuracy_by_class")
OF_PRIOR = ("theta", "weight_x", "q_x")
OF_MODEL = ("phi", "weight_y_given_x", "q_y_given_x")


def values(world: DiscreteWorld, q: Any, Q: Any, xp: Any = anp) -> dict[str, Any]:
    """Return each quantity for the prior `q` and the model `Q`, which need not sum to one; `xp` has log and sum."""
    p, P = world.p_x, world.p_y_given_x
    together, evidence = q[:, None] * Q, xp.sum(q[:, None] * Q, axis=0)
    a, log = world.p_x_given_y, xp.log
    by_class = xp.sum(a * (np.log(a) - log(together / evidence)), axis=0)
    return {
        "prior": xp.sum(p * (np.log(p) - log(q))),
        "model": xp.sum(p[:, None] * P * (np.log(P) - log(Q))),
        "label": xp.sum(world.p_y * (np.log(world.p_y) - log(evidence))),
        "posterior": xp.sum(world.p_y * by_class),
        "posterior_by_class": by_class,
        "accuracy": xp.sum(p[:, None] * P * Q),
        "accuracy_by_class": xp.sum(a * Q, axis=0),
    }


def moved(world: DiscreteWorld, variable: str, value: Any, xp: Any = anp) -> tuple[Any, Any]:
    """Return prior and model where one variable has this value."""
    q, Q = world.q_x, world.q_y_given_x
    if variable in OF_PRIOR:
        weights = xp.exp(value) if variable == "theta" else value
        return (weights if variable == "q_x" else weights / xp.sum(weights)), Q
    weights = xp.exp(value) if variable == "phi" else value
    return q, (weights if variable == "q_y_given_x" else weights / xp.sum(weights, axis=1)[:, None])


def start(world: DiscreteWorld, variable: str) -> np.ndarray:
    """Return the variable's value in the world."""
    own = world.q_x if variable in OF_PRIOR else world.q_y_given_x
    return np.log(own) if variable in ("theta", "phi") else np.array(own)


def automatic(world: DiscreteWorld, quantity: str, variable: str) -> np.ndarray:
    """Return the derivative by automatic differentiation, classes first."""

    def of(value: Any) -> Any:
        return values(world, *moved(world, variable, value))[quantity]

    return autograd.jacobian(of)(start(world, variable))


class Precise:
    """Arrays of mpmath numbers, with the few functions that `values` and `moved` ask for."""

    sum = staticmethod(np.sum)
    log = staticmethod(np.vectorize(mpmath.log, otypes=[object]))
    exp = staticmethod(np.vectorize(mpmath.exp, otypes=[object]))


def central(world: DiscreteWorld, variable: str, at: tuple[int, ...], digits: int = 40) -> dict[str, Any]:
    """Return the central difference of every quantity at one coordinate, with this many digits."""
    with mpmath.workdps(digits):
        step = mpmath.mpf(10) ** (-digits // 3)
        ends = []
        for sign in (1, -1):
            value = np.vectorize(mpmath.mpf, otypes=[object])(start(world, variable))
            value[at] += sign * step
            ends.append(values(world, *moved(world, variable, value, Precise), Precise))
        return {name: np.float64((ends[0][name] - ends[1][name]) / (2 * step)) for name in QUANTITIES}


def relative_error(found: np.ndarray, right: np.ndarray) -> float:
    """Return the largest error of an entry, as a share of it; zero where both are zero."""
    error = np.abs(found - right)
    return float(np.max(np.divide(error, np.abs(right), out=np.where(error > 0, np.inf, 0.0), where=right != 0)))


def variables_of(quantity: str) -> Callable[[str], bool]:
    """Return whether a quantity depends on a variable."""
    if quantity == "prior":
        return OF_PRIOR.__contains__
    if quantity in ("model", "accuracy", "accuracy_by_class"):
        return OF_MODEL.__contains__
    return (*OF_PRIOR, *OF_MODEL).__contains__
