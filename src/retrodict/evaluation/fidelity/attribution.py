"""Whether a reconstruction owes its nearness to what the model file states or to what the model predicts."""

from __future__ import annotations

from typing import Any, Literal

from retrodict.priors.implied.build import FROM
from retrodict.reconstruction import LabelledRows, Rebuilt
from retrodict.results.notes import Note, of_code

Attribution = Literal["file", "predictions", "both"]


_STORES = {
    "stored rows": "stores rows",
    "node counts": "stores node counts, which were matched",
    "equations": "stores sums over the rows of leaves, which were solved for the rows",
    "leaf values": "stores split points and leaf values, which were solved for the rows",
}


def attribution(rec: Any) -> tuple[Attribution | None, Note]:
    """Return what the lift is owed to, and why.

    Parameters
    ----------
    rec
        How a table was rebuilt, or the prior that rows were drawn under, decides; of a bare table nothing is known.
    """
    if not isinstance(rec, LabelledRows):
        return None, Note("bare_table", "a bare table does not say how it was made")
    if isinstance(rec, Rebuilt):
        what = _STORES[rec.quality.source]
        if rec.quality.labels_from == "model":
            text = f"the model file {what}; their labels are the model's predictions"
            return "both", Note("file_and_labels", text, source=rec.quality.source)
        text = f"the model file {what}: the lift says nothing of what predictions give away"
        return "file", Note("file", text, source=rec.quality.source)
    if any(of_code(rec.provenance.prior.get("notes", ()), FROM.code)):
        return "both", Note(
            "implied_prior",
            "the rows are drawn under the prior that the model file implies, and go by the model's predictions; a lift "
            "over that very prior is owed to the predictions",
        )
    text = "the rows are drawn under a prior that owes nothing to the model file"
    return "predictions", Note("predictions", text)
