"""A committed file of another release of a library, with what that library itself predicted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from retrodict.models import Model


@dataclass(frozen=True)
class Fixture:
    """A model file of a release, kept in `tests/families/NAME/files/`, which a committed script made.

    A family names its own in `tests/families/NAME/fixtures.py`: ``FIXTURES``, a dictionary by what is special of each
    (``three classes, missing values``).

    Parameters
    ----------
    path
        Of the file, or of the folder.
    made_by
        Library and release (``xgboost 1.7.6``).
    same
        Whether a loaded model predicts what the library of that release predicted on the rows stored beside the file.
    settings
        What `load_model` is told of it (``{"trust_pickle": True}``).
    how
        How exactly: bit for bit, but where another release of the library itself sums otherwise, or tells 32 bits.
    """

    path: Path
    made_by: str
    same: Callable[[Model], bool]
    settings: Mapping[str, Any] = field(default_factory=dict)
    how: str = "bit for bit"
