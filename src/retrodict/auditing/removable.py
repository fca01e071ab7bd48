"""What could be taken out of a model without any prediction becoming another, so that an audit can say so."""

from __future__ import annotations

from collections.abc import Iterable

from retrodict.disclosures import Disclosure
from retrodict.disclosures.kinds import CrossProducts, NodeCounts, NodeSums, Rows, TrainingDate, TrainingSettings
from retrodict.errors import RetrodictError
from retrodict.models import Model
from retrodict.sanitizing.capability import Strippable


def removable(model: Model, facts: Iterable[Disclosure]) -> tuple[str, ...]:
    """Return where the facts stand that `sanitize` would take out and that someone may mind; none where none is known.

    Whether predictions stay the same is what `sanitize` itself tries, and it undoes what alters them.

    Parameters
    ----------
    model
        It is left as it is: the plan is made of a copy.
    facts
        What its file states.
    """
    minded = [fact.source for fact in facts if fact.personal is not False or isinstance(fact, _MINDED)]
    if not minded or not isinstance(model, Strippable):
        return ()
    try:
        plan = model.duplicate().plan()
    except RetrodictError:
        return ()
    stay = {entry.path for entry in plan.kept}
    return tuple(dict.fromkeys(place for place in minded if place not in stay)) if plan.changes else ()


_MINDED = (Rows, NodeSums, CrossProducts, NodeCounts, TrainingSettings, TrainingDate)
"""Kinds of facts that a file is stripped for though no single one is of one row."""
