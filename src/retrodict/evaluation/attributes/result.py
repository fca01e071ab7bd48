"""What a model gives away of columns of its training rows, as a result."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from retrodict.extras import extra_for
from retrodict.plain_text import cut
from retrodict.reconstruction.attributes.posterior import Method
from retrodict.reconstruction.attributes.seen import Output
from retrodict.results.notes import Note
from retrodict.results.result import KeptResult, Said, ShownTable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class AttributeLine:
    """One column, inferred for training rows and for others from their other columns, the output and the prior.

    Parameters
    ----------
    column
        Its name.
    kind
        Whether its values are listed, or numbers.
    members, others
        Share of the training rows, and of the others, whose value is right: the likeliest category, or a median that is
        within the tolerance.
    prior, other_prior
        The same by the prior alone, without the output.
    lift, low, high
        By how much the output helps more with training rows than with others: members less prior, less others less
        other_prior; with its 95% interval.
    coverage, other_coverage
        Share of the true values that are in intervals, or lists, at the confidence asked for.
    tolerance
        In the column's units; ``None`` of listed columns.
    rows, other_rows
        Training rows and others that have a value.
    method, error
        How it was computed, and by how much it may be off, as a share of a row's evidence.
    """

    column: str
    kind: Literal["listed", "number"]
    members: float
    others: float
    prior: float
    other_prior: float
    lift: float
    low: float
    high: float
    coverage: float | None
    other_coverage: float | None
    tolerance: float | None
    rows: int
    other_rows: int
    method: Method
    error: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


@dataclass(frozen=True, repr=False)
class AttributeRisk(KeptResult):
    """What someone who knows a row but for one column, and its output, learns of that column.

    Parameters
    ----------
    lines
        One a column; their own intervals are at 95% each.
    low, high
        Interval of the largest lift that covers it though it is the largest of so many: Bonferroni's. ``None`` where
        there is no line.
    output
        Which output was known.
    confidence
        Of intervals and lists.
    left_out
        Columns that were not judged, each with the reason.
    queries
        Model calls.
    seed
        Of the rows taken, and of the halves of the held-out rows.
    warnings, notes
        What is doubtful about the tables; what was assumed and left out.
    """

    lines: tuple[AttributeLine, ...]
    low: float | None
    high: float | None
    output: Output
    confidence: float
    left_out: tuple[tuple[str, Note], ...]
    queries: int
    seed: int
    warnings: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = field(default=())

    @property
    def largest(self) -> AttributeLine | None:
        """The line of the largest lift, of equal ones the first; ``None`` where no column was judged."""
        return max(self.lines, key=lambda one: one.lift, default=None)

    @property
    def frame(self) -> pd.DataFrame:
        """One line a column."""
        return pd.DataFrame([one.to_dict() for one in self.lines], columns=list(AttributeLine.__dataclass_fields__))

    def content(self) -> dict[str, Any]:
        """Return what it holds, and which column has the largest lift."""
        return {"largest": None if self.largest is None else self.largest.column, **super().content()}

    def plot(self) -> Figure:
        """Draw how often each column is told right, of training rows and of others, and the lift.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        RequestError
            If no column was judged.
        """
        with extra_for("a picture"):
            from retrodict.evaluation.attributes.picture import draw
        return draw(self)

    def to_frame(self) -> pd.DataFrame:
        """Return one line a column."""
        return self.frame

    @property
    def head(self) -> str:
        """What it is, in one line."""
        judged = f"{len(self.lines):,} column{'s' * (len(self.lines) != 1)}"
        return f"AttributeRisk: {judged} inferred from the others and the model's {self.output} (no leak: lift 0)"

    def tables(self) -> list[ShownTable]:
        """Return the columns of the largest lifts, one a line."""
        worst = sorted(self.lines, key=lambda one: -one.lift)[:_SHOWN]
        lines = [
            {
                "column": cut(one.column, _NAME),
                "members": f"{one.members:.3f}",
                "(prior)": f"{one.prior:.3f}",
                "others": f"{one.others:.3f}",
                "(prior) ": f"{one.other_prior:.3f}",
                "lift": f"{one.lift:+.3f}",
                "95% interval": f"{one.low:.3f} to {one.high:.3f}",
            }
            for one in worst
        ]
        title = "Share of rows whose value is told right, with the output (and by the prior alone)"
        return [ShownTable(pd.DataFrame(lines), title, index=False, left=("column",))] if lines else []

    def opening(self) -> list[Said]:
        """Return the largest lift."""
        if self.largest is not None and self.low is not None and self.high is not None:
            allowed = f"{self.low:.3f} to {self.high:.3f}, {len(self.lines)} columns allowed for"
            return [Said(f"largest lift {self.largest.lift:.3f}, of '{self.largest.column}' ({allowed})")]
        return []

    def remarks(self) -> list[str]:
        """Return what was left out, and what is doubtful."""
        more = len(self.lines) - _SHOWN
        told = [f"... {more:,} more columns of no larger lift: `frame` has them all"] if more > 0 else []
        return [*told, *(f"not judged: {name}: {why}" for name, why in self.left_out), *super().remarks()]


_SHOWN = 12
"""Columns that are printed."""
_NAME = 24
"""Characters of a column's name in a table."""
