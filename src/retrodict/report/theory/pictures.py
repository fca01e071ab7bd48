"""Pictures of a world: the error budget by class, the concurrence map, and paths to the truth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from retrodict.pictures.text import picture_text
from retrodict.theory import DiscreteWorld
from retrodict.theory.decomposition import ErrorBudget
from retrodict.theory.paths import Path as WorldPath
from retrodict.theory.sign_agreement import SignAgreement, concurrence

Array = np.ndarray

PRIOR, MODEL, LABEL = "#0072B2", "#E69F00", "#009E73"
"""Colours of the three terms: Okabe and Ito's, told apart by every kind of sight."""

_SAME, _DIFFER, _GREY, _INK = "#0072B2", "#D55E00", "#6b6b6b", "#222222"
_MARKS = ("o", "s", "^", "D", "v", "P")
_LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_CLASSES = 12
"""Classes drawn, the commonest first; the picture says how many are left out."""


def draw_budget(path: Path, budget: ErrorBudget) -> None:
    """Draw the error budget as one bar a class and one for all, and write it as PNG.

    What adds to the divergence lies right of the last term, what takes from it goes back; a mark shows the sum.

    Parameters
    ----------
    path
        The file.
    budget
        Its infinite terms are left out, and named.
    """
    present = sorted((c for c in budget.by_class if c.share > 0), key=lambda c: -c.share)
    rows: list[tuple[str, Any]] = [("all classes", budget)]
    rows += [(f"class {picture_text(c.name)}\n{c.share:.0%} of rows", c) for c in present[:_CLASSES]]
    figure, axes = _canvas(9.0, 1.5 + 0.62 * len(rows))
    for place, (_, terms) in enumerate(rows):
        _bar(axes, place, terms)
    axes.set_yticks(range(len(rows)), [words for words, _ in rows])
    axes.invert_yaxis()
    axes.use_sticky_edges = False
    axes.margins(x=0.08)
    axes.axvline(0, color=_INK, linewidth=0.8)
    axes.set_xlabel("nats")
    left_out = len(present) - _CLASSES
    more = f" ({left_out} more classes not drawn)" if left_out > 0 else ""
    axes.set_title(f"Posterior divergence = prior + model - label{more}", loc="left", color=_INK)
    for name, colour, hatch in (("prior", PRIOR, ""), ("model", MODEL, "//"), ("- label", LABEL, "..")):
        axes.barh([0], [0], color=colour, hatch=hatch, edgecolor="white", label=name)
    axes.plot([], [], "D", color=_INK, label="posterior")
    figure.legend(frameon=False, ncols=4, loc="outside lower right")
    _write(figure, path)


def _bar(axes: Any, place: int, terms: Any) -> None:
    """Draw one bar, lane by lane: each term begins where the one before it ended."""
    ends = np.cumsum([0.0, terms.prior, terms.model, -terms.label])
    if not np.isfinite(ends).all():
        axes.text(0.01, place, "infinite: Q lacks support that P has", va="center", color=_DIFFER)
        return
    for lane, (colour, hatch) in enumerate(((PRIOR, ""), (MODEL, "//"), (LABEL, ".."))):
        y, width = place - 0.24 + 0.24 * lane, ends[lane + 1] - ends[lane]
        axes.barh(y, width, left=ends[lane], height=0.22, color=colour, hatch=hatch, edgecolor="white", linewidth=0.5)
    axes.plot([ends[-1]] * 2, [place - 0.36, place + 0.36], color=_INK, linewidth=1)
    axes.plot(ends[-1], place, "D", color=_INK, markersize=5)
    axes.annotate(f"{terms.posterior:.3g}", (ends.max(), place), xytext=(8, 0), textcoords="offset points", va="center")


def draw_concurrence(path: Path, world: DiscreteWorld) -> None:
    """Draw the concurrence map, and write it as PNG.

    One point a coordinate: what raising its logit does to prior (left) or model divergence (right), against what it
    does to posterior divergence, both as shares of the coordinate's probability. Upper right and lower left concur. The
    distance from the diagonal is the label term.

    Parameters
    ----------
    path
        The file.
    world
        The world.
    """
    found = concurrence(world)
    figure, (left, right) = _canvas(10.0, 4.6, 2)
    _map(left, found.prior, world.p_x + world.q_x, "prior divergence")
    both = (world.p_x + world.q_x)[:, None] * (world.p_y_given_x + world.q_y_given_x)
    _map(right, found.model, both, "model divergence")
    left.set_ylabel("... and to posterior divergence")
    _write(figure, path)


def _map(axes: Any, found: SignAgreement, scale: Array, words: str) -> None:
    usable = found.counted & np.isfinite(found.posterior) & (scale > 0)
    x, y = (derivative[usable] / scale[usable] for derivative in (found.derivative, found.posterior))
    same, mass = found.same[usable], found.mass[usable]
    size = 8 + 160 * mass / max(float(mass.max(initial=0.0)), 1e-300)
    reach = 1.05
    axes.fill_between([-reach, 0], 0, reach, color=_DIFFER, alpha=0.08, linewidth=0)
    axes.fill_between([0, reach], -reach, 0, color=_DIFFER, alpha=0.08, linewidth=0)
    axes.plot([-reach, reach], [-reach, reach], color=_GREY, linewidth=1, linestyle=(0, (4, 3)))
    for chosen, colour, mark, name in ((same, _SAME, "o", "same sign"), (~same, _DIFFER, "X", "opposite sign")):
        label = f"{name}: {int(chosen.sum()):,}"
        axes.scatter(x[chosen], np.clip(y[chosen], -reach, reach), size[chosen], colour, mark, alpha=0.7, label=label)
    axes.axhline(0, color=_INK, linewidth=0.8)
    axes.axvline(0, color=_INK, linewidth=0.8)
    axes.set_xlim(-reach, reach)
    axes.set_ylim(-reach, reach)
    axes.set_xlabel(f"what a higher logit does to {words}")
    axes.set_title(
        f"same sign: {found.share:.1%} of coordinates, {found.mass_share:.1%} of mass", loc="left", color=_INK
    )
    axes.legend(frameon=False, loc="upper left", markerscale=0.8)


def draw_paths(
    path: Path, prior_paths: Sequence[tuple[str, WorldPath]], model_paths: Sequence[tuple[str, WorldPath]]
) -> None:
    """Draw posterior divergence against prior and against model divergence along paths, and write it as PNG.

    Parameters
    ----------
    path
        The file.
    prior_paths, model_paths
        Names and paths; each runs from right to left, to the truth.
    """
    figure, (left, right) = _canvas(10.0, 4.6, 2)
    for axes, paths, term in ((left, prior_paths, "prior"), (right, model_paths, "model")):
        for i, (name, one) in enumerate(paths):
            x, y = getattr(one, term), one.posterior
            drawn = np.isfinite(x) & np.isfinite(y)
            step = max(len(x) // 8, 1)
            style = {"color": _LINES[i % len(_LINES)], "marker": _MARKS[i % len(_MARKS)], "markevery": step}
            axes.plot(x[drawn], y[drawn], linewidth=1.8, markersize=5, label=name, **style)
        axes.set_xlabel(f"{term} divergence, nats (the truth is at the left)")
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False)
        axes.set_title(f"the {term} on its way to the truth", loc="left", color=_INK)
    left.set_ylabel("posterior divergence, nats")
    _write(figure, path)


def _canvas(width: float, height: float, panels: int = 1) -> Any:
    figure = Figure(figsize=(width, height), dpi=110, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, panels)
    for one in np.atleast_1d(axes):
        one.spines[["top", "right"]].set_visible(False)
        one.tick_params(color=_GREY)
    return figure, axes


def _write(figure: Figure, path: Path) -> None:
    figure.savefig(path, metadata={"Software": None})
