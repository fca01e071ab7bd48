"""What a model states of its training table as a whole: stored rows, or the node counts of trees."""

from __future__ import annotations

from dataclasses import replace
from weakref import WeakKeyDictionary

from retrodict.disclosures import Disclosures, Rows, inspect_model
from retrodict.errors import ModelError, RequestError, RetrodictError
from retrodict.matching.capability import TreeTable, not_rebuilt
from retrodict.matching.reading import Reading
from retrodict.models import Model
from retrodict.reconstruction.stored_rows import Stored, kept_rows, labelled
from retrodict.results.notes import Note

STATED = "table_is_stated"
"""Code of the note that a model states its training table, or rows of it."""


def training_table(model: Model, largest: int | None = None) -> Reading | Stored:
    """Return stored rows where they are the whole table, else its node counts, else the rows that are stored.

    Parameters
    ----------
    model
        Whose table it is.
    largest
        Rows of the largest table whose node counts are taken; by default any.

    Raises
    ------
    ModelError
        If it states neither.
    """
    found = inspect_model(model)
    kept = kept_rows(model, found)
    why, rows = None, None
    text = not_rebuilt(model, found)
    if not (kept is not None and kept.whole) and isinstance(model, TreeTable):
        rows = model.table_rows(found)
        if rows is not None and largest is not None and rows > largest:
            text = f"its node counts are of {rows:,} rows, more than the {largest:,} searched for here; use rebuild"
        else:
            try:
                return model.table_problem(found)
            except (ModelError, RequestError) as error:
                why, text = error, str(error)
    if kept is not None:
        stored = labelled(model, kept)
        left = () if why is not None or rows is None else (Note("counts_not_searched", text, rows=rows),)
        return replace(stored, notes=(*stored.notes, *left))
    raise ModelError(f"{_no_rows(found)}, and {text}") from why


def _no_rows(found: Disclosures) -> str:
    """Say why no stored rows are given back; rows that are stored in another form are not passed over."""
    others = found.of(Rows)
    if others:
        return f"the rows that the model stores ({others[0].source}) are not those of its table as they were"
    return f"the model{', of which not all was read, shows' if found.unread else ' stores'} no whole training row"


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
    if rows is not None:
        return _note(rows, "node counts", whole=True)
    if kept is None:
        return None
    return _note(len(kept.X), "stored rows", kept.whole)


def _note(rows: int, source: str, whole: bool) -> Note:
    what = f"states its training table of {rows:,} rows" if whole else f"stores {rows:,} rows of its training table"
    text = f"the file {what}: retrodict rebuild MODEL --out DIR"
    return Note(STATED, text, rows=rows, source=source, whole=whole)
