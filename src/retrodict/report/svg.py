"""Pictures of a report: SVG that carries itself, with a text that says the same."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure


@dataclass(frozen=True)
class Picture:
    """One picture of a report.

    Parameters
    ----------
    title
        Its heading.
    svg
        The picture as a data address, self-contained.
    alt
        What it shows, for those who can't see it.
    caption
        How to read it.
    """

    title: str
    svg: str
    alt: str
    caption: str


def canvas(width: float, height: float, rows: int, columns: int) -> tuple[Figure, list[Any]]:
    """Return a figure of so many inches, and its panels row by row."""
    figure = Figure(figsize=(width, height), facecolor="white", layout="constrained")
    FigureCanvasSVG(figure)
    grid = list(np.atleast_1d(figure.subplots(rows, columns)).ravel())
    for axes in grid:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8)
    return figure, grid


def svg(figure: Figure) -> str:
    """Return a picture as a data address."""
    buffer = io.BytesIO()
    with rc_context({"svg.hashsalt": "retrodict"}):  # the same picture is the same bytes
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
