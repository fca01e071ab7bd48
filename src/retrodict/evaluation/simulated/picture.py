"""Calibration as a picture: how far the places of the truth stray from uniform ones, inside their bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retrodict.evaluation.simulated.judged import Quantity
from retrodict.evaluation.simulated.uniform import band
from retrodict.pictures.style import BAD, GOOD, GREY, INK, PALE, Picture, footnote, grid, styled, title
from retrodict.pictures.text import picture_text

if TYPE_CHECKING:
    from retrodict.evaluation.simulated.result import SimulationCalibration

PANELS = 16
"""Quantities that are drawn: those that are off first, then those that look at whole rows."""


@styled
def draw(found: SimulationCalibration) -> Picture:
    """Draw a panel a quantity: the empirical distribution function of the places less that of uniform numbers.

    A curve leaves the band, at any point of any panel, with at most the level's probability where the draws are right
    (Säilynoja et al., 2022): what is off by the verdict is what leaves it in the picture.
    """
    whole = ("likelihood", "distance", "own")  # they say most, and must not be among those left out
    order = sorted(found.quantities, key=lambda one: (not one.off, one.kind not in whole))
    chosen = order[:PANELS]
    figure, each = grid(len(chosen), 4, 1.45, 0.8)
    allowed = band(found.judged, found.level / len(found.quantities))
    z = np.concatenate([[0.0], allowed.z, [1.0]])
    low, high = (np.concatenate([[0], edge, [found.judged]]) / found.judged - z for edge in (allowed.low, allowed.high))
    reach = 1.15 * max(float(np.abs([low, high]).max()), *(_stray(one) for one in chosen))
    for place, (axes, one) in enumerate(zip(each, chosen, strict=True)):
        axes.fill_between(z, low, high, color=PALE, linewidth=0)
        u = np.sort(one.u)
        x = np.repeat(np.concatenate([[0.0], u, [1.0]]), 2)[1:-1]
        share = np.repeat(np.arange(len(u) + 1) / len(u), 2)
        axes.plot(x, share - x, color=BAD if one.off else GOOD, linewidth=1.2)
        axes.axhline(0, color=GREY, linewidth=0.6)
        axes.set_xlim(0, 1)
        axes.set_ylim(-reach, reach)
        axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
        axes.locator_params(axis="y", nbins=4)
        fault = f"\n{one.fault}" if one.off else ""
        axes.set_title(picture_text(one.name, 26) + fault, color=BAD if one.off else INK)
        if place % 4:
            axes.tick_params(labelleft=False)
    figure.supylabel("share below, less uniform share", fontsize=8)
    title(figure, picture_text(str(found.verdict), 88))
    more = len(found.quantities) - len(chosen)
    left = f" {more:,} more quantities are not drawn." if more else ""
    footnote(
        figure,
        "x: place of the true row among its draws. Band: where all curves stay in "
        f"{1 - found.level:.4g} of runs of right draws.{left}",
    )
    return figure


def _stray(one: Quantity) -> float:
    u = np.sort(one.u)
    steps = np.arange(len(u) + 1) / len(u)
    return float(max(np.abs(steps[1:] - u).max(), np.abs(steps[:-1] - u).max()))
