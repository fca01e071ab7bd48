"""What attributes of statsmodels' results are called and mean."""

from __future__ import annotations

DESIGN = frozenset({"exog", "orig_exog"})
"""Design matrices."""

_MEANINGS = {
    **dict.fromkeys(("endog", "orig_endog", "_endog", "wendog", "endog_li"), "its target"),
    **dict.fromkeys(
        ("exog_li", "exog_re", "exog_re_li", "exog_infl", "exog_precision"), "its row of the design matrix"
    ),
    "_endex_li": "its row of the design matrix, and its target",
    **dict.fromkeys(("wexog", "_tmp_like_exog"), "its row of the design matrix, weighted"),
    "pinv_wexog": "its column of the pseudo-inverse: times the cross-products, its row of the design matrix",
    **dict.fromkeys(("weights", "freq_weights", "var_weights", "iweights"), "its weight"),
    **dict.fromkeys(("_freq_weights", "_var_weights", "_iweights"), "its weight"),
    **dict.fromkeys(("sigma", "cholsigmainv"), "the variance of its error, or a function of it"),
    **dict.fromkeys(("exposure", "offset", "_offset_exposure"), "its exposure or offset"),
    **dict.fromkeys(("n_trials", "_n_trials", "n"), "its number of trials"),
    **dict.fromkeys(("resid", "wresid", "sresid", "resid_pearson", "resid_deviance", "resid_response"), "its residual"),
    **dict.fromkeys(("fittedvalues", "mu", "fitted", "null", "predict", "cached_means"), "what is predicted for it"),
    **dict.fromkeys(("groups", "group_indices", "row_indices", "group_labels", "_props"), "its group"),
    **dict.fromkeys(("time", "time_li"), "its time"),
    "row_labels": "its label in the table",
    "_aex_r": "its row of the design matrix of random effects",
    "missing_row_idx": "whether it had a gap",
    "_results_constrained": "something of a fit that was constrained",
}

STATISTICS = frozenset(
    {
        *("params", "fe_params", "normalized_cov_params", "cov_params_default", "cov_robust", "cov_naive"),
        *("cov_robust_bc", "bcov_scaled", "bcov_unscaled", "wexog_singular_values", "_wexog_singular_values"),
        *("history", "fit_history", "_fit_history", "hist", "mle_retvals", "mle_settings", "start_params"),
        *(
            "xnames",
            "ynames",
            "_ynames_map",
            "_init_keys",
            "_data_attr",
            "_data_in_cache",
            "_data_attr_model",
            "_props",
        ),
        *("_cov_names", "_param_names", "param_names", "cov_kwds", "diagn", "_summary_cache", "eigenvals", "bse"),
        *("tvalues", "pvalues", "cov_re", "cov_re_unscaled", "vcomp", "_quad", "_lin", "params_object", "labels"),
        *(
            "model_spec",
            "design_info",
            "_summary_statistics_cache",
            "distr",
            "_aex_r2",
            "exog_re2_li",
            "group_labels",
            "_props",
        ),
    }
)
"""Coefficients and statistics, which other readers state, and names and settings, which state nothing of a row."""


def meaning_of(name: str) -> str:
    """Return what an entry of an attribute is."""
    return _MEANINGS.get(name, "something of it")
