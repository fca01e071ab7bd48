"""A line that names the training table which `rebuild` finds, wherever rows are drawn from a model that states it."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from retrodict.disclosures import Disclosures, GradientSums, SampleSize, inspect_model
from retrodict.errors import RetrodictError
from retrodict.matching.capability import EquationTable, TreeTable
from retrodict.models import Model
from retrodict.reconstruction.rebuild_quality import QualitySource
from retrodict.reconstruction.stored_rows import kept_rows
from retrodict.results.notes import Note

STATED = "table_is_stated"
"""Code of the note that a model states its training table, or rows of it."""

_COMMAND = "retrodict rebuild MODEL --out DIR"


def disclosed_by(model: Model) -> Disclosures | None:
    """Return what a model discloses; ``None`` where it can't be read: that states nothing that could be rebuilt."""
    try:
        return inspect_model(model)
    except RetrodictError:
        return None


def stated_table(model: Model, found: Disclosures | None = None) -> Note | None:
    """Return a line on the table that `rebuild` finds, told by a model's disclosures alone; ``None`` where it has none.

    Parameters
    ----------
    model
        Whose table it is.
    found
        What it discloses, where that is at hand; else it is inspected, once for each model object that is told apart by
        identity: a study draws from one model under many priors.
    """
    if type(model).__hash__ is not object.__hash__ or not hasattr(model, "__weakref__"):
        return _stated(model, found)
    if model not in _NOTES:
        _NOTES[model] = _stated(model, found)
    return _NOTES[model]


_NOTES: WeakKeyDictionary[Model, Note | None] = WeakKeyDictionary()
"""The line on each model that was asked for one; a model does not change."""


def _stated(model: Model, found: Disclosures | None) -> Note | None:
    found = disclosed_by(model) if found is None else found
    if found is None:
        return None
    try:
        kept = kept_rows(model, found)
        whole = kept is not None and kept.whole
        rows = model.table_rows(found) if not whole and isinstance(model, TreeTable) else None
    except RetrodictError:
        return None
    if not whole and isinstance(model, EquationTable) and found.of(GradientSums):
        return _of_equations(found)
    if rows is not None:
        return _note(rows, "node counts", whole=True)
    if kept is None:
        return None
    return _note(len(kept.X), "stored rows", kept.whole)


def _note(rows: int, source: QualitySource, whole: bool) -> Note:
    what = f"states its training table of {rows:,} rows" if whole else f"stores {rows:,} rows of its training table"
    return Note(STATED, f"the file {what}: {_COMMAND}", rows=rows, source=source, whole=whole)


def _of_equations(found: Disclosures) -> Note:
    """Say that there are equations: whether they hold and suffice is not known before they are solved."""
    rows = max((size.n for size in found.of(SampleSize) if size.exact is True), default=None)
    text = f"leaf values of its boosted trees are sums over training rows, which they may determine: {_COMMAND}"
    return Note(STATED, text, rows=rows, source="equations", whole=True)
