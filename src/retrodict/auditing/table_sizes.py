"""How many rows the file says it was trained on, beside the tables that were given as those rows and as others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from retrodict.auditing.finding import Finding, stated
from retrodict.disclosures import Disclosures, SampleSize
from retrodict.results.notes import Note

MORE_ROWS = "more_training_rows"
"""Code of the note that not all training rows were given."""


def size_findings(found: Disclosures, train: Sequence[int], holdout: Sequence[int]) -> Iterator[Finding]:
    """Yield that the tables can't be what they were given as, by how many rows the file states for certain.

    Parameters
    ----------
    found
        What it states.
    train, holdout
        Rows of each table, as it was given and as it was read; empty where there is none.
    """
    n = _stated(found, train)
    if n is None:
        return
    if n < min(train):
        said = f"the file states that it was trained on {n:,} rows, and {min(train):,} were given as training rows"
        why = "those that it did not see hide what it gives away of the others"
    elif any(n == own + other for own in train for other in holdout):
        said = f"the file states that it was trained on {n:,} rows, as many as training and held-out rows together"
        why = "held-out rows that were trained on can't show what it gives away"
    else:
        return
    remedy = "give the very rows that the model was trained on, and held-out rows that it was not"
    yield stated("audit", "tables", "review", f"{said}: {why}", remedy=remedy)


def size_notes(found: Disclosures, train: Sequence[int], holdout: Sequence[int]) -> Iterator[Note]:
    """Yield that the file was trained on more rows than were given, where nothing else is known of them.

    Parameters
    ----------
    found, train, holdout
        As of `size_findings`.
    """
    n = _stated(found, train)
    if n is not None and n > max(train) and not any(size_findings(found, train, holdout)):
        text = (
            f"the file states that it was trained on {n:,} rows, of which {max(train):,} were given: make sure that no "
            "held-out row is among the others"
        )
        yield Note(MORE_ROWS, text, stated=n, given=max(train))


def _stated(found: Disclosures, train: Sequence[int]) -> int | None:
    """Return the number of rows that is stated for certain, where none that is stated is that of the table."""
    sizes = {fact.n for fact in found.of(SampleSize) if fact.exact is True}
    return max(sizes) if sizes and train and not sizes & set(train) else None
