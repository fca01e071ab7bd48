"""Rows that stand in two tables, beside how many must by chance."""

from __future__ import annotations

from collections import Counter

import numpy as np

from retrodict.results.notes import Note
from retrodict.tables.titles import HOLDOUT, REBUILT, TRAIN

Array = np.ndarray

OVERLAP, CHANCE = "overlap", "repeats_by_chance"
"""Codes: held-out rows are no fresh sample; as many equal a training row as chance gives."""


def overlap(holdout: Array, train: Array, title: str = TRAIN) -> Note | None:
    """Return a note where held-out rows stand in another table too; ``None`` where none does.

    Parameters
    ----------
    holdout, train
        Codes, the target among them, on one layout, shapes (n, d) and (m, d).
    title
        The other table: the training rows, or a reconstruction, which may hold rows that the model stores.
    """
    known = Counter(_rows(train))
    n, both = len(holdout), sum(row in known for row in _rows(holdout))
    if not both:
        return None
    twins = np.array([count for count in known.values() if count > 1], dtype=np.float64)
    again = float(twins.sum() / len(train))
    clumped = np.square(twins).sum() / len(train)  # equal rows come together, and so do both shares' errors
    allowed = again + 3 * np.sqrt(clumped / len(train) + max(clumped, 1 / n) / n)
    beyond = bool(both / n > allowed)
    head = f"{both:,} of {n:,} held-out rows ({both / n:.1%}) equal a row of {title}"
    values = {"rows": both, "of": n, "again": again, "table": title}
    if title == REBUILT:
        end = ": the base model may have been trained on them" if beyond else ": no more than chance gives"
        return Note(OVERLAP if beyond else CHANCE, head + end, **values)
    head += f"; {again:.1%} of these equal another one"
    if not beyond:
        return Note(CHANCE, f"{head}: no more than chance gives", **values)
    end = "the parts overlap, held-out rows are no fresh sample, and lifts come out too low"
    return Note(OVERLAP, f"{head}: {end}", **values)


def overlap_of(tables: dict[str, Array]) -> Note | None:
    """Return what is said of the held-out rows among tables, beside the training rows, else beside a reconstruction."""
    title = TRAIN if TRAIN in tables else REBUILT
    if HOLDOUT not in tables or title not in tables:
        return None
    return overlap(tables[HOLDOUT], tables[title], title)


def _rows(X: Array) -> list[bytes]:
    plain = np.where(np.isnan(X), np.nan, X + 0.0)  # one bit pattern for each number, and for what is missing
    return [row.tobytes() for row in np.ascontiguousarray(plain)]
