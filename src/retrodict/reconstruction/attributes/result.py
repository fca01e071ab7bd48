"""What is inferred of one column, row by row, beside what the prior alone says."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import pandas as pd

from retrodict.plain_text import cut
from retrodict.reconstruction.attributes.posterior import Method
from retrodict.reconstruction.attributes.seen import Output
from retrodict.results.notes import Note
from retrodict.results.result import KeptResult, ShownTable

SHOWN = 10
"""Rows that are printed."""


@dataclass(frozen=True)
class InferredRow:
    """What is inferred of one row.

    Parameters
    ----------
    row
        Its place in the table that was given.
    value
        The likeliest category, or the median; ``None`` where it is that the value is missing, or nothing was found.
    probability
        Of that category; of a number, that the value is within the tolerance of the median.
    low, high
        The central interval of a number, at the confidence asked for; ``None`` of listed columns.
    among
        The likeliest categories that reach that confidence together; empty of numbers.
    prior_value, prior_probability
        The same by the prior alone, given the other columns and not the output.
    missing
        Probability that the value is missing.
    found
        Whether any value was found that gives the row's output.
    true
        What the table holds there, if it has the column.
    hit, prior_hit
        Whether the value, or the prior's, is right: of a number, within the tolerance. ``None`` where it is not known.
    inside
        Whether the true value is in the interval, or among the categories.
    """

    row: int
    value: Any
    probability: float | None
    low: float | None
    high: float | None
    among: tuple[Any, ...]
    prior_value: Any
    prior_probability: float | None
    missing: float
    found: bool
    true: Any = None
    hit: bool | None = None
    prior_hit: bool | None = None
    inside: bool | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


@dataclass(frozen=True, repr=False)
class Inferred(KeptResult):
    """One column of known rows, inferred from the others, the model's output and the prior.

    Parameters
    ----------
    column
        Its name.
    kind
        Whether its values are listed, or numbers.
    output
        Which output was known.
    confidence
        Of intervals, and of lists of categories.
    tolerance
        How near a number must come to be right, in the column's units; ``None`` of listed columns.
    method
        How it was computed: each listed value asked for; integrals between the model's split points, on which its
        output was seen to be level; or quadrature with an error estimate.
    error
        The largest estimate of any row, as a share of its evidence; 0 where sums are exact.
    rows
        One entry a row.
    hits, prior_hits
        Shares of the rows of which the true value is known that are right: given the output, and by the prior alone.
    coverage
        Share of them whose true value is in the interval or list.
    queries
        Model calls.
    notes, warnings
        What is not as exact as it might be; what was done to the table.
    """

    column: str
    kind: Literal["listed", "number"]
    output: Output
    confidence: float
    tolerance: float | None
    method: Method
    error: float
    rows: tuple[InferredRow, ...]
    hits: float | None
    prior_hits: float | None
    coverage: float | None
    queries: int
    notes: tuple[Note, ...] = ()
    warnings: tuple[Note, ...] = field(default=())

    @property
    def frame(self) -> pd.DataFrame:
        """One line a row."""
        named = ["row", "value", "probability", "low", "high", "among", "prior_value", "prior_probability"]
        named += ["missing", "found", "true", "hit", "prior_hit", "inside"]
        return pd.DataFrame([{name: getattr(one, name) for name in named} for one in self.rows], columns=named)

    def to_frame(self) -> pd.DataFrame:
        """Return one line a row."""
        return self.frame

    @property
    def head(self) -> str:
        """What it is, in one line."""
        return (
            f"Inferred: column '{self.column}' of {len(self.rows):,} rows from their other columns and the model's "
            f"{self.output} ({self.queries:,} model calls)"
        )

    def tables(self) -> list[ShownTable]:
        """Return the first rows."""
        listed = self.kind == "listed"
        lines = [
            {
                "row": f"{one.row:,}",
                "value": _cell(one.value),
                "chance": _cell(one.probability),
                **(
                    {"one of": cut(", ".join(map(str, one.among)), _LIST)}
                    if listed
                    else {"from": _cell(one.low), "to": _cell(one.high)}
                ),
                "by prior": _cell(one.prior_value),
                **({} if self.hits is None else {"true": _cell(one.true), "right": _RIGHT[one.hit]}),
            }
            for one in self.rows[:SHOWN]
        ]
        texts = ("value", "one of", "by prior", *["true"] * (self.hits is not None)) if listed else ()
        return [ShownTable(pd.DataFrame(lines), index=False, left=texts)]

    def remarks(self) -> list[str]:
        """Return what was right, how it was computed, and what is doubtful."""
        left = len(self.rows) - SHOWN
        lines = [f"... {left:,} more rows: `frame` has them all"] if left > 0 else []
        if self.hits is not None and self.prior_hits is not None and self.coverage is not None:
            right = "right" if self.kind == "listed" else f"within {self.tolerance:.4g}"
            held = "lists" if self.kind == "listed" else "intervals"
            lines.append(f"{right}: {self.hits:.3f} of the rows; by the prior alone {self.prior_hits:.3f}")
            lines.append(f"{held} at {self.confidence:.0%} hold {self.coverage:.3f} of the true values")
        exact = "" if self.method != "quadrature" else f", off by at most about {self.error:.1e} of the evidence"
        return [*lines, f"computed by: {METHODS[self.method]}{exact}", *super().remarks()]


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else cut(value, _VALUE)


_VALUE, _LIST = 12, 22
"""Characters of a value, and of a list of values, in a printed table."""
_RIGHT = {True: "yes", False: "no", None: "-"}

METHODS: dict[str, str] = {
    "listed": "asking for every value",
    "between split points": "asking once between each two split points that the model states",
    "quadrature": "adaptive quadrature over the prior's quantiles",
}
"""Ways to compute it, in words."""
