"""The query curve of an audit's page, with a text that says the same."""

from __future__ import annotations

from retrodict.evaluation.queries import QueryCurve
from retrodict.evaluation.query_picture import draw, drawn_curves
from retrodict.report.svg import Picture, svg


def query_picture(curve: QueryCurve) -> Picture | None:
    """Draw lifts on the left and agreement with the model on the right; ``None`` where there is neither.

    Parameters
    ----------
    curve
        As `query_curve` measured it.
    """
    shown = drawn_curves(curve)
    if not shown:
        return None
    said = [
        f"{words}, {name}: {series.value.iloc[0]:.2f} at {series.queries.iloc[0]:,.0f} calls, "
        f"{series.value.iloc[-1]:.2f} at {series.queries.iloc[-1]:,.0f} calls"
        for words, lines in shown.items()
        for name, series in lines.items()
    ]
    return Picture("Query curve", svg(draw(curve)), "; ".join(said) + ".", "Bands: 95% intervals.")
