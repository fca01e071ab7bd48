"""What a worker does for a part of a large reconstruction: draw its rows, and put them where they go."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from retrodict.inference.diagnostics import Diagnostics
from retrodict.inference.run import EngineLike, engine_of
from retrodict.models import Meter
from retrodict.reconstruction.drawing import Drawing
from retrodict.reconstruction.provenance import describe, versions
from retrodict.reconstruction.request import Request
from retrodict.reconstruction.rows import MemoryRows, table
from retrodict.reconstruction.shards import Shards, shard_seed
from retrodict.results.json_values import plain
from retrodict.results.store.contract import Store
from retrodict.results.store.parts import encoded, part_name, tag_of


@dataclass(frozen=True)
class Part:
    """What is known of a part that lies where it belongs.

    Parameters
    ----------
    rows, queries, size
        Its rows, the model calls that they took, and its bytes.
    reports
        Of the engines, as for a whole reconstruction.
    kept
        Whether it was there already.
    """

    rows: int
    queries: int
    size: int
    reports: tuple[Diagnostics, ...]
    kept: bool


@dataclass(frozen=True)
class ShardWork:
    """Makes the part of a number; a function that can be pickled, and of that number alone.

    Whoever makes a part writes the same bytes under the same name in one step. So a part is there once however often it
    is made, by a worker that was given up and still runs, too.

    Parameters
    ----------
    job
        Model and prior.
    shards
        What each part is to have.
    seed
        Of all parts.
    engine
        As the user named it.
    store
        Where parts go.
    identity
        Of the request: a part of another one is made anew.
    """

    job: Request
    shards: Shards
    seed: np.random.SeedSequence
    engine: EngineLike
    store: Store
    identity: str

    @classmethod
    def of(
        cls,
        job: Request,
        shards: Shards,
        seed: np.random.SeedSequence,
        engine: EngineLike,
        store: Store,
        request: dict[str, Any],
        root: int,
    ) -> Self:
        """Return the work of a request, with a name of everything that decides the bytes of its parts.

        Parameters
        ----------
        job, shards, seed, engine, store
            See the class.
        request, root
            What was asked for, and the one seed.
        """
        said = {
            **request,
            "seed": root,
            "model": job.model.fingerprint,
            "likelihood": job.model.likelihood,
            "prior": describe(job.prior),
            "schema": job.schema.to_dict(),
            "columns": job.columns,
            "part_rows": shards.part_rows,
            "versions": versions(),
        }
        name = hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()
        return cls(job, shards, seed, engine, store, name)

    def __call__(self, number: int) -> Part:
        """Return what is known of a part, which is there then."""
        return self._there(number) or self._made(number)

    def _there(self, number: int) -> Part | None:
        name = part_name(number)
        said = tag_of(self.store, name)
        if said is None or said.get("identity") != self.identity or said.get("part") != number:
            return None
        reports = tuple(Diagnostics.from_dict(report) for report in said["reports"])
        with self.store.open(name) as file:
            size = file.seek(0, 2)
        return Part(int(said["rows"]), int(said["queries"]), size, reports, kept=True)

    def _made(self, number: int) -> Part:
        shard, job = self.shards[number], self.job
        meter = Meter(job.model, shard.budget)
        seed = shard_seed(self.seed, number)
        drawing = Drawing(job, meter, shard.rows, seed, engine_of(self.engine), shard.quota, ())
        rows = MemoryRows(shard.rows, len(job.schema))
        # Times differ from run to run, and parts do not.
        reports = tuple(replace(report, seconds=math.nan) for report in drawing.reports(rows))
        tag: dict[str, Any] = {
            "identity": self.identity,
            "part": number,
            "rows": rows.n,
            "queries": meter.queries,
            "reports": plain(list(reports)),
        }
        content = encoded(table(job.schema, job.columns, rows.X, rows.key), tag)
        self.store.put(part_name(number), content)
        return Part(rows.n, meter.queries, len(content), reports, kept=False)
