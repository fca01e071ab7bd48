"""LightGBM's text files: told by their first lines, checked to the last number, and loaded from what was checked."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from retrodict import threads
from retrodict.errors import ModelError
from retrodict.extras import extra_for
from retrodict.models.contract import Model
from retrodict.models.family import Opened, Settings, Source, Trust
from retrodict.models.file_audit import FileAudit
from retrodict.models.guard import check_endured
from retrodict.plain_text import one_line, shown

if TYPE_CHECKING:
    from retrodict.families.lightgbm.text.model_text import ModelText

PACKAGES = ("lightgbm",)
FILES = "a LightGBM text file, written by save_model"
MODELS = "a fitted LightGBM booster or estimator"

_HEADER = re.compile(rb"tree\r?\n(version|num_class|average_output|label_index|max_feature_idx|objective)\b")
_DUMP = re.compile(rb'\s*\{\s*"name"\s*:\s*"tree"\s*,\s*"version"\s*:')
"""How the JSON of `dump_model` begins."""
_ROWS = 8
"""Rows that a child asks a model for before this process does."""


def recognises(source: Source) -> bool:
    """Whether a file begins as the library's texts do, or as its JSON dumps, which it can't read back."""
    return bool(_HEADER.match(source.content) or _DUMP.match(source.content))


def audit_of(source: Source, trust: Trust) -> FileAudit:
    """Return the check of a file, which holds numbers and texts alone: none of it can run."""
    del trust
    return FileAudit("lightgbm", sha256(source.content).hexdigest(), len(source.content))


def check_content(content: bytes) -> None:
    """Check the text of a model, wherever it stands.

    Parameters
    ----------
    content
        The text, as UTF-8.

    Raises
    ------
    ModelError
        If it is damaged, or made to do harm: a part of a sentence.
    """
    _read(content)


def open_file(source: Source, trust: Trust) -> Opened:
    """Return the booster that a file holds."""
    audit, where = audit_of(source, trust), f"'{shown(source.path)}'"
    if _DUMP.match(source.content):
        raise ModelError(
            f"{where} is what LightGBM's dump_model gives, which LightGBM itself can't read back; save the model with "
            "save_model"
        )
    with extra_for("reading LightGBM models"):
        from retrodict.families.lightgbm.booster import loaded
    try:
        text = _read(source.content)
    except ModelError as error:
        raise ModelError(f"{where} has {error}; save the model again with save_model") from error

    def tried() -> None:
        import numpy as np

        rows = np.zeros((_ROWS, len(text.names)))
        rows[1::2] = np.nan
        rows[2::4] = 1e9
        with threads.capped(1):
            loaded(text).predict(rows, num_threads=1)

    check_endured(source, trust, tried)
    try:
        made = loaded(text)
    except Exception as error:  # the library fails in its own words
        raise ModelError(
            f"{where} can't be loaded by LightGBM: {type(error).__name__}: {one_line(error, 200)}; save the model again"
        ) from error
    return Opened(made, f"sha256:{audit.sha256}", where, audit, left=text.unknown)


def model_of(opened: Opened, settings: Settings) -> Model:
    """Return a fitted booster or estimator as a model over its columns."""
    with extra_for("models of LightGBM"):
        from retrodict.families.lightgbm.model import wrap
    return wrap(opened, settings)


def scored_of(opened: Opened, settings: Settings, reason: str) -> Model:
    """Return a fitted booster or estimator that has no likelihood as a model of raw scores; see `Scoring`."""
    with extra_for("models of LightGBM"):
        from retrodict.families.lightgbm.model import scored
    return scored(opened, settings, reason)


def _read(content: bytes) -> ModelText:
    from retrodict.families.lightgbm.text.model_text import read_text
    from retrodict.families.lightgbm.text.numbers import DamagedTextError

    try:
        return read_text(content)
    except DamagedTextError as error:
        raise ModelError(str(error)) from error
    except MemoryError as error:
        raise ModelError("more in it than there is memory") from error
