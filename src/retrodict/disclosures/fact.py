"""What all facts about training data share."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from retrodict.results.json_values import plain


@dataclass(frozen=True, eq=False, kw_only=True)
class Disclosure:
    """What all facts share.

    Parameters
    ----------
    features
        The raw names it speaks of; a column that can't be carried back is named with its step, such as ``pca[0]``.
        Empty for facts about the target or the table.
    source
        Where in the file it was found, as an attribute path from the outermost estimator.
    exact
        ``True``: equal to the statistic of the training rows up to floating point. A word says what it is exact of,
        such as the rows of one fold; ``False`` is an approximation.
    personal
        Whether it is of one row, as the count of the rows that it is of shows; ``None`` where that count is not known.
    within
        The class or component whose rows it speaks of; ``None`` for all.
    """

    features: tuple[str, ...]
    source: str
    exact: bool | str = True
    personal: bool | None = False
    within: Any = None

    @property
    def kind(self) -> str:
        """The name of the kind, which is the name of the class."""
        return type(self).__name__

    def values(self) -> dict[str, Any]:
        """Return its values alone, able to be written as JSON; what is not known is left out."""
        own = {f.name: plain(getattr(self, f.name)) for f in fields(self) if f.name not in _SHARED}
        return {name: value for name, value in own.items() if value is not None}

    def check(self) -> None:
        """Raise whatever telling its values raises; a kind that holds whole tables does it without telling them."""
        self.values()

    def to_dict(self) -> dict[str, Any]:
        """Return it as one JSON-able object: kind, features, source, exact, personal, and its values."""
        head = {
            "kind": self.kind,
            "features": list(self.features),
            "source": self.source,
            "exact": self.exact,
            "personal": self.personal,
        }
        return head | ({} if self.within is None else {"within": plain(self.within)}) | self.values()


_SHARED = {f.name for f in fields(Disclosure)}
