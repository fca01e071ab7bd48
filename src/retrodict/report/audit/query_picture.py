"""The query curve as a picture: lift and agreement against the number of model calls."""

from __future__ import annotations

from retrodict.evaluation.queries import LIFT, REPLICAS, QueryCurve
from retrodict.report.svg import Picture, canvas, svg

_COLOURS = ("#0072B2", "#C44E00", "#00694A", "#8a6d00", "#7a3d7a")
_MARKS = ("o", "s", "^", "D", "v")
_LIFTS = ("energy distance", "wasserstein", "association")


def query_picture(curve: QueryCurve) -> Picture | None:
    """Draw lifts on the left and agreement with the model on the right; ``None`` where there is neither.

    Parameters
    ----------
    curve
        As `query_curve` measured it.
    """
    kind = "agreement" if (curve.frame.measure == "agreement").any() else "R2"
    lifts = {name: series for name in _LIFTS if len(series := curve.series(LIFT, name))}
    replicas = {name: series for name in curve.estimators if len(series := curve.series(REPLICAS, kind, name))}
    panels = [(words, lines) for words, lines in (("lift", lifts), (f"{kind} of replicas", replicas)) if lines]
    if not panels:
        return None
    figure, grid = canvas(5.2 * len(panels), 3.4, 1, len(panels))
    said = []
    for axes, (words, lines) in zip(grid, panels, strict=True):
        for i, (name, series) in enumerate(lines.items()):
            colour, mark = _COLOURS[i % len(_COLOURS)], _MARKS[i % len(_MARKS)]
            axes.plot(series.queries, series.value, color=colour, marker=mark, markersize=5, label=name)
            if series.low.notna().any():
                axes.fill_between(series.queries, series.low, series.high, color=colour, alpha=0.12, linewidth=0)
            first, last = series.iloc[0], series.iloc[-1]
            ends = [f"{one.value:.2f} at {one.queries:,.0f} calls" for one in (first, last)]
            said.append(f"{words}, {name}: {', '.join(ends)}")
        if words == "lift":
            axes.axhline(0, color="#6b6b6b", linewidth=0.8)
            axes.set_ylim(-1.2, 1.4)
        axes.set_xscale("log")
        axes.set_xlabel("model calls", fontsize=9)
        axes.set_title(words, fontsize=10, loc="left")
        axes.legend(frameon=False, fontsize=8.5)
    return Picture("Query curve", svg(figure), "; ".join(said) + ".", "Bands: 95% intervals.")
