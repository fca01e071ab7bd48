"""How far each sampler's evidence is off, and whether it says so."""

from __future__ import annotations

import numpy as np

from bench.document import markdown
from bench.samplers.figures import Figures
from bench.samplers.matrices import Column, Comparison, title


def speaking(found: Comparison) -> list[Column]:
    """Return the columns of samplers that give an evidence at all."""
    said = {c for each in found.found.values() for c, one in each.items() if one.speaks_of_evidence}
    return [column for column in found.columns if column in said]


def one_by_one(found: Comparison) -> str:
    """Return, of every target and column, the mean error of log Z, its spread over the runs, and the error stated."""
    columns = speaking(found)
    rows = [[found.names[word], *(_cell(each.get(c)) for c in columns)] for word, each in found.found.items()]
    return markdown(["posterior", *map(title, columns)], rows)


def _cell(one: Figures | None) -> str:
    if one is None:
        return ""
    if not one.done:
        return f"over {one.seconds:.0f} s"
    stated = f"{one.stated:.3f}" if np.isfinite(one.stated) else "none"
    spread = f" ± {one.spread:.3f}" if np.isfinite(one.spread) else ""
    return f"{one.bias:+.3f}{spread} (says {stated})"


def all_together(found: Comparison) -> str:
    """Return of every column the runs within 1.96 of their own stated errors, and the error beside the one stated."""
    rows = []
    for column in speaking(found):
        figures = [each[column] for each in found.found.values() if column in each and each[column].done]
        done = sum(one.done for one in figures)
        square = sum(one.done * (one.bias**2 + np.nan_to_num(one.spread) ** 2) for one in figures) / done
        stated = np.nanmean([one.stated for one in figures]) if any(np.isfinite(o.stated) for o in figures) else np.nan
        within = f"{sum(one.within for one in figures)} of {done}" if np.isfinite(stated) else ""
        said = f"{stated:.3f}" if np.isfinite(stated) else "none"
        rows.append([title(column), len(figures), f"{np.sqrt(square):.3f}", said, within])
    head = ["sampler", "posteriors", "error of log Z, root mean square", "error stated, mean", "runs within 1.96 of it"]
    return markdown(head, rows)


def own_counts(found: Comparison) -> str:
    """Return how many times more effective draws each sampler counts itself than were measured."""
    rows = []
    for column in found.columns:
        figures = [each[column] for each in found.found.values() if column in each and each[column].done]
        times = [one.claimed / one.effective for one in figures if np.isfinite(one.claimed)]
        if times:
            rows.append([title(column), len(times), *(f"{q:.2g}" for q in (np.median(times), min(times), max(times)))])
    return markdown(["sampler", "posteriors", "its count over the measured, median", "least", "most"], rows)
