"""What keeps compiled code of other libraries from a file that would crash it: a child that meets it first."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from retrodict.errors import ModelError
from retrodict.models.family import Source, Trust
from retrodict.models.trial import STILL_SECONDS, StillError, can_fork, endured, endured_apart
from retrodict.models.trial_child import INSIDE
from retrodict.models.whole_number import whole
from retrodict.plain_text import shown

MOST_THREADS = 1_024
"""Threads or processes that a model may ask for: more than any machine has that it is read on."""

_THREADS = frozenset(
    ("n_jobs", "n_threads", "_n_threads", "nthread", "nthreads", "num_thread", "num_threads", "thread_count")
)


def threads_fault(settings: Any) -> str | None:
    """Say which setting asks for no number of threads; ``None`` where none does.

    Parameters
    ----------
    settings
        By name; what is no mapping has none.
    """
    for name in _THREADS & settings.keys() if isinstance(settings, Mapping) else ():
        value = settings[name]
        if value is not None and not whole(value, -MOST_THREADS, MOST_THREADS):
            return f"its {name} asks for no number of threads"
    return None


def check_endured(source: Source, trust: Trust, work: Callable[[], object]) -> None:
    """Do in a child what compiled code will do with a file here: what ends the child would have ended this process.

    Parameters
    ----------
    source
        The file.
    trust
        What the user accepts of it.
    work
        Builds what the file holds and asks it for a few rows, on one thread: a copy of a process has no other.

    Raises
    ------
    ModelError
        If the child ends otherwise than by itself.
    """
    if os.environ.get(INSIDE):
        return
    apart = [str(source.path), json.dumps(list(trust.names))]
    try:
        ended = endured(work, still=STILL_SECONDS) if can_fork() else endured_apart(apart)
    except StillError:
        ended = endured_apart(apart)
    if ended is not None:
        raise ModelError(
            f"'{shown(source.path)}' can't be read: in a process of its own {ended}; it is damaged, or made to do "
            "harm: save the model again"
        )
