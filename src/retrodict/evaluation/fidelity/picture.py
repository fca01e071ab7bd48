"""Fidelity as a picture: each measure of every table, and what the reconstruction adds to the prior."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from retrodict.evaluation.fidelity.measures import HIGHER_IS_NEARER, MEASURES
from retrodict.evaluation.fidelity.scopes import FRESH, LABELLED, PRIOR, RANDOM, RECONSTRUCTION
from retrodict.pictures.marks import Dot, lines_of, mark_at
from retrodict.pictures.style import COLOURS, GREY, INK, WIDTH, Picture, footnote, styled, title
from retrodict.pictures.text import picture_text

if TYPE_CHECKING:
    from retrodict.evaluation.fidelity.result import Fidelity

_LOOKS = {
    RECONSTRUCTION: ("reconstruction", COLOURS[0], "o"),
    LABELLED: ("prior, labelled", COLOURS[3], "D"),
    PRIOR: ("prior alone", COLOURS[4], "s"),
    RANDOM: ("random", GREY, "v"),
    FRESH: ("held-out rows", INK, "^"),
}
"""What each table is called, its colour and mark, in the order in which they are drawn."""

_COLUMNS = 4

_WIDEST = 1.0
"""Intervals of lifts are drawn to this far below 0 and above 1: some have no end."""


@styled
def draw(found: Fidelity, scope: str) -> Picture:
    """Draw a panel a measure with every table's value, and one with the lifts."""
    own = found.measures[(found.measures.scope == scope) & (found.measures.feature == "")]
    names = [name for name in MEASURES if name in set(own.measure)]
    lifts = found.lift[(found.lift.scope == scope) & (found.lift.feature == "") & (found.lift.table == RECONSTRUCTION)]
    lifts = lifts.set_index("measure").reindex([name for name in names if name in set(lifts.measure)])
    rows = -(-len(names) // _COLUMNS)
    top, bottom = 1.3 * rows, (0.55 + 0.15 * len(lifts)) * bool(len(lifts))
    figure = Picture(figsize=(WIDTH, top + bottom + 0.6), facecolor="white", layout="constrained")
    parts = figure.subfigures(1 + bool(len(lifts)), 1, height_ratios=[top, bottom] if bottom else [top], squeeze=False)
    each = list(np.ravel(parts[0, 0].subplots(rows, _COLUMNS, squeeze=False)))
    shown = [table for table in _LOOKS if table in set(own.table)]
    for place, axes in enumerate(each):
        axes.set_visible(place < len(names))
        if place < len(names):
            lines_of(axes, [_dot(own[own.measure == names[place]].set_index("table"), table) for table in shown])
            axes.set_title(picture_text(names[place], 30) + (" ↑" if names[place] in HIGHER_IS_NEARER else ""))
            axes.locator_params(axis="x", nbins=4)
            if place % _COLUMNS:
                axes.set_yticklabels([])
    if bottom:
        _lift(parts[1, 0].subplots(), lifts)
    title(figure, f"How near tables come to the training rows, {picture_text(scope)}")
    footnote(
        figure,
        "Bars: 95% intervals. Less is nearer, but for ↑. Lift: 0 is no better than the prior alone, 1 as good as "
        "held-out rows.",
    )
    return figure


def _dot(lines: pd.DataFrame, table: str) -> Dot:
    words, colour, mark = _LOOKS[table]
    if table not in lines.index:
        return Dot(words, float("nan"))
    one = lines.loc[table]
    return Dot(words, float(one.value), float(one.low), float(one.high), colour, mark)


def _lift(axes: Any, lifts: pd.DataFrame) -> None:
    low, high = -_WIDEST, 1 + _WIDEST
    dots = [
        Dot(str(name), float(one.lift), max(float(one.low), low), min(float(one.high), high), COLOURS[0])
        for name, one in lifts.iterrows()
    ]
    lines_of(axes, dots, 20)
    mark_at(axes, 0)
    mark_at(axes, 1)
    axes.set_title("lift of the reconstruction")
