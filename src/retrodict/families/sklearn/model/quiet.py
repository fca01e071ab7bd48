"""A model's own progress messages (`verbose`) never reach standard output, which is for answers."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import Any

from sklearn.base import BaseEstimator

from retrodict.families.sklearn.structure.all_objects import objects_within


def silence(thing: Any) -> None:
    """Set `verbose` to 0 in every part of a model that was built from a file, which is ours alone.

    Parameters
    ----------
    thing
        An estimator, or whatever the file held; it is changed.
    """
    for part in _talkers(thing):
        part.__dict__["verbose"] = False if isinstance(part.__dict__["verbose"], bool) else 0


def talks(thing: Any) -> bool:
    """Whether a part of a model in memory is set to tell of its progress."""
    return next(_talkers(thing), None) is not None


@contextlib.contextmanager
def unheard(is_loud: bool) -> Iterator[None]:
    """Drop what is printed inside, where a model in memory (whose settings are its owner's) is set to print.

    Parameters
    ----------
    is_loud
        As `talks` says; a quiet model is not touched, nor is standard output.
    """
    if not is_loud:
        yield
        return
    with contextlib.redirect_stdout(io.StringIO()):
        yield


def _talkers(thing: Any) -> Iterator[Any]:
    for _, part in objects_within(thing):
        if isinstance(part, BaseEstimator) and _loud(part.__dict__.get("verbose")):
            yield part


def _loud(setting: Any) -> bool:
    return bool(setting) if isinstance(setting, bool | int | float | str | None) else True
