"""Try one mutated file in a process of its own, with limits: what it comes to is one word and one line."""

from __future__ import annotations

import os
import re
import signal
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from retrodict.models.trial import limit

SECONDS, MEMORY, WALL = 20, 3 * 2**30, 300.0

# A copy of a process in which libraries have threads may wait for ever for these: children are copies of one that has
# only imported what they use.
_IMPORTED = ("numba", "pandas", "scipy.stats", "sklearn.ensemble", "skops.io")
_BOOSTERS = ("xgboost", "lightgbm", "catboost", "onnx")
_CLEAN = get_context("forkserver")
_CLEAN.set_forkserver_preload(["retrodict", *_IMPORTED, *filter(find_spec, _BOOSTERS)])

ANSWERED, REFUSED, SIGNAL, HANG, RAW = "answered", "refused in one line", "signal", "hang", "raw exception"
OUTCOMES = (ANSWERED, REFUSED, SIGNAL, HANG, RAW)
_ACTS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_LONGEST = 1_500


def tried(path: Path, steps: Sequence[str]) -> tuple[str, str]:
    """Return the outcome of a file, and what was seen.

    Parameters
    ----------
    path
        Of a file, or a folder.
    steps
        What is done with it, names of `STEPS`.
    """
    source, sink = _CLEAN.Pipe(duplex=False)
    child = _CLEAN.Process(target=_be_the_child, args=(path, steps, sink))
    child.start()
    sink.close()
    child.join(WALL)
    if child.exitcode is None:
        child.kill()
        child.join()
        return HANG, f"no end in {WALL:.0f} s"
    if child.exitcode < 0:
        number = -child.exitcode
        return (HANG if number == signal.SIGXCPU else SIGNAL), signal.Signals(number).name
    if not source.poll():
        return RAW, "it said nothing"
    outcome, text = source.recv()
    return outcome, text


def _be_the_child(path: Path, steps: Sequence[str], sink: Connection) -> None:
    limit(SECONDS, MEMORY)  # beyond what the process has: OpenBLAS interrupts one that can't have its threads
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            said = asked(path, steps)
    except BaseException as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        inside = [one for one in traceback.extract_tb(error.__traceback__) if "retrodict" in one.filename]
        last = inside[-1] if inside else where
        text = (
            f"{type(error).__name__}: {str(error)[:150]!r} at {last.filename.rpartition('retrodict/')[2]}:{last.lineno}"
        )
        said = RAW, text
    sink.send((said[0], said[1][:2000]))
    os._exit(0)


def _drawn(path: Path) -> None:
    """Draw rows under the prior that the file implies, or where it implies none, under a uniform one."""
    import retrodict as rd
    from retrodict.errors import PriorError
    from retrodict.priors.uniform import uniform_prior

    settings: dict[str, Any] = {"rows": 5, "max_queries": 500, "seed": 0, "progress": False}
    try:
        rd.reconstruct(path, **settings)
    except PriorError:
        model = rd.load_model(path)
        features = (
            one if one.listed or one.bounded else replace(one, low=-3.0, high=3.0) for one in model.schema.features
        )
        rd.reconstruct(model, uniform_prior(replace(model.schema, features=tuple(features))), **settings)


def _rebuilt(path: Path, seconds: float, source: Any = None) -> None:
    import retrodict as rd

    rd.rebuild(path, source=source, seconds=seconds, seed=0, workers=1, progress=False)


def _sanitised(path: Path) -> None:
    import retrodict as rd

    rd.sanitize(path, rows=100)


def _inspected(path: Path) -> None:
    import retrodict as rd

    str(rd.inspect_model(path))


_BRIEFLY = 2.0
"""Seconds for a table that is looked for by equations: reading and inferring do not end sooner."""
STEPS: dict[str, Callable[[Path], None]] = {
    "inspect": _inspected,
    "reconstruct": _drawn,
    "sanitize": _sanitised,
    "rebuild": lambda path: _rebuilt(path, 1.0),
    "from the file": lambda path: _rebuilt(path, _BRIEFLY, "file"),
    "from values": lambda path: _rebuilt(path, _BRIEFLY, "values"),
}
"""What is done with a file."""
READ = ("inspect", "reconstruct", "sanitize")
EQUATED = ("from the file", "from values")


def asked(path: Path, steps: Sequence[str] = READ) -> tuple[str, str]:
    """Do some steps with a file, up to the first that says that it is no model."""
    refusals = []
    for name in steps:
        refusal = _refusal(partial(STEPS[name], path))
        if refusal is not None:
            refusals.append(refusal)
            text = refusal
            if _ACTS.search(text) or len(text) > _LONGEST:
                return RAW, f"an error that is no plain line: {text[:200]!r}"
            if "can't be read" in text or "holds" in text or "is damaged" in text or "is no model file" in text:
                break  # no model: the other steps would say the same
    return (REFUSED, " | ".join(refusals)) if refusals else (ANSWERED, "")


def _refusal(step: Any) -> str | None:
    from retrodict.errors import RetrodictError

    try:
        step()
    except RetrodictError as error:
        return str(error)
    return None
