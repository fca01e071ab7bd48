"""What a model that came from a file is asked first, in a child: compiled code goes through all its trees."""

from __future__ import annotations

import pickle

import numpy as np
import xgboost

from retrodict.families.xgboost.booster import Head, margins

ROWS = 8
_WIDEST = 3.0
_GAPS = 0.2


def tried(content: bytearray, head: Head) -> None:
    """Build a booster on one thread, ask it, and write it again.

    Parameters
    ----------
    content
        What was read and checked, written again.
    head
        What is known of it.
    """
    booster = xgboost.Booster({"nthread": 1})
    booster.load_model(content)
    ask(booster, head)
    pickle.dumps(booster)


def ask(booster: xgboost.Booster, head: Head) -> None:
    """Ask a booster for rows of numbers, codes and gaps.

    Raises
    ------
    XGBoostError
        If it can't answer.
    """
    rng = np.random.default_rng(0)
    X = rng.uniform(-_WIDEST, _WIDEST, (ROWS, head.width))
    X[rng.random(X.shape) < _GAPS] = np.nan
    X[0], X[1] = np.nan, 0.0
    for i, most in head.codes.items():
        X[2:, i] = rng.integers(0, most + 2, ROWS - 2)
    margins(booster, X, "value", head, 0, float("nan"))
