"""Concurrence: where posterior divergence moves with prior divergence, model divergence or inaccuracy, by sign."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from retrodict.results.arguments import check_choice
from retrodict.results.result import KeptResult, ShownTable
from retrodict.theory.derivatives import Gradients, gradients
from retrodict.theory.posteriors import joint, ratio
from retrodict.theory.world import DiscreteWorld

Array = np.ndarray

COORDINATES = {
    "logits": ("theta", "phi"),
    "weights": ("weight_x", "weight_y_given_x"),
    "raw": ("q_x", "q_y_given_x"),
}
"""Variables of the prior and of the model that a comparison is made in."""

ZERO = 1e-12
"""Derivatives below this share of the probabilities they are the difference of are rounding: they count as zero."""

ROOM = 1e-9
"""How far inside the bounds of theorem 2 a coordinate must lie to be called forced: rounding must not decide it."""


@dataclass(frozen=True, eq=False, repr=False)
class SignAgreement(KeptResult):
    """Two derivatives, coordinate by coordinate.

    Parameters
    ----------
    against
        `prior`, `model` or `accuracy`: what the posterior divergence is compared with.
    of
        `all` for the expected posterior divergence, or the class whose divergence is meant.
    derivative
        Of the prior divergence, of the model divergence, or of minus the accuracy: (n,) for the prior, (n, k) else.
    posterior
        Of the posterior divergence, same shape.
    counted
        Coordinates that count: those where `Q` is positive, and so has a logit.
    same
        Where both have the same sign; two zeros are the same (rounding counts as zero).
    must
        Where the label ratios alone force the same sign, whatever else the world is (theorem 2 of
        `docs/explanation/theory.md`);
        empty for accuracy and for single classes, of which nothing is forced.
    mass
        True probability of each coordinate: of the state, or of the state with the class.
    """

    against: str
    of: str
    derivative: Array
    posterior: Array
    counted: Array
    same: Array
    must: Array
    mass: Array

    @property
    def label(self) -> Array:
        """What lies between the two derivatives: ``derivative - posterior``.

        For the expected divergence against prior or model this is the derivative of the label term, and signs differ
        exactly where it has the sign of `derivative` and is the larger of the two.
        """
        return self.derivative - self.posterior

    @cached_property
    def share(self) -> float:
        """Share of the coordinates with the same sign; NaN where none counts."""
        return _mean(self.same[self.counted], np.ones(int(self.counted.sum())))

    @cached_property
    def mass_share(self) -> float:
        """Share of true probability on coordinates with the same sign; NaN where those that count have none."""
        return _mean(self.same[self.counted], self.mass[self.counted])

    @cached_property
    def must_share(self) -> float:
        """Share of the coordinates at which the same sign is forced."""
        return _mean(self.must[self.counted], np.ones(int(self.counted.sum())))

    @cached_property
    def cosine(self) -> float:
        """Cosine of the angle between the two gradients; NaN where one of them is zero or not finite."""
        a, b = self.derivative[self.counted], self.posterior[self.counted]
        length = float(np.linalg.norm(a) * np.linalg.norm(b))
        return float(a @ b / length) if np.isfinite(length) and length > 0 else float("nan")

    def failures(self) -> pd.DataFrame:
        """Return the coordinates whose signs differ, heaviest first: place, mass, both derivatives and `label`."""
        at = np.argwhere(self.counted & ~self.same)
        places = dict(zip(("state", "class"), at.T, strict=False))
        columns = {name: getattr(self, name)[tuple(at.T)] for name in ("mass", "derivative", "posterior", "label")}
        return pd.DataFrame({**places, **columns}).sort_values("mass", ascending=False, ignore_index=True)

    def content(self) -> dict[str, Any]:
        """Return the summary."""
        numbers = {name: getattr(self, name) for name in ("share", "mass_share", "cosine", "must_share")}
        counted = int(self.counted.sum())
        differ = int((self.counted & ~self.same).sum())
        return {"against": self.against, "of": self.of, "coordinates": counted, "differ": differ, **numbers}

    def to_frame(self) -> pd.DataFrame:
        """Return one line a coordinate that counts: its place, mass, both derivatives, and whether signs agree."""
        at = np.argwhere(self.counted)
        places = dict(zip(("state", "class"), at.T, strict=False))
        names = ("mass", "derivative", "posterior", "label", "same", "must")
        return pd.DataFrame({**places, **{name: getattr(self, name)[tuple(at.T)] for name in names}})

    @property
    def head(self) -> str:
        """The summary in one line."""
        return (
            f"SignAgreement with {self.against} ({self.of}): {self.share:.1%} of coordinates, {self.mass_share:.1%} of "
            f"mass, cosine {self.cosine:.3f}"
        )


@dataclass(frozen=True, eq=False, repr=False)
class Concurrence(KeptResult):
    """Sign agreement of the posterior divergence with prior, model and accuracy, in expectation and by class.

    Parameters
    ----------
    coordinates
        `logits`, `weights` or `raw`.
    prior, model, accuracy
        Of the expected posterior divergence.
    by_class
        Of each class's posterior divergence, the three in this order.
    """

    coordinates: str
    prior: SignAgreement
    model: SignAgreement
    accuracy: SignAgreement
    by_class: tuple[SignAgreement, ...]

    def __iter__(self) -> Any:
        return iter((self.prior, self.model, self.accuracy, *self.by_class))

    def frame(self) -> pd.DataFrame:
        """Return one row a comparison: shares of coordinates and of mass, cosine, and the share that is forced."""
        return pd.DataFrame([one.content() for one in self]).set_index(["of", "against"])

    def content(self) -> dict[str, Any]:
        """Return the summaries."""
        return {"coordinates": self.coordinates, "comparisons": list(self)}

    def to_frame(self) -> pd.DataFrame:
        """Return one line a comparison."""
        return self.frame().reset_index()

    @property
    def head(self) -> str:
        """What derivatives are taken by."""
        return f"Concurrence in {self.coordinates}"

    def notebook(self) -> list[ShownTable]:
        """Return one line a comparison."""
        return [ShownTable(self.frame())]

    def remarks(self) -> list[str]:
        """Return how far signs agree in expectation."""
        return [one.head for one in (self.prior, self.model, self.accuracy)]


def concurrence(world: DiscreteWorld, coordinates: str = "logits") -> Concurrence:
    """Return where derivatives of posterior divergence have the sign of those of prior and model divergence.

    Parameters
    ----------
    world
        The world.
    coordinates
        `logits`, `weights` (the same signs) or `raw`; see `Gradients`.

    Raises
    ------
    RequestError
        If the coordinates are none of these.
    """
    check_choice(coordinates, "coordinates", COORDINATES)
    found = gradients(world)
    by_class = [
        _agreement(world, found, against, coordinates, y)
        for y in range(world.n_classes)
        for against in ("prior", "model", "accuracy")
        if world.p_y[y] > 0
    ]
    return Concurrence(
        coordinates,
        prior=_agreement(world, found, "prior", coordinates, None),
        model=_agreement(world, found, "model", coordinates, None),
        accuracy=_agreement(world, found, "accuracy", coordinates, None),
        by_class=tuple(by_class),
    )


def _agreement(world: DiscreteWorld, found: Gradients, against: str, coordinates: str, y: int | None) -> SignAgreement:
    of_x, of_y = COORDINATES[coordinates]
    variable = of_x if against == "prior" else of_y
    if y is None:
        posterior, derivative = found["posterior", variable], found[against, variable]
    else:
        posterior = found["posterior_by_class", variable][y]
        derivative = found["accuracy_by_class", variable][y] if against == "accuracy" else found[against, variable]
    if against == "accuracy":
        derivative = -derivative
    positive = world.q_x > 0 if against == "prior" else world.q_y_given_x > 0
    if y is not None and variable == "q_y_given_x":  # as they stand, other classes' numbers are not in the formula
        positive = positive & (np.arange(world.n_classes) == y)
    mass = world.p_x if against == "prior" else joint(world.p_x, world.p_y_given_x)
    derivative, posterior = (_cleared(one, against, variable, world) for one in (derivative, posterior))
    same = np.sign(derivative) == np.sign(posterior)
    return SignAgreement(
        against=against,
        of="all" if y is None else world.classes[y],
        derivative=derivative,
        posterior=posterior,
        counted=positive & np.isfinite(posterior),
        same=same,
        must=_forced(world, against) if y is None and coordinates != "raw" else np.zeros(same.shape, dtype=bool),
        mass=mass,
    )


def _cleared(derivative: Array, against: str, variable: str, world: DiscreteWorld) -> Array:
    """Return a derivative with what is rounding alone set to zero."""
    p, q = (world.p_x, world.q_x) if against == "prior" else (world.p_x[:, None], world.q_x[:, None])
    scale = p + q
    if variable in ("weight_x", "q_x"):
        scale = ratio(scale, q)
    elif variable in ("weight_y_given_x", "q_y_given_x"):
        scale = ratio(scale, world.q_y_given_x)
    elif variable == "phi":
        scale = scale * (world.q_y_given_x + world.p_y_given_x)
    return np.where(np.abs(derivative) <= ZERO * scale, 0.0, derivative)


def _forced(world: DiscreteWorld, against: str) -> Array:
    """Return where the range of the label ratios alone forces the same sign of the expected divergence."""
    if against == "accuracy":
        return np.zeros(world.q_y_given_x.shape, dtype=bool)
    r = ratio(world.p_y, world.q_y)
    low, high = float(r[world.q_y > 0].min()), float(r[world.q_y > 0].max())
    flat = high - low <= ZERO * high  # all label shares right: both derivatives are one
    if against == "prior":
        share = ratio(world.p_x, world.q_x)
        return flat | (share > high + ROOM) | (share < low - ROOM)
    r = np.where(world.q_y > 0, r, high)
    odds = np.divide(world.q_x, world.p_x, out=np.zeros(world.n_states), where=world.p_x > 0)[:, None]
    share = ratio(world.p_y_given_x, world.q_y_given_x)
    room = ROOM * (1 + odds)
    clear = (share > 1 + odds * (r - low) + room) | (share < 1 - odds * (high - r) - room)
    return flat | ((world.p_x > 0)[:, None] & clear)


def _mean(values: Array, weights: Array) -> float:
    total = float(weights.sum())
    return float(values @ weights / total) if total > 0 else float("nan")
