"""What a model that came from a file is asked first, in a child: compiled code goes through all its trees."""

from __future__ import annotations

import pickle

import numpy as np
import xgboost

from retrodict.families.xgboost.booster import Head, margins
from retrodict.families.xgboost.learner import Learner

ROWS = 8
_WIDEST = 3.0


def asked(learner: Learner, content: bytearray) -> None:
    """Build a booster on one thread, ask it for rows of numbers, codes and gaps, and write it again.

    Parameters
    ----------
    learner
        What was read.
    content
        The same, written again.
    """
    head = Head.of(learner)
    booster = xgboost.Booster({"nthread": 1})
    booster.load_model(content)
    rng = np.random.default_rng(0)
    X = rng.uniform(-_WIDEST, _WIDEST, (ROWS, learner.width))
    X[rng.random(X.shape) < 0.2] = np.nan
    X[0], X[1] = np.nan, 0.0
    for i, most in head.codes.items():
        X[2:, i] = rng.integers(0, most + 2, ROWS - 2)
    margins(booster, X, "value", head, 0, float("nan"))
    booster.save_raw("ubj")
    pickle.dumps(booster)
