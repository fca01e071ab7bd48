"""Visit every part of a fitted model, and plan what is taken from each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier

from retrodict.disclosures import Unread
from retrodict.disclosures.by_value import everything
from retrodict.disclosures.review import review_of
from retrodict.disclosures.unread import type_name
from retrodict.families.sklearn.disclose.known_classes import REVIEW
from retrodict.families.sklearn.disclose.silent import SILENT
from retrodict.families.sklearn.strip import (
    bayes,
    boosting,
    linear,
    row_entries,
    stored_rows,
    transformers,
    trees,
    wrappers,
)
from retrodict.families.sklearn.structure.guests import family_of_guest, trims_of_guest
from retrodict.families.sklearn.structure.visit import HELD
from retrodict.models.type_lookup import known_type, overridden
from retrodict.plain_text import error_line
from retrodict.sanitizing.plan import Plan, Trim

TRIMS: dict[type, Callable[[Any, Trim], None]] = {
    cls: trim
    for family in (wrappers, transformers, bayes, stored_rows, row_entries, linear, trees, boosting)
    for cls, trim in family.TRIMS.items()
}
JUDGED: dict[type, None] = dict.fromkeys((*TRIMS, *HELD, *SILENT))
"""Types of which it is known what prediction does not need; where none has a function of its own, it needs all."""

_SEEDS = "the seed of its draws"
_UNKNOWN = "nothing is known of what predictions need of it: all of it stays"


def plan_of(estimator: Any) -> Plan:
    """Return what can be taken out of a fitted estimator, what stays, and what can't be judged; nothing is changed yet.

    Parameters
    ----------
    estimator
        Any fitted scikit-learn estimator, with all it holds.
    """
    plan = Plan()
    for path, part in parts(estimator):
        trim = Trim(plan, path)
        guest = family_of_guest(type(part)) is not None
        review = review_of(type(part)) if guest else REVIEW
        template = (guest or isinstance(part, BaseEstimator)) and not review.is_fitted(part)  # it holds no data
        if not template:
            (_trim_guest if guest else _trim)(part, trim)
        if not guest:  # its family knows whether seeds are settings of it
            _seeds(part, trim)
    return plan


def _trim(part: Any, trim: Trim) -> None:
    cls = known_type(type(part), JUDGED)
    if cls is None:
        if isinstance(part, BaseEstimator) and not REVIEW.plumbing(part):
            trim.plan.unjudged.append(Unread(trim.path, type_name(part), "unknown", _UNKNOWN))
        return
    _apply(part, trim, cls, TRIMS.get(cls))


def _trim_guest(part: Any, trim: Trim) -> None:
    """Let the family of a part that is not of scikit-learn's say what is taken from it."""
    trims = trims_of_guest(type(part))
    cls = known_type(type(part), trims)
    if cls is not None:
        _apply(part, trim, cls, trims[cls])
        return
    review = review_of(type(part))
    if isinstance(part, BaseEstimator) or (review.known(type(part)) is not None and not review.plumbing(part)):
        trim.plan.unjudged.append(Unread(trim.path, type_name(part), "unknown", _UNKNOWN))


def _apply(part: Any, trim: Trim, cls: type, how: Callable[[Any, Trim], None] | None) -> None:
    """Take from a part what is taken from a class that it is of, and say so where it changes what that class does."""
    changed = overridden(type(part), cls)
    if changed:
        reason = f"judged as the {cls.__name__} it inherits from, of which it changes {', '.join(changed[:6])}"
        trim.plan.unjudged.append(Unread(trim.path, type_name(part), "overrides", reason))
    if how is not None:
        try:
            how(part, trim)
        except Exception as error:  # an attribute that a file lacks, or that is of another kind
            reason = f"its attributes are not those of a {cls.__name__}: {error_line(error, 160)}"
            trim.plan.unjudged.append(Unread(trim.path, type_name(part), "broken", reason))


def _seeds(part: Any, trim: Trim) -> None:
    if vars(part).get("random_state") is None:
        return
    drawn = isinstance(part, DummyClassifier) and part.strategy in {"stratified", "uniform"}
    if drawn or getattr(part, "sample_posterior", False):
        trim.keep("random_state", "predictions are drawn with it")
    else:
        trim.put(part, "random_state", None, _SEEDS)


def parts(estimator: Any) -> Iterator[tuple[str, Any]]:
    """Yield every object within a model that has attributes, itself first, with its path; each once.

    Parameters
    ----------
    estimator
        A fitted estimator.

    Raises
    ------
    OverflowError
        If it holds too many parts.
    """
    for path, part, above in everything(estimator):
        if hasattr(part, "__dict__") and not callable(part) and not _left_whole((*above, part)):
            yield re.sub(r"\[\d+\]", "[*]", path), part


def _left_whole(line: tuple[Any, ...]) -> bool:
    """Whether the last of a line of parts, each within the one before, lies in a model that a step asks for facts."""
    return any(
        inner is getattr(step, "estimator_", None) and transformers.whole(step) for step, inner in pairwise(line)
    )
