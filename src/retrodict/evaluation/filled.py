"""Columns of a reconstruction that are filled with one number: what is measured of them says nothing of the model."""

from __future__ import annotations

from typing import Any

from retrodict.plain_text import listing
from retrodict.priors import Prior
from retrodict.priors.implied.unread import UNREAD
from retrodict.reconstruction import LabelledRows
from retrodict.results.notes import Note, of_code


def filled_columns(rec: Any, prior: Any = None) -> tuple[Note, ...]:
    """Return a note that names the columns that were filled, if there are any.

    Parameters
    ----------
    rec
        A reconstruction, whose prior says it; a bare table does not.
    prior
        What it is held against, where that is a prior.
    """
    said = [*(rec.provenance.prior.get("notes", ()) if isinstance(rec, LabelledRows) else ())]
    said += prior.notes if isinstance(prior, Prior) else ()
    names = list(dict.fromkeys(name for note in of_code(said, UNREAD) for name in note.values["features"]))
    if not names:
        return ()
    them = "it" if len(names) == 1 else "them"
    text = (
        f"{listing(names)}: filled with one number, as the model does not read {them} and states nothing of the "
        "values: no distance or share over such a column says what the model gives away, and a training row that is "
        f"found in all others is no match; declare {them} in a prior"
    )
    return (Note(UNREAD, text, features=names),)
