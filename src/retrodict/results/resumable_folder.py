"""Rows streamed to disk in parts, so that memory stays small and a killed run goes on where it was.

While a job runs, `DIR.partial` beside the result holds numbered parts and `state.json`, which names how many of the
parts count. A part is written before the state that counts it, and the state is replaced in one step: whatever moment a
run is killed, its rows and its state agree. At the end the parts become one file in groups of a fixed size, which does
not depend on where the parts were cut, and the folder takes its final name in one step.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from jaxtyping import Float

from retrodict.results.disk import writing
from retrodict.results.folder import (
    ROWS_FILE,
    check_writable,
    make_work_folder,
    publish,
    replace_bytes,
    replace_document,
    replace_text,
    work_folder,
)

Array = np.ndarray

BYTES_FILE = "state.bin"
PART_ROWS = 262_144
GROUP_ROWS = 131_072
KEEP_SECONDS = 20.0
"""A part is cut after so many rows, or so many seconds with any."""


class ResumableFolder:
    """The folder a job works in, and the sink of its rows; whoever makes one holds the result's place (`claimed`).

    Parameters
    ----------
    out
        The result's folder; it must not exist, or be empty.
    request
        Everything that decides the result: a folder left by another request is not gone on with.
    width
        Columns of the row matrix.
    to_frame
        Makes a table from rows and keys.

    Raises
    ------
    RequestError
        If the result's folder holds something, or can't be written.
    """

    def __init__(
        self,
        out: str | Path,
        request: dict[str, Any],
        width: int,
        to_frame: Callable[[Float[Array, "n d"], Array], pd.DataFrame],
    ) -> None:
        self.out = Path(out)
        self.work = work_folder(self.out)
        self._width = width
        self._to_frame = to_frame
        self._digest = hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()
        self._buffer: list[tuple[Array, Array]] = []
        self._buffered = 0
        self._kept_at = time.monotonic()
        self.parts = 0
        self.state: dict[str, Any] | None = None
        self._open()

    def _open(self) -> None:
        check_writable(self.out)
        try:
            left = json.loads((self.work / "state.json").read_text())
            if left["request"] == self._digest and all(self._part(i).is_file() for i in range(left["parts"])):
                self.parts, self.state = left["parts"], left["state"]
        except (OSError, ValueError, KeyError, TypeError):
            pass  # nothing left behind, or nothing that can be gone on with
        if self.state is None:
            make_work_folder(self.out)

    def add(self, key: Array, X: Float[Array, "n d"]) -> None:
        """Take rows; see `Sink.add`."""
        if len(X):
            self._buffer.append((np.array(key), X))
            self._buffered += len(X)

    def keep(self, state: Callable[[], dict[str, Any]], now: bool = False) -> None:
        """Write the rows taken so far and the state that counts them, if enough came together."""
        if now or self._buffered >= PART_ROWS or time.monotonic() - self._kept_at > KEEP_SECONDS:
            self.flush()
            text = json.dumps({"request": self._digest, "parts": self.parts, "state": state()})
            with writing(self.out):
                replace_text(self.work / "state.json", text)
            self._kept_at = time.monotonic()

    def keep_bytes(self, content: Callable[[], bytes], now: bool = False) -> None:
        """Keep the state of a job that has no rows yet, one block of bytes, on the terms of `keep`."""

        def state() -> dict[str, Any]:
            with writing(self.out):
                replace_bytes(self.work / BYTES_FILE, content())
            return {"bytes": BYTES_FILE}

        self.keep(state, now)

    def kept_bytes(self) -> bytes | None:
        """Return what a killed run kept by `keep_bytes`, if there was one."""
        return None if self.state is None else (self.work / self.state["bytes"]).read_bytes()

    def flush(self) -> None:
        """Write the rows taken since the last part as a part of their own."""
        if self._buffered:
            rows = np.concatenate([X for _, X in self._buffer])
            frame = self._to_frame(rows, np.concatenate([key for key, _ in self._buffer]))
            with writing(self.out):
                frame.to_parquet(self._part(self.parts), index=False)
            self._buffer, self._buffered = [], 0
            self.parts += 1

    def finish(self, documents: Mapping[str, str | bytes]) -> None:
        """Join the parts to one file, add the documents, and give the folder its name."""
        with writing(self.out):
            self._finish(documents)

    def _finish(self, documents: Mapping[str, str | bytes]) -> None:
        schema = self._schema()
        with pq.ParquetWriter(self.work / ROWS_FILE, schema) as writer:
            for group in self._groups(schema):
                writer.write_table(group, row_group_size=GROUP_ROWS)
        for name, content in documents.items():
            replace_document(self.work / name, content)
        (self.work / "state.json").unlink(missing_ok=True)  # first: a state never names files that are gone
        for path in [path for path in self.work.rglob("*") if path.is_file()]:
            if path.relative_to(self.work).as_posix() not in (ROWS_FILE, *documents):
                path.unlink()
        publish(self.work, self.out)

    def _schema(self) -> pa.Schema:
        """Return the columns' types; before pandas 3, those of text without rows are told by the parts alone."""
        empty = self._to_frame(np.empty((0, self._width)), np.empty(0))
        schema = pa.Table.from_pandas(empty, preserve_index=False).schema
        if self.parts and any(pa.types.is_null(field.type) for field in schema):
            kept = [pq.read_schema(self._part(i)) for i in range(self.parts)]
            told = pa.unify_schemas(kept, promote_options="permissive")
            for at, field in enumerate(schema):
                schema = schema.set(at, told.field(field.name)) if pa.types.is_null(field.type) else schema
        return schema

    def discard(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.work, ignore_errors=True)

    def _groups(self, schema: pa.Schema) -> Iterator[pa.Table]:
        """Yield the parts' rows again in tables of `GROUP_ROWS`, the last one shorter."""
        waiting: list[pa.Table] = []
        rows = 0
        for i in range(self.parts):
            part = pq.read_table(self._part(i)).cast(schema)
            while rows + len(part) >= GROUP_ROWS:
                cut = GROUP_ROWS - rows
                yield pa.concat_tables([*waiting, part.slice(0, cut)]).unify_dictionaries().combine_chunks()
                waiting, rows, part = [], 0, part.slice(cut)
            waiting.append(part)
            rows += len(part)
        yield pa.concat_tables([schema.empty_table(), *waiting]).unify_dictionaries().combine_chunks()

    def _part(self, i: int) -> Path:
        return self.work / f"part-{i:06d}.parquet"
