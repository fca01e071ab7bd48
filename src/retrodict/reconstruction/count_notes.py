"""What is to be said of a table that was searched for by node counts, beside how well it fits."""

from __future__ import annotations

from retrodict.matching.reading import Reading
from retrodict.reconstruction.rebuild_quality import RebuildQuality
from retrodict.results.notes import Note

MISPLACED = "known_may_be_misplaced"
"""The code of the note that counts are not met with the cells that are known."""
ONE_DRAW = "table_is_one_draw"
"""The code of the note that rows without places were not paired with those of other draws."""


def count_notes(reading: Reading, quality: RebuildQuality) -> tuple[Note, ...]:
    """Return what the search makes worth saying.

    Parameters
    ----------
    reading
        What was searched.
    quality
        How the table fits.
    """
    return (*_unpaired(reading), *_misplaced(reading, quality))


def _unpaired(reading: Reading) -> tuple[Note, ...]:
    """Return that the table is one draw, where so many rows without places are too many for one in the middle."""
    from retrodict.matching.search.central import MOST_PAIRED  # beside compiled code: imported when needed

    n = reading.problem.table.n
    if reading.problem.noise is None or not reading.problem.alike or n <= MOST_PAIRED:
        return ()
    text = (
        f"{n:,} rows are too many to be paired with those of other draws: the table is one draw and not the middle of "
        "all, and confidence, by places, says nothing of it"
    )
    return (Note(ONE_DRAW, text, rows=n, most=MOST_PAIRED),)


def _misplaced(reading: Reading, quality: RebuildQuality) -> tuple[Note, ...]:
    """Return that what is known may be wrong, where not every count is met with it."""
    if reading.problem.known is None or reading.problem.noise is not None or quality.met:
        return ()
    text = (
        "not every count is met with the cells that are known: the search may have fallen short, or they are not row "
        "by row those of the table"
    )
    return (Note(MISPLACED, text),)
