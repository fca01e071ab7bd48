"""LightGBM's own objects: a booster from a checked text, its text, and its sums for rows."""

from __future__ import annotations

import io
from contextlib import AbstractContextManager, redirect_stdout
from typing import Any
from weakref import WeakKeyDictionary

import lightgbm
import numpy as np
from jaxtyping import Float
from lightgbm.basic import Booster

from retrodict.families.lightgbm.text.model_text import ModelText, read_text
from retrodict.families.lightgbm.text.written import written

Array = np.ndarray


_READ: WeakKeyDictionary[Booster, tuple[Any, ModelText]] = WeakKeyDictionary()
"""The texts of boosters that were loaded from one: writing and reading a large one again takes longer than all else."""


def loaded(text: ModelText) -> Booster:
    """Return a booster that holds what a text says."""
    with _unheard():
        made = Booster(model_str=written(text))
    _READ[made] = _state(made), text
    return made


def rewrite(booster: Booster, text: ModelText) -> None:
    """Let a booster hold what a text says, in place of what it held."""
    _READ.pop(booster, None)
    with _unheard():
        booster.model_from_string(written(text))


def _unheard() -> AbstractContextManager[Any]:
    """Drop what the library prints while it reads, such as that it does not know a newer release's parameter."""
    return redirect_stdout(io.StringIO())


def _state(booster: Booster) -> tuple[Any, int]:
    """Return what is another after training goes on, or another text was loaded."""
    return booster._handle.value, int(booster.num_trees())


def text_of(booster: Booster) -> ModelText:
    """Return what a booster's own text says, of all rounds.

    Raises
    ------
    DamagedTextError
        If its text is not as the library writes it.
    """
    state, text = _READ.get(booster, (None, None))
    if text is not None and state == _state(booster):
        return text
    return read_text(booster.model_to_string(num_iteration=-1).encode("utf-8", "replace"))


def booster_of(made: Any) -> Booster | None:
    """Return the booster in an estimator, or the booster itself; ``None`` where nothing was fitted."""
    if isinstance(made, Booster):
        return made
    found = vars(made).get("_Booster")
    return found if isinstance(found, Booster) else None


def is_estimator(made: Any) -> bool:
    """Whether it is one of the library's estimators in scikit-learn's manner."""
    return isinstance(made, lightgbm.LGBMModel)


def rounds(booster: Booster) -> int:
    """Return how many rounds predictions use: up to the best one, where training noted it."""
    every = int(booster.num_trees()) // int(booster.num_model_per_iteration())
    best = int(booster.best_iteration)
    return min(best, every) if best > 0 else every


def sums(booster: Booster, rows: Any, averaged: bool) -> Float[Array, "n k"] | Float[Array, " n"]:
    """Return the scores of rows before any link: sums over trees, or their means in a random forest.

    Parameters
    ----------
    booster
        What is asked.
    rows
        As it takes them.
    averaged
        Whether scores are means; the library does not divide raw scores.
    """
    found = np.asarray(booster.predict(rows, raw_score=True), dtype=np.float64)
    return found / rounds(booster) if averaged else found


def copied(booster: Booster) -> Booster:
    """Return a copy that shares nothing with a booster, as it would be read from a file.

    The library's own copy forgets the best round.
    """
    made = loaded(text_of(booster))
    made.best_iteration = booster.best_iteration
    made.best_score = {name: dict(scores) for name, scores in (booster.best_score or {}).items()}
    return made
