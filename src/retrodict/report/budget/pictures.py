"""An estimated error budget as a picture: bars with intervals for the whole and each class."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from retrodict.pictures.text import picture_text
from retrodict.budget import Estimate, EstimatedBudget

_COLOURS = {  # Okabe and Ito's, told apart by every kind of sight
    "prior": "#0072B2",
    "model": "#D55E00",
    "label": "#E69F00",
    "total": "#222222",
    "posterior": "#009E73",
}
_WORDS = {"prior": "prior", "model": "+ model", "label": "− label", "total": "= sum", "posterior": "directly"}
_MOST_CLASSES = 8


def draw_budget(found: EstimatedBudget, path: Path) -> None:
    """Draw a group of bars for the whole and for each class, with 95% intervals, and write it as PNG.

    Parameters
    ----------
    found
        The budget. What has no trustworthy number is marked, with its lower bound where one is known.
    path
        The file.
    """
    classes = found.classes[:_MOST_CLASSES]
    groups: list[tuple[str, dict[str, Estimate]]] = [("all classes", found.terms)]
    groups += [(f"class {picture_text(one.name)}", {name: getattr(one, name) for name in _COLOURS}) for one in classes]
    figure = Figure(figsize=(2.6 + 1.7 * len(groups), 4.2), dpi=120, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for place, (_, terms) in enumerate(groups):
        for i, name in enumerate(_COLOURS):
            _bar(axes, place + (i - 2) * 0.16, terms[name], name, legend=place == 0)
    axes.axhline(0, color="#222222", linewidth=0.8)
    axes.set_xticks(range(len(groups)), [name for name, _ in groups])
    axes.set_ylabel("nats")
    axes.set_title(f"Error budget of {picture_text(found.family, 80)}", loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside lower center", ncols=5, frameon=False)
    figure.savefig(path, metadata={"Software": None})


def _bar(axes: Any, x: float, term: Estimate, name: str, legend: bool) -> None:
    label = _WORDS[name] if legend else None
    if term.value is None or term.low is None or term.high is None:
        bound = term.at_least or 0.0
        axes.bar(x, bound, width=0.14, color="none", edgecolor=_COLOURS[name], hatch="////", label=label)
        mark = "∞" if term.value is not None else "≥" if bound > 0 else "?"
        axes.text(x, bound, mark, ha="center", va="bottom", color=_COLOURS[name])
        return
    value = -term.value if name == "label" else term.value
    axes.bar(x, value, width=0.14, color=_COLOURS[name], label=label)
    error = [[max(term.value - term.low, 0.0)], [max(term.high - term.value, 0.0)]]
    axes.errorbar(x, value, yerr=error[::-1] if name == "label" else error, color="#6b6b6b", capsize=2, linewidth=1)
