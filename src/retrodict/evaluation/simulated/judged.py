"""What places of the truth among draws say: whether they are uniform, and in which way not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
from jaxtyping import Float
from scipy.stats import norm

from retrodict.evaluation.simulated.quantities import Kind, Positions
from retrodict.evaluation.simulated.uniform import band, counted, p_value
from retrodict.results.json_values import plain

Array = np.ndarray

Fault = Literal[
    "too low",
    "too high",
    "too narrow",
    "too wide",
    "another shape",
    "wrong shares",
    "fit the output too well",
    "fit the output too little",
    "elsewhere or too wide",
]
"""In which way draws are wrong, as the places of the truth show it."""

_CLEAR = 2.0
"""Standard errors from which a shift or a spread of the places is a way of being wrong."""

POWER = 0.8
"""Share of runs in which a fault of the size that is told would have been found."""

_RUNS, _HALVINGS, _LARGEST = 200, 12, 8.0
"""Simulated runs that say which faults would have been found; steps of the search; the largest fault looked at."""


@dataclass(frozen=True, eq=False)
class Quantity:
    """One quantity's places, judged.

    Parameters
    ----------
    name, kind
        What is asked of a row: a `number`, an `ordered` or a `listed` feature, the `likelihood` of the output, the
        `distance` from a reference row (all features together), or a function of one's `own`.
    p
        Probability that right draws stray as far from uniform places at any point.
    off
        Whether that is below the level, shared out among all quantities.
    fault
        In which way; ``None`` where it is not off.
    u
        Places of the truth among its draws, 0 to 1, shape (n,); of independent simulations.
    """

    name: str
    kind: Kind
    p: float
    off: bool
    fault: Fault | None
    u: Float[Array, " n"]

    @property
    def mean(self) -> float:
        """Mean place: a half where draws are right, more where they lie too low."""
        return float(self.u.mean())

    @property
    def spread(self) -> float:
        """Standard deviation of the places over that of uniform ones: above 1 where draws are too narrow."""
        return float(np.sqrt(12.0 * np.square(self.u - 0.5).mean()))

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {one.name: plain(getattr(self, one.name)) for one in fields(self)}


def judge(found: list[Positions], level: float) -> tuple[Quantity, ...]:
    """Judge every quantity, so that right draws have any of them off with at most the level's probability.

    Parameters
    ----------
    found
        Places of the truth.
    level
        Of all quantities together (Bonferroni).
    """
    out = []
    for one in found:
        p = p_value(one.u)
        off = p < level / len(found)
        out.append(Quantity(one.name, one.kind, p, off, _fault(one) if off else None, one.u))
    return tuple(out)


def _fault(one: Positions) -> Fault:
    if one.kind == "listed":
        return "wrong shares"
    n = len(one.u)
    shift = (one.u.mean() - 0.5) * np.sqrt(12.0 * n)
    spread = (np.square(one.u - 0.5).mean() - 1.0 / 12.0) * np.sqrt(180.0 * n)
    if one.kind == "likelihood" and abs(shift) >= _CLEAR:
        return "fit the output too little" if shift > 0 else "fit the output too well"
    if one.kind == "distance" and abs(shift) >= _CLEAR:
        return "too narrow" if shift > 0 else "elsewhere or too wide"
    if max(abs(shift), abs(spread)) < _CLEAR or one.kind in ("likelihood", "distance"):
        return "another shape"
    if abs(shift) >= abs(spread):
        return "too low" if shift > 0 else "too high"
    return "too narrow" if spread > 0 else "too wide"


def findable(n: int, draws: int, level: float, rng: np.random.Generator) -> tuple[float | None, float | None]:
    """Return the least shift and the widest draws that so many simulations find, of one number with normal draws.

    Parameters
    ----------
    n, draws
        Simulations, and draws of each.
    level
        Of one quantity.
    rng
        Of the simulated runs.

    Returns
    -------
    shift
        In posterior standard deviations.
    width
        Share of the right standard deviation that too narrow draws have. ``None`` where nothing is found.
    """
    inside = band(n, level)
    truth, noise = rng.standard_normal((_RUNS, n)), rng.random((_RUNS, n))
    seeds = int(rng.integers(2**32))

    def found(shift: float, width: float) -> bool:
        share = norm.cdf((truth + shift) / width)
        below = np.random.default_rng(seeds).binomial(draws, share)
        return 1.0 - inside.holds(counted((below + noise) / (draws + 1))).mean() >= POWER

    return (
        _least(lambda size: found(size, 1.0), _LARGEST),
        None if (log := _least(lambda size: found(0.0, np.exp(-size)), _LARGEST)) is None else float(np.exp(-log)),
    )


def _least(found: Callable[[float], bool], largest: float) -> float | None:
    """Return the least size that is found, of those up to the largest."""
    if not found(largest):
        return None
    low, high = 0.0, largest
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if found(middle) else (middle, high)
    return high
