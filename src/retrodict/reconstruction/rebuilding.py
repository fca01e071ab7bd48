"""Rebuild the training table itself: from the node counts of trees, or from the rows that a file stores."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.inference.diagnostics import Diagnostics
from retrodict.inference.run import subseed
from retrodict.matching import Reading
from retrodict.models import Model
from retrodict.priors import Prior
from retrodict.reconstruction.provenance import Provenance, describe
from retrodict.reconstruction.rebuild_quality import Rebuilt, confidence_bins
from retrodict.reconstruction.request import check_seed
from retrodict.reconstruction.result import Reconstruction
from retrodict.reconstruction.rows import table
from retrodict.reconstruction.stored_rows import Stored
from retrodict.results.claim import claimed
from retrodict.results.parts import PartsFolder
from retrodict.results.progress import EnergyProgress
from retrodict.schema import Schema, Target, free_name

if TYPE_CHECKING:
    from retrodict.matching.search.engine import Matched, Matching

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
    engine
        Matches node counts; ``None`` where rows are stored.
    seed
        The one seed.
    prior
        What `source` was told of the values inside its cells; ``None`` where the file alone tells it.
    """

    model: Model
    source: Reading | Stored
    engine: Matching | None
    seed: int
    prior: Prior | None = None

    @property
    def n(self) -> int:
        """How many rows the table will have."""
        return len(self.source.X) if isinstance(self.source, Stored) else self.source.problem.n

    def run(self, out: str | Path | None, progress: bool | None) -> Reconstruction:
        """Rebuild it, in memory or in a folder."""
        if isinstance(self.source, Stored):
            found = self._stored(self.source)
            return found if out is None else replace(found, path=found.save(out), _frame=None)
        reading = self.source
        with EnergyProgress("matching", progress) as bar:
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
                return self._to_folder(PartsFolder(out, identity, len(self._schema) + 1, self._table), reading, bar)

    def _to_folder(self, folder: PartsFolder, reading: Reading, bar: EnergyProgress) -> Reconstruction:
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
        return self._engine.solve(reading.problem, self._seed(_SOLVE), labels=reading.labels, **hooks)

    @property
    def _engine(self) -> Matching:
        assert self.engine is not None  # node counts come with an engine
        return self.engine

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
            return {"engine": "stored rows"}
        # Workers never change the table: a killed run may go on with another number of them.
        return {"engine": repr(replace(self._engine, workers=None))}

    def _table(self, X: Float[Array, "n d"], y: Array) -> pd.DataFrame:
        """Return rows whose last number is their confidence as a table."""
        schema = self._schema
        return table(schema, schema.names, X[:, :-1], y).assign(**{self._confidence_column: X[:, -1]})

    def _rows(self, reading: Reading, matched: Matched) -> tuple[Array, Array]:
        rows = reading.rows(matched.codes, matched.labels, np.random.default_rng(self._seed(_FILL)))
        return np.column_stack([rows, matched.confidence]), reading.target(matched.labels)

    def _matched(self, reading: Reading, matched: Matched) -> Reconstruction:
        cells = np.column_stack([matched.cell_agreement, matched.label_agreement])
        rebuilt = Rebuilt(
            engine="matching",
            energy=float(matched.energy),
            restarts=int(matched.restarts),
            sweeps=int(matched.sweeps),
            seconds=float(matched.seconds),
            labels_from="matched" if reading.labels is None else "file",
            energies=tuple(float(each) for each in matched.energies),
            confidence=confidence_bins(np.asarray(matched.confidence), cells),
            confidence_column=self._confidence_column,
        )
        fit = (
            "every node count of the file is met"
            if rebuilt.met
            else f"node counts differ from the file's by an energy of {rebuilt.energy:.4g} (0: every one met)"
        )
        found = self._result(rebuilt, 0, f"{self.n:,} rows rebuilt: {fit}", reading.notes)
        known = pd.DataFrame(cells.astype(np.float32), columns=[*reading.codebook.features, self._schema.target.name])
        return replace(found, _cells=known.reindex(columns=[*self._schema.names, self._schema.target.name]))

    def _stored(self, stored: Stored) -> Reconstruction:
        sure = np.ones((self.n, 1))
        rebuilt = Rebuilt(
            engine="stored rows",
            energy=0.0,
            restarts=0,
            sweeps=0,
            seconds=0.0,
            labels_from=stored.labels_from,
            energies=(),
            confidence=confidence_bins(sure[:, 0], np.ones((self.n, len(stored.schema)))),
            confidence_column=self._confidence_column,
        )
        found = self._result(rebuilt, stored.queries, f"{self.n:,} rows as the file stores them", stored.notes)
        return replace(found, _frame=self._table(np.hstack([stored.X, sure]), stored.y))

    def _result(self, rebuilt: Rebuilt, queries: int, verdict: str, notes: tuple[str, ...]) -> Reconstruction:
        report = Diagnostics(
            observation="rows",
            engine=rebuilt.engine,
            exact=rebuilt.engine == "stored rows",
            requested=self.n,
            reached=self.n,
            evidence=math.nan,
            evidence_se=math.nan,
            log_evidence=math.nan,
            acceptance=math.nan,
            ess=math.nan,
            queries=queries,
            seconds=rebuilt.seconds,
            reason="the file discloses the training table",
            verdict=verdict,
        )
        about = Provenance.of(self.model, self.prior, self._request, self.seed, queries)
        return Reconstruction(self._schema, (report,), about, rebuilt=rebuilt, notes=notes)


def matching_engine(engine: Any) -> Matching | None:
    """Return the engine that matches node counts, where one was asked for by its name or as an object."""
    if isinstance(engine, str):
        return default_engine() if engine == "matching" else None
    solves = callable(getattr(engine, "solve", None)) and not callable(getattr(engine, "draw", None))
    return engine if solves and not isinstance(engine, type) else None


def default_engine() -> Matching:
    """Return the engine with its own settings; its compiled parts are imported now, not before."""
    from retrodict.matching.search.engine import Matching

    return Matching()
