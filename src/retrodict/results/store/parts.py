"""A table in numbered Parquet files, each of which says in its own footer what it is a part of."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from retrodict.errors import RequestError
from retrodict.plain_text import shown
from retrodict.results.documents import OddError
from retrodict.results.resumable_folder import GROUP_ROWS
from retrodict.results.store.contract import Store

if TYPE_CHECKING:
    import pandas as pd

_TAG = b"retrodict"
"""Key of a part's own words in its footer."""

_NAME = re.compile(r"part-(\d{6,})\.parquet")

_CELL = 8
"""Bytes of a cell in memory; texts of categories take less."""

_ROOM = 0.5
"""Share of a machine's memory that a table may take: reading it takes as much again for a while."""


def part_name(number: int) -> str:
    """Return the file name of a part."""
    return f"part-{number:06d}.parquet"


def encoded(frame: pd.DataFrame, tag: dict[str, Any]) -> bytes:
    """Return rows as the bytes of a Parquet file; the same rows and words give the same bytes.

    Parameters
    ----------
    frame
        The rows.
    tag
        What the footer is to say, fit for strict JSON.
    """
    table = pa.Table.from_pandas(frame, preserve_index=False)
    words = json.dumps(tag, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), _TAG: words})
    # Drawn numbers hardly ever repeat: a dictionary of them would be built, and given up, for every column.
    listed = [field.name for field in table.schema if not pa.types.is_floating(field.type)]
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=GROUP_ROWS, use_dictionary=listed)
    return file.getvalue()


def tag_of(store: Store, name: str) -> dict[str, Any] | None:
    """Return what a part's footer says; ``None`` where there is no such part, or one that was cut short."""
    try:
        with store.open(name) as file:
            metadata = pq.read_metadata(file).metadata or {}
        found = json.loads(metadata[_TAG])
    except (FileNotFoundError, KeyError, ValueError):  # pyarrow's errors of damaged files are ValueErrors
        return None
    return found if isinstance(found, dict) else None


@dataclass(frozen=True)
class Parts:
    """The parts of a table, in order.

    Parameters
    ----------
    store
        Where they are.
    rows, sizes
        Rows and bytes of each.
    """

    store: Store
    rows: tuple[int, ...]
    sizes: tuple[int, ...]

    def check(self) -> None:
        """Check that all parts are there, no more of them and no others.

        Raises
        ------
        OddError
            If they are not.
        """
        there = {name: size for name, size in self.store.sizes().items() if _NAME.fullmatch(name)}
        for number, size in enumerate(self.sizes):
            name = part_name(number)
            if there.pop(name, None) != size:
                raise OddError(f"'{name}' is not there, or not as it was written")
        if there:
            raise OddError(f"'{shown(min(there))}' is no part of it")

    def schema(self) -> pa.Schema:
        """Return the columns of the first part, by its head."""
        with self.store.open(part_name(0)) as file:
            return pq.read_schema(file)

    def tables(self, numbers: Sequence[int] | None = None) -> Iterator[pa.Table]:
        """Yield the parts, one after another.

        Parameters
        ----------
        numbers
            Of those that are wanted; by default all.

        Raises
        ------
        RequestError
            If one is gone, or damaged.
        """
        for number in range(len(self.rows)) if numbers is None else numbers:
            name = part_name(number)
            try:
                with self.store.open(name) as file:
                    yield pq.read_table(file)
            except FileNotFoundError as error:
                raise RequestError(f"'{name}' is no longer in '{self.store.place}'; make the result again") from error
            except (OSError, ValueError) as error:  # pyarrow's own are of both kinds
                raise RequestError(
                    f"'{name}' in '{self.store.place}' is damaged: {shown(error, 100)}; make the result again"
                ) from error

    def whole(self, width: int) -> pd.DataFrame:
        """Return all rows as one table.

        Parameters
        ----------
        width
            Columns that it has.

        Raises
        ------
        RequestError
            If this machine has no memory for it.
        """
        room, wanted = _memory(), sum(self.rows) * width * _CELL
        if room is not None and wanted > _ROOM * room:
            raise RequestError(
                f"the table has {sum(self.rows):,} rows, about {wanted / 1e9:,.3g} GB in memory, and this machine has "
                f"{room / 1e9:,.3g}; take its {len(self.rows):,} parts one by one with frames()"
            )
        tables = list(self.tables())
        kept = [table for table in tables if len(table)] or tables[:1]
        found = pa.concat_tables(kept, promote_options="permissive").unify_dictionaries()
        del tables, kept
        return found.to_pandas()


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # a system that does not say
        return None
