"""Record risk as a result that prints itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.evaluation.record_match import RecordMatch
from retrodict.evaluation.risk.membership import Advantage, Nearer
from retrodict.extras import extra_for
from retrodict.results.notes import Note
from retrodict.results.result import KeptResult, ShownTable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = np.ndarray

LISTED = 1_000
SUREST = 5
"""Rows singled out that JSON lists, and that are printed."""
_LEVELS = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


@dataclass(frozen=True, eq=False, repr=False)
class RecordRisk(KeptResult):
    """How near single rebuilt rows come to single training rows, beside held-out rows of the same source.

    Parameters
    ----------
    matched
        Rebuilt rows beside training rows, one to one at the least error.
    matched_low
        A lower bound on the least mean error; it is `matched.error` where that is the least.
    control
        As many held-out rows paired with the rebuilt ones; ``None`` without held-out rows.
    attributes
        For each `feature` and `tolerance`: the share of the pairs that agree, `train`, and the same of the
        control, `holdout`.
    closest
        Distance of each rebuilt row to the nearest training row, in mean cell error.
    closest_holdout
        The same to the nearest of the held-out rows, and of as many training rows: columns `holdout`, `train`.
    nearer
        How often the training row is the nearer one.
    membership
        What a distance learned on other rows tells of who was in the table.
    hits
        The same of rows that a rebuilt row agrees with in every cell, within `tolerance`.
    exact_hits
        The same of rows that a rebuilt row equals in every cell.
    singled_out
        Training rows that a rebuilt row agrees with in every cell, alone in the table, and that no held-out row agrees
        with: `row` (the training table's own index), `rebuilt` (position), `exact`, `label` (whether it agrees),
        `difference` (the largest of any cell) and `confidence` (the reconstruction's own; NaN where it states none);
        the surest first.
    singled_out_control
        Held-out rows for which the same holds, training rows in the place of held-out ones: hits by chance.
    rows
        Of the tables.
    tolerance
        Share of the training column's range within which two numbers agree.
    seed
        The seed.
    warnings, notes
        What is doubtful about the tables; what was left out, and why.
    """

    matched: RecordMatch
    matched_low: float
    control: RecordMatch | None
    attributes: pd.DataFrame
    closest: Float[Array, " k"]
    closest_holdout: pd.DataFrame | None
    nearer: Nearer | None
    membership: Advantage | None
    hits: Advantage | None
    exact_hits: Advantage | None
    singled_out: pd.DataFrame
    singled_out_control: int | None
    rows: dict[str, int]
    tolerance: float
    seed: int
    warnings: tuple[Note, ...]
    notes: tuple[Note, ...]

    @property
    def exact_rows(self) -> float:
        """Share of the pairs that agree in every feature."""
        return self.matched.exact_rows

    @property
    def singled_out_share(self) -> float:
        """Share of the training rows that are singled out."""
        return len(self.singled_out) / self.rows["training rows"]

    @property
    def singled_out_chance(self) -> float | None:
        """Training rows that chance singles out: `singled_out_control`, scaled to the number of training rows.

        ``None`` without held-out rows. In a smaller table more rows are alone: the control is no less than chance.
        """
        if self.singled_out_control is None:
            return None
        return self.singled_out_control * self.rows["training rows"] / self._taken

    def content(self) -> dict[str, Any]:
        """Return what it holds; of the rows singled out the surest 1,000 are listed."""
        both, own = self.closest_holdout, super().content()
        del own["singled_out_control"]
        return {
            **own,
            "closest": _quantiles(self.closest),
            "closest_holdout": None if both is None else {name: _quantiles(both[name].to_numpy()) for name in both},
            "singled_out": {
                "count": len(self.singled_out),
                "share": self.singled_out_share,
                "exact": int(self.singled_out.exact.sum()),
                "control": self.singled_out_control,
                "chance": self.singled_out_chance,
                "listed": self.singled_out[:LISTED],
            },
        }

    def sentences(self) -> list[str]:
        """Return the result in sentences, one a measure."""
        match, control = self.matched, self.control
        error = f"{match.error:.4f}"
        if match.pairing != "least" and self.matched_low < match.error:
            error = f"between {self.matched_low:.4f} and {error}"
        beside = "" if control is None else f" (held-out rows: {control.error:.4f})"
        out = [f"matched error {error}{beside}"]
        beside = "" if control is None else f" (held-out rows: {control.exact_rows:.1%})"
        out.append(f"exact rows among the pairs {match.exact_rows:.1%}{beside}")
        if self.nearer is not None:
            share = _interval(self.nearer.share, self.nearer)
            out.append(f"training row nearer than held-out row: {share} (chance: 0.5)")
        within = f"hits within {self.tolerance:.2g} of each range"
        for how, found in (("distance", self.membership), (within, self.hits), ("exact rows", self.exact_hits)):
            if found is not None:
                out.append(f"membership advantage by {how}: {_interval(found.value, found)} (chance: 0)")
        by_chance = self.singled_out_chance
        chance = "" if by_chance is None else f" (by chance: about {by_chance:,.0f}{self._from()})"
        exact = int(self.singled_out.exact.sum())
        of = self.rows["training rows"]
        out.append(
            f"singled out: {len(self.singled_out):,} of {of:,} training rows, within {self.tolerance:.2g} of each "
            f"range, {exact:,} of them exactly{chance}"
        )
        return out

    def _from(self) -> str:
        """Say where the chance count is scaled from, where the held-out rows are not as many as training rows."""
        if self._taken == self.rows["training rows"]:
            return ""
        return f", from {self.singled_out_control:,} of {self._taken:,} held-out rows"

    @property
    def _taken(self) -> int:
        """Held-out rows that are compared: as many as training rows, at most."""
        return min(self.rows["held-out rows"], self.rows["training rows"])

    def plot(self) -> Figure:
        """Draw distances to the nearest row, what they tell of membership, and agreement by feature.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        """
        with extra_for("a picture"):
            from retrodict.evaluation.risk.picture import draw
        return draw(self)

    def to_frame(self) -> pd.DataFrame:
        """Return one line a measure: `value` with its 95% interval, and `control`, what chance gives."""
        match, control = self.matched, self.control
        lines: list[tuple[str, float | None, float | None, float | None, float | None]] = [
            ("matched error", match.error, self.matched_low, match.error, None if control is None else control.error),
            ("exact rows", match.exact_rows, None, None, None if control is None else control.exact_rows),
            ("singled out", len(self.singled_out), None, None, self.singled_out_chance),
        ]
        if (near := self.nearer) is not None:
            lines.append(("training row nearer", near.share, near.low, near.high, 0.5))
        advantages = (("distance", self.membership), ("hits", self.hits), ("exact rows", self.exact_hits))
        for how, one in advantages:
            if one is not None:
                lines.append((f"membership advantage by {how}", one.value, one.low, one.high, 0.0))
        frame = pd.DataFrame(lines, columns=["measure", "value", "low", "high", "control"])
        return frame.astype(dict.fromkeys(["value", "low", "high", "control"], np.float64))

    @property
    def head(self) -> str:
        """The tables in one line."""
        rows = ", ".join(f"{n:,} {title}" for title, n in self.rows.items())
        return f"RecordRisk: {rows} (numbers agree within {self.tolerance:g} of the range, seed {self.seed})"

    def tables(self) -> list[ShownTable]:
        """Return the rows that are singled out most surely."""
        surest = self.singled_out[:SUREST]
        return [ShownTable(surest, "surest", floats=None, index=False)] if len(surest) else []

    def remarks(self) -> list[str]:
        """Return the result in sentences, with what is doubtful."""
        return [*self.sentences(), *super().remarks()]


def _interval(value: float, found: Advantage | Nearer) -> str:
    return f"{value:.3f} ({found.low:.3f} to {found.high:.3f})"


def _quantiles(values: Array) -> dict[str, float]:
    return {f"{level:g}": float(value) for level, value in zip(_LEVELS, np.quantile(values, _LEVELS), strict=True)}
