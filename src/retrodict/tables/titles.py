"""What tables are called, in all that is said of them."""

from __future__ import annotations

from collections.abc import Sequence

REBUILT, TRAIN, HOLDOUT, PRIOR = "the reconstruction", "the training rows", "the held-out rows", "rows of the prior"

_NAMED = 5


def said_of(names: Sequence[str], title: str, one: str, many: str) -> str:
    """Return what is true of some columns of a table as one sentence, however many they are.

    Parameters
    ----------
    names
        The columns, at least one; of more than a few the number is told.
    title
        The table.
    one, many
        What is said of one, and of several.
    """
    if len(names) == 1:
        return f"column '{names[0]}' of {title} {one}"
    few = ", ".join(f"'{name}'" for name in names[:_NAMED])
    rest = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"{len(names):,} columns of {title} {many} ({few}{rest})"
