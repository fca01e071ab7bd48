"""What predictions of statsmodels' results do not need: the data, wherever it is, and what was computed from it."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd

from retrodict.families.statsmodels.holdings import NAMES, has_rows, objects_in, sizes_of, stands_in
from retrodict.families.statsmodels.noises import noise_of_result
from retrodict.families.statsmodels.parts import bare, held, spec_of, target_names
from retrodict.families.statsmodels.restore import copied
from retrodict.families.statsmodels.small_table import small_table
from retrodict.sanitizing.plan import Plan, Trim

_ROWS = "an entry for each training row"
_STATISTICS: dict[str, str] = {
    **dict.fromkeys(
        ("normalized_cov_params", "cov_params_default", "cov_robust", "cov_naive", "cov_robust_bc", "bcov_scaled"),
        "covariance of the coefficients: the cross-products of the training rows, inverted",
    ),
    **dict.fromkeys(
        ("wexog_singular_values", "_wexog_singular_values", "cov_re_unscaled", "cov_pen"),
        "a function of the cross-products of the training rows",
    ),
    **dict.fromkeys(
        ("history", "fit_history", "_fit_history", "hist", "mle_retvals", "mle_settings", "bandwidth", "sparsity"),
        "how training went: coefficients, errors and curvatures on the training rows",
    ),
    **dict.fromkeys(
        ("_summary_cache", "_summary_statistics_cache", "diagn", "cov_kwds", "_results_constrained"),
        "statistics of the training rows that were computed before",
    ),
    **dict.fromkeys(
        ("nobs", "_nobs_int", "wnobs", "n_totobs", "df_resid", "_df_resid", "n_groups", "ngroup", "maxgroup"),
        "how many training rows there were",
    ),
    **dict.fromkeys(
        ("group_labels", "row_indices", "group_indices", "groups", "cached_means", "missing_row_idx"),
        "which training rows there were, and which group each was in",
    ),
    **dict.fromkeys(
        (
            "_lin",
            "_quad",
            "_aex_r",
            "_aex_r2",
            "exog_re2_li",
            "endog_li",
            "exog_li",
            "exog_re_li",
            "_endex_li",
            "time_li",
        ),
        "training rows or their cross-products, group by group",
    ),
}
_NEEDED = frozenset({"params", "model", "data", "family", "_results", "fe_params", "params_object", "_data_attr"})
_NAMES = ("xnames", "ynames")


def plan_of(made: Any) -> Plan:
    """Return what can be taken out of a result, and what stays.

    Parameters
    ----------
    made
        A result, wrapped or not; it is not changed.
    """
    trim, sizes, result = Trim(Plan(), ""), sizes_of(made), bare(made)
    own = Trim(trim.plan, "" if result is made else "_results")
    for path, owner in objects_in(made):
        at = Trim(trim.plan, path)
        for name, value in vars(owner).items():
            if value is None or name in _NEEDED:
                continue
            if name == "_cache":
                if (kept := _cache(made, owner)) != value:
                    at.put(owner, name, kept, "what was computed from the training rows before")
            elif name == "frame":
                _frame(made, owner, at)
            elif name == "exog" and owner is result.model and np.ndim(value) == 2:
                empty = np.zeros((0, np.shape(value)[1]))  # some models ask it how many columns they take
                at.put(owner, name, empty, _ROWS) if len(value) else None
            elif name in _STATISTICS:
                at.put(owner, name, None, _STATISTICS[name])
            elif name not in (*NAMES, "model_spec", "design_info", "_ynames_map") and has_rows(value, sizes):
                at.put(owner, name, None, _ROWS)
    _keep(made, result, own)
    return trim.plan


def _cache(made: Any, owner: Any) -> dict[str, Any]:
    """Return what of a cache stays: names of columns, and the scale that the likelihood states."""
    result = bare(made)
    if owner is result.model.data:
        names = {"ynames": list(target_names(made)), "xnames": result.model.exog_names}
        names["ynames"] = names["ynames"] if len(names["ynames"]) > 1 else names["ynames"][0]
        return {name: value for name, value in names.items() if value is not None}
    if owner is result and noise_of_result(made)[0].scaled:
        try:
            scale = result.scale
        except Exception:  # its data is gone, or it has none
            return {}
        return {} if "scale" in vars(result) or scale is None else {"scale": scale}
    return {name: value for name, value in vars(owner)["_cache"].items() if name in _NAMES}


def _frame(made: Any, data: Any, trim: Trim) -> None:
    found = small_table(made) if isinstance(data.frame, pd.DataFrame) and spec_of(made) is not None else None
    if found is None:
        trim.keep(
            "frame", "the formula is worked out from it when the file is read, and from no smaller table as it is"
        )
        return
    table, whole = found
    if stands_in(made) or table.equals(data.frame):
        why = "the formula is worked out from it when the file is read: levels of factors, and a number"
        trim.keep("frame", why)
        return
    said = "the table that it was fitted on, with columns that the formula does not name"
    trim.put(data, "frame", table, said, label="frame.rows")
    kept = [f"the values of {', '.join(whole)}, which the formula learned from"] if whole else []
    kept += ["levels of factors"] if len(table) > 1 and not whole else []
    if kept:
        trim.keep(
            "frame", f"a small table with {' and '.join(kept)}: the formula is worked out from it when the file is read"
        )


def _keep(made: Any, result: Any, trim: Trim) -> None:
    trim.keep("params", "predictions are computed from the coefficients, each of which is an equation about the rows")
    if held(result, "scale") is not None or noise_of_result(made)[0].scale is not None:
        trim.keep("scale", "how far the target lies from predictions is a part of what the model says")
    Trim(trim.plan, "").keep("the file", "statsmodels has no kind of file but pickles: whoever reads it must trust it")


def written(made: Any) -> bytes:
    """Return the content of a file that holds a result: a pickle, as its method `save` writes."""
    return pickle.dumps(copied(made), protocol=pickle.DEFAULT_PROTOCOL)
