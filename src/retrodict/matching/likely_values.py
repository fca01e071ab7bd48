"""Values of numbers whose cells are known: values of training rows, whole numbers, and likeliest values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int

from retrodict.matching.axes import Axis, NumberAxis, nearest_on_grid
from retrodict.matching.codebook import Codebook
from retrodict.plain_text import listing
from retrodict.priors.marginals import FiniteMarginal, Marginal
from retrodict.results.notes import Note
from retrodict.schema import Feature

Array = np.ndarray

WHOLE = "taken_as_whole"
"""Code of the note on columns that are taken to hold whole numbers."""
_NAMES_SHOWN = 8  # of features, in a note
_FEW = 1.0
"""What cuts of a column span that most likely has no values but those beside them: codes, or zeros and ones."""
_NOTHING = 1e-30
"""Split points nearer to zero than this are zero: LightGBM's stand at 1e-35."""
_DIGITS = 2e-7
"""Of a number of 32 bits, how far the next below it is."""


@dataclass(frozen=True, eq=False)
class LikelyValues:
    """What stands in cells.

    Parameters
    ----------
    codebook
        The cells.
    known
        Values that training rows have for sure, by feature, sorted.
    guessed
        Whether numbers are taken as whole where nothing contradicts, and features that no tree splits on as likeliest;
        ``False`` where somebody said what is assumed of them.
    ranges
        The least and the greatest value of features, as far as they are stated.
    """

    codebook: Codebook
    known: Mapping[str, Float[Array, " v"]]
    guessed: bool = True
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def fill(self, codes: Int[Array, "n c"], rows: Float[Array, "n d"]) -> Float[Array, "n d"]:
        """Return rows with the same codes, whose numbers are those that are likeliest as far as the model shows.

        Parameters
        ----------
        codes
            The cells, shape (n, c).
        rows
            Rows with these codes, drawn by what is assumed of each feature; what nothing better is known of stays.
        """
        book, out = self.codebook, rows.copy()
        columns = dict(zip(book.features, range(len(book.axes)), strict=True))
        for j, (feature, marginal) in enumerate(zip(book.schema.features, book.marginals, strict=True)):
            if feature.name not in columns:
                if not feature.listed and self.guessed:
                    out[:, j] = np.where(np.isnan(rows[:, j]), np.nan, _likeliest(marginal, feature))
                continue
            axis = book.axes[columns[feature.name]]
            if isinstance(axis, NumberAxis):
                own = codes[:, columns[feature.name]]
                there = own != axis.missing
                out[there, j] = self._numbers(axis, own[there], rows[there, j])
        return out

    def on_grids(self, codes: Int[Array, "n c"], rows: Float[Array, "n d"]) -> Float[Array, "n d"]:
        """Return rows with the nearest whole numbers inside their cells, where columns are taken to hold such."""
        out = rows.copy()
        for i, axis in enumerate(self.codebook.axes):
            known = np.asarray(self.known.get(axis.name, ()), dtype=np.float64)
            if not self.guessed or not looks_whole(axis, known, self.ranges.get(axis.name)):
                continue
            assert isinstance(axis, NumberAxis)
            j, there = self.codebook.schema.names.index(axis.name), codes[:, i] != axis.missing
            low, high = axis.ends(codes[there, i])
            inside = np.floor(high) > np.floor(low)
            whole = nearest_on_grid(rows[there, j], np.where(inside, low, -np.inf), np.where(inside, high, np.inf), 1.0)
            out[there, j] = np.where(inside, whole, rows[there, j])
        return out

    def _numbers(self, axis: NumberAxis, codes: Array, drawn: Array) -> Array:
        low, high = axis.ends(codes)
        ends = self.ranges.get(axis.name)
        known = np.asarray(self.known.get(axis.name, np.empty(0)), dtype=np.float64)
        out, lone = drawn.copy(), np.isinf(low) | np.isinf(high)
        if self.guessed and looks_whole(axis, known, ends):
            lowest = np.floor(low) + 1.0  # the least whole number above the lower end
            beside = np.where(np.isinf(low), np.floor(high), lowest)
            inside = np.floor(high) >= lowest
            least, most = (low, high) if ends is None else (np.maximum(low, ends[0] - _HALF), np.minimum(high, ends[1]))
            grid = nearest_on_grid(drawn, least, most, 1.0)
            few = ends is None and axis.cuts[-1] - axis.cuts[0] <= _FEW
            out = np.where(lone & few, beside, np.where(lone | inside, grid, drawn))
        out = np.where(np.abs(out) < _NOTHING, 0.0, out)  # a cell that only zero is in
        if len(known):
            first = np.searchsorted(known, low, side="right")  # of those above the lower end
            last = np.searchsorted(known, high, side="right") - 1
            nearest = _nearest(known, out, first, last)
            out = np.where(last >= first, nearest, out)
        return out


def _nearest(known: Array, values: Array, first: Array, last: Array) -> Array:
    """Return of the sorted values between two places the nearest to each value."""
    after = np.clip(np.searchsorted(known, values, side="left"), first, np.maximum(last, first))
    after = np.minimum(after, len(known) - 1)
    before = np.maximum(np.minimum(np.maximum(after - 1, first), after), 0)
    return np.where(np.abs(known[before] - values) < np.abs(known[after] - values), known[before], known[after])


def _likeliest(marginal: Marginal, feature: Feature) -> float:
    """Return the likeliest value of a feature that no tree splits on, or the middle one where none is."""
    if isinstance(marginal, FiniteMarginal):
        return float(marginal.values()[int(np.argmax(marginal.probabilities()))]) + 0.0
    middle = float(marginal.quantile_z(np.zeros(1))[0])
    return float(np.rint(middle)) if feature.kind == "integer" else middle


def looks_whole(axis: Axis, known: Float[Array, " v"], ends: tuple[float, float] | None) -> bool:
    """Return whether all that is known of a number's values allows that they are whole.

    Its split points lie at zero, midway between two whole numbers, or right at or below one; its stated range and its
    known values are whole.
    """
    if not isinstance(axis, NumberAxis) or axis.step is not None or not len(axis.cuts):
        return False
    cuts = axis.cuts
    halves = np.rint(2.0 * cuts) / 2.0
    near = np.abs(cuts - halves) <= _DIGITS * np.maximum(np.abs(cuts), 1.0)
    whole = np.concatenate([known, ends or ()])
    return bool((near | (np.abs(cuts) < _NOTHING)).all() and (whole == np.rint(whole)).all())


def told_of_whole(likely: LikelyValues) -> Sequence[Note]:
    """Return a line on the columns that are taken to hold whole numbers, beside those that are said to."""
    kinds = {feature.name: feature.kind for feature in likely.codebook.schema.features}
    names = [
        axis.name
        for axis in likely.codebook.axes
        if kinds[axis.name] != "integer"
        and looks_whole(axis, np.asarray(likely.known.get(axis.name, ())), likely.ranges.get(axis.name))
    ]
    if not names or not likely.guessed:
        return []
    text = "taken as whole numbers, since all split points of them lie at or midway between such: "
    return [Note(WHOLE, text + listing(names, _NAMES_SHOWN), features=names)]


_HALF = 0.5  # beyond a whole end of a range
