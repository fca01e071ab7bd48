"""What kind of file a model file is, told by its content, never by its name."""

from __future__ import annotations

import io
import pickletools
import zipfile

_COMPRESSED = (b"x\x01", b"x^", b"x\x9c", b"x\xda", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"]\x00\x00", b"\x04\x22\x4d\x18")
"""zlib at its four levels, gzip, bz2, xz, lzma, lz4: what joblib writes a pickle through."""

_OTHERS = (
    (b"\x93NUMPY", "a numpy array"),
    (b"PAR1", "a Parquet table"),
    (b"\x89HDF", "an HDF5 file"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "an image"),
    (b"{", "JSON"),
    (b"\x08", "a protocol buffer, such as ONNX"),
)


def file_kind(content: bytes) -> str:
    """Return `skops`, `pickle`, or what else the content looks like, in words with an article.

    Parameters
    ----------
    content
        All bytes of the file.
    """
    if not content:
        return "an empty file"
    if content.startswith(b"PK"):
        return _zip_kind(content)
    if content.startswith((b"\x80", *_COMPRESSED)) or _old_pickle(content):
        return "pickle"
    for magic, words in _OTHERS:
        if content.startswith(magic):
            return words
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "binary data of an unknown kind"
    return "text"


def _zip_kind(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except Exception:  # zipfile raises much more than BadZipFile on damaged archives
        return "a damaged zip archive"
    if "schema.json" in names:
        return "skops"
    if any(name.endswith("data.pkl") for name in names):
        return "a torch file"
    if names and all(name.endswith(".npy") for name in names):
        return "a numpy archive"
    return "a zip archive without skops' schema.json"


def _old_pickle(content: bytes) -> bool:
    """Whether the content parses as a pickle of protocol 0 or 1, which has no magic number. Nothing is run."""
    if not content.rstrip(b"\r\n").endswith(b"."):
        return False
    try:
        return any(operation.name == "STOP" for operation, _, _ in pickletools.genops(content))
    except Exception:  # text is no sequence of operations, and fails in many ways
        return False
