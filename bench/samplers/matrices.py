"""The tables of the comparison: targets down, samplers across, ours first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.document import markdown
from bench.samplers.figures import Figures, figures
from bench.samplers.registry import OURS, PEERS
from bench.samplers.targets import TARGETS

AUTO = (OURS, "auto")
"""What everything is compared with: the engine that every command takes unless another is named."""

Column = tuple[str, str]
"""A sampler and its setting."""


@dataclass(frozen=True)
class Comparison:
    """All figures that are kept.

    Parameters
    ----------
    names, evidences
        Of the targets, by their word.
    found
        Figures by target and column.
    """

    names: Mapping[str, str]
    evidences: Mapping[str, float]
    found: Mapping[str, Mapping[Column, Figures]]

    @property
    def columns(self) -> list[Column]:
        """Columns in the registry's order, each once."""
        there = {column: None for found in self.found.values() for column in found}
        return sorted(there, key=lambda column: ([*PEERS].index(column[0]), column[1] == "tuned"))

    def at(self, low: float, high: float) -> list[str]:
        """Return the targets whose evidence lies in a range."""
        slack = 1.5  # Z = 1e-5 and what is called so
        return [word for word, log in self.evidences.items() if low / slack <= np.exp(log) <= high * slack]


def compared(records: Mapping[str, Mapping[str, Any]]) -> Comparison:
    """Return the figures of kept records, targets in their order."""
    words = [word for word in TARGETS if word in records]
    runs: dict[str, dict[Column, list[Any]]] = {word: {} for word in words}
    for name, record in records.items():
        word, *rest = name.split("|")
        if rest:
            runs[word].setdefault((rest[0], rest[1]), []).append(record)
    truth = {word: np.array(records[word]["truth"]) for word in words}
    found = {word: {column: figures(kept, truth[word]) for column, kept in runs[word].items()} for word in words}
    names = {word: records[word]["name"] for word in words}
    return Comparison(names, {word: records[word]["log_evidence"] for word in words}, found)


def title(column: Column) -> str:
    """Return a column's name in words."""
    return f"{column[0]}, {column[1]}"


def matrix(found: Comparison, of: Callable[[Figures], float]) -> str:
    """Return one figure of every target and sampler, settings after one another; bold where it is below `auto`'s."""
    samplers = [*dict.fromkeys(column[0] for column in found.columns)]
    rows = []
    for word, there in found.found.items():
        cells = [_cell([(c, there.get(c)) for c in found.columns if c[0] == one], of, there) for one in samplers]
        rows.append([found.names[word], *cells])
    heads = [f"{one}: {' / '.join(c[1] for c in found.columns if c[0] == one)}" for one in samplers]
    return markdown(["posterior", *heads], rows)


def _cell(
    settings: Sequence[tuple[Column, Figures | None]],
    of: Callable[[Figures], float],
    there: Mapping[Column, Figures],
) -> str:
    """Return a sampler's figures; nothing where no setting of it was run."""
    if all(one is None for _, one in settings):
        return ""
    return " / ".join("–" if one is None else _figure(column, one, of, there) for column, one in settings)


def _figure(column: Column, one: Figures, of: Callable[[Figures], float], there: Mapping[Column, Figures]) -> str:
    if not one.done:
        return f"over {one.seconds:.0f} s"
    said, ours = ("~" if one.done == 1 else "") + significant(of(one)), there.get(AUTO)
    if one.engine and column == AUTO:
        return f"{said} ({one.engine})"
    better = ours is not None and ours.done and column[0] != OURS and of(one) < of(ours)
    return f"**{said}**" if better else said


def significant(value: float) -> str:
    """Return a number to two digits, without an exponent where it can be read so."""
    if not np.isfinite(value):
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"
