"""Some components of a row's law that share how their latents are cut and tied."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict.matching.row_priors.slots import LEAST, Slots

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Held:
    """Rows whose codes are known, with where they lie in one part.

    Parameters
    ----------
    codes
        Shape (n, c).
    latents
        In units of the part's slots, shape (n, c); what they are of features without a latent is not looked at.
    which
        Each row's component, counted from the part's first, shape (n,).
    drawn
        Whether what is open is drawn; else its middle is taken, where it has one.
    """

    codes: Int[Array, "n c"]
    latents: Float[Array, "n c"]
    which: Int[Array, " n"]
    drawn: bool


class Values(Protocol):
    """What a part says of the values of rows whose codes and latents are known."""

    def fill(self, held: Held, part: Part, rng: np.random.Generator) -> Float[Array, "n d"]:
        """Return rows in the encoding of the codebook's schema, with these codes.

        Parameters
        ----------
        held
            The rows' codes and latents.
        part
            Whose they are.
        rng
            What is open is drawn from it.
        """
        ...


@dataclass(frozen=True, eq=False)
class Part:
    """k components over c axes.

    Parameters
    ----------
    weights
        Of the components, sum 1, shape (k,).
    tied
        Which axes have latents, shape (c,).
    means
        Of the latents, shape (k, c).
    covariance
        Of the latents, shape (c, c), positive definite; 1 on the diagonal of axes that are not tied, and 0 beside it.
    slots
        Of each axis that is tied, the codes of its slots in order; else empty.
    ends
        Where they begin, and the last one's end.
    missing
        Chance of the missing code, shape (k, c).
    chances
        Of each axis that is not tied: of its codes but the missing one, those present, shape (k, size), sum 1; else
        empty. All above zero.
    values
        What it says inside cells.
    """

    weights: Float[Array, " k"]
    tied: Bool[Array, " c"]
    means: Float[Array, "k c"]
    covariance: Float[Array, "c c"]
    slots: tuple[Int[Array, " m"], ...]
    ends: tuple[Float[Array, " m+1"], ...]
    missing: Float[Array, "k c"]
    chances: tuple[Float[Array, "k size"], ...]
    values: Values = field(repr=False)

    def __len__(self) -> int:
        return len(self.weights)

    @classmethod
    def of_slots(
        cls,
        slots: tuple[Slots, ...],
        covariance: Float[Array, "c c"],
        missing: Float[Array, " c"],
        sizes: tuple[int, ...],
        values: Values,
    ) -> Part:
        """Return one component of standard normal latents; axes that are tied to no other have chances instead.

        Parameters
        ----------
        slots
            One an axis.
        covariance
            Of the latents: their correlation.
        missing
            Chance of each axis's missing code.
        sizes
            How many codes each axis has, the missing one left out.
        values
            As of `Part`.
        """
        others = np.abs(covariance - np.diag(np.diag(covariance)))
        tied = (others > UNTIED).any(axis=1) if len(covariance) else np.zeros(0, dtype=bool)
        none, nothing = np.empty(0, dtype=np.int64), np.empty((1, 0))
        return cls(
            weights=np.ones(1),
            tied=tied,
            means=np.zeros((1, len(slots))),
            covariance=covariance,
            slots=tuple(own.codes if tie else none for own, tie in zip(slots, tied, strict=True)),
            ends=tuple(own.ends if tie else np.empty(0) for own, tie in zip(slots, tied, strict=True)),
            missing=np.asarray(missing)[None],
            chances=tuple(
                nothing if tie else own.chances(size)[None] for own, tie, size in zip(slots, tied, sizes, strict=True)
            ),
            values=values,
        )


UNTIED = 1e-12
"""Latent correlations that are none."""


def softened(missing: Float[Array, ...], gaps: bool) -> Float[Array, ...]:
    """Return chances of a missing code, neither 0 nor 1, since counts may ask for either; 0 where there is none."""
    return np.clip(missing, LEAST, 1.0 - LEAST) if gaps else np.zeros_like(missing)
