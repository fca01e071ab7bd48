"""All that a fitted estimator puts out for rows, by method."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import numpy as np

from retrodict import threads
from retrodict.families.sklearn.model.quiet import talks, unheard
from retrodict.families.sklearn.open.trial_rows import METHODS
from retrodict.sanitizing.capability import Outputs


def outputs_of(estimator: Any, rows: Any) -> Outputs:
    """Return all that an estimator puts out for rows, by method; methods that fail are left out.

    Parameters
    ----------
    estimator
        A fitted estimator.
    rows
        In its own form.
    """
    found: Outputs = {}
    # one thread: forests add up their trees in the order in which threads finish
    with warnings.catch_warnings(), threads.capped(1), np.errstate(all="ignore"), unheard(talks(estimator)):
        warnings.simplefilter("ignore")
        for name in METHODS:
            try:
                found[name] = (np.asarray(getattr(estimator, name)(rows)),)
                if name == "predict" and "return_std" in inspect.signature(estimator.predict).parameters:
                    found["predict(return_std=True)"] = tuple(map(np.asarray, estimator.predict(rows, return_std=True)))
            except Exception:  # what a method raises on rows that it can't take is its own affair
                continue
    return found if "predict" in found else {}
