"""How training went, and how well it fits: errors on the training rows, and coefficients after each step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from statsmodels.discrete import discrete_model as discrete
from statsmodels.genmod.families.family import Binomial

from retrodict.disclosures.kinds import ClassShares, Disclosure, Stationarity, TargetMoments, TrainingErrors
from retrodict.disclosures.place import Place
from retrodict.families.statsmodels.classes import binary_target
from retrodict.families.statsmodels.parts import held, n_rows

_FITS = (
    *("ssr", "ess", "mse_model", "mse_resid", "mse_total", "rsquared", "rsquared_adj", "fvalue", "deviance", "aic"),
    *("null_deviance", "pearson_chi2", "llf", "llnull", "bic", "prsquared", "llr", "bic_llf", "bic_deviance"),
)
"""Numbers that say how well the training rows are fitted, as caches have them once they were asked for."""

_PASSES = 60
"""Halvings in which a share is found from the log-likelihood of it: the 53 bits of a number, and some more."""


def course(result: Any, place: Place) -> Iterator[Disclosure]:
    """Yield errors, coefficients after each step, and what statistics say of the target."""
    for owner in ("_cache", "_summary_cache", "_summary_statistics_cache"):
        own = vars(result).get(owner)
        found = [_scalar(own.get(name)) for name in _FITS] if isinstance(own, dict) else []
        values = [value for value in found if value is not None]
        if values:
            yield TrainingErrors(np.array(values), features=(), source=place.at(owner), exact=place.exact)
    yield from _histories(result, place)
    yield from _target(result, place)


def _scalar(value: Any) -> float | None:
    return float(value) if value is not None and np.ndim(value) == 0 and np.isfinite(value) else None


def _histories(result: Any, place: Place) -> Iterator[Disclosure]:
    for owner, path in ((result, ""), (result.model, "model.")):
        for name in ("fit_history", "history", "_fit_history", "mle_retvals"):
            own = vars(owner).get(name)
            if not isinstance(own, Mapping):
                continue
            at = place.at(f"{path}{name}")
            errors = [value for key in ("deviance", "fopt", "mse") for value in _numbers(own.get(key))]
            if errors:
                yield TrainingErrors(np.array(errors), features=(), source=at, exact=place.exact)
            steps = [np.ravel(step) for step in own.get("params") or () if np.ndim(step) and np.isfinite(step).all()]
            if len(steps) > 1 and len({len(step) for step in steps}) == 1:
                said = "coefficients after each step: each row solves the equations of the step at the row before"
                yield Stationarity(said, np.array(steps), 0.0, features=(), source=at, exact=place.exact)


def _numbers(value: Any) -> list[float]:
    if value is None:
        return []
    flat = np.ravel(np.asarray(value, dtype=np.float64)) if not isinstance(value, Mapping) else np.empty(0)
    return [float(one) for one in flat if np.isfinite(one)]


def _target(result: Any, place: Place) -> Iterator[Disclosure]:
    n, total, none = n_rows(result), _scalar(held(result, "centered_tss")), _scalar(held(result, "llnull"))
    if total is not None and n:
        yield TargetMoments(
            None,
            total / (n - 1) if n > 1 else 0.0,
            features=(),
            source=place.at("_cache['centered_tss']"),
            exact=place.exact,
        )
    binary = isinstance(result.model, discrete.BinaryModel) and not isinstance(result.model, discrete.MultinomialModel)
    binary |= isinstance(getattr(result.model, "family", None), Binomial)
    if none is not None and n and binary:
        share = _share(none / n)
        classes = binary_target(result).classes
        yield ClassShares(
            classes,
            (1.0 - share, share),
            features=(),
            source=place.at("_cache['llnull']"),
            exact="up to which class is which",
        )


def _share(per_row: float) -> float:
    """Return the share, at most a half, of which the entropy is a log-likelihood for each row without any column."""
    low, high = 0.0, 0.5
    for _ in range(_PASSES):
        middle = 0.5 * (low + high)
        entropy = middle * np.log(middle) + (1.0 - middle) * np.log1p(-middle)
        low, high = (middle, high) if entropy > per_row else (low, middle)
    return 0.5 * (low + high)
