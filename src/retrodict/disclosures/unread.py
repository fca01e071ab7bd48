"""What was not read of a model: parts that no reader knows, and parts where a reader broke off."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Why = Literal["unknown", "overrides", "broken", "undeclared", "refused"]
"""`unknown`: no reader knows the type. `overrides`: it was read as the class it inherits from, of which it changes
something. `broken`: a reader broke off, and what follows was not read. `undeclared`: an attribute that its class does
not have, and that no reader looks at. `refused`: its file was not opened."""


@dataclass(frozen=True)
class Unread:
    """A part of a model of which it is not known what it states.

    Parameters
    ----------
    path
        Attribute path from the outermost estimator; empty for the model itself.
    type
        Its type as a dotted name.
    why
        The kind of the reason.
    reason
        The same in words, one line.
    """

    path: str
    type: str
    why: Why
    reason: str

    @property
    def sentence(self) -> str:
        """One line for people, which names type and path."""
        return f"not read: {self.type} at {self.path or 'the model itself'}: {self.reason}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: path, type, why, reason."""
        return asdict(self)


def type_name(thing: Any) -> str:
    """Return the dotted name of an object's type."""
    cls = type(thing)
    return f"{cls.__module__}.{cls.__qualname__}"
