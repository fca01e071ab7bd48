"""The style of printed pictures: two columns wide, small letters, colours that every kind of sight tells apart."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

WIDTH = 7.0
"""Inches: two columns of a journal's page."""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8a6d00", "#56B4E9", "#222222", "#7F3C8D")
"""Okabe and Ito's (2008), told apart by every kind of sight; yellow and orange darkened for contrast on white."""
MARKS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">", "h", "p")
"""Marks in the order of the colours: names that share a colour differ in their mark."""
DASHES: tuple[Any, ...] = (
    "-",
    (0, (5, 1.5)),
    (0, (1.5, 1)),
    (0, (6, 1.5, 1, 1.5)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (8, 3)),
)
"""Lines in the order of the colours."""
INK, GREY, PALE, GOOD, BAD = "#222222", "#6b6b6b", "#d9d9d9", COLOURS[0], COLOURS[1]

STYLE: Any = {
    "font.size": 8.0,
    "axes.titlesize": 8.5,
    "axes.titlelocation": "left",
    "axes.labelsize": 8.0,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "figure.titlesize": 9.5,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "lines.linewidth": 1.4,
    "figure.constrained_layout.h_pad": 0.06,
    "figure.constrained_layout.w_pad": 0.06,
}

_DOTS = 150
"""Dots an inch of a picture that a notebook shows."""

P = ParamSpec("P")
R = TypeVar("R")


class Picture(Figure):
    """A figure that a notebook shows by itself, and that no global state of matplotlib's holds on to."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=_DOTS, metadata={"Software": None})
        return buffer.getvalue()


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Let a function draw in this style, whatever is set outside, and leave that as it was."""

    @wraps(draw)
    def drawing(*given: P.args, **named: P.kwargs) -> R:
        with rc_context(STYLE):
            return draw(*given, **named)

    return drawing


def panels(rows: int, columns: int, height: float, width: float = WIDTH, **more: Any) -> tuple[Picture, list[Any]]:
    """Return a figure and its panels row by row.

    Parameters
    ----------
    rows, columns
        Of panels.
    height, width
        Of the figure, in inches.
    more
        As `Figure.subplots` takes them.
    """
    figure = Picture(figsize=(width, height), facecolor="white", layout="constrained")
    return figure, list(np.atleast_1d(figure.subplots(rows, columns, **more)).ravel())


def grid(n: int, columns: int, each: float, extra: float = 0.5) -> tuple[Picture, list[Any]]:
    """Return a figure with a panel for each of `n` things; those that are left over are hidden.

    Parameters
    ----------
    n
        Panels wanted, at least 1.
    columns
        Panels side by side, at most.
    each, extra
        Inches of height of a row, and of what stands above and below.
    """
    columns = min(columns, n)
    rows = -(-n // columns)
    width = WIDTH * min(0.4 + 0.2 * columns, 1.0)
    figure, axes = panels(rows, columns, rows * each + extra, width)
    for one in axes[n:]:
        one.set_visible(False)
    return figure, axes[:n]


def title(figure: Figure, text: str) -> None:
    """Write what a picture shows above it, at the left."""
    figure.suptitle(text, x=0.008, ha="left", fontweight="bold")


def footnote(figure: Figure, text: str) -> None:
    """Write how a picture is read, or what it leaves out, below it."""
    if text:
        figure.supxlabel(text, x=0.008, ha="left", fontsize=7.0, color=GREY)


def save(figure: Figure, path: Path) -> None:
    """Write a picture as PNG, the same bytes for the same picture."""
    figure.savefig(path, format="png", dpi=_DOTS, metadata={"Software": None})
