"""Values of rows whose codes are known, from where they lie in a prior."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from retrodict.matching.row_priors.part import Held, Part

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Filling:
    """The way from codes and latents to values.

    Parameters
    ----------
    parts
        As they were joined: their components in order are those of the `RowPrior`.
    width
        Features of a row.
    """

    parts: Sequence[Part]
    width: int

    def rows(
        self,
        codes: Int[Array, "n c"],
        components: Int[Array, " n"],
        latents: Float[Array, "n c"],
        rng: np.random.Generator,
        *,
        drawn: bool = False,
    ) -> Float[Array, "n d"]:
        """Return rows with these codes, in the encoding of the codebook's schema.

        Parameters
        ----------
        codes
            The rows' cells.
        components, latents
            Where they lie in the prior, as a chain held them; latents of shape (n, 0) are none, and NaN is not known.
        rng
            What they leave open is drawn from it.
        drawn
            Whether this is one draw of many tables, so that features that no tree splits on are drawn, too; else they
            have the middle of what the others say of them.
        """
        out = np.empty((len(codes), self.width))
        at = latents if latents.shape[1] == codes.shape[1] else np.full(codes.shape, np.nan)
        first = 0
        for part in self.parts:
            rows = np.flatnonzero((components >= first) & (components < first + len(part)))
            if len(rows):
                which = components[rows] - first
                held = Held(codes[rows], _inside(at[rows], codes[rows], which, part), which, drawn)
                out[rows] = part.values.fill(held, part, rng)
            first += len(part)
        return out


def _inside(latents: Array, codes: Array, which: Array, part: Part) -> Array:
    """Return latents of which those that are not known are as near to the component's mean as their slot lets them."""
    out = np.where(np.isnan(latents), part.means[which], latents)
    for f in np.flatnonzero(part.tied):
        for m, code in enumerate(part.slots[f]):
            rows = np.isnan(latents[:, f]) & (codes[:, f] == code)
            out[rows, f] = np.clip(out[rows, f], part.ends[f][m], part.ends[f][m + 1])
    return out
