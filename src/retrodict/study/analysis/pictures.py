"""The pictures of a study, each as a figure with a text that says the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from retrodict.pictures.style import COLOURS, GREY, INK, MARKS, WIDTH, Picture, panels, save, styled
from retrodict.pictures.text import picture_text
from retrodict.study.analysis.columns import LABELS
from retrodict.study.analysis.correlation import Correlation
from retrodict.study.analysis.ladders import Ladder
from retrodict.study.analysis.replicas import ReplicaGap

_MANY = 400
"""Points above which a picture holds them as an image: the page stays small."""
_SCOPES = {"pooled": "pooled", "within dataset": "within", "partial": "partial"}


class Analysed(Protocol):
    """What is drawn of a study: see `StudyAnalysis`."""

    @property
    def done(self) -> pd.DataFrame:
        """The cells."""
        ...

    @property
    def correlations(self) -> tuple[Correlation, ...]:
        """Every pair of columns, scope and method."""
        ...

    @property
    def ladders(self) -> tuple[Ladder, ...]:
        """Of each dataset and estimator."""
        ...

    @property
    def replicas(self) -> tuple[ReplicaGap, ...]:
        """Gaps by each score."""
        ...


@dataclass(frozen=True)
class Drawing:
    """A figure before it is written, as SVG for the page or PNG for the documentation.

    Parameters
    ----------
    name
        Fit for a file name.
    title, figure
        The figure and what it is called.
    alt
        What it shows, for those who can't see it.
    caption
        How to read it.
    """

    name: str
    title: str
    figure: Picture
    alt: str
    caption: str

    def save(self, path: Path) -> None:
        """Write it as PNG."""
        save(self.figure, path)


_LEGEND, _MARK = 94, 5
"""Letters that a line of a legend holds, and what a mark with its gaps takes of them."""


def drawings(found: Analysed) -> list[Drawing]:
    """Return every picture that the cells allow.

    Parameters
    ----------
    found
        The analysis.
    """
    makers: tuple[Callable[[Analysed], Drawing | None], ...] = (forest, scatter, ladder_lines, heat_map, replicas)
    return [one for one in (make(found) for make in makers) if one is not None]


def _style(names: list[str]) -> dict[str, tuple[str, str]]:
    """Return a colour and a mark for each name: two names may share one of them, not both."""
    return {n: (COLOURS[i % len(COLOURS)], MARKS[i % len(MARKS)]) for i, n in enumerate(names)}


@styled
def scatter(found: Analysed) -> Drawing | None:
    """Draw posterior against prior divergence, one panel a dataset, one mark an algorithm."""
    rows = found.done.dropna(subset=["prior_js", "posterior_js"])
    if rows.empty:
        return None
    names = sorted(rows.dataset.unique())
    style = _style(sorted(rows.algorithm.unique()))
    columns = min(4, len(names))
    lines = -(-len(names) // columns)
    figure, grid = panels(lines, columns, 1.75 * lines + 0.9)
    limit = float(np.nanmax(rows[["prior_js", "posterior_js"]].to_numpy())) * 1.05 or 1.0
    for axes, name in zip(grid, names, strict=False):
        own = rows[rows.dataset == name]
        axes.plot([0, limit], [0, limit], color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
        for algorithm, cells in own.groupby("algorithm"):
            colour, mark = style[str(algorithm)]
            axes.scatter(
                cells.prior_js, cells.posterior_js, 16, colour, marker=mark, alpha=0.75, rasterized=len(rows) > _MANY
            )
        axes.set_title(picture_text(name))
        axes.set_xlim(0, limit)
        axes.set_ylim(0, limit)
    for axes in grid[len(names) :]:
        axes.set_visible(False)
    figure.supxlabel("prior divergence (JS, nats)", fontsize=8)
    figure.supylabel("posterior divergence (JS, nats)", fontsize=8)
    _key(figure, style)
    below = float((rows.posterior_js < rows.prior_js).mean())
    return Drawing(
        "scatter",
        "Posterior against prior divergence",
        figure,
        f"{len(rows):,} cells in {len(names)} datasets, posterior against prior divergence. "
        f"{below:.0%} of them lie below the diagonal. {_value(found, 'prior_js', 'posterior_js')}",
        "One point a cell, one panel a dataset. Below the dashed diagonal, rows of a class are nearer to the truth "
        "than the prior's rows are to all rows.",
    )


@styled
def replicas(found: Analysed) -> Drawing | None:
    """Draw replica against base accuracy, with the diagonal."""
    rows = found.done.dropna(subset=["accuracy", "replica_accuracy"])
    if rows.empty:
        return None
    style = _style(sorted(rows.dataset.unique()))
    figure, grid = panels(1, 1, 4.2, 5.2)
    axes = grid[0]
    low = max(0.0, float(np.nanmin(rows[["accuracy", "replica_accuracy"]].to_numpy())) - 0.03)
    axes.plot([low, 1], [low, 1], color=GREY, linewidth=1, linestyle=(0, (4, 3)))
    for name, own in rows.groupby("dataset"):
        colour, mark = style[str(name)]
        axes.scatter(
            own.accuracy, own.replica_accuracy, 20, colour, marker=mark, alpha=0.7, rasterized=len(rows) > _MANY
        )
    axes.set_xlim(low, 1.01)
    axes.set_ylim(low, 1.01)
    axes.set_xlabel("accuracy of the base model")
    axes.set_ylabel("accuracy of its replica")
    _key(figure, style)
    gap = next(one for one in found.replicas if one.score == "accuracy")
    return Drawing(
        "replicas",
        "Replica against base accuracy",
        figure,
        f"{len(rows):,} pairs of base model and replica. Mean gap {gap.gap.text(3)}; {gap.near or 0:.0%} within 0.05. "
        f"{_value(found, 'accuracy', 'replica_accuracy')}",
        "One point a cell; on the dashed diagonal both are right equally often, on the same held-out rows.",
    )


@styled
def ladder_lines(found: Analysed) -> Drawing | None:
    """Draw mean posterior divergence along the ladder of priors, one line a dataset, one panel an estimator."""
    own = [one for one in found.ladders if one.means]
    shown = [name for name in ("js", "energy", "kl") if any(one.estimator == name for one in own)]
    if not shown:
        return None
    style = _style(sorted({one.dataset for one in own}))
    figure, grid = panels(1, len(shown), 2.9, 2.1 * len(shown) + 0.7)
    for axes, name in zip(grid, shown, strict=True):
        for one in own:
            if one.estimator == name:
                colour, mark = style[one.dataset]
                axes.plot(one.steps, one.means, color=colour, marker=mark, markersize=4.5, linewidth=1.5)
        axes.set_title(
            {"js": "Jensen-Shannon, nats", "energy": "energy distance", "kl": "exact KL, nats"}[name], loc="left"
        )
        axes.set_ylim(bottom=0)
    figure.supxlabel("share of the empirical prior (0: uniform)", fontsize=8)
    grid[0].set_ylabel("mean posterior divergence")
    _key(figure, style)
    falls = ", ".join(
        f"{name} {sum(one.means[-1] < one.means[0] for one in own if one.estimator == name)} of "
        f"{sum(one.estimator == name for one in own)}"
        for name in shown
    )
    return Drawing(
        "ladders",
        "Ladders of priors",
        figure,
        f"Mean posterior divergence of each dataset from a uniform to an empirical prior. It ends lower "
        f"than it began in: {falls} datasets.",
        "Means over algorithms, qualities and seeds, of ladders all of whose steps were done.",
    )


@styled
def heat_map(found: Analysed) -> Drawing | None:
    """Draw mean lift for each dataset and algorithm."""
    rows = found.done.dropna(subset=["lift_js"])
    if rows.empty:
        return None
    table = rows.pivot_table(index="dataset", columns="algorithm", values="lift_js", aggfunc="mean")
    figure, grid = panels(1, 1, 1.5 + 0.24 * len(table), min(2.4 + 0.55 * len(table.columns), WIDTH))
    axes, values = grid[0], table.to_numpy()
    bound = min(1.0, max(0.05, float(np.nanmax(np.abs(values)))))
    image = axes.imshow(values, cmap="RdBu", vmin=-bound, vmax=bound, aspect="auto")
    axes.set_xticks(range(len(table.columns)), [_words(one) for one in table.columns], rotation=40, ha="right")
    axes.set_yticks(range(len(table)), [picture_text(one) for one in table.index])
    for (i, j), value in np.ndenumerate(values):
        if np.isfinite(value):
            ink = "white" if abs(value) > 0.65 * bound else INK
            axes.text(j, i, f"{value:.2f}", ha="center", va="center", fontsize=6.0, color=ink)
    figure.colorbar(image, ax=axes, shrink=0.8, label="mean lift (JS)")
    best, worst = table.stack().idxmax(), table.stack().idxmin()
    return Drawing(
        "heat",
        "Lift by dataset and algorithm",
        figure,
        f"Mean lift of {len(table)} datasets by {len(table.columns)} algorithms: highest {table.stack().max():.2f} "
        f"({best[0]}, {_words(best[1])}), lowest {table.stack().min():.2f} ({worst[0]}, {_words(worst[1])}).",
        "0 (white): no nearer to the real rows than the prior alone; 1: as near as fresh real rows. Blank: no cell.",
    )


@styled
def forest(found: Analysed) -> Drawing | None:
    """Draw the correlations with their intervals, and each dataset's own."""
    rows = [
        one
        for one in found.correlations
        if one.method == "spearman" and one.estimate.value is not None and not one.pair.y.startswith("fidelity")
    ]
    if not rows:
        return None
    pairs = list(dict.fromkeys(one.pair for one in rows))
    figure, grid = panels(1, 1, 1.2 + 0.5 * len(pairs))
    axes = grid[0]
    for one in rows:
        scope = list(_SCOPES).index(one.scope)
        y = pairs.index(one.pair) + 0.26 * (scope - 1)
        own = one.estimate
        for _, value, _ in one.by_dataset:
            if value is not None:
                axes.plot(value, y, "|", color=GREY, markersize=6, alpha=0.6)
        if own.low is not None and own.high is not None:
            axes.plot([own.low, own.high], [y, y], color=COLOURS[scope], linewidth=2)
        face = COLOURS[scope] if own.low is not None else "white"
        axes.plot(own.value, y, MARKS[scope], color=COLOURS[scope], markerfacecolor=face, markersize=6)
    for scope, name in enumerate(_SCOPES):
        axes.plot([], [], MARKS[scope] + "-", color=COLOURS[scope], label=name)
    axes.plot([], [], "|", color=GREY, label="one dataset")
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_xlim(-1.02, 1.02)
    axes.set_yticks(range(len(pairs)), [f"{LABELS[p.x]}\nand {LABELS[p.y]}" for p in pairs])
    axes.invert_yaxis()
    axes.set_xlabel("Spearman's correlation, 95% intervals over datasets")
    figure.legend(loc="outside upper left", ncols=4)
    shown = [one for one in rows if one.scope == "within dataset"]
    words = "; ".join(f"{LABELS[o.pair.x]} and {LABELS[o.pair.y]} {o.estimate.value:.2f}" for o in shown)
    return Drawing(
        "forest",
        "Correlations",
        figure,
        f"Rank correlations with intervals. Within datasets: {words}.",
        "Hollow marks have no interval: fewer than five datasets. Ticks are the correlations of single datasets.",
    )


def _key(figure: Picture, style: dict[str, tuple[str, str]]) -> None:
    from matplotlib.lines import Line2D

    marks: list[Any] = [
        Line2D([], [], color=colour, marker=mark, linestyle="", label=_words(name))
        for name, (colour, mark) in style.items()
    ]
    longest = max((len(mark.get_label()) for mark in marks), default=0)
    columns = min(max(_LEGEND // (longest + _MARK), 1), 5)
    figure.legend(handles=marks, loc="outside upper left", ncols=columns)


def _words(name: Any) -> str:
    return picture_text(str(name).replace("_", " "), 22)


def _value(found: Analysed, x: str, y: str) -> str:
    values = {
        one.scope: one.estimate.text()
        for one in found.correlations
        if (one.pair.x, one.pair.y, one.method) == (x, y, "spearman")
    }
    return f"Rank correlation pooled {values['pooled']}, within datasets {values['within dataset']}."
