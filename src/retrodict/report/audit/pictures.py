"""The pictures of an audit, each as SVG with a text that says the same."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from jaxtyping import Float

from retrodict import threads
from retrodict.auditing import AuditResult
from retrodict.evaluation.fidelity.association import associations
from retrodict.evaluation.fidelity.table import Table
from retrodict.families.sklearn.geometry import nearest_distances, plane
from retrodict.pictures.text import picture_text
from retrodict.report.audit.tables import BY_QUERY, FRESH, FROM_FILE, PRIOR, REAL, Drawn
from retrodict.report.svg import Picture, canvas, svg

Array = np.ndarray

_COLOURS = {REAL: "#222222", FRESH: "#6b6b6b", PRIOR: "#8a6d00", BY_QUERY: "#0072B2", FROM_FILE: "#C44E00"}
_LINES: dict[str, Any] = {PRIOR: (0, (4, 2)), BY_QUERY: "-", FROM_FILE: (0, (6, 1.5, 1, 1.5))}
_PANELS, _COLUMNS, _POINTS, _BINS = 8, 20, 300, 24


def marginals(drawn: Drawn) -> Picture:
    """Draw features one by one: real rows filled, where there are any, the others as lines."""
    chosen = _telling(drawn)
    figure, grid = canvas(11, 2.3 * -(-len(chosen) // 4), -(-len(chosen) // 4), min(4, len(chosen)))
    for axes, j in zip(grid, chosen, strict=False):
        _marginal(axes, drawn, j)
    for axes in grid[len(chosen) :]:
        axes.set_visible(False)
    handles, labels = grid[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=len(labels), frameon=False)
    names = ", ".join(drawn.layout.names[j] for j in chosen)
    about = ", ".join([*([drawn.real] if drawn.real else []), *drawn.others])
    left = len(drawn.layout.columns) - len(chosen)
    said = [f"Filled: {drawn.real}."] if drawn.real else ["No real rows were given."]
    said += [f"{left} more features are not drawn."] if left else []
    return Picture(
        "Features one by one",
        svg(figure),
        f"Distributions of {names}, overlaid for {about}.{_distances(drawn, chosen)}",
        " ".join(said),
    )


def _marginal(axes: Any, drawn: Drawn, j: int) -> None:
    column = drawn.layout.columns[j]
    reference = drawn.real or drawn.others[-1]
    if column.listed:
        k = len(column.categories)
        edges = np.arange(k + 1) - 0.5
        if k <= 6:
            most = max(4, 36 // k)  # letters that fit beside one another
            axes.set_xticks(range(k), [_short(value, most) for value in column.categories], fontsize=8)
        else:
            axes.set_xticks([])
            axes.set_xlabel(f"{k} values", fontsize=8)
    else:
        present = drawn.tables[reference][:, j]
        present = present[~np.isnan(present)]
        low, high = np.quantile(present, [0.005, 0.995]) if len(present) else (0.0, 1.0)
        pad = (high - low) * 0.15 or 0.5
        edges = np.linspace(low - pad, high + pad, _BINS + 1)
        axes.locator_params(axis="x", nbins=4)
    if drawn.real:
        heights = _heights(drawn.tables[drawn.real][:, j], edges)
        axes.stairs(heights, edges, fill=True, color="#c8c8c8", label=drawn.real)
        axes.stairs(heights, edges, color=_COLOURS[REAL], linewidth=0.8)
    for title in drawn.others:
        heights = _heights(drawn.tables[title][:, j], edges)
        axes.stairs(heights, edges, color=_COLOURS[title], linestyle=_LINES[title], linewidth=1.7, label=title)
    axes.set_title(_short(column.name, 34), fontsize=10, loc="left")
    axes.set_yticks([])
    axes.set_ylim(bottom=0)


def _heights(codes: Array, edges: Array) -> Array:
    """Return the share of rows in each bin; those beyond the ends are left out but counted."""
    present = codes[~np.isnan(codes)]
    return np.histogram(present, edges)[0] / max(len(present), 1)


def _telling(drawn: Drawn) -> list[int]:
    """Return the features in which the tables differ most from the first one, in the model's order."""
    d, tables = len(drawn.layout.columns), list(drawn.tables.values())
    if d <= _PANELS or len(tables) == 1:
        return list(range(min(d, _PANELS)))
    scale = np.nanstd(tables[0], axis=0) + 1e-12
    apart = np.max([np.abs(np.nanmean(X, axis=0) - np.nanmean(tables[0], axis=0)) / scale for X in tables[1:]], axis=0)
    return sorted(np.argsort(-np.nan_to_num(apart), kind="stable")[:_PANELS].tolist())


def _distances(drawn: Drawn, chosen: list[int]) -> str:
    from scipy.stats import ks_2samp

    if drawn.real is None:
        return ""
    parts = []
    for title in drawn.others:
        pairs = [(drawn.tables[drawn.real][:, j], drawn.tables[title][:, j]) for j in chosen]
        clean = [(a[~np.isnan(a)], b[~np.isnan(b)]) for a, b in pairs]
        values = [ks_2samp(a, b, method="asymp").statistic for a, b in clean if len(a) and len(b)]
        if values:
            parts.append(f"{title} {np.mean(values):.2f}")
    return f" Mean largest difference of the distribution functions from the {drawn.real}: {', '.join(parts)}."


def association_matrices(drawn: Drawn) -> Picture:
    """Draw how columns go together in each table, side by side."""
    titles = [*([drawn.real] if drawn.real else []), *drawn.others]
    layout = type(drawn.layout)(drawn.layout.columns[:_COLUMNS])
    d = len(layout.columns)
    real = Table.of(drawn.tables[titles[0]][:, :d], np.random.default_rng(0))
    figure, grid = canvas(3.0 * len(titles) + 0.6, 3.3, 1, len(titles))
    vectors: dict[str, Array] = {}
    image: Any = None
    for axes, title in zip(grid, titles, strict=True):
        table = Table.of(drawn.tables[title][:, :d], np.random.default_rng(0))
        vectors[title] = associations(layout, table, real)[0]
        image = axes.imshow(_square(vectors[title], d), cmap="RdBu_r", vmin=-1, vmax=1, interpolation="nearest")
        axes.set_title(title, fontsize=10, loc="left")
        axes.set_xticks([])
        names = [_short(name, 18) for name in layout.names]
        axes.set_yticks(range(d) if axes is grid[0] else [], names if axes is grid[0] else [], fontsize=7)
    figure.colorbar(image, ax=list(grid), shrink=0.8)
    apart = ", ".join(
        f"{title} {np.abs(vectors[title] - vectors[titles[0]]).mean():.2f}" for title in titles[1:] if d > 1
    )
    more = len(drawn.layout.columns) - d
    return Picture(
        "How features go together",
        svg(figure),
        f"Matrices of association of {d} features for {', '.join(titles)}. Mean difference from the {titles[0]}: "
        f"{apart or 'none'}.",
        "Pearson's correlation, correlation ratio or Cramér's V, by the kinds of the two features."
        + (f" {more} more features are not drawn." if more else ""),
    )


def _square(values: Float[Array, " q"], d: int) -> Float[Array, "d d"]:
    matrix = np.eye(d)
    for value, (i, j) in zip(values, combinations(range(d), 2), strict=True):
        matrix[i, j] = matrix[j, i] = value
    return matrix


def embedding(drawn: Drawn) -> Picture:
    """Draw rows in the plane of the two largest principal components of the real rows, or of the table drawn last."""
    first = drawn.real or drawn.others[-1]
    points = drawn.points[first]
    with threads.fitting(*points.shape):
        flattened, share = plane(points)
    flat = {title: _two(flattened(X)) for title, X in drawn.points.items()}
    titles = drawn.others
    figure, grid = canvas(3.6 * len(titles), 3.5, 1, len(titles))
    span = np.vstack([flat[first], *(flat[title] for title in titles)])
    low, high = np.quantile(span, [0.005, 0.995], axis=0)
    pad = (high - low) * 0.08 + 1e-9
    for axes, title in zip(grid, titles, strict=True):
        if drawn.real:
            axes.scatter(*flat[drawn.real][:_POINTS].T, s=16, facecolors="none", edgecolors="#777777", linewidths=0.7)
        axes.scatter(*flat[title][:_POINTS].T, s=9, marker="x", color=_COLOURS[title], linewidths=0.9)
        axes.set_title(title, fontsize=10, loc="left")
        axes.set_xlim(low[0] - pad[0], high[0] + pad[0])
        axes.set_ylim(low[1] - pad[1], high[1] + pad[1])
        axes.set_xticks([])
        axes.set_yticks([])
    behind = f"Rings: {drawn.real}. Crosses: the table named above." if drawn.real else "No real rows were given."
    centres = ", ".join(
        f"{title} {np.linalg.norm(flat[title].mean(axis=0) - flat[first].mean(axis=0)):.1f}" for title in titles
    )
    return Picture(
        "Rows in the plane",
        svg(figure),
        f"Rows of {', '.join(titles)} in the plane of the two largest principal components, which hold {share:.0%} of "
        f"the variance of the {first if drawn.real else 'rows ' + first}. Distance of the centre of each from theirs, "
        f"in standard deviations of a feature: {centres}.",
        f"{behind} The plane holds {share:.0%} of the variance; at most {_POINTS} rows of each table are drawn.",
    )


def closest_rows(drawn: Drawn) -> Picture | None:
    """Draw how far extracted rows are from the closest training row, beside the same for held-out rows."""
    titles = [title for title in (BY_QUERY, FROM_FILE) if title in drawn.points]
    if not {REAL, FRESH} <= set(drawn.points):
        return None
    m = min(len(drawn.points[REAL]), len(drawn.points[FRESH]))
    figure, grid = canvas(5.2 * len(titles), 3.2, 1, len(titles))
    parts = []
    for axes, title in zip(grid, titles, strict=True):
        with threads.asking(*drawn.points[title].shape):
            to = {side: nearest_distances(drawn.points[side][:m], drawn.points[title])[:, 0] for side in (REAL, FRESH)}
        edges = np.linspace(0, float(np.quantile(np.concatenate([*to.values()]), 0.99)) or 1.0, 31)
        shares = {side: np.histogram(np.minimum(d, edges[-1]), edges)[0] / len(d) for side, d in to.items()}
        axes.stairs(shares[FRESH], edges, fill=True, color="#c8c8c8", label="to the closest held-out row (control)")
        axes.stairs(shares[REAL], edges, color=_COLOURS[title], linewidth=1.8, label="to the closest training row")
        axes.set_title(f"rows {title}", fontsize=10, loc="left")
        axes.set_xlabel("distance, in standard deviations of a feature", fontsize=9)
        axes.set_ylabel("share of the extracted rows", fontsize=9)
        axes.set_ylim(0, 1.3 * max(share.max() for share in shares.values()))  # room for the legend
        axes.legend(frameon=False, fontsize=8.5, loc="upper left")
        near = {side: float(np.median(d)) for side, d in to.items()}
        parts.append(f"{title}: {near[REAL]:.2f} to training rows, {near[FRESH]:.2f} to held-out rows")
    return Picture(
        "Distance to the closest row",
        svg(figure),
        f"Histograms of the distance from each extracted row to the closest of {m:,} training rows, beside the same "
        f"for as many held-out rows. Medians: {'; '.join(parts)}.",
        "Where both agree, extracted rows are no nearer to the people in the training table than to others.",
    )


def pictures(found: AuditResult) -> list[Picture]:
    """Return every picture that can be drawn; none where nothing was extracted."""
    if not found.extractions:
        return []
    drawn = Drawn.of(found)
    made = [marginals(drawn), association_matrices(drawn), embedding(drawn), closest_rows(drawn)]
    return [one for one in made if one is not None]


def _two(flat: Array) -> Array:
    return flat if flat.shape[1] > 1 else np.column_stack([flat, np.zeros(len(flat))])


def _short(value: Any, most: int = 12) -> str:
    return picture_text(value, most)
