"""All facts that a model states, grouped from whole rows down to ranges."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from retrodict.disclosures import kinds
from retrodict.disclosures.kinds import Disclosure
from retrodict.disclosures.unread import Unread
from retrodict.plain_text import plain_lines
from retrodict.results.notes import Note
from retrodict.results.result import KeptResult

GROUPS: tuple[tuple[str, tuple[type[Disclosure], ...]], ...] = (
    ("whole rows", (kinds.Rows, kinds.PossibleRows)),
    ("entries of single rows", (kinds.RowEntries,)),
    ("node counts", (kinds.NodeCounts, kinds.NodeSums, kinds.Stretches)),
    ("values of features", (kinds.Values, kinds.Quantiles, kinds.Thresholds, kinds.BinEdges, kinds.Grid)),
    (
        "joint statistics",
        (kinds.GradientSums, kinds.CrossProducts, kinds.Centres, kinds.Covariance, kinds.Stationarity),
    ),
    (
        "statistics of features",
        (kinds.Moments, kinds.CategoryCounts, kinds.CategoryHashes, kinds.Totals, kinds.Association, kinds.Gaps),
    ),
    (
        "the target",
        (kinds.TargetMeans, kinds.TargetMoments, kinds.TargetQuantiles, kinds.ClassShares, kinds.TrainingErrors),
    ),
    ("the table", (kinds.SampleSize, kinds.RowsSeen, kinds.TrainingSettings, kinds.TrainingDate)),
    ("categories", (kinds.Categories,)),
    ("ranges", (kinds.Range,)),
)
"""Worst first: what says most of single persons stands above what says least."""

SHOWN = 4
"""Items of a list that a line shows."""

_RANK = {kind: i for i, (_, members) in enumerate(GROUPS) for kind in members}


@dataclass(frozen=True, repr=False)
class Disclosures(KeptResult):
    """What a model states about its training data; iterate over it, or ask for one kind.

    Parameters
    ----------
    facts
        All of them, worst first.
    names
        The raw features, in the order in which the model takes them.
    unread
        Parts of the model of which it is not known what they state. Only where it is empty is what is not listed not
        there.
    notes
        Where the model has no likelihood: that it can't be inverted.
    """

    facts: tuple[Disclosure, ...]
    names: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    notes: tuple[Note, ...] = ()

    @classmethod
    def sorted(
        cls, facts: Iterable[Disclosure], names: tuple[str, ...] = (), unread: tuple[Unread, ...] = ()
    ) -> Disclosures:
        """Return facts ordered from whole rows down to ranges."""
        return cls(tuple(sorted(facts, key=lambda fact: _RANK[type(fact)])), names, unread)

    def __iter__(self) -> Iterator[Disclosure]:
        return iter(self.facts)

    def __len__(self) -> int:
        return len(self.facts)

    def of(self, kind: type[Disclosure] | str) -> tuple[Any, ...]:
        """Return the facts of one kind, given as its class or its name."""
        name = kind if isinstance(kind, str) else kind.__name__
        return tuple(fact for fact in self.facts if fact.kind == name)

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return one JSON-able object a fact, values in full."""
        return [fact.to_dict() for fact in self.facts]

    def grouped(self) -> list[tuple[str, tuple[Disclosure, ...]]]:
        """Return the groups that hold anything, worst first."""
        found = [(name, tuple(f for f in self.facts if isinstance(f, members))) for name, members in GROUPS]
        return [(name, facts) for name, facts in found if facts]

    def to_frame(self) -> pd.DataFrame:
        """Return a table with one row a fact: group, kind, features, values in short, exact, personal, source."""
        columns = ["group", "kind", "features", "values", "exact", "personal", "source"]
        rows = [
            (group, f.kind, ", ".join(f.features), brief(f), f.exact, f.personal, f.source)
            for group, facts in self.grouped()
            for f in facts
        ]
        return pd.DataFrame(rows, columns=columns)

    def told_unread(self, most: int | None = None) -> list[str]:
        """Return what was not read, one line a part, with a line above that says what it means; nothing where all was.

        Parameters
        ----------
        most
            Parts that are named; by default all.
        """
        if not self.unread:
            return []
        n = len(self.unread)
        head = f"{n} part{'s' if n > 1 else ''} not read: what {'they state' if n > 1 else 'it states'} is not known"
        lines = [head, *(f"  {one.sentence}" for one in self.unread[:most])]
        return lines + ([f"  ... and {n - most} more"] if most is not None and n > most else [])

    @property
    def head(self) -> str:
        """How many there are."""
        return f"{len(self)} disclosures"

    def __repr__(self) -> str:
        lines = [self.head, *self.notes, *self.told_unread()]
        for group, facts in self.grouped():
            lines += [f"{group}:", *(f"  {line(fact)}" for fact in facts)]
        return plain_lines("\n".join(lines))

    def _repr_html_(self) -> str:
        told = "".join(f"<p><b>{html.escape(text)}</b></p>" for text in (*self.notes, *self.told_unread()))
        head = f"{told}<p>{html.escape(self.head)}</p>"
        body = "".join(
            f"<tr><th colspan='4' style='text-align:left'>{html.escape(group)}</th></tr>"
            + "".join(
                "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells(fact)) + "</tr>" for fact in facts
            )
            for group, facts in self.grouped()
        )
        return plain_lines(f"{head}<table>{body}</table>")


def cells(fact: Disclosure) -> tuple[str, str, str, str]:
    """Return a fact as cells of a table: kind, features, values in short, source."""
    return fact.kind, _names(fact), brief(fact), fact.source


def line(fact: Disclosure) -> str:
    """Return a fact as one line."""
    kind, names, values, source = cells(fact)
    return "  ".join(part for part in (kind, names, values, f"[{source}]") if part)


def brief(fact: Disclosure) -> str:
    """Return a fact's values on one short line; rows are only counted."""
    values = fact.values()
    if isinstance(fact, kinds.Rows):
        values = {"n": fact.n, "labelled": fact.labels is not None}
    shown = ", ".join(f"{name} {_short(value)}" for name, value in values.items())
    shown += "" if fact.within is None else f", in {fact.within}"
    note = fact.exact if isinstance(fact.exact, str) else "" if fact.exact else "approximate"
    return f"{shown} ({note})" if note else shown


def _names(fact: Disclosure) -> str:
    names = fact.features
    return ", ".join(names[:SHOWN]) + (f", ... ({len(names):,} in all)" if len(names) > SHOWN else "")


def _short(value: Any) -> str:
    if isinstance(value, list):
        more = f", ... ({len(value):,} in all)" if len(value) > SHOWN else ""
        return "[" + ", ".join(_short(item) for item in value[:SHOWN]) + more + "]"
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
