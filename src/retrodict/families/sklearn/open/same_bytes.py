"""The bytes of a model file that depend on the model alone: the same model is the same file, whenever it is written.

skops names arrays by where they lay in memory and dates them; here they are numbered in the order of the schema, and
undated. What is left between the fields of numpy's records, which nobody set, is zero.
"""

from __future__ import annotations

import io
import json
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import numpy as np

Array = np.ndarray

_UNDATED = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip archive can state."""

_READ_BY_ALL = 0o644 << 16
_UNIX = 3
_SCHEMA = "schema.json"


def skops_bytes(model: Any, compression: int = ZIP_STORED) -> bytes:
    """Return a model as the content of a skops file, the same bytes for the same model.

    Parameters
    ----------
    model
        What skops can write.
    compression
        Of the archive; see `zipfile`.
    """
    import skops.io

    with ZipFile(io.BytesIO(skops.io.dumps(model))) as written:
        schema = json.loads(written.read(_SCHEMA))
        names: dict[str, str] = {}
        schema = _numbered(_ordered(schema), {}, names)
        content = {fresh: _plain(written.read(name)) for name, fresh in names.items()}
    content[_SCHEMA] = json.dumps(schema, indent=2).encode()
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", compression=compression) as archive:
        for name, data in content.items():
            entry = ZipInfo(name, _UNDATED)
            entry.compress_type, entry.external_attr, entry.create_system = compression, _READ_BY_ALL, _UNIX
            archive.writestr(entry, data)
    return buffer.getvalue()


def zeroed_padding(records: Array) -> Array:
    """Return a copy of an array of records with zeros between its fields, where memory keeps what was there before."""
    clean = np.zeros(records.shape, records.dtype)
    for name in records.dtype.names or ():
        clean[name] = zeroed_padding(records[name]) if records.dtype[name].names else records[name]
    return clean


def _ordered(state: Any) -> Any:
    """Return a state with the members of sets in an order that does not depend on their hashes."""
    if isinstance(state, list):
        return [_ordered(each) for each in state]
    if not isinstance(state, dict):
        return state
    made = {key: _ordered(value) for key, value in state.items()}
    if made.get("__class__") in ("set", "frozenset") and isinstance(made.get("content"), list):
        made["content"].sort(key=lambda member: json.dumps(_numbered(member, {}, {}), sort_keys=True))
    return made


def _numbered(state: Any, numbers: dict[int, int], names: dict[str, str]) -> Any:
    """Return a state whose identities count from 1 as they come, and whose files are named likewise.

    Parameters
    ----------
    state
        Of skops's schema, or a part of it.
    numbers, names
        What each identity and file became so far; they are added to.
    """
    if isinstance(state, list):
        return [_numbered(each, numbers, names) for each in state]
    if not isinstance(state, dict):
        return state
    made = dict(state)
    if isinstance(state.get("__id__"), int):
        made["__id__"] = numbers.setdefault(state["__id__"], len(numbers) + 1)
    for key, value in state.items():
        if key == "file" and isinstance(value, str) and "__loader__" in state:
            ending = value.rpartition(".")[2]
            made[key] = names.setdefault(value, f"{len(names) + 1}.{ending}")
        elif key != "__id__":
            made[key] = _numbered(value, numbers, names)
    return made


def _plain(content: bytes) -> bytes:
    """Return a file of an archive with zeros in the padding of its records, if it is an array of any."""
    if not content.startswith(np.lib.format.MAGIC_PREFIX):
        return content
    array = np.load(io.BytesIO(content), allow_pickle=False)
    if array.dtype.names is None:
        return content
    buffer = io.BytesIO()
    np.save(buffer, zeroed_padding(array), allow_pickle=False)
    return buffer.getvalue()
