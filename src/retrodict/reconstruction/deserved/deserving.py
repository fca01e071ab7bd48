"""The confidence that a search's agreement deserves, as tables that were made up from what it found show."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from retrodict.errors import RetrodictError
from retrodict.inference.task import subseed
from retrodict.matching.reading import Reading
from retrodict.matching.search.matched import Matched
from retrodict.plain_text import one_line
from retrodict.reconstruction.deserved.confidence_map import ConfidenceMap, Judged
from retrodict.reconstruction.deserved.simulation import Simulation, kinds_of
from retrodict.reconstruction.deserved.stages import Stages
from retrodict.reconstruction.rebuild_quality import DeservedBin
from retrodict.results.notes import Note

if TYPE_CHECKING:
    from retrodict.matching import Matching

Array = np.ndarray

AGREEMENT_ALONE = "confidence_is_agreement"
"""The code of the note that confidence was not put to the test."""
FEWER_TABLES = "fewer_synthetic_tables"
"""The code of the note that time allowed for fewer tables than were asked for."""
_LONGEST_REASON = 300


@dataclass(frozen=True, eq=False)
class Deserved:
    """What confidence is deserved.

    Parameters
    ----------
    cells
        Of each entry and, last, each label, shape (n, d + 1).
    tables
        How many tables were made up; with none, `cells` is agreement.
    bins
        What they taught.
    notes
        What is to be said of it.
    """

    cells: Float[Array, "n c"]
    tables: int
    bins: tuple[DeservedBin, ...] = ()
    notes: tuple[Note, ...] = ()


def deserved(
    simulation: Simulation,
    reading: Reading,
    found: Matched,
    matching: Matching,
    seed: np.random.SeedSequence,
    stages: Stages,
    ends: float = math.inf,
) -> Deserved:
    """Put a table's confidence to the test.

    Parameters
    ----------
    simulation
        How.
    reading, found
        The problem, and the table that was found.
    matching
        How it was searched for; its time limit does not count.
    seed
        Of all that is random.
    stages
        What searches tell.
    ends
        When to stop, by `time.perf_counter`. One table is made up at least; others while there is time for as long a
        search as that for the table itself.
    """
    stated = np.column_stack([found.entry_agreement, found.label_agreement])
    entries: list[Judged] = []
    labels: list[Judged] = []
    why = "the time was up"
    for i in range(simulation.tables):
        left = ends - time.perf_counter()
        if left <= 0.0 or (entries and left < found.seconds):
            break
        limited = replace(matching, seconds=None if math.isinf(left) else left)
        try:
            own, tags = simulation.cells(reading, found, limited, subseed(seed, i), stages.next())
        except RetrodictError as error:
            why = one_line(error, _LONGEST_REASON)
            break
        entries.append(own)
        labels.append(tags)
    notes = _notes(len(entries), simulation.tables, why)
    if not entries:
        return Deserved(stated, 0, (), notes)
    of_labels = ConfidenceMap.learned(Judged.joined(labels))
    sure = of_labels(found.label_agreement[:, None], np.zeros(1, dtype=np.int64))
    known = Judged.joined(entries)
    if not len(known):  # trees that do not split, of which labels are all there is
        return Deserved(np.column_stack([found.entry_agreement, sure]), len(entries), (), notes)
    of_entries = ConfidenceMap.learned(known)
    cells = np.column_stack([of_entries(found.entry_agreement, kinds_of(reading)), sure])
    return Deserved(cells, len(entries), of_entries.bins, notes)


def _notes(made: int, asked: int, why: str) -> tuple[Note, ...]:
    if made == asked:
        return ()
    if made:
        text = f"confidence rests on {made} of {asked} tables that were to be made up: {why}"
        return (Note(FEWER_TABLES, text, made=made, asked=asked, why=why),)
    text = (
        "confidence is how far independent chains agree, and does not say how often they are right: no table could be "
        f"made up to tell ({why})"
    )
    return (Note(AGREEMENT_ALONE, text, why=why),)
