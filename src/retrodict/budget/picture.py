"""An estimated error budget as a picture: bars with intervals for the whole and each class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.patches import Patch

from retrodict.pictures.style import COLOURS, GREY, INK, WIDTH, Picture, panels, styled, title
from retrodict.pictures.text import picture_text

if TYPE_CHECKING:
    from retrodict.budget.estimate import Estimate
    from retrodict.budget.result import EstimatedBudget

_COLOURS = {"prior": COLOURS[0], "model": COLOURS[1], "label": "#E69F00", "total": INK, "posterior": COLOURS[2]}
_WORDS = {"prior": "prior", "model": "+ model", "label": "− label", "total": "= sum", "posterior": "directly"}
MOST_CLASSES = 8
"""Classes that are drawn."""


@styled
def draw(found: EstimatedBudget) -> Picture:
    """Draw a group of bars for the whole and for each class, with 95% intervals.

    What has no trustworthy number is marked, with its lower bound where one is known.
    """
    classes = found.classes[:MOST_CLASSES]
    groups: list[tuple[str, dict[str, Estimate]]] = [("all classes", found.terms)]
    groups += [(picture_text(one.name, 14), {name: getattr(one, name) for name in _COLOURS}) for one in classes]
    figure, (axes,) = panels(1, 1, 2.9, min(2.6 + 1.1 * len(groups), WIDTH))
    for place, (_, terms) in enumerate(groups):
        for i, name in enumerate(_COLOURS):
            _bar(axes, place + (i - 2) * 0.16, terms[name], name)
    axes.axhline(0, color=INK, linewidth=0.8)
    crowded = len(groups) > 6
    axes.set_xticks(
        range(len(groups)), [name for name, _ in groups], rotation=30 * crowded, ha="right" if crowded else "center"
    )
    axes.tick_params(axis="x", length=0)
    axes.set_ylabel("nats")
    more = len(found.classes) - len(classes)
    if more:
        axes.set_xlabel(f"class ({more:,} more are not drawn)")
    title(figure, f"Error budget of {picture_text(found.family, 60)}")
    keys = [Patch(color=_COLOURS[name], label=words) for name, words in _WORDS.items()]
    figure.legend(handles=keys, loc="outside lower center", ncols=5)
    return figure


def _bar(axes: Any, x: float, term: Estimate, name: str) -> None:
    if term.value is None or term.low is None or term.high is None:
        bound = term.at_least or 0.0
        axes.bar(x, bound, width=0.14, color="none", edgecolor=_COLOURS[name], hatch="////")
        mark = "∞" if term.value is not None else "≥" if bound > 0 else "?"
        axes.text(x, bound, mark, ha="center", va="bottom", color=_COLOURS[name])
        return
    value = -term.value if name == "label" else term.value
    axes.bar(x, value, width=0.14, color=_COLOURS[name])
    error = [[max(term.value - term.low, 0.0)], [max(term.high - term.value, 0.0)]]
    axes.errorbar(x, value, yerr=error[::-1] if name == "label" else error, color=GREY, capsize=2, linewidth=1)
