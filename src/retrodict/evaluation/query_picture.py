"""The query curve as a picture: lift and agreement against the number of model calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from retrodict.errors import RequestError
from retrodict.pictures.style import COLOURS, GREY, MARKS, Picture, footnote, panels, styled
from retrodict.pictures.text import picture_text

if TYPE_CHECKING:
    from retrodict.evaluation.queries import QueryCurve

_LIFTS = ("energy distance", "wasserstein", "association")
_LOWEST, _HIGHEST = -1.2, 1.4
"""Lifts that are drawn: intervals of those that are hardly defined have no end."""


def drawn_curves(curve: QueryCurve) -> dict[str, dict[str, pd.DataFrame]]:
    """Return what is drawn, panel by panel: lifts, and how replicas do, each by name; empty where there is neither."""
    kind = "agreement" if (curve.frame.measure == "agreement").any() else "R2"
    lifts = {name: series for name in _LIFTS if len(series := curve.series("lift", name))}
    replicas = {name: series for name in curve.estimators if len(series := curve.series("replica", kind, name))}
    return {words: lines for words, lines in (("lift", lifts), (f"{kind} of replicas", replicas)) if lines}


@styled
def draw(curve: QueryCurve) -> Picture:
    """Draw lifts on the left and agreement with the model on the right, with 95% intervals.

    Raises
    ------
    RequestError
        If neither is defined at any number of calls.
    """
    shown = drawn_curves(curve)
    if not shown:
        raise RequestError("the curve has no lift and no replica that is defined, so nothing can be drawn; ask more")
    figure, grid = panels(1, len(shown), 2.7, 3.6 * len(shown))
    for axes, (words, lines) in zip(grid, shown.items(), strict=True):
        for i, (name, series) in enumerate(lines.items()):
            colour, mark = COLOURS[i % len(COLOURS)], MARKS[i % len(MARKS)]
            label = picture_text(name.replace("_", " "))
            axes.plot(series.queries, series.value, color=colour, marker=mark, markersize=4.5, label=label)
            if series.low.notna().any():
                axes.fill_between(series.queries, series.low, series.high, color=colour, alpha=0.12, linewidth=0)
        if words == "lift":
            axes.axhline(0, color=GREY, linewidth=0.8)
            least = min(float(series[["value", "low"]].min(axis=None)) for series in lines.values())
            axes.set_ylim(max(min(least, 0.0) - 0.1, _LOWEST), _HIGHEST)
        axes.set_xscale("log")
        axes.set_xlabel("model calls")
        axes.set_title(words)
        axes.legend()
    footnote(figure, "Bands: 95% intervals. Lift: 0 is no better than the prior alone, 1 as good as held-out rows.")
    return figure
