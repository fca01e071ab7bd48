"""Whether a reconstruction owes its nearness to what the model file states or to what the model predicts."""

from __future__ import annotations

from typing import Any, Literal

from retrodict.priors.implied.build import FROM
from retrodict.reconstruction import LabelledRows, Rebuilt

Attribution = Literal["file", "predictions", "both"]


def attribution(rec: Any) -> tuple[Attribution | None, str]:
    """Return what the lift is owed to, and why.

    Parameters
    ----------
    rec
        How a table was rebuilt, or the prior that rows were drawn under, decides; of a bare table nothing is known.
    """
    if not isinstance(rec, LabelledRows):
        return None, "a bare table does not say how it was made"
    if isinstance(rec, Rebuilt):
        what = "stores rows" if rec.quality.source == "stored rows" else "stores node counts, which were matched"
        if rec.quality.labels_from == "model":
            return "both", f"the model file {what}; their labels are the model's predictions"
        return "file", f"the model file {what}: the lift says nothing of what predictions give away"
    if FROM in rec.provenance.prior.get("notes", ()):
        return "both", (
            "the rows are drawn under the prior that the model file implies, and go by the model's predictions; a lift "
            "over that very prior is owed to the predictions"
        )
    return "predictions", "the rows are drawn under a prior that owes nothing to the model file"
