"""What each scikit-learn estimator states of its training data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retrodict.disclosures.kinds import Disclosure
    from retrodict.disclosures.known_rows import KnownRows
    from retrodict.disclosures.unread import Unread


def names_of(estimator: Any) -> tuple[str, ...]:
    """Return the columns that a fitted estimator takes.

    Raises
    ------
    ModelError
        If it is no fitted estimator, or does not say how many columns it takes.
    """
    from retrodict.families.sklearn.disclose.of_estimator import names_of

    return names_of(estimator)


def disclosed(estimator: Any, names: tuple[str, ...], train: KnownRows | None = None) -> Iterable[Disclosure | Unread]:
    """Yield the facts that anything fitted states, and what of it is not read.

    Parameters
    ----------
    estimator
        A fitted estimator, or any object that may hold some.
    names
        Its columns.
    train
        Training rows to look for.
    """
    from retrodict.families.sklearn.disclose.of_estimator import disclosed

    return disclosed(estimator, names, train)
