"""What to do next, with the command to copy."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Action = Literal[
    "strip",
    "defend",
    "refit",
    "serve_by_query",
    "replica",
    "give_train",
    "give_holdout",
    "give_ranges",
    "longer",
    "read",
    "decide",
    "sign",
]
"""Take out what prediction does not need; change leaf values; train again with other settings; give predictions, not
the file; give a replica; give rows, or ranges of columns, that are missing; take more time; read what was not read;
decide as a person; sign.
"""


@dataclass(frozen=True)
class NextAction:
    """One thing to do next.

    Parameters
    ----------
    action
        Its name, fixed for checks.
    sentence
        What to do, and why, in plain words.
    command
        The command line to copy; ``None`` where there is none.
    answers
        The measures of the risk appetite that it answers; empty where it answers none in particular.
    """

    action: Action
    sentence: str
    command: str | None = None
    answers: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)
