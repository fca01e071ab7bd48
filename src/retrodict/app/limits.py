"""How much the app takes from whoever is at the page: bytes, parts of a form, seconds of silence, audits."""

from __future__ import annotations

from dataclasses import dataclass

MIB, GIB = 2**20, 2**30


@dataclass(frozen=True)
class Limits:
    """What is refused, each with a line that names it.

    Parameters
    ----------
    file
        Bytes of one file: a table of millions of rows, or a forest that is larger than most machines can audit.
    all
        Bytes of all files of all audits together.
    appetite
        Bytes of a risk appetite: some hundred lines of text.
    free
        Bytes that stay free on the disk: a guest leaves room for others.
    field
        Bytes of one entry of a form that is no file.
    parts
        Entries of one form: the largest form here has ten, and one box for each type that a file needs trust for.
    silence
        Seconds without a byte after which a form is given up.
    drained
        Bytes of a refused form that are read and thrown away, so that a browser shows the answer instead of a line
        that broke.
    look
        Seconds that looking at a model file or at tables may take.
    printed
        Bytes that such a look may print.
    jobs
        Audits that are kept at a time.
    """

    file: int = 2 * GIB
    all: int = 8 * GIB
    appetite: int = MIB
    free: int = 256 * MIB
    field: int = 4_096
    parts: int = 200
    silence: float = 60.0
    drained: int = 4 * GIB
    look: float = 300.0
    printed: int = 64 * MIB
    jobs: int = 200


def in_bytes(count: int) -> str:
    """Return a size as people say it: `12 bytes`, `3.4 MB`."""
    size = float(count)
    for word in ("bytes", "KB", "MB", "GB"):
        if size < 1024 or word == "GB":
            break
        size /= 1024
    return f"{count:,} bytes" if word == "bytes" else f"{size:,.1f} {word}"
