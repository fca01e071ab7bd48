"""Rebuild the training table itself: by a search for what a file states of it, or from the rows that it stores."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.inference.task import subseed
from retrodict.models import Model
from retrodict.priors import Prior
from retrodict.reconstruction.drawn_tables import DrawnTables
from retrodict.reconstruction.found_table import FoundTable, Hooks, Search
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
        The rows that its file stores, or the search for what it states of them.
    seed
        The one seed.
    prior
        What `source` was told of the values inside its cells; ``None`` where the file alone tells it.
    """

    model: Model
    source: Search | Stored
    seed: int
    prior: Prior | None = None

    def run(self, out: str | Path | None, progress: bool | None) -> Rebuilt:
        """Rebuild it, in memory or in a folder."""
        if isinstance(self.source, Stored):
            found = self._stored(self.source)
            return found if out is None else replace(found, path=found.save(out), _frame=None)
        with EnergyProgress("rebuilding", progress) as bar:
            if out is None:
                table = self._find(self.source, Hooks(bar.update, say=bar.say))
                return replace(self._rebuilt(table), _frame=self._table(*self._rows(table)))
            identity = {
                **self._request,
                "seed": self.seed,
                "model": self.model.fingerprint,
                "prior": None if self.prior is None else describe(self.prior),
                "schema": self._schema.to_dict(),
            }
            with claimed(out):
                return self._to_folder(ResumableFolder(out, identity, len(self._schema) + 1, self._table), bar)

    def _to_folder(self, folder: ResumableFolder, bar: EnergyProgress) -> Rebuilt:
        assert not isinstance(self.source, Stored)
        try:
            table = self._find(self.source, Hooks(bar.update, folder.kept_bytes(), folder.keep_bytes, bar.say))
            X, y = self._rows(table)
            folder.add(y, X)
            folder.flush()
            found = self._rebuilt(table)
            folder.finish(found.documents())
        except Exception:  # a failure leaves nothing behind; only a killed run leaves what it can go on with
            folder.discard()
            raise
        return replace(found, path=folder.out)

    def _find(self, search: Search, hooks: Hooks) -> FoundTable:
        return search.find(self._seed(_SOLVE), self._seed(_FILL), self._confidence_column, hooks)

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
        return {"search": None} if isinstance(self.source, Stored) else self.source.request

    def _table(self, X: Float[Array, "n d"], y: Array) -> pd.DataFrame:
        """Return rows whose last number is their confidence as a table."""
        schema = self._schema
        return table(schema, schema.names, X[:, :-1], y).assign(**{self._confidence_column: X[:, -1]})

    def _rows(self, found: FoundTable) -> tuple[Array, Array]:
        return np.column_stack([found.X, found.confidence]), found.y

    def _rebuilt(self, found: FoundTable) -> Rebuilt:
        names = [*found.features, self._schema.target.name]
        known = pd.DataFrame(found.cells.astype(np.float32), columns=names)
        columns = [*self._schema.names, self._schema.target.name]
        same = None if found.determined is None else pd.DataFrame(found.determined, columns=names)
        agreed = None if found.agreement is None else pd.DataFrame(found.agreement.astype(np.float32), columns=names)
        return Rebuilt(
            self._schema,
            self._about(0),
            found.quality,
            notes=found.notes,
            _cells=known.reindex(columns=columns),
            _agreement=None if agreed is None else agreed.reindex(columns=columns),
            _determined=None if same is None else same.reindex(columns=columns, fill_value=False),
            _tables=DrawnTables.of([table(self._schema, self._schema.names, X, y) for X, y in found.tables]),
        )

    def _stored(self, stored: Stored) -> Rebuilt:
        n = len(stored.X)
        sure = np.ones((n, 1))
        quality = RebuildQuality(
            source="stored rows",
            rows=n,
            table_rows=stored.total,
            energy=0.0,
            restarts=0,
            sweeps=0,
            seconds=0.0,
            labels_from=stored.labels_from,
            energies=(),
            confidence=confidence_bins(sure[:, 0], np.ones((n, len(stored.schema)))),
            confidence_column=self._confidence_column,
        )
        frame = self._table(np.hstack([stored.X, sure]), stored.y)
        return Rebuilt(self._schema, self._about(stored.queries), quality, notes=stored.notes, _frame=frame)

    def _about(self, queries: int) -> Provenance:
        return Provenance.of(self.model, self.prior, self._request, self.seed, queries)
