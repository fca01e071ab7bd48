"""Where a result of statsmodels keeps what: the way around wrappers, and what depends on the release."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


def bare(made: Any) -> Any:
    """Return a result without the wrapper that puts names on what it returns."""
    return vars(made).get("_results", made)


def spec_of(made: Any) -> Any:
    """Return how the formula of a result turns columns into numbers; ``None`` where it was fitted on a matrix."""
    model = bare(made).model
    if not hasattr(model, "formula"):
        return None
    for owner in (model, model.data):
        for name in ("model_spec", "design_info"):
            found = getattr(owner, name, None)
            if found is not None:
                return found
    return None


def held(owner: Any, name: str) -> Any:
    """Return what an object holds itself under a name, in its cache too; ``None`` where it holds nothing.

    Properties are not asked: they compute from data that may be gone.
    """
    own = vars(owner)
    found = own.get(name)
    if found is None and isinstance(own.get("_cache"), dict):
        found = own["_cache"].get(name)
    return found


def n_rows(made: Any) -> int | None:
    """Return how many rows a result was fitted on; ``None`` where it does not say."""
    result = bare(made)
    for owner in (result, result.model):
        for name in ("_nobs_int", "nobs", "n_totobs"):
            found = held(owner, name)
            if found is not None and np.ndim(found) == 0 and float(found) == int(found):
                return int(found)
    freedom = held(result, "df_resid")
    if freedom is None or np.ndim(freedom):
        return None
    rank = held(result.model, "rank")
    return round(float(freedom)) + (np.size(result.params) if rank is None else int(rank))


def exog_names(made: Any) -> tuple[str, ...]:
    """Return what the columns of the design matrix are called; made up, as statsmodels does, where that is gone."""
    found = stored_names(made)
    if found is not None:
        return found
    model = bare(made).model
    width = int(held(bare(made), "k_fe") or np.shape(bare(made).params)[0] - int(getattr(model, "k_extra", 0)))
    place = getattr(model.data, "const_idx", None)
    return tuple("const" if i == place else f"x{i + (place is None or i < place)}" for i in range(width))


def stored_names(made: Any) -> tuple[str, ...] | None:
    """Return the names of the columns of the design matrix that a result stores; ``None`` where it has lost them."""
    model = bare(made).model
    table = vars(model.data).get("orig_exog")
    if isinstance(table, pd.DataFrame):  # models of two parts have names of both in one list
        return tuple(map(str, table.columns))
    names, width = model.exog_names, held(bare(made), "k_fe")
    if names is None:
        return None
    own = tuple(str(name) for name in (names if isinstance(names, list | tuple) else [names]))
    extra = int(getattr(model, "k_extra", 0)) if len(own) == np.shape(bare(made).params)[0] else 0
    return own[: int(width)] if width else own[: len(own) - extra] if extra else own


def target_names(made: Any) -> tuple[str, ...]:
    """Return what the target is called: two names where it was given as two columns of counts."""
    try:
        names = bare(made).model.endog_names
    except AttributeError:  # they were never asked for before the data was removed
        return ("y",)
    return tuple(str(name) for name in names) if isinstance(names, list | tuple) else (str(names),)
