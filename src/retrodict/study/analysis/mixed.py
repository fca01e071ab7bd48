"""A mixed-effects regression of posterior divergence on the two factors and their interaction."""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict import threads
from retrodict.extras import extra_for
from retrodict.results.notes import Note
from retrodict.study.analysis.columns import ESTIMATORS
from retrodict.study.analysis.intervals import FEWEST, few_datasets

Array = np.ndarray

MODELS = (
    *((f"posterior_{one}", f"prior_{one}", model) for one in ESTIMATORS for model in ("log_loss", "accuracy")),
    ("posterior_kl", "prior_kl", "model_kl"),
)
"""Response, prior factor, model factor."""
_FEWEST_ROWS = 20
_Fit = tuple[Array, Array]


@dataclass(frozen=True)
class Term:
    """One fixed effect: the change of the response (in its own unit) with one standard deviation of the factor.

    Parameters
    ----------
    name
        ``intercept``, ``prior``, ``model`` or ``prior x model``.
    value, low, high
        The coefficient with its 95% interval (t distribution, datasets less one degrees of freedom); no interval below
        five datasets.
    """

    name: str
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class MixedFit:
    """One regression, or why there is none.

    Parameters
    ----------
    response, prior, model
        The columns.
    n, datasets
        Cells and datasets.
    random
        What differs between datasets: ``intercept and slopes``, ``intercept`` or ``nothing``; ``None`` without a fit.
    terms
        The fixed effects.
    warnings
        What the fit complained of, of each form that was tried.
    reason
        Why there is no fit, or no slopes or intervals.
    """

    response: str
    prior: str
    model: str
    n: int
    datasets: int
    random: str | None
    terms: tuple[Term, ...]
    warnings: tuple[Note, ...]
    reason: Note | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        found = asdict(self)
        return {**found, "terms": list(found["terms"]), "warnings": list(self.warnings)}


def mixed_fits(done: pd.DataFrame) -> tuple[MixedFit, ...]:
    """Return every regression of a study.

    Parameters
    ----------
    done
        Cells that were done, from `usable`.
    """
    return tuple(mixed_fit(done, *names) for names in MODELS)


def mixed_fit(done: pd.DataFrame, response: str, prior: str, model: str) -> MixedFit:
    """Regress the response on both factors, standardised, and their product.

    Intercept and both slopes differ between datasets; where that does not converge, the intercept alone; and where that
    does not either (datasets on one plane, as exact worlds are, have no variance between them), nothing: least squares
    with standard errors clustered by dataset.

    Parameters
    ----------
    done
        Cells that were done, from `usable`.
    response, prior, model
        The columns.
    """
    rows = done[["dataset", response, prior, model]].dropna()
    n, datasets = len(rows), rows.dataset.nunique()
    reason = _impossible(rows, (response, prior, model), n, datasets)
    if reason:
        return MixedFit(response, prior, model, n, datasets, None, (), (), reason)
    y = rows[response].to_numpy(dtype=float)
    factors = rows[[prior, model]].to_numpy(dtype=float)
    factors = (factors - factors.mean(axis=0)) / factors.std(axis=0)
    fixed = np.column_stack([np.ones(n), factors, factors.prod(axis=1)])
    if np.linalg.matrix_rank(fixed) < fixed.shape[1]:
        text = f"{prior} and {model} say the same in these cells"
        reason = Note("same_factors", text, prior=prior, model=model)
        return MixedFit(response, prior, model, n, datasets, None, (), (), reason)
    told: list[Note] = []
    for random, columns in (("intercept and slopes", 3), ("intercept", 1), ("nothing", 0)):
        fit = _fit(y, fixed, fixed[:, :columns], rows.dataset.to_numpy(), random, told)
        if fit is not None:
            terms = _terms(fit, datasets)
            few = few_datasets(datasets)
            why = Note(few.code, f"no intervals: {few}", **few.values) if datasets < FEWEST else None
            return MixedFit(response, prior, model, n, datasets, random, terms, tuple(told), why)
    return MixedFit(
        response, prior, model, n, datasets, None, (), tuple(told), Note("not_converged", "no form of it converged")
    )


def _impossible(rows: pd.DataFrame, names: tuple[str, ...], n: int, datasets: int) -> Note | None:
    if n < _FEWEST_ROWS:
        text = f"{n} cells have {', '.join(names)}: fewer than {_FEWEST_ROWS}"
        return Note("few_cells", text, cells=n, columns=list(names))
    if datasets < 2:
        return Note("single_dataset", "a single dataset: nothing differs between datasets")
    flat = [name for name in names if np.ptp(rows[name]) <= 1e-9 * max(rows[name].abs().max(), 1e-9)]
    return Note("no_variation", f"{flat[0]} does not vary", column=flat[0]) if flat else None


def _fit(
    y: Float[Array, " n"],
    fixed: Float[Array, "n p"],
    random: Float[Array, "n r"],
    datasets: Any,
    words: str,
    told: list[Note],
) -> _Fit | None:
    """Return coefficients and their errors, or ``None`` where it did not converge; adds to what was told."""
    with extra_for("a study's regression", "study"):
        from statsmodels.regression.mixed_linear_model import MixedLM

    with warnings.catch_warnings(record=True) as caught, threads.fitting(*fixed.shape):
        warnings.simplefilter("always")
        try:
            if random.shape[1] == 0:
                return _plain(y, fixed, datasets)
            fit = MixedLM(y, fixed, datasets, exog_re=random).fit(reml=True, method=["lbfgs", "bfgs"])
        except (np.linalg.LinAlgError, ValueError) as error:
            told.append(Note("fit_failed", f"{words}: {error}", form=words))
            return None
        usable = bool(fit.converged) and np.isfinite(fit.fe_params).all() and np.isfinite(fit.bse_fe).all()
    lines = (" ".join(str(one.message).split()) for one in caught)
    told += [Note("fit_warned", f"{words}: {line}", form=words) for line in dict.fromkeys(lines)]
    if not usable:
        text = f"{words}: not converged, or without standard errors; not used"
        told.append(Note("fit_not_used", text, form=words))
    return (np.asarray(fit.fe_params), np.asarray(fit.bse_fe)) if usable else None


def _plain(y: Float[Array, " n"], fixed: Float[Array, "n p"], datasets: Any) -> _Fit:
    from statsmodels.regression.linear_model import OLS

    groups = pd.factorize(datasets)[0]
    fit = OLS(y, fixed).fit(cov_type="cluster", cov_kwds={"groups": groups})
    return np.asarray(fit.params), np.asarray(fit.bse)


def _terms(fit: _Fit, datasets: int) -> tuple[Term, ...]:
    from scipy.stats import t

    names = ("intercept", "prior", "model", "prior x model")
    coefficients, errors = fit
    half = t.ppf(0.975, datasets - 1) * errors if datasets >= FEWEST else [None] * len(names)
    values = [float(value) for value in coefficients]
    return tuple(
        Term(name, value, None if h is None else value - float(h), None if h is None else value + float(h))
        for name, value, h in zip(names, values, half, strict=True)
    )
