"""Whose object a pickle holds, told by its first bytes; nothing of it is run."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickletools
import zlib
from collections.abc import Callable

HEAD = 1 << 16
"""Bytes that are looked at: the outermost object is named among the first."""

_MAKERS = frozenset({"copyreg", "copy_reg", "builtins", "__builtin__"})
"""What builds objects of other modules, and so says nothing of whose they are."""

_OPENERS: tuple[tuple[bytes, Callable[[bytes], bytes]], ...] = (
    (b"\x1f\x8b", lambda data: gzip.GzipFile(fileobj=io.BytesIO(data)).read(HEAD)),
    (b"BZh", lambda data: bz2.BZ2Decompressor().decompress(data, HEAD)),
    (b"\xfd7zXZ", lambda data: lzma.LZMADecompressor().decompress(data, HEAD)),
    (b"]\x00\x00", lambda data: lzma.LZMADecompressor().decompress(data, HEAD)),
    (b"x", lambda data: zlib.decompressobj().decompress(data, HEAD)),
)


def first_package(content: bytes) -> str | None:
    """Return the package of the first class or function that a pickle names; ``None`` where it names none.

    Parameters
    ----------
    content
        A pickle, as it is or compressed as joblib does.
    """
    try:
        head = next((unpack(content) for magic, unpack in _OPENERS if content.startswith(magic)), content)[:HEAD]
    except (OSError, EOFError, zlib.error, lzma.LZMAError):
        return None
    texts: list[str] = []
    try:
        for operation, argument, _ in pickletools.genops(head):
            found = None
            if operation.name == "GLOBAL":
                found = str(argument).partition(" ")[0]
            elif operation.name == "STACK_GLOBAL":
                found = texts[-2] if len(texts) > 1 else ""
            if found is not None and found not in _MAKERS:
                return found.partition(".")[0] or None
            if isinstance(argument, str):
                texts.append(argument)
    except Exception:  # the head ends within an operation, or is no pickle
        return None
    return None
