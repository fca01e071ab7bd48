"""Attribute risk as a picture: by how much more columns of training rows are told than those of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrodict.errors import RequestError
from retrodict.pictures.marks import Dot, lines_of, mark_at
from retrodict.pictures.style import COLOURS, INK, Picture, footnote, panels, styled, title

if TYPE_CHECKING:
    from retrodict.evaluation.attributes.result import AttributeRisk

COLUMNS = 20
"""Columns that are drawn, those of the largest lift first."""


@styled
def draw(found: AttributeRisk) -> Picture:
    """Draw how often each column is told right, and the lift.

    Raises
    ------
    RequestError
        If no column was judged.
    """
    lines = sorted(found.lines, key=lambda one: -one.lift)[:COLUMNS]
    if not lines:
        raise RequestError("no column was judged, so nothing can be drawn; left_out says why")
    figure, (right, lift) = panels(1, 2, 1.3 + 0.17 * max(len(lines), 4))
    lines_of(right, [Dot(one.column, one.members, colour=COLOURS[0]) for one in lines], 24)
    for place, one in enumerate(lines):
        right.plot(one.others, place, "^", color=INK, markerfacecolor="white", markersize=4.5, zorder=1)
    right.plot([], [], "o", color=COLOURS[0], markersize=4.5, label="training rows")
    right.plot([], [], "^", color=INK, markerfacecolor="white", markersize=4.5, label="other rows")
    right.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, borderaxespad=0.0)
    right.set_xlim(-0.03, 1.03)
    right.set_xlabel("share of the rows told right")
    lines_of(lift, [Dot("", one.lift, one.low, one.high, COLOURS[0]) for one in lines])
    mark_at(lift, 0)
    lift.set_xlabel("lift of training rows over others")
    title(figure, "One column inferred from the others and the model's output")
    left = len(found.lines) - len(lines)
    more = f" {left:,} more columns of no larger lift are not drawn." if left else ""
    footnote(figure, f"Bars: 95% intervals. Lift: what the output adds to the prior, less the same of others.{more}")
    return figure
