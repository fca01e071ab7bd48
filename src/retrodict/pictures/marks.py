"""Marks that several pictures are made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from retrodict.pictures.style import GREY, INK
from retrodict.pictures.text import picture_text


@dataclass(frozen=True)
class Dot:
    """A value with an interval.

    Parameters
    ----------
    label
        What it is of, as its line is called.
    value, low, high
        Not finite where there is none.
    colour, mark
        How it looks; hollow where `filled` is false.
    note
        Stands in the place of a value that is not finite.
    """

    label: str
    value: float
    low: float = math.nan
    high: float = math.nan
    colour: str = INK
    mark: str = "o"
    filled: bool = True
    note: str = "not defined"


def lines_of(axes: Any, dots: Sequence[Dot], limit: int = 28, size: float = 4.5) -> None:
    """Draw one line a value, the first on top, its interval as a bar.

    Parameters
    ----------
    axes
        Where.
    dots
        The values.
    limit
        Characters of a label.
    size
        Of a mark, in points.
    """
    for place, one in enumerate(dots):
        if not math.isfinite(one.value):
            axes.annotate(
                one.note,
                (0.01, place),
                xycoords=("axes fraction", "data"),
                va="center",
                fontsize=6.5,
                color=GREY,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
            )
            continue
        if math.isfinite(one.low) and math.isfinite(one.high):
            axes.plot([one.low, one.high], [place, place], color=one.colour, linewidth=1.6, solid_capstyle="butt")
        face = one.colour if one.filled else "white"
        axes.plot(one.value, place, one.mark, color=one.colour, markerfacecolor=face, markersize=size)
    axes.set_yticks(range(len(dots)), [picture_text(one.label, limit) for one in dots])
    axes.set_ylim(len(dots) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.margins(x=0.06)


def mark_at(axes: Any, value: float, text: str = "", upright: bool = True) -> None:
    """Draw a thin line at a value that means something: nothing, chance, as good as new rows.

    Parameters
    ----------
    axes
        Where.
    value
        The value.
    text
        What it means, above the line.
    upright
        Whether it is a value of x.
    """
    (axes.axvline if upright else axes.axhline)(value, color=GREY, linewidth=0.8, linestyle=(0, (3, 2)), zorder=0)
    if text:
        axes.annotate(
            *(text, (value, 1.0)),
            xycoords=("data", "axes fraction"),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            fontsize=6.5,
            color=GREY,
        )
