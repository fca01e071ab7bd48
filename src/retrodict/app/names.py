"""Names for files that come from outside: theirs are shown, and never become paths."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

LONGEST = 80
"""Letters of a stored name: enough to tell files apart, and far below what any disk takes."""

_ENDINGS = frozenset(
    (
        "skops",
        "pkl",
        "pickle",
        "joblib",
        "json",
        "ubj",
        "txt",
        "cbm",
        "onnx",
        "csv",
        "parquet",
        "yaml",
        "yml",
        "gz",
        "bin",
    )
)
"""Endings that stay. Any other is made harmless by one more: in the folder of a program, `x.py` may be run and
`matplotlibrc` may be read."""

_DEVICES = frozenset(("con", "prn", "aux", "nul", *(f"com{i}" for i in range(10)), *(f"lpt{i}" for i in range(10))))
"""Names that mean a device on some systems, whatever their ending."""


def stored_name(name: str, taken: Collection[str] = (), plain: str = "file") -> str:
    """Return a name that is safe as a file in a folder of our own: ASCII letters, digits, `_`, `-` and dots inside.

    Parameters
    ----------
    name
        What the file is called where it comes from; anything.
    taken
        Names that are in the folder, or will be.
    plain
        What it is called where nothing of its name is left.
    """
    ascii_only = unicodedata.normalize(
        "NFKD", name[: 4 * LONGEST] + name[-LONGEST:] if len(name) > 5 * LONGEST else name
    )
    letters = re.sub(r"[^A-Za-z0-9._-]+", "_", ascii_only.encode("ascii", "ignore").decode())
    letters = re.sub(r"\.{2,}", ".", letters).strip("._-")
    stem, _, ending = letters.rpartition(".")
    if not stem or ending.lower() not in _ENDINGS:
        stem, ending = letters, "bin"
    stem = stem.replace(".", "_")[:LONGEST].strip("_-") or plain
    if stem.lower() in _DEVICES:
        stem = f"{plain}_{stem}"
    made, number = f"{stem}.{ending}", 1
    while made.lower() in {one.lower() for one in taken}:
        number += 1
        made = f"{stem}_{number}.{ending}"
    return made
