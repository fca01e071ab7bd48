"""Record risk as a picture: distances to the nearest row, what they tell of membership, and agreement by feature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.pictures.marks import Dot, lines_of, mark_at
from retrodict.pictures.style import BAD, COLOURS, GREY, INK, Picture, footnote, panels, styled, title
from retrodict.pictures.text import picture_text

if TYPE_CHECKING:
    from retrodict.evaluation.risk.result import RecordRisk

Array = np.ndarray

_FEATURES = 12
"""Features whose agreement is drawn, those that agree most beyond chance first."""


@styled
def draw(found: RecordRisk) -> Picture:
    """Draw three panels; held-out rows stand for chance."""
    names = _features(found)
    figure, (near, told, agree) = panels(1, 3, max(2.5, 0.9 + 0.19 * len(names)), width_ratios=[1.0, 1.0, 1.15])
    both = found.closest_holdout
    _steps(near, found.closest if both is None else both["train"].to_numpy(), COLOURS[0], "-", "training rows")
    if both is not None:
        _steps(near, both["holdout"].to_numpy(), INK, (0, (4, 2)), "held-out rows")
    near.set_xlabel("distance to the nearest row\n(mean error of a cell)")
    near.set_ylabel("share of the rebuilt rows")
    near.set_ylim(0, 1.02)
    near.set_xlim(left=0)
    near.legend(loc="lower right")
    near.set_title("Nearest rows")
    _told(told, found)
    _agree(agree, found, names)
    title(figure, _head(found))
    footnote(figure, "Bars: 95% intervals. Held-out rows show what chance gives.")
    return figure


def _head(found: RecordRisk) -> str:
    chance = found.singled_out_chance
    by = "" if chance is None else f", about {chance:,.0f} by chance"
    return f"{len(found.singled_out):,} of {found.rows['training rows']:,} training rows are singled out{by}"


def _steps(axes: Any, values: Float[Array, " n"], colour: str, line: Any, label: str) -> None:
    x = np.sort(values)
    axes.step(x, np.arange(1, len(x) + 1) / len(x), where="post", color=colour, linestyle=line, label=label)


def _told(axes: Any, found: RecordRisk) -> None:
    advantages = {"by distance": found.membership, "by near rows": found.hits, "by exact rows": found.exact_hits}
    dots = [Dot(name, a.value, a.low, a.high, BAD) for name, a in advantages.items() if a is not None]
    if found.nearer is not None:
        n = found.nearer
        dots.append(Dot("nearer, less 0.5", n.share - 0.5, n.low - 0.5, n.high - 0.5, COLOURS[0], "s"))
    axes.set_title("Who was in the table")
    if not dots:
        _empty(axes)
        return
    lines_of(axes, dots)
    mark_at(axes, 0)
    axes.set_xlabel("advantage over guessing")


def _empty(axes: Any) -> None:
    axes.text(0.5, 0.5, "not known\nwithout held-out rows", ha="center", va="center", color=GREY)
    axes.set_axis_off()


def _within(found: RecordRisk) -> pd.DataFrame:
    """Return the agreement of features within the tolerance at which rows are singled out, or the next to it."""
    lines = found.attributes
    nearest = lines.tolerance.iloc[(lines.tolerance - found.tolerance).abs().argmin()]
    return lines[lines.tolerance == nearest].set_index("feature")


def _features(found: RecordRisk) -> list[str]:
    """Return the features to draw."""
    frame = _within(found)
    beyond = frame.train - (frame.holdout if "holdout" in frame else 0.0)
    return [str(name) for name in beyond.fillna(-1).sort_values(ascending=False, kind="stable").index[:_FEATURES]]


def _agree(axes: Any, found: RecordRisk, names: list[str]) -> None:
    frame = _within(found)
    for place, name in enumerate(names):
        train = float(frame.train[name])
        if "holdout" in frame and np.isfinite(frame.holdout[name]):
            other = float(frame.holdout[name])
            axes.plot([other, train], [place, place], color=GREY, linewidth=0.8, zorder=0)
            axes.plot(other, place, "^", color=INK, markersize=4.5, markerfacecolor="white")
        axes.plot(train, place, "o", color=COLOURS[0], markersize=4.5)
    axes.plot([], [], "o", color=COLOURS[0], markersize=4.5, label="training")
    if "holdout" in frame and frame.holdout.notna().any():
        axes.plot([], [], "^", color=INK, markersize=4.5, markerfacecolor="white", label="held-out")
    axes.set_yticks(range(len(names)), [picture_text(name, 20) for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(-0.03, 1.03)
    left = len(frame) - len(names)
    more = f"\n({left:,} more features not drawn)" if left > 0 else ""
    axes.set_xlabel(f"share of the pairs within\n{frame.tolerance.iloc[0]:.2g} of the range{more}")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, borderaxespad=0.0, handletextpad=0.1)
