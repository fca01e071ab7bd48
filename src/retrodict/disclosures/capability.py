"""What a model that states facts of its training data offers: the capability `Disclosing`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from retrodict.disclosures.kinds import Disclosure
from retrodict.disclosures.known_rows import KnownRows
from retrodict.disclosures.unread import Unread


@runtime_checkable
class Disclosing(Protocol):
    """A model of which it is known what it states. A model without it is listed as not read, whole."""

    def disclose(self, train: KnownRows | None = None) -> Iterable[Disclosure | Unread]:
        """Return the facts that it states, named by raw features, and what of it is not known.

        Parameters
        ----------
        train
            Training rows to look for in all that it holds; ``None`` where none are at hand.
        """
        ...
