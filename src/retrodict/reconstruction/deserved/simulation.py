"""Tables made up from what was found, models trained on them, and these rebuilt: how often agreement is right."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from retrodict.errors import ModelError, RequestError
from retrodict.inference.task import subseed
from retrodict.matching.reading import Reading
from retrodict.matching.search.matched import Matched
from retrodict.matching.tolerances import MET
from retrodict.models import Model
from retrodict.models.contract import Retrainable
from retrodict.reconstruction.deserved.confidence_map import Judged
from retrodict.reconstruction.deserved.point_masses import finer_features, with_shared_values
from retrodict.reconstruction.found_table import Hooks

if TYPE_CHECKING:
    from retrodict.matching import Matching

Array = np.ndarray

_TRAINING, _VALUES, _SEARCH, _TRIAL = range(4)
"""What each made-up table needs randomness for."""
_FEW = 4
"""Codes of a feature up to which its cells are of one kind, and above which of another: chance agrees on many less."""

Read = Callable[[Model, Float[Array, "n d"], Array], Reading]
"""Reads a model of a made-up table, given this table's rows and labels, as the model itself was read."""


class Trial(NamedTuple):
    """One table that was made up and rebuilt: its entries and its labels, judged, and whether every count was met."""

    entries: Judged
    labels: Judged
    met: bool


@dataclass(frozen=True, eq=False)
class Simulation:
    """How a rebuilt table's confidence is put to the test.

    Parameters
    ----------
    model
        Whose table was rebuilt.
    read
        As `Read` says: what is known of the rows beside the file must be known of the made-up ones too.
    tables
        How many tables are made up.
    """

    model: Model = field(repr=False)
    read: Read = field(repr=False)
    tables: int

    def cells(
        self, reading: Reading, found: Matched, matching: Matching, seed: np.random.SeedSequence, hooks: Hooks
    ) -> Trial:
        """Make up one table, train and rebuild, and judge its cells.

        Parameters
        ----------
        reading, found
            The problem of the table that was rebuilt, and what was found.
        matching
            How the made-up one is searched for.
        seed
            Of all that is random.
        hooks
            What the search tells.

        Returns
        -------
        Trial
            How often agreement was right.

        Raises
        ------
        RetrodictError
            If the model can't be trained again, or what was trained states no such table.
        """
        if not isinstance(self.model, Retrainable):
            raise RequestError(f"a {self.model.family} can't be trained on other rows here")
        of_training, of_values, of_search, of_trial = _parted(seed)
        codes, labels = found.codes, found.labels
        X = reading.rows(
            codes, labels, np.random.default_rng(of_values), components=found.components, latents=found.latents
        )
        y = reading.target(labels)
        given = (_classes_of(self.model, reading)[y] if reading.classes else y).astype(np.float64)
        made = self.read(self.model.retrained(X, given, _whole(of_trial)), X, y)
        finer = finer_features(made, reading)
        if finer:
            X = with_shared_values(X, codes, reading, finer)
            made = self.read(self.model.retrained(X, given, _whole(of_training)), X, y)
        again = matching.solve(
            made.problem,
            of_search,
            labels=made.stored_labels,
            state=hooks.state,
            checkpoint=hooks.checkpoint,
            progress=hooks.progress,
        )
        judged = _judged(made, again, made.codebook.encode(X), _labels(made, reading, labels))
        return Trial(*judged, again.energy <= MET)


def kinds_of(reading: Reading) -> Int[Array, " d"]:
    """Return the kind of each coded feature's cells: 0 of few codes, 1 of many."""
    return (np.asarray(reading.problem.table.sizes) > _FEW).astype(np.int64)


def _parted(seed: np.random.SeedSequence) -> list[np.random.SeedSequence]:
    return [subseed(seed, key) for key in (_TRAINING, _VALUES, _SEARCH, _TRIAL)]


def _whole(seed: np.random.SeedSequence) -> int:
    return int(seed.generate_state(1)[0]) >> 1  # libraries take 31 bits


def _classes_of(model: Model, reading: Reading) -> Int[Array, " c"]:
    """Return where each of the problem's classes stands among the model's."""
    at: dict[Hashable, int] = {one: i for i, one in enumerate(model.schema.target.classes)}
    if any(one not in at for one in reading.classes):
        raise ModelError("its trees count classes that it does not name")
    return np.array([at[one] for one in reading.classes])


def _labels(made: Reading, reading: Reading, labels: Int[Array, " n"]) -> Int[Array, " n"]:
    """Return the label codes of a made-up table in its own problem: the same classes, or the nearest level."""
    if reading.classes:
        return np.array([made.classes.index(one) for one in reading.classes])[labels]
    values, levels = reading.target(labels), made.raw_levels
    right = np.clip(np.searchsorted(levels, values), 1, max(len(levels) - 1, 1))
    nearer = np.abs(values - levels[right - 1]) <= np.abs(levels[np.minimum(right, len(levels) - 1)] - values)
    return np.where(nearer, right - 1, right)


def _judged(made: Reading, found: Matched, codes: Int[Array, "n d"], labels: Int[Array, " n"]) -> tuple[Judged, Judged]:
    """Return how sure a rebuilt table's cells are, and which are right; what was known of it before shows nothing."""
    from retrodict.matching.search.agreement import Samples, in_order

    n, known = len(codes), made.problem.known
    if made.problem.alike:  # rows have no order of their own: the true ones are paired with those found
        true = Samples(codes[None], labels[None], np.zeros((1, n), dtype=np.int64), np.zeros((1, n, 0)))
        paired = in_order(found.codes, found.labels, true)
        codes, labels = paired.codes[0], paired.labels[0]
    open_cells = np.ones((n, codes.shape[1] + 1), dtype=bool) if known is None else ~known.held
    own, tags = open_cells[:, :-1], open_cells[:, -1]
    row, column = np.nonzero(own)
    entries = Judged(found.entry_agreement[own], (found.codes == codes)[own], kinds_of(made)[column], row)
    right = (found.labels == labels)[tags]
    return entries, Judged(
        found.label_agreement[tags], right, np.zeros(len(right), dtype=np.int64), np.flatnonzero(tags)
    )
