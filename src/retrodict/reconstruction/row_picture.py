"""Rows with labels as a picture: features one by one, a line a class, or a third of a real-valued target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from retrodict.errors import RequestError
from retrodict.pictures.style import COLOURS, INK, MARKS, Picture, footnote, grid, styled, title
from retrodict.pictures.text import picture_text
from retrodict.plain_text import listing, shown
from retrodict.schema import Feature

if TYPE_CHECKING:
    from retrodict.reconstruction.labelled_rows import LabelledRows

Array = np.ndarray

PANELS, CLASSES = 12, 6
"""Features that are drawn where none are named, and classes: more lines are not told apart."""

_ROWS, _BINS, _LETTERS = 100_000, 24, 5
"""Rows that are looked at; bins of a number; categories that have their names below the axis."""

_FILLED = 3
"""Lines that are filled below: of more, the colours would mix."""

_THIRDS = ("low third", "middle third", "high third")


@styled
def draw(found: LabelledRows, features: Sequence[str] | None = None) -> Picture:
    """Draw a panel a feature.

    Parameters
    ----------
    found
        The rows.
    features
        Which; by default the twelve in which classes differ most, where there are more.

    Raises
    ------
    RequestError
        If there are no rows, or a feature is unknown.
    """
    frame = found.thinned(_ROWS)
    if len(frame) == 0:
        raise RequestError("there are no rows, so nothing can be drawn")
    X = found.schema.encode(frame)
    groups, names = _groups(found, frame)
    chosen = _chosen(found.schema.features, X, groups, len(names), features)
    figure, each = grid(len(chosen), 4, 1.45, 0.85)
    for axes, j in zip(each, chosen, strict=True):
        _panel(axes, found.schema.features[j], X[:, j], groups, len(names))
    if len(names) > 1:
        handles, _ = each[0].get_legend_handles_labels()
        words = [picture_text(name, 18) for name in names]
        figure.legend(handles[: len(names)], words, loc="outside upper right", ncols=min(len(names), 6))
    kind = "class" if found.schema.target.is_class else "third of the target"
    left = len(found.schema) - len(chosen)
    said = [f"{left:,} more features are not drawn."] if left else []
    if found.schema.target.is_class and len(found.schema.target.classes) > CLASSES:
        said.append(f"Lines are of the {len(names)} classes of most rows.")
    figure.supylabel("share of the rows" + (f" of a {kind}" if len(names) > 1 else ""), fontsize=8)
    if len(names) < 2:
        title(figure, f"{found.n_rows:,} rows")
    footnote(figure, " ".join(said))
    return figure


def _groups(found: LabelledRows, frame: pd.DataFrame) -> tuple[Int[Array, " n"], list[str]]:
    """Return which line each row belongs to, -1 for none, and the lines' names."""
    target = found.schema.target
    if target.name not in frame:
        return np.zeros(len(frame), dtype=np.int64), [""]
    column = frame[target.name]
    if target.is_class:
        text = column.astype(object).map(str)
        counts = text.value_counts()
        order = [label for label in map(str, target.classes) if label in set(counts.index[:CLASSES])]
        return text.map({label: i for i, label in enumerate(order)}).fillna(-1).to_numpy(np.int64), order
    values = column.to_numpy(np.float64)
    edges = np.nanquantile(values, [1 / 3, 2 / 3])
    if not edges[0] < edges[1]:
        return np.zeros(len(frame), dtype=np.int64), [""]
    return np.digitize(values, edges), list(_THIRDS)


def _chosen(
    features: Sequence[Feature], X: Float[Array, "n d"], groups: Array, lines: int, named: Sequence[str] | None
) -> list[int]:
    """Return the features to draw, as they were named, else in the schema's order."""
    names = [one.name for one in features]
    if named is not None:
        own = [named] if isinstance(named, str) else list(named)  # a text is one name, and no row of letters
        wrong = [shown(name) for name in own if name not in names]
        if wrong or not own:
            what = f"there is no feature {listing(wrong)}" if wrong else "no feature is named"
            raise RequestError(f"{what}; there are {listing(map(shown, names))}")
        return [names.index(name) for name in own]
    if len(names) <= PANELS:
        return list(range(len(names)))
    apart = [_apart(X[:, j], groups, lines) for j in range(len(names))]
    return sorted(np.argsort(apart, kind="stable")[::-1][:PANELS].tolist())


def _apart(values: Float[Array, " n"], groups: Array, lines: int) -> float:
    """Return how far the lines lie apart: the largest difference of distribution functions (Kolmogorov's)."""
    at = np.unique(np.nanquantile(values, np.linspace(0, 1, 50))) if np.isfinite(values).any() else np.zeros(1)
    own = [values[(groups == g) & ~np.isnan(values)] for g in range(lines)]
    shares = np.array([np.searchsorted(np.sort(one), at, side="right") / len(one) for one in own if len(one)])
    return float(np.ptp(shares, axis=0).max()) if len(shares) > 1 else 0.0


def _panel(axes: Any, feature: Feature, values: Float[Array, " n"], groups: Array, lines: int) -> None:
    present = values[~np.isnan(values)]
    gone = 1 - len(present) / len(values)
    missing = f" ({gone:.0%} missing)" if gone >= 0.005 else ""
    axes.set_title(picture_text(feature.name, 24 - len(missing) // 2) + missing)
    edges = _edges(axes, feature, present)
    for g in range(lines):
        own = values[(groups == g) & ~np.isnan(values)]
        shares = np.histogram(np.clip(own, edges[0], edges[-1]), edges)[0] / max(len(own), 1)
        colour = COLOURS[g % len(COLOURS)] if lines > 1 else INK
        if feature.listed and len(feature.categories) <= _LETTERS:
            x = np.arange(len(shares)) + (g - (lines - 1) / 2) * 0.1
            axes.vlines(x, 0, shares, color=colour, linewidth=1.2)
            axes.plot(x, shares, MARKS[g], color=colour, markersize=3.5)
        else:
            axes.stairs(shares, edges, color=colour, linewidth=1.3, label=str(g))
            if lines <= _FILLED:
                axes.stairs(shares, edges, fill=True, color=colour, alpha=0.12)
    if feature.listed and len(feature.categories) <= _LETTERS:
        for g in range(lines):
            axes.plot([], [], MARKS[g], color=COLOURS[g % len(COLOURS)], label=str(g))
    axes.set_ylim(bottom=0)
    axes.locator_params(axis="y", nbins=4)


def _edges(axes: Any, feature: Feature, present: Float[Array, " n"]) -> Float[Array, " k"]:
    if feature.listed:
        k = len(feature.categories)
        if k <= _LETTERS:
            most = max(3, 26 // k)  # letters that fit beside one another
            axes.set_xticks(range(k), [picture_text(value, most) for value in feature.categories])
        else:
            axes.set_xticks([])
            axes.set_xlabel(f"{k:,} values", fontsize=7)
        return np.arange(k + 1) - 0.5
    axes.locator_params(axis="x", nbins=4)
    low, high = np.quantile(present, [0.005, 0.995]) if len(present) else (0.0, 1.0)
    pad = (high - low) * 0.05 or 0.5
    return np.linspace(low - pad, high + pad, _BINS + 1)
