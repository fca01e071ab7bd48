"""Read results back: what a folder holds is checked before it is believed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrodict.errors import RequestError
from retrodict.inference.diagnostics import Diagnostics
from retrodict.plain_text import shown
from retrodict.reconstruction.provenance import Provenance
from retrodict.results.documents import OddError, checked, notes, part
from retrodict.results.folder import ROWS_FILE
from retrodict.results.store.contract import Store
from retrodict.results.store.parts import Parts, part_name
from retrodict.schema import Schema

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def schema_of(data: Mapping[str, Any]) -> Schema:
    """Return the schema of a result."""
    return Schema.from_dict(part(data, "schema", dict))


def provenance_of(data: Mapping[str, Any]) -> Provenance:
    """Return where a result comes from."""
    about = part(data, "provenance", dict)
    unknown = about.keys() - Provenance.__dataclass_fields__.keys()
    if unknown:
        raise OddError(f"'provenance' has '{shown(min(unknown))}', which this release does not know")
    found = checked(Provenance, lambda: Provenance(**about), "provenance")
    for key in ("family", "likelihood", "fingerprint"):
        part(found.model, key, str)
    found.model["warnings"] = list(notes(found.model, "warnings"))
    found.prior["notes"] = list(notes(found.prior, "notes"))
    if found.queries < 0:
        raise OddError(f"'queries' is {found.queries}")
    return found


def reports_of(reports: list[Any], key: str) -> tuple[Diagnostics, ...]:
    """Return the engines' reports of a result, in order."""
    found = []
    for report in reports:
        if not isinstance(report, dict):
            raise OddError(f"'{key}' holds no reports")
        one = checked(Diagnostics, lambda report=report: Diagnostics.from_dict(report), key)  # type: ignore[misc]
        if one.reached < 0 or one.requested < 0 or one.queries < 0:
            raise OddError(f"'{key}' counts below zero")
        found.append(one)
    if not found:
        raise OddError(f"'{key}' is empty")
    return tuple(found)


def check_rows(path: Path, schema: Schema, more: set[str], rows: int, target: bool = True) -> None:
    """Check a table of rows by its head: its columns, their types, and how many rows it has.

    Parameters
    ----------
    path
        The Parquet file.
    schema
        Its features, and its target.
    more
        Columns that it has besides.
    rows
        How many it has.
    target
        Whether the target is among its columns.

    Raises
    ------
    OddError
        If it is another table.
    ValueError, OSError
        If it is no Parquet file.
    """
    import pyarrow.parquet as pq

    if not path.is_file():
        raise OddError(f"'{path.name}' is not there")
    try:
        with pq.ParquetFile(path) as file:
            columns, found = file.schema_arrow, file.metadata.num_rows
    except (OSError, ValueError) as error:
        raise OddError(f"'{path.name}' is damaged: {shown(error, 100)}") from error
    _check_columns(path.name, columns, {*schema.names, *more, *({schema.target.name} if target else ())}, schema)
    if found != rows:
        raise OddError(f"'{path.name}' has {found:,} rows, and {rows:,} were found")


def parts_of(data: Mapping[str, Any], store: Store) -> Parts | None:
    """Return the parts of a table that many workers drew, of a result at a place; ``None`` where it has none."""
    if "parts" not in data:
        return None
    said = part(data, "parts", dict)
    rows, sizes = (part(said, key, list) for key in ("rows", "bytes"))
    if len(rows) != len(sizes) or not rows or not all(type(n) is int and n >= 0 for n in (*rows, *sizes)):
        raise OddError("'parts' holds no rows and bytes of each part")
    return Parts(store.sub(ROWS_FILE), tuple(rows), tuple(sizes))


def check_parts(parts: Parts, schema: Schema, rows: int) -> None:
    """Check the parts of a table by their names and sizes, and by the head of the first.

    Raises
    ------
    OddError
        If it is another table.
    ValueError, OSError
        If the first is no Parquet file.
    """
    if sum(parts.rows) != rows:
        raise OddError(f"its parts have {sum(parts.rows):,} rows, and {rows:,} were found")
    parts.check()
    _check_columns(part_name(0), parts.schema(), {*schema.names, schema.target.name}, schema)


def _check_columns(name: str, columns: pa.Schema, wanted: set[str], schema: Schema) -> None:
    if len(columns.names) != len(set(columns.names)) or set(columns.names) != wanted:
        odd = sorted(wanted.symmetric_difference(columns.names)) or ["a name that stands twice"]
        raise OddError(f"the columns of '{name}' are not those of its schema: {shown(odd[0])}")
    for feature in schema.features:
        if not feature.listed and not _numeric(columns.field(feature.name).type):
            raise OddError(f"column '{shown(feature.name)}' of '{name}' holds no numbers")


def read_rows(path: Path) -> pd.DataFrame:
    """Return the rows of a result.

    Raises
    ------
    RequestError
        If the file is damaged, or gone.
    """
    import pandas as pd

    try:
        return pd.read_parquet(path)
    except FileNotFoundError as error:
        raise RequestError(f"'{path}' is no longer there; load the result again from where it is") from error
    except (OSError, ValueError) as error:
        raise RequestError(f"'{path}' is damaged: {shown(error, 100)}; make the result again") from error


def _numeric(kind: pa.DataType) -> bool:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        return _numeric(kind.value_type)
    return (
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind) or pa.types.is_null(kind)
    )
