"""Read a pickle of statsmodels: its formula is evaluated again when it is read, which needs names to be found.

A result with a formula does not store how the formula turns columns into numbers. It stores the text and a table, and
works it out anew when it is unpickled, looking for functions such as ``np.log`` in whatever code happens to call. Here
they are found always, and what another release of statsmodels wrote is understood too.
"""

from __future__ import annotations

import builtins
import io
import math
import pickle
import warnings
from functools import cache
from importlib import import_module
from typing import Any

import joblib
import numpy as np
import pandas as pd

NAMES: dict[str, Any] = {"np": np, "numpy": np, "pd": pd, "pandas": pd, "math": math} | {
    name: getattr(builtins, name)
    for name in ("abs", "bool", "float", "int", "len", "max", "min", "pow", "round", "sum")
}
"""What a formula may call besides its own functions and those of its engine."""

_MARKS = ("restore_model_spec", "restore_design_info")
"""What a pickle has in place of the worked-out formula: releases from 0.15 on, and older ones."""


def loads(content: bytes) -> Any:
    """Return what a pickle holds, which may run any code: it must be trusted.

    Parameters
    ----------
    content
        Written by ``pickle`` (as `save` of a result does) or by ``joblib``.
    """
    if b"joblib.numpy_pickle" in content[:_SNIFFED] or not content.startswith(b"\x80"):
        return joblib.load(io.BytesIO(content))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of names that older releases of numpy had
        return _Unpickler(io.BytesIO(content)).load()


_SNIFFED = 1 << 20
"""Bytes in which joblib names its own holders of arrays, where a file has any."""


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Return a class; those that hold the data of a formula, as ones that read their state in another way."""
        found = super().find_class(module, name)
        if module == "statsmodels.base.data" and isinstance(found, type):
            return _restoring(found)
        return found


@cache
def _restoring(cls: type) -> type:
    """Return a class whose objects become those of `cls` as soon as their state is set."""

    class Restoring(cls):  # type: ignore[misc]
        def __setstate__(self, state: dict[str, Any]) -> None:
            self.__class__ = cls
            marked = [mark for mark in _MARKS if state.get(mark)]
            self.__dict__.update({name: value for name, value in state.items() if name not in _MARKS})
            if marked:
                attribute, spec = worked_out(state["formula"], _table(state))
                setattr(self, attribute, spec)

    return Restoring


def _table(state: dict[str, Any]) -> pd.DataFrame:
    frame = state.get("frame")
    return state["orig_endog"].join(state["orig_exog"]) if frame is None else frame


def worked_out(formula: Any, frame: pd.DataFrame) -> tuple[str, Any]:
    """Return how a formula turns a table's columns into numbers, and the attribute in which this release keeps it.

    Parameters
    ----------
    formula
        As it was given to statsmodels.
    frame
        The columns that it names.
    """
    try:
        from statsmodels.formula._manager import FormulaManager
    except ImportError:  # releases before 0.15 know one engine
        patsy = import_module("patsy")
        where = patsy.EvalEnvironment([NAMES])
        _, design = patsy.dmatrices(formula, frame, eval_env=where, return_type="dataframe")
        return "design_info", design.design_info
    manager = FormulaManager()
    manager.get_matrices(formula, frame, eval_env=NAMES, pandas=True)
    return "model_spec", manager.spec


def copied(made: Any) -> Any:
    """Return a copy of a result as it would be read from a file."""
    return loads(pickle.dumps(made))
