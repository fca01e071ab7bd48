"""Attacks on membership as a picture: what they find against false alarms, and how well each tells rows apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retrodict.pictures.marks import Dot, lines_of, mark_at
from retrodict.pictures.style import COLOURS, DASHES, GREY, Picture, footnote, panels, styled, title
from retrodict.pictures.text import picture_text

if TYPE_CHECKING:
    from retrodict.evaluation.membership.result import MembershipAttacks

CURVES = 5
"""Attacks whose curves are drawn, the strongest first."""

_WAYS = {"by_query": ("by outputs", COLOURS[0], "o"), "from_file": ("from the file", COLOURS[1], "s")}
"""What each way to attack is called, its colour and mark."""


@styled
def draw(found: MembershipAttacks) -> Picture:
    """Draw the curves of the strongest attacks on logarithmic scales, and every attack's AUC with its interval."""
    order = sorted(found.attacks, key=lambda one: -one.auc)
    figure, (roc, auc) = panels(1, 2, max(3.1, 1.3 + 0.17 * len(order)), width_ratios=[1.2, 1.0])
    curves = {one.attack: one for one in found.curves}
    least = max(0.5 / max(min(found.worst.members, found.worst.others), 1), 1e-5)
    roc.plot([least, 1], [least, 1], color=GREY, linewidth=0.9, label="guessing")
    # Attacks that order the rows alike have one curve, the first one's.
    distinct = {(one.false, one.true): one for one in (curves[a.attack] for a in order[::-1] if a.attack in curves)}
    shown = sorted(distinct.values(), key=lambda one: [a.attack for a in order].index(one.attack))[:CURVES]
    for one, colour, line in zip(shown, COLOURS, DASHES, strict=False):
        false, true = (np.maximum(np.asarray(side, dtype=float), least) for side in (one.false, one.true))
        roc.step(false, true, where="post", color=colour, linestyle=line, label=picture_text(one.attack, 24))
    roc.set_xscale("log")
    roc.set_yscale("log")
    roc.set_xlim(least, 1)
    roc.set_ylim(least, 1.05)
    roc.set_xlabel("false alarms: share of other rows")
    roc.set_ylabel("found: share of the training rows")
    roc.legend(loc="upper left", bbox_to_anchor=(-0.1, -0.2), ncols=3, fontsize=7, columnspacing=1.0)
    dots = [Dot(one.attack, one.auc, one.low, one.high, *_WAYS[one.way][1:]) for one in order]
    lines_of(auc, dots, 24)
    mark_at(auc, 0.5)
    auc.set_xlabel("AUC (guessing: 0.5)")
    ways = {one.way for one in order}
    for way, (words, colour, mark) in _WAYS.items():
        if len(ways) > 1 and way in ways:
            auc.plot([], [], mark, color=colour, markersize=4.5, label=words)
    if len(ways) > 1:
        auc.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, borderaxespad=0.0)
    first = found.attacks[0]
    title(figure, f"{first.members:,} training rows beside {first.others:,} others")
    footnote(figure, "Bars: 95% intervals, of each attack on its own; the largest of many is larger by chance.")
    return figure
