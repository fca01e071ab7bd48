"""From encoded rows to what classifiers take: mixed types, missing values, atoms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

Array = np.ndarray

_CLIP = 5.0  # scaled numbers beyond this say no more than that they are far out
_ATOM = 0.05  # a value this common gets an indicator of its own
_MAX_PRODUCTS = 300


@dataclass(frozen=True, eq=False)
class Design:
    """Columns made from encoded rows; what they are scaled by comes from the rows it was made of.

    Parameters
    ----------
    sizes
        Categories of each feature, 0 for a number, shape (d,).
    centre, scale
        Of numbers, shape (d,).
    gappy
        Whether the feature has missing values, shape (d,).
    atoms
        Pairs of a number's column and a value that many rows share.
    """

    sizes: Int[Array, " d"]
    centre: Float[Array, " d"]
    scale: Float[Array, " d"]
    gappy: Bool[Array, " d"]
    atoms: tuple[tuple[int, float], ...]

    @classmethod
    def of(cls, X: Float[Array, "n d"], sizes: Int[Array, " d"]) -> Design:
        """Make the design of rows, shape (n, d), with NaN for missing values."""
        gappy = np.isnan(X).any(axis=0)
        centre, scale = np.zeros(X.shape[1]), np.ones(X.shape[1])
        atoms = []
        for j in np.flatnonzero(sizes == 0):
            present = X[~np.isnan(X[:, j]), j]
            if len(present) == 0:
                continue
            centre[j] = present.mean()
            scale[j] = present.std() or 1.0
            values, counts = np.unique(present, return_counts=True)
            if len(values) > 2:
                common = np.argsort(-counts, kind="stable")[:3]
                atoms += [(int(j), float(values[i])) for i in common if counts[i] > _ATOM * len(X)]
        return cls(sizes, centre, scale, gappy, tuple(atoms))

    def curves(self, X: Float[Array, "n d"]) -> Float[Array, "n p"]:
        """Return numbers, their squares, and an indicator of each category, atom and gap."""
        numbers, indicators, _ = self._parts(X)
        return np.column_stack([numbers, numbers**2, indicators])

    def pairs(self, X: Float[Array, "n d"]) -> Float[Array, "n p"]:
        """Return `curves` and the products of columns of different features, where these are not too many."""
        numbers, indicators, owner = self._parts(X)
        base = np.column_stack([numbers, indicators])
        first, second = np.triu_indices(base.shape[1], 1)
        apart = owner[first] != owner[second]
        if not 0 < apart.sum() <= _MAX_PRODUCTS:
            return self.curves(X)
        return np.column_stack([numbers, numbers**2, indicators, base[:, first[apart]] * base[:, second[apart]]])

    def _parts(self, X: Float[Array, "n d"]) -> tuple[Array, Array, Array]:
        """Return scaled numbers, indicators, and the feature that each column of both is about."""
        plain = np.flatnonzero(self.sizes == 0)
        numbers = np.clip((X[:, plain] - self.centre[plain]) / self.scale[plain], -_CLIP, _CLIP)
        columns = [np.isnan(X[:, j]) for j in np.flatnonzero(self.gappy)]
        columns += [X[:, j] == value for j, value in self.atoms]
        owner = [*plain, *np.flatnonzero(self.gappy), *(j for j, _ in self.atoms)]
        for j in np.flatnonzero(self.sizes):
            first = 1 if self.sizes[j] == 2 else 0
            columns += [X[:, j] == code for code in range(first, self.sizes[j])]
            owner += [j] * (self.sizes[j] - first)
        indicators = np.column_stack(columns).astype(np.float64) if columns else np.empty((len(X), 0))
        return np.nan_to_num(numbers), indicators, np.asarray(owner)
