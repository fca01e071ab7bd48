"""Rebuild the training table itself: from the node counts of trees, or from the rows that a file stores."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.inference.task import subseed
from retrodict.matching.reading import Reading
from retrodict.models import Model
from retrodict.priors import Prior
from retrodict.reconstruction.provenance import Provenance, describe
from retrodict.reconstruction.rebuild_quality import RebuildQuality, confidence_bins
from retrodict.reconstruction.rebuilt import Rebuilt
from retrodict.reconstruction.rows import table
from retrodict.reconstruction.stored_rows import Stored
from retrodict.results.arguments import check_seed
from retrodict.results.claim import claimed
from retrodict.results.progress import EnergyProgress
from retrodict.results.resumable_folder import ResumableFolder
from retrodict.schema import Schema, Target, free_name

if TYPE_CHECKING:
    from retrodict.matching import Matched, Matching

Array = np.ndarray

_JOB = 3  # `reconstruct` has the keys before it
_SOLVE, _FILL = 0, 1


@dataclass(frozen=True, eq=False)
class Rebuilding:
    """One training table to rebuild.

    Parameters
    ----------
    model
        Whose table it is.
    source
        What its file discloses of the table.
    search
        Matches node counts; ``None`` where rows are stored.
    seed
        The one seed.
    prior
        What `source` was told of the values inside its cells; ``None`` where the file alone tells it.
    """

    model: Model
    source: Reading | Stored
    search: Matching | None
    seed: int
    prior: Prior | None = None

    @property
    def n(self) -> int:
        """How many rows the table will have."""
        return len(self.source.X) if isinstance(self.source, Stored) else self.source.problem.table.n

    def run(self, out: str | Path | None, progress: bool | None) -> Rebuilt:
        """Rebuild it, in memory or in a folder."""
        if isinstance(self.source, Stored):
            found = self._stored(self.source)
            return found if out is None else replace(found, path=found.save(out), _frame=None)
        reading = self.source
        with EnergyProgress("rebuilding", progress) as bar:
            if out is None:
                matched = self._solve(reading, progress=bar.update)
                return replace(self._matched(reading, matched), _frame=self._table(*self._rows(reading, matched)))
            identity = {
                **self._request,
                "seed": self.seed,
                "model": self.model.fingerprint,
                "prior": None if self.prior is None else describe(self.prior),
                "schema": self._schema.to_dict(),
            }
            with claimed(out):
                return self._to_folder(ResumableFolder(out, identity, len(self._schema) + 1, self._table), reading, bar)

    def _to_folder(self, folder: ResumableFolder, reading: Reading, bar: EnergyProgress) -> Rebuilt:
        try:
            state = folder.kept_bytes()
            matched = self._solve(reading, state=state, checkpoint=folder.keep_bytes, progress=bar.update)
            X, y = self._rows(reading, matched)
            folder.add(y, X)
            folder.flush()
            found = self._matched(reading, matched)
            folder.finish(found.documents())
        except Exception:  # a failure leaves nothing behind; only a killed run leaves what it can go on with
            folder.discard()
            raise
        return replace(found, path=folder.out)

    def _solve(self, reading: Reading, **hooks: Any) -> Matched:
        return self._search.solve(reading.problem, self._seed(_SOLVE), labels=reading.stored_labels, **hooks)

    @property
    def _search(self) -> Matching:
        assert self.search is not None  # node counts come with a search
        return self.search

    def _seed(self, key: int) -> np.random.SeedSequence:
        return subseed(check_seed(self.seed), _JOB, key)

    @property
    def _schema(self) -> Schema:
        schema = self.source.schema
        name = free_name("target", schema.names)
        return schema.with_target(Target(name, schema.target.classes))

    @property
    def _confidence_column(self) -> str:
        return free_name("confidence", {*self._schema.names, self._schema.target.name})

    @property
    def _request(self) -> dict[str, Any]:
        if isinstance(self.source, Stored):
            return {"search": None}
        # Workers never change the table: a killed run may go on with another number of them.
        return {"search": repr(replace(self._search, workers=None))}

    def _table(self, X: Float[Array, "n d"], y: Array) -> pd.DataFrame:
        """Return rows whose last number is their confidence as a table."""
        schema = self._schema
        return table(schema, schema.names, X[:, :-1], y).assign(**{self._confidence_column: X[:, -1]})

    def _rows(self, reading: Reading, matched: Matched) -> tuple[Array, Array]:
        rows = reading.rows(matched.codes, matched.labels, np.random.default_rng(self._seed(_FILL)))
        return np.column_stack([rows, matched.confidence]), reading.target(matched.labels)

    def _matched(self, reading: Reading, matched: Matched) -> Rebuilt:
        cells = np.column_stack([matched.entry_agreement, matched.label_agreement])
        quality = RebuildQuality(
            source="node counts",
            rows=self.n,
            table_rows=self.n,
            energy=float(matched.energy),
            restarts=int(matched.restarts),
            sweeps=int(matched.sweeps),
            seconds=float(matched.seconds),
            labels_from="matched" if reading.stored_labels is None else "file",
            energies=tuple(float(each) for each in matched.energies),
            confidence=confidence_bins(np.asarray(matched.confidence), cells),
            confidence_column=self._confidence_column,
            open_columns=tuple(name for name in self._schema.names if name not in reading.codebook.features),
        )
        known = pd.DataFrame(cells.astype(np.float32), columns=[*reading.codebook.features, self._schema.target.name])
        columns = [*self._schema.names, self._schema.target.name]
        return Rebuilt(
            self._schema, self._about(0), quality, notes=reading.notes, _cells=known.reindex(columns=columns)
        )

    def _stored(self, stored: Stored) -> Rebuilt:
        sure = np.ones((self.n, 1))
        quality = RebuildQuality(
            source="stored rows",
            rows=self.n,
            table_rows=stored.total,
            energy=0.0,
            restarts=0,
            sweeps=0,
            seconds=0.0,
            labels_from=stored.labels_from,
            energies=(),
            confidence=confidence_bins(sure[:, 0], np.ones((self.n, len(stored.schema)))),
            confidence_column=self._confidence_column,
        )
        frame = self._table(np.hstack([stored.X, sure]), stored.y)
        return Rebuilt(self._schema, self._about(stored.queries), quality, notes=stored.notes, _frame=frame)

    def _about(self, queries: int) -> Provenance:
        return Provenance.of(self.model, self.prior, self._request, self.seed, queries)
