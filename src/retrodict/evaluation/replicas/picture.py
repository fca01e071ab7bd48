"""Replicas as a picture: each estimator's score by what it was trained on, beside the base model's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retrodict.evaluation.replicas.scores import ACCURACY, AGREEMENT, R2
from retrodict.pictures.marks import mark_at
from retrodict.pictures.style import COLOURS, GREY, INK, Picture, footnote, panels, styled
from retrodict.pictures.text import picture_text

if TYPE_CHECKING:
    from retrodict.evaluation.replicas.result import Replicas

_LOOKS = {
    "reconstruction": ("reconstruction", COLOURS[0], "o"),
    "distilled": ("distilled", COLOURS[2], "P"),
    "real rows": ("real rows", INK, "^"),
    "prior, labelled by the model": ("prior, labelled", COLOURS[3], "D"),
    "prior, labels at random": ("labels at random", GREY, "v"),
}
"""What each table is called, its colour and mark."""

_APART = 0.16
"""How far marks of one estimator stand apart, in lines."""


@styled
def draw(found: Replicas) -> Picture:
    """Draw a panel for the score and one for agreement with the base model, a line an estimator."""
    own = found.frame[found.frame.rows == "held-out rows"]
    measures = [name for name in (ACCURACY, R2, AGREEMENT) if (own[own.measure == name].value.notna()).any()][:2]
    estimators = list(found.estimators)
    figure, each = panels(1, max(len(measures), 1), 1.4 + 0.34 * max(len(estimators), 2))
    for place, (axes, measure) in enumerate(zip(each, measures, strict=False)):
        lines = own[own.measure == measure]
        tables = [name for name in _LOOKS if name in set(lines.table)]
        for k, table in enumerate(tables):
            words, colour, mark = _LOOKS[table]
            for i, name in enumerate(estimators):
                one = lines[(lines.table == table) & (lines.estimator == name)]
                if len(one) and np.isfinite(one.value.iloc[0]):
                    y = i + (k - (len(tables) - 1) / 2) * _APART
                    axes.plot([one.low.iloc[0], one.high.iloc[0]], [y, y], color=colour, linewidth=1.4)
                    axes.plot(one.value.iloc[0], y, mark, color=colour, markersize=4.5)
            if place == 0:
                axes.plot([], [], mark, color=colour, markersize=4.5, label=words)
        of_base = lines[lines.table == "base model"].value
        if len(of_base) and measure != AGREEMENT:
            mark_at(axes, float(of_base.iloc[0]), "base model")
        names = [picture_text(name.replace("_", " "), 24) for name in estimators]
        axes.set_yticks(range(len(estimators)), names if place == 0 else [""] * len(names))
        axes.set_ylim(len(estimators) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(f"{measure} on held-out rows" if measure != AGREEMENT else "agreement with the base model")
    if measures:
        figure.legend(loc="outside upper left", ncols=4)
    footnote(figure, "Bars: 95% intervals over the rows asked.")
    return figure
