"""The demo's picture: features by class, real, rebuilt and assumed; and what models trained on each can do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from scipy.stats import gaussian_kde

if TYPE_CHECKING:
    from retrodict.demo.judgement import Judgement

Array = np.ndarray

_COLOURS = ("#0072B2", "#D55E00")  # Okabe and Ito's, told apart by every kind of sight
_GREY, _INK, _REBUILT, _PRIOR = "#6b6b6b", "#222222", "#009E73", "#b5b5b5"
_PANELS = 4
_TOO_CLOSE = 0.8


def draw_demo(
    path: Path,
    real: pd.DataFrame,
    rebuilt: pd.DataFrame,
    prior_rows: pd.DataFrame,
    target: str,
    judgement: Judgement,
    tested: int,
) -> None:
    """Draw the picture and write it as PNG.

    Parameters
    ----------
    path
        The file.
    real, rebuilt
        Rows with the target.
    prior_rows
        Rows drawn from the prior alone.
    target
        Name of the target column.
    judgement
        Accuracies with intervals.
    tested
        Rows they are measured on.
    """
    figure = Figure(figsize=(11.5, 6.4), dpi=120, facecolor="white")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(2, 3, width_ratios=[1, 1, 0.92], left=0.045, right=0.985, top=0.81, bottom=0.085)
    grid.update(wspace=0.2, hspace=0.42)
    labels = sorted(real[target].unique())
    for place, name in enumerate(telling_features(real, target)):
        axes = figure.add_subplot(grid[place // 2, place % 2])
        _densities(axes, name, real, rebuilt, prior_rows, target, labels)
    _accuracies(figure.add_subplot(grid[0, 2]), judgement, tested)
    _distances(figure.add_subplot(grid[1, 2]), judgement)
    _legend(figure, labels)
    figure.text(
        0.045,
        0.945,
        "Rebuilt from a model file and a table of averages, without the data",
        fontsize=17,
        fontweight="bold",
        color=_INK,
    )
    figure.savefig(path, dpi=120, metadata={"Software": None})


def telling_features(real: pd.DataFrame, target: str, n: int = _PANELS) -> list[str]:
    """Return the features whose class means differ most, in sds, leaving out near copies of one already taken."""
    numbers = real.drop(columns=target)
    means = real.groupby(target)[list(numbers.columns)].mean()
    order = ((means.max() - means.min()) / numbers.std()).sort_values(ascending=False).index
    near = numbers.corr().abs()
    taken: list[str] = []
    for name in order:
        if len(taken) < n and all(near.loc[name, other] < _TOO_CLOSE for other in taken):
            taken.append(str(name))
    return taken


def _densities(
    axes: Any,
    name: str,
    real: pd.DataFrame,
    rebuilt: pd.DataFrame,
    prior_rows: pd.DataFrame,
    target: str,
    labels: list[Any],
) -> None:
    start, high = float(real[name].min()), float(np.quantile(np.concatenate([real[name], rebuilt[name]]), 0.999))
    x = np.linspace(start, high, 300)
    axes.plot(x, _density(prior_rows[name], x), color=_GREY, linestyle=(0, (4, 2)), linewidth=1.6)
    for label, colour in zip(labels, _COLOURS, strict=False):
        own, made = (frame.loc[frame[target].astype(object) == label, name] for frame in (real, rebuilt))
        axes.fill_between(x, _density(own, x), color=colour, alpha=0.24, linewidth=0)
        axes.plot(x, _density(made, x), color=colour, linewidth=2.2)
    axes.set_title(name, fontsize=12, loc="left", color=_INK)
    axes.set_yticks([])
    axes.set_ylim(bottom=0)
    axes.set_xlim(x[0], x[-1])
    axes.tick_params(labelsize=9.5, color=_GREY)
    axes.spines[["left", "top", "right"]].set_visible(False)


def _density(values: pd.Series[float], x: Array) -> Array:
    """Return the kernel density, reflected at the lower end of `x`: nothing lies below it."""
    estimate = gaussian_kde(values)
    return np.asarray(estimate(x) + estimate(2 * x[0] - x))


def _accuracies(axes: Any, judgement: Judgement, tested: int) -> None:
    bars = [
        ("base model\n(real rows)", judgement.base, _INK),
        ("replica\n(rebuilt rows)", judgement.replica, _REBUILT),
        ("control\n(prior alone)", judgement.control, _PRIOR),
    ]
    for place, (_, accuracy, colour) in enumerate(bars):
        axes.bar(place, accuracy.value, width=0.6, color=colour)
        error = [[accuracy.value - accuracy.low], [accuracy.high - accuracy.value]]
        axes.errorbar(place, accuracy.value, yerr=error, color=_GREY, capsize=4, linewidth=1.6)
        axes.text(place, accuracy.high + 0.03, f"{accuracy.value:.3f}", ha="center", fontsize=12, fontweight="bold")
    axes.set_xticks(range(len(bars)), [words for words, _, _ in bars], fontsize=9.5)
    axes.text(2.4, 1.06, "whiskers: 95%", ha="right", fontsize=9, color=_GREY)
    axes.set_ylim(0, 1.2)
    axes.set_yticks([0, 0.5, 1.0])
    axes.set_title(f"accuracy on {tested} rows held back", fontsize=12, loc="left", color=_INK)
    _plain(axes)


def _distances(axes: Any, judgement: Judgement) -> None:
    bars = [("prior alone", judgement.distance_prior, _PRIOR), ("rebuilt rows", judgement.distance_rebuilt, _REBUILT)]
    for place, (words, distance, colour) in enumerate(bars):
        axes.barh(place, distance, height=0.6, color=colour)
        axes.text(distance + 0.006, place, f"{distance:.3f}", va="center", fontsize=12, fontweight="bold")
        axes.text(0.006, place + 0.33, words, va="bottom", fontsize=10, color=_INK)
    axes.set_yticks([])
    axes.set_xlim(0, 1.25 * max(distance for _, distance, _ in bars))
    axes.set_ylim(-0.45, 1.7)
    axes.set_xlabel("mean KS over features and classes; 0 is the same", fontsize=9, color=_GREY)
    axes.set_title("distance to the real rows", fontsize=12, loc="left", color=_INK)
    _plain(axes)


def _plain(axes: Any) -> None:
    axes.tick_params(length=0, labelcolor=_INK)
    axes.spines[["top", "right"]].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(_GREY)


def _legend(figure: Figure, labels: list[Any]) -> None:
    handles: list[Any] = [Patch(color=c, alpha=0.3, label=f"real: {v}") for v, c in zip(labels, _COLOURS, strict=False)]
    handles += [
        Line2D([], [], color=c, linewidth=2.2, label=f"rebuilt: {v}") for v, c in zip(labels, _COLOURS, strict=False)
    ]
    handles.append(Line2D([], [], color=_GREY, linestyle=(0, (4, 2)), linewidth=1.6, label="prior: knows no classes"))
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.037, 0.935),
        ncols=5,
        frameon=False,
        fontsize=10.5,
        columnspacing=1.4,
        handlelength=1.8,
    )
