"""Rows of a public sample, smoothed."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

from retrodict.errors import PriorError
from retrodict.priors.blocked_products import rows_product
from retrodict.priors.columns import check_latents
from retrodict.priors.conditional.kernel import Sample, kernel_law
from retrodict.priors.conditional.law import Law
from retrodict.priors.digest import digest
from retrodict.priors.kernel import first_component, noise_factor, numeric_moments, silverman
from retrodict.priors.marginals.normal_share import normal_share
from retrodict.priors.merged_states import merged_states
from retrodict.priors.transport import Transport
from retrodict.results.notes import Note
from retrodict.schema import Feature, Schema

Array = np.ndarray

_CLOSE = 1e-6  # of a step
_DECIMALS = 10  # takes off what a multiple of a decimal step has in its last place
_CHUNK = 65_536  # cells transported at a time: they stay in the cache
_FEWEST = 1_024  # rows of a chunk at the least: with fewer, calls cost more than arithmetic


@dataclass(frozen=True, eq=False, repr=False)
class EmpiricalPrior(Transport):
    """A smoothed bootstrap of given rows.

    The first latent chooses a row; rows are sorted along their first principal component, so that a small step of
    the latent leads to a similar row. With a bandwidth, each feature has one more latent: numbers are moved by a
    normal kernel of the rows' own covariance after a shrinkage towards the mean that keeps means, variances and
    covariances (Silverman 1986, section 6.4.1), then kept within the schema's bounds and, for integers, rounded;
    listed features are redrawn from their shares with probability `redraw`. Missing values stay as in the row.
    Where many rows lie on a bound, what the kernel moves past it comes back to it, which shifts the mean inwards.

    Parameters
    ----------
    schema
        The features.
    rows
        Shape (n, d), in the schema's encoding; NaN is missing.
    bandwidth
        The kernel's standard deviation in units of the rows'; ``None`` is Silverman's rule, 0 the plain bootstrap.
    redraw
        Probability that a listed feature is redrawn; ``None`` is 0.02, or 0 for the plain bootstrap.
    weights
        Shape (n,), not negative: how likely each row is; equal by default.
    balanced
        Whether the kernel reaches as far inwards as outwards: next to a bound it is cut to the room there is, on both
        sides alike, so that nothing comes back to the bound and the mean stays.
    grids
        One a feature: step and offset of the values that a number takes, ``None`` for any; what the kernel moves comes
        back to the nearest one. Integers need none.

    Raises
    ------
    PriorError
        If rows, weights or settings do not fit the schema or one another.
    """

    schema: Schema
    rows: Float[Array, "n d"]
    bandwidth: float | None = None
    redraw: float | None = None
    weights: Float[Array, " n"] | None = None
    notes: tuple[Note, ...] = ()
    class_shares: Mapping[Hashable, float] | None = None
    balanced: bool = False
    grids: tuple[tuple[float, float] | None, ...] | None = None
    _ends: Float[Array, " n"] | None = field(init=False, repr=False)
    _centres: Float[Array, "n d"] = field(init=False, repr=False)
    _bounds: tuple[Array, Array] | None = field(init=False, repr=False)
    _numeric: tuple[int, ...] = field(init=False, repr=False)
    _mean: Float[Array, " p"] = field(init=False, repr=False)
    _factor: Float[Array, "p p"] = field(init=False, repr=False)
    _listed_shares: dict[int, Array] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        rows, weights = _checked(self.schema, self.rows, self.weights)
        order = np.argsort(first_component(self.schema, rows, weights), kind="stable")
        rows, weights = rows[order], weights[order]
        numeric = tuple(j for j, feature in enumerate(self.schema.features) if not feature.listed)
        effective = float(1.0 / (weights**2).sum())
        bandwidth = silverman(effective, len(numeric)) if self.bandwidth is None else float(self.bandwidth)
        redraw = (0.02 if bandwidth > 0 else 0.0) if self.redraw is None else float(self.redraw)
        if not (np.isfinite(bandwidth) and bandwidth >= 0):
            raise PriorError(f"a bandwidth must be a finite number and not negative, got {bandwidth}; correct it")
        if not 0 <= redraw <= 1:
            raise PriorError(f"redraw must be a probability in [0, 1], got {redraw}; correct it")
        mean, covariance = numeric_moments(rows[:, numeric], weights)
        centres = rows
        if bandwidth and numeric:
            # Shrinking and adding in these proportions leaves means, variances and covariances as they are.
            centres = rows.copy()
            centres[:, numeric] = mean + _shrink(bandwidth) * (rows[:, numeric] - mean)
        for name, value in (
            ("rows", rows),
            ("weights", weights),
            ("bandwidth", bandwidth),
            ("redraw", redraw),
            ("_ends", None if (weights == weights[0]).all() else np.cumsum(weights)[:-1]),
            ("_centres", centres),
            ("_numeric", numeric),
            ("_mean", mean),
            ("_factor", noise_factor(covariance)),
            ("_listed_shares", _listed_shares(self.schema, rows, weights)),
        ):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_bounds", self._plain_bounds())

    def _plain_bounds(self) -> tuple[Array, Array] | None:
        """Return the bounds of the numbers that have no grid, one a feature; ``None`` where there are none."""
        low, high = np.full(len(self.schema), -np.inf), np.full(len(self.schema), np.inf)
        for j in self._numeric:
            feature = self.schema.features[j]
            if self._grid(j) is None:
                low[j] = -np.inf if feature.low is None else feature.low
                high[j] = np.inf if feature.high is None else feature.high
        return (low, high) if np.isfinite(low).any() or np.isfinite(high).any() else None

    def _grid(self, j: int) -> tuple[float, float] | None:
        """Return step and offset of the values that a number takes; ``None`` for any."""
        own = None if self.grids is None else self.grids[j]
        return (1.0, 0.0) if own is None and self.schema.features[j].kind == "integer" else own

    @property
    def plain(self) -> bool:
        """Whether it is the plain bootstrap: only the rows themselves are drawn."""
        return not self.bandwidth and not self.redraw

    @property
    def latent_dim(self) -> int:  # type: ignore[override]  # the mixin declares it as a plain attribute
        """One for the row and, unless it is the plain bootstrap, one for each feature."""
        return 1 if self.plain else 1 + len(self.schema)

    def transport(self, z: Float[Array, "n m"]) -> Float[Array, "n d"]:
        """Map standard normal latents to rows; see `Prior.transport`."""
        z = np.asarray(z, dtype=np.float64)
        check_latents(z, self.latent_dim)
        out = np.empty((len(z), len(self.schema)))
        rows = max(_FEWEST, _CHUNK // max(1, len(self.schema)))
        for start in range(0, len(z), rows):
            self._draw(z[start : start + rows], out[start : start + rows])
        return out

    def _draw(self, z: Array, out: Array) -> None:
        """Write the rows of a chunk of latents."""
        np.take(self._centres, self._chosen(z[:, 0]), axis=0, out=out, mode="clip")
        if self.plain:
            return
        if self.bandwidth and self._numeric:
            every = len(self._numeric) == len(self.schema)
            columns = slice(None) if every else list(self._numeric)
            steps = rows_product(z[:, 1:] if every else z[:, [1 + j for j in self._numeric]], self._factor)
            steps *= self.bandwidth * _shrink(self.bandwidth)
            out[:, columns] += self._cut(out[:, columns], steps) if self.balanced else steps
        if self._bounds is not None:
            np.clip(out, *self._bounds, out=out)
        for j, feature in enumerate(self.schema.features):
            grid = self._grid(j)
            if feature.listed:
                self._redraw(out, j, z[:, 1 + j])
            elif grid is not None:
                out[:, j] = _on_grid(np.ascontiguousarray(out[:, j]), feature, grid)

    def _chosen(self, z: Array) -> Array:
        """Return which row each latent chooses."""
        u = normal_share(np.ascontiguousarray(z))
        if self._ends is not None:
            return np.searchsorted(self._ends, u, side="right")
        u *= len(self.rows)
        return np.minimum(u.astype(np.intp), len(self.rows) - 1)

    def _cut(self, centres: Array, steps: Array) -> Array:
        """Return the kernel's steps, none longer than the way from the shrunken row to its nearer bound."""
        room = np.full(centres.shape, np.inf)
        for k, j in enumerate(self._numeric):
            low, high = self.schema.features[j].low, self.schema.features[j].high
            if low is not None:
                room[:, k] = centres[:, k] - low
            if high is not None:
                room[:, k] = np.fmin(room[:, k], high - centres[:, k])
        longest = np.maximum(room, 0.0)
        return np.clip(steps, -longest, longest)

    def _redraw(self, out: Array, j: int, z: Array) -> None:
        """Redraw a listed feature where its latent falls into the lowest `redraw` of probability; reuse the rest."""
        if not self.redraw:
            return
        u = normal_share(np.ascontiguousarray(z))
        again = np.flatnonzero((u < self.redraw) & ~np.isnan(out[:, j]))
        out[again, j] = np.searchsorted(self._listed_shares[j], u[again] / self.redraw, side="right")

    def given_others(self, X: Float[Array, "n d"], column: int) -> Law:
        """Return the law of a column, each row weighed by how near it is; see `Conditional.given_others`."""
        return kernel_law(self.kernel(), X, column)

    def kernel(self) -> Sample:
        """Return the rows with what is drawn around them."""
        return Sample(
            schema=self.schema,
            rows=self.rows,
            weights=np.asarray(self.weights),
            bandwidth=float(self.bandwidth or 0.0),
            redraw=float(self.redraw or 0.0),
            mean=self._mean,
            factor=self._factor,
            numeric=self._numeric,
            shares={j: np.diff(ends, prepend=0.0, append=1.0) for j, ends in self._listed_shares.items()},
            steps=tuple(self._grid(j) for j in range(len(self.schema))),
            balanced=self.balanced,
        )

    def n_states(self) -> int | None:
        """Return an upper limit of the number of distinct rows; ``None`` unless it is the plain bootstrap."""
        return len(self.rows) if self.plain else None

    def states(self) -> tuple[Float[Array, "m d"], Float[Array, " m"]]:
        """Return every distinct row with its log-probability, shapes (m, d) and (m,).

        Raises
        ------
        PriorError
            If the rows are smoothed.
        """
        if not self.plain:
            raise PriorError("a smoothed empirical prior has no finite list of states; set bandwidth=0")
        weights = np.asarray(self.weights)
        kept = weights > 0
        return merged_states(self.rows[kept], np.log(weights[kept]))

    def describe(self) -> dict[str, Any]:
        """Return settings, size and digest as plain data; the rows themselves are not in it."""
        return {
            "kind": "empirical",
            "rows": len(self.rows),
            "features": list(self.schema.names),
            "bandwidth": self.bandwidth,
            "redraw": self.redraw,
            **({"grids": [grid and list(grid) for grid in self.grids]} if self.grids and any(self.grids) else {}),
            "sha256": digest(self.rows, self.weights),
        }


def _checked(schema: Schema, rows: Array, weights: Array | None) -> tuple[Array, Array]:
    rows = np.array(rows, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != len(schema) or not len(rows):
        raise PriorError(f"rows of shape (n, {len(schema)}) were expected, n at least 1, got {rows.shape}")
    for j, feature in enumerate(schema.features):
        column = rows[:, j]
        if np.isinf(column).any():
            raise PriorError(f"feature '{feature.name}' holds infinite values; replace or drop them")
        present = column[~np.isnan(column)]
        if feature.listed and not np.isin(present, np.arange(len(feature.categories))).all():
            raise PriorError(f"feature '{feature.name}' holds codes outside its {len(feature.categories)} categories")
        if (feature.low is not None and (present < feature.low).any()) or (
            feature.high is not None and (present > feature.high).any()
        ):
            raise PriorError(f"feature '{feature.name}' holds rows outside its bounds; widen them or drop the rows")
    p = np.ones(len(rows)) if weights is None else np.array(weights, dtype=np.float64)
    if p.shape != (len(rows),) or not (np.isfinite(p).all() and (p >= 0).all() and p.sum() > 0):
        raise PriorError(f"{len(rows)} rows need as many finite weights, not negative and not all zero; correct them")
    return rows, p / p.sum()


def _shrink(bandwidth: float) -> float:
    """Return what rows are shrunk by towards the mean, so that the kernel leaves the variances as they are."""
    return 1.0 / math.sqrt(1.0 + bandwidth**2)


def _on_grid(values: Array, feature: Feature, grid: tuple[float, float]) -> Array:
    """Return values on the nearest point of a feature's grid that is within its bounds."""
    step, offset = grid
    place = np.rint((values - offset) / step)
    # A bound that misses the grid by rounding alone is one of its values.
    if feature.low is not None:
        np.maximum(place, np.ceil((feature.low - offset) / step - _CLOSE), out=place)
    if feature.high is not None:
        np.minimum(place, np.floor((feature.high - offset) / step + _CLOSE), out=place)
    return place if grid == (1.0, 0.0) else np.round(place * step + offset, _DECIMALS)


def _listed_shares(schema: Schema, rows: Array, weights: Array) -> dict[int, Array]:
    """Return, for each listed feature, the inner ends of its categories' cumulated shares."""
    out = {}
    for j, feature in enumerate(schema.features):
        if feature.listed:
            present = ~np.isnan(rows[:, j])
            k = len(feature.categories)
            mass = np.bincount(rows[present, j].astype(np.int64), weights[present], minlength=k)
            cumulated = np.cumsum(mass / mass.sum()) if mass.sum() > 0 else np.arange(1, k + 1) / k
            out[j] = cumulated[:-1]
    return out
