"""The members of a zip archive, unpacked under limits: what a small file may become is bounded before it is read."""

from __future__ import annotations

import io
import zipfile

from retrodict.errors import ModelError
from retrodict.plain_text import shown

MOST_MEMBERS = 500_000
"""A forest of 100,000 trees has 400,000 arrays; more entries are a directory that is meant to be long."""

MOST_UNPACKED = 16 * 2**30
"""Bytes of all members. The largest models that are kept in files (forests without a depth limit on millions of rows)
have some gigabytes; what is unpacked is held in memory twice while it is built."""

FREELY_UNPACKED = 64 * 2**20
"""Bytes that any file may unpack to, however well it is packed: no machine minds them."""

MOST_RATIO = 100
"""Unpacked bytes for each byte of a larger file. Node arrays pack to a third, those of a sanitised forest (columns of
zeros) to a twentieth; deflate reaches a thousand only on what is all the same."""

_CHUNK = 2**20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of these alone a step unpacks to no more than it was asked for


def members_of(content: bytes, most: int = MOST_UNPACKED) -> dict[str, bytes]:
    """Return the members of a zip archive by name, their checksums verified.

    Parameters
    ----------
    content
        All bytes of the archive.
    most
        Bytes that its members may have in all.

    Raises
    ------
    ModelError
        If there are too many, or they are too large, or packed in a way that can't be bounded, or named twice.
    zipfile.BadZipFile
        If the archive is damaged; damaged archives fail in other ways of `zipfile` and `zlib` as well.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_MEMBERS:
            raise ModelError(f"{len(entries):,} members, and at most {MOST_MEMBERS:,} are read")
        if len(archive.NameToInfo) < len(entries):
            raise ModelError("two members of one name")
        total = sum(entry.file_size for entry in entries)
        allowed = min(most, max(FREELY_UNPACKED, MOST_RATIO * len(content)))
        if total > allowed:
            raise ModelError(
                f"{len(content):,} bytes that unpack to {total:,}, and at most {allowed:,} are unpacked from so many"
            )
        return {entry.filename: _read(archive, entry) for entry in entries}


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Read one member in steps: a member that unpacks to more than it says is cut there, and its checksum is wrong."""
    if entry.compress_type not in _METHODS:
        raise ModelError(f"a member '{shown(entry.filename, 60)}' packed by another method than deflate")
    parts = []
    with archive.open(entry) as stream:
        while part := stream.read(_CHUNK):
            parts.append(part)
    data = parts[0] if len(parts) == 1 else b"".join(parts)
    if len(data) != entry.file_size:
        raise zipfile.BadZipFile(f"member '{shown(entry.filename, 60)}' ends early")
    return data
