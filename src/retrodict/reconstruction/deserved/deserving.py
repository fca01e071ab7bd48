"""The confidence that a search's agreement deserves, as tables that were made up from what it found show."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

from retrodict.errors import RetrodictError
from retrodict.inference.task import subseed
from retrodict.matching.reading import Reading
from retrodict.matching.search.matched import Matched
from retrodict.matching.tolerances import MET
from retrodict.plain_text import one_line
from retrodict.reconstruction.deserved.confidence_map import ConfidenceMap, Judged
from retrodict.reconstruction.deserved.simulation import Simulation, Trial, kinds_of
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
EASIER = "synthetic_tables_easier"
"""The code of the note that made-up tables were found where the table itself was not."""
STOPPED_EARLY = "synthetic_search_stopped"
"""The code of the note that time allowed for no whole search for a made-up table."""
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
        When to stop, by `time.perf_counter`. One table is made up while any time is left; others while there is time
        for as long a search as that for the table itself.
    """
    stated = np.column_stack([found.entry_agreement, found.label_agreement])
    trials: list[Trial] = []
    why, stopped = "the time was up", False
    for i in range(simulation.tables):
        left = ends - time.perf_counter()
        if left <= 0.0 or (trials and left < found.seconds):
            break
        limited = replace(matching, seconds=None if math.isinf(left) else left)
        try:
            trials.append(simulation.cells(reading, found, limited, subseed(seed, i), stages.next()))
        except RetrodictError as error:
            why = one_line(error, _LONGEST_REASON)
            break
        stopped = stopped or time.perf_counter() >= ends
    notes = _notes(len(trials), simulation.tables, why)
    if not trials:
        return Deserved(stated, 0, (), notes)
    if stopped:
        text = (
            "the time was up before the search for a made-up table had ended: confidence may be lower than is "
            "deserved; give more seconds, or none"
        )
        notes = (*notes, Note(STOPPED_EARLY, text))
    entries = Judged.joined([each.entries for each in trials])
    labels = Judged.joined([each.labels for each in trials])
    of_entries, bins = _worth(found.entry_agreement, kinds_of(reading), entries)
    of_labels, _ = _worth(found.label_agreement[:, None], np.zeros(1, dtype=np.int64), labels)
    cells, known = np.column_stack([of_entries, of_labels]), reading.problem.known
    if known is not None:  # of these the made-up tables say nothing
        cells[known.held] = 1.0
    return Deserved(cells, len(trials), bins, (*notes, *_easier(found, trials)))


def _easier(found: Matched, trials: list[Trial]) -> tuple[Note, ...]:
    """Return that made-up tables were met where the table itself was not: what they show is of an easier search."""
    met = sum(each.met for each in trials)
    if not met or found.energy <= MET:
        return ()
    text = (
        f"every count of {met} of {len(trials)} made-up tables was met, and not of the table itself: confidence may be "
        "higher than is deserved"
    )
    return (Note(EASIER, text, met=met, made=len(trials)),)


def _worth(
    stated: Float[Array, "n d"], kinds: Int[Array, " d"], judged: Judged
) -> tuple[Float[Array, "n d"], tuple[DeservedBin, ...]]:
    """Return what agreement is worth, and what was learned of it; itself where no cell was judged.

    There is none of trees that do not split, nor where all are known.
    """
    if not len(judged):
        return stated, ()
    learned = ConfidenceMap.learned(judged)
    return learned(stated, kinds), learned.bins


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
