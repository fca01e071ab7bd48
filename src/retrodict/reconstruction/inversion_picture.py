"""Draws behind outputs as a picture: each feature's interval, or shares of its categories, output by output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from retrodict.errors import RequestError
from retrodict.pictures.style import COLOURS, GREY, PALE, Picture, footnote, grid, styled, title
from retrodict.pictures.text import picture_text
from retrodict.reconstruction.inversion_data import output_numbers
from retrodict.schema import Feature

if TYPE_CHECKING:
    from retrodict.reconstruction.inversion import Inversion

Array = np.ndarray

OUTPUTS, PANELS = 10, 12
"""Outputs, and features, that are drawn where none are named."""

_SHARES = 4
"""Categories that have a colour of their own; the others are grey together."""


@styled
def draw(found: Inversion, outputs: Sequence[int] | None = None) -> Picture:
    """Draw a panel a feature, a line an output.

    Parameters
    ----------
    found
        The draws.
    outputs
        Which outputs, by number; by default the first ten.

    Raises
    ------
    RequestError
        If there is no such output, or none of them has a draw.
    """
    number = found.output_column
    there = set(found.frame[number])
    n = len(found.outputs)
    chosen = list(range(n))[:OUTPUTS] if outputs is None else output_numbers(outputs, n)
    if not there & set(chosen):
        raise RequestError("there is no draw behind these outputs, so nothing can be drawn; see shortfalls")
    X, of = found.schema.encode(found.frame), found.frame[number].to_numpy()
    rows = [X[of == i] for i in chosen]
    features = _telling(found.schema.features, rows)
    names = [picture_text(f"{i}: {found.outputs[i]}", 24) for i in chosen]
    columns = 3
    figure, each = grid(len(features), columns, 0.55 + 0.17 * len(chosen), 0.75)
    for place, (axes, j) in enumerate(zip(each, features, strict=True)):
        feature = found.schema.features[j]
        (_shares if feature.listed else _intervals)(axes, feature, [one[:, j] for one in rows])
        axes.set_title(picture_text(feature.name, 26))
        axes.set_yticks(range(len(names)), names if place % columns == 0 else [""] * len(names))
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
    title(figure, f"Behind {len(chosen):,} of {len(found.outputs):,} outputs")
    left = len(found.schema) - len(features)
    more = f" {left:,} more features are not drawn." if left else ""
    footnote(figure, f"Numbers: median, 50% (thick) and 90% of the draws. Categories: shares of the draws.{more}")
    return figure


def _telling(features: Sequence[Feature], rows: Sequence[Array]) -> list[int]:
    """Return the features to draw: those whose draws move most from output to output, in the schema's order."""
    if len(features) <= PANELS:
        return list(range(len(features)))
    moves = []
    for j in range(len(features)):
        own = [present for one in rows if len(present := one[:, j][~np.isnan(one[:, j])])]
        between = np.std([one.mean() for one in own]) if own else 0.0
        moves.append(float(between / (np.mean([one.std() for one in own]) or 1.0)) if own else 0.0)
    return sorted(np.argsort(moves, kind="stable")[::-1][:PANELS].tolist())


def _intervals(axes: Any, feature: Feature, values: Sequence[Float[Array, " n"]]) -> None:
    del feature
    for place, one in enumerate(values):
        own = one[~np.isnan(one)]
        if not len(own):
            axes.annotate(
                *("no draw", (0.02, place)), xycoords=("axes fraction", "data"), va="center", fontsize=6.5, color=GREY
            )
            continue
        least, low, middle, high, most = np.quantile(own, [0.05, 0.25, 0.5, 0.75, 0.95])
        axes.plot([least, most], [place, place], color=COLOURS[0], linewidth=1.0, solid_capstyle="butt")
        axes.plot([low, high], [place, place], color=COLOURS[0], linewidth=3.0, solid_capstyle="butt")
        axes.plot(middle, place, "o", color="white", markeredgecolor=COLOURS[0], markersize=4.5)
    axes.locator_params(axis="x", nbins=4)
    axes.margins(x=0.06)


def _shares(axes: Any, feature: Feature, values: Sequence[Float[Array, " n"]]) -> None:
    k = len(feature.categories)
    counts = np.array([np.bincount(one[~np.isnan(one)].astype(np.int64), minlength=k) for one in values], dtype=float)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    shown = sorted(np.argsort(-shares.sum(axis=0), kind="stable")[:_SHARES].tolist())
    start, at = np.zeros(len(values)), np.arange(len(values))
    for colour, code in zip(COLOURS, shown, strict=False):
        label = picture_text(feature.categories[code], 10)
        axes.barh(at, shares[:, code], 0.7, start, color=colour, edgecolor="white", linewidth=0.5, label=label)
        start = start + shares[:, code]
    if len(shown) < k:
        axes.barh(at, 1 - start, 0.7, start, color=PALE, edgecolor="white", linewidth=0.5, label="others")
    axes.set_xlim(0, 1)
    axes.set_xticks([])
    axes.legend(
        loc="upper center", bbox_to_anchor=(0.5, 0.02), ncols=3, fontsize=6.5, handlelength=0.8, columnspacing=0.8
    )
