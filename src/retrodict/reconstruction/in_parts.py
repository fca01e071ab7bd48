"""A reconstruction drawn by many workers, here or on a cluster, each part to a file of its own."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

from retrodict import errors, time_limit
from retrodict.errors import RequestError, RunError
from retrodict.execution import Outcome, Pool, map_ordered
from retrodict.inference.pooling import Pooled
from retrodict.reconstruction.provenance import Provenance
from retrodict.reconstruction.result import DOCUMENT, Reconstruction
from retrodict.reconstruction.shard_work import Part, ShardWork
from retrodict.results.claim import claimed
from retrodict.results.documents import OddError
from retrodict.results.folder import ROWS_FILE
from retrodict.results.json_values import plain
from retrodict.results.notes import Note
from retrodict.results.progress import RowProgress
from retrodict.results.store.contract import Store
from retrodict.results.store.folder import FolderStore
from retrodict.results.store.parts import Parts, part_name

RUN = "run.json"
"""Says, while parts are made, of which request they are."""

_ROUNDS = 3
"""How often parts are asked for whose workers died, or whose place failed: each round after all others have ended."""

_PASSING = {"WorkerDied", "RunError", "OSError", "ConnectionError", "TimeoutError"}
"""Kinds of failures that another try may not meet."""


@dataclass
class InParts:
    """A reconstruction in parts, under way.

    Parameters
    ----------
    work
        Makes a part, in a folder of `store`.
    store
        The result's place.
    request, seed
        What was asked for, and the one seed.
    queries
        Model calls made before any part.
    notes
        What the result is to say.
    """

    work: ShardWork
    store: Store
    request: dict[str, Any]
    seed: int
    queries: int
    notes: tuple[Note, ...]

    def run(self, pool: Pool, progress: bool | None) -> Reconstruction:
        """Have all parts made that are not there yet; then write what says that they are all.

        Raises
        ------
        RequestError
            If the place holds something else, or the model can't be sent to workers.
        RunError
            If a part could not be made; those that are there are kept, and the same call goes on with them.
        """
        _check_sendable(self.work)
        store = self.store
        with claimed(store.folder if isinstance(store, FolderStore) else None):
            self._begin(store)
            try:
                with RowProgress("reconstructing", self.work.shards.rows, progress) as bar:
                    found = self._finished(self._parts(pool, bar))
            except Exception:
                self._leave()
                raise
        return found

    @property
    def _words(self) -> bytes:
        """What says of which request the parts are."""
        said = {"identity": self.work.identity, **plain(self.request)}
        return (json.dumps(said, indent=2, sort_keys=True) + "\n").encode()

    def _begin(self, store: Store) -> None:
        there = store.sizes()
        if RUN in there and DOCUMENT not in there and store.get(RUN) == self._words:
            self.work.store.make()  # which takes away what killed writers left
            return
        if not store.empty():
            what = "holds parts of another request" if RUN in there else "is not empty"
            raise RequestError(f"'{store.place}' {what}; give a new folder, or remove it first")
        store.make()
        store.put(RUN, self._words)
        self.work.store.make()

    def _parts(self, pool: Pool, bar: RowProgress) -> Iterator[Part]:
        """Yield all parts in order, whatever the order in which they are made."""
        ended: dict[int, Part] = {}
        rows = calls = following = 0

        def told(number: int, outcome: Outcome[Part]) -> None:
            nonlocal rows, calls
            if outcome.value is not None:
                rows, calls = rows + outcome.value.rows, calls + outcome.value.queries
                bar.update(rows, calls)
            elif outcome.failure is not None and outcome.failure.kind not in _PASSING:
                raise _error(number, outcome)
            time_limit.check("all parts were drawn; parts that are done are kept")

        left, lost = list(range(len(self.work.shards))), None
        for _ in range(_ROUNDS):
            failed = []
            with closing(map_ordered(self.work, left, pool, done=told)) as outcomes:  # type: ignore[type-var]  # a generator
                for number, outcome in zip(left, outcomes, strict=True):
                    if outcome.value is None:
                        failed.append(number)
                        lost = _error(number, outcome)
                        continue
                    ended[number] = outcome.value
                    while following in ended:
                        yield ended.pop(following)
                        following += 1
            left = failed
            if not left:
                return
        assert lost is not None
        raise lost

    def _finished(self, parts: Iterator[Part]) -> Reconstruction:
        work, queries = self.work, self.queries
        pooled: list[Pooled] = []
        rows, sizes = [], []
        for part in parts:  # of ten thousands of parts there is room for numbers alone
            pooled = pooled or [Pooled() for _ in part.reports]
            for whole, report in zip(pooled, part.reports, strict=True):
                whole.add(report)
            queries += part.queries
            rows.append(part.rows)
            sizes.append(part.size)
        reports = tuple(whole.report() for whole in pooled)
        if not any(report.reached for report in reports):
            for number in range(len(rows)):
                work.store.remove(part_name(number))
            worst = max(reports, key=lambda report: report.requested)
            raise RunError(f"no row was found: class {worst.observation}: {worst.verdict}")
        provenance = Provenance.of(work.job.model, work.job.prior, self.request, self.seed, queries)
        lying = Parts(work.store, tuple(rows), tuple(sizes))
        self._check(lying)
        path = self.store.folder if isinstance(self.store, FolderStore) else None
        found = Reconstruction(work.job.schema, reports, provenance, path, self.notes, parts=lying)
        self.store.put(DOCUMENT, found.document().encode())
        self.store.remove(RUN)
        return found

    def _check(self, parts: Parts) -> None:
        """Check that all parts lie where this process sees them, and that no other run came between.

        Raises
        ------
        RunError
            If not.
        """
        place = self.store.place
        try:
            parts.check()
        except OddError as error:
            raise RunError(
                f"parts are missing in '{place}' that workers have written: {error}; give a folder that all machines "
                "share, or an address such as s3://bucket/folder"
            ) from error
        try:
            ours = self.store.get(RUN) == self._words
        except FileNotFoundError:
            ours = False
        if not ours:
            raise RunError(f"another run wrote to '{place}' meanwhile; give each a place of its own")

    def _leave(self) -> None:
        """Leave nothing behind where no part was made."""
        with suppress(Exception):
            if not self.work.store.sizes():
                self.store.remove(RUN)
                if isinstance(self.store, FolderStore):
                    (self.store.folder / ROWS_FILE).rmdir()
                    self.store.folder.rmdir()


def _check_sendable(work: ShardWork) -> None:
    try:
        pickle.dumps(work)
    except Exception as error:  # whatever an object raises that can't be pickled
        raise RequestError(
            f"the model, the prior or the engine can't be sent to other processes ({type(error).__name__}: "
            f"{str(error)[:120]}); leave the backend out"
        ) from error


def _error(number: int, outcome: Outcome[Part]) -> Exception:
    assert outcome.failure is not None
    kind = getattr(errors, outcome.failure.kind, RunError)
    said = f"{outcome.failure.text} (part {number:,}; parts that are done are kept, and the same call goes on)"
    return kind(said) if isinstance(kind, type) and issubclass(kind, errors.RetrodictError) else RunError(said)
