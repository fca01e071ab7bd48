"""How the target of a regression of statsmodels lies around its prediction, and where the scale comes from."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from statsmodels.discrete import discrete_model as discrete
from statsmodels.genmod import generalized_linear_model as glm
from statsmodels.genmod.families import family as families
from statsmodels.regression.linear_model import OLS, RegressionModel
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.regression.quantile_regression import QuantReg
from statsmodels.robust.robust_linear_model import RLM

from retrodict.families.statsmodels.counts import GeneralizedPoisson, NegativeBinomialP
from retrodict.families.statsmodels.parts import bare, held
from retrodict.models.noise import Gamma, Gaussian, InverseGaussian, Laplace, NegativeBinomial, Noise, Poisson, Tweedie

Told = tuple[Noise, str]
_NONE = "not stored: state a noise scale"


def noise_of_result(made: Any) -> Told:
    """Return the noise of a result, and where its scale comes from or why it has none.

    Parameters
    ----------
    made
        A regression, wrapped or not.
    """
    model = bare(made).model
    for cls, told in _OF_MODEL.items():
        if isinstance(model, cls):
            return told(made)
    return Gaussian(), "what the likelihood of this model is around its mean is not known here: state a noise scale"


def _number(made: Any, name: str) -> float | None:
    """Return a positive number that a result has, worked out if it must be; ``None`` where its data is gone."""
    try:
        found = float(getattr(bare(made), name))
    except (AttributeError, TypeError, ValueError):
        return None
    return found if math.isfinite(found) and found > 0.0 else None


def _least_squares(made: Any) -> Told:
    variance = _number(made, "scale")
    if variance is None:
        gone = vars(bare(made).model).get("endog") is None
        return Gaussian(), "the data that it is worked out from was removed: state a noise scale" if gone else _NONE
    plain = isinstance(bare(made).model, OLS)
    return Gaussian(math.sqrt(variance)), f"mean squared residual{'' if plain else ', of rows of weight one'}"


def _generalised(made: Any) -> Told:
    family, scale = bare(made).model.family, _number(made, "scale")
    stated = "the dispersion that was estimated" if scale is not None else _NONE
    if isinstance(family, families.Gaussian):
        return Gaussian(None if scale is None else math.sqrt(scale)), stated
    if isinstance(family, families.Poisson):
        return Poisson(), "the log-likelihood of its family"
    if isinstance(family, families.Gamma):
        return Gamma(scale), stated
    if isinstance(family, families.InverseGaussian):
        return InverseGaussian(scale), stated
    if isinstance(family, families.NegativeBinomial):
        return NegativeBinomial(float(family.alpha)), "the alpha that its family was given"
    if isinstance(family, families.Tweedie) and 1.0 < float(family.var_power) < 2.0:
        return Tweedie(scale, float(family.var_power)), stated
    return Gaussian(), f"a {type(family).__name__} family of this power has no density here: state a noise scale"


def _negative_binomial(made: Any) -> Told:
    model = bare(made).model
    method = model.loglike_method
    alpha = 1.0 if method == "geometric" else float(np.ravel(bare(made).params)[-1])
    power = 1.0 if method == "nb1" else 2.0
    noise = NegativeBinomial(alpha) if power == 2.0 else NegativeBinomialP(alpha, power)
    return noise, f"the alpha that was fitted ({method})"


def _negative_binomial_p(made: Any) -> Told:
    power = float(bare(made).model.parameterization)
    return NegativeBinomialP(float(np.ravel(bare(made).params)[-1]), power), "the alpha that was fitted"


def _generalised_poisson(made: Any) -> Told:
    power = float(bare(made).model.parameterization) + 1.0
    return GeneralizedPoisson(float(np.ravel(bare(made).params)[-1]), power), "the alpha that was fitted"


def _quantile(made: Any) -> Told:
    return Laplace(
        quantile=float(bare(made).q)
    ), "the scale of a quantile regression is not stored: state a noise scale"


def _robust(made: Any) -> Told:
    scale = _number(made, "scale")
    return Gaussian(scale), "robust scale of the residuals" if scale is not None else _NONE


def _mixed(made: Any) -> Told:
    """Return the spread of a row of a group that was not seen: its own, and its group's where that is a shift."""
    result = bare(made)
    within, shifts = _number(made, "scale"), held(result, "cov_re")
    variances = 0.0 if shifts is None else float(np.trace(np.atleast_2d(np.asarray(shifts))))
    shift_only = (held(result, "k_re") or 0) <= 1 and not held(result, "k_vc")
    if within is None or not shift_only:
        return Gaussian(), "its random effects differ from row to row: state a noise scale"
    return Gaussian(math.sqrt(within + variances)), "residual variance and that of a random intercept, for a new group"


_OF_MODEL: dict[type, Callable[[Any], Told]] = {
    QuantReg: _quantile,
    MixedLM: _mixed,
    RLM: _robust,
    RegressionModel: _least_squares,
    glm.GLM: _generalised,
    discrete.GeneralizedPoisson: _generalised_poisson,
    discrete.NegativeBinomialP: _negative_binomial_p,
    discrete.NegativeBinomial: _negative_binomial,
    discrete.Poisson: lambda made: (Poisson(), "the log-likelihood that was fitted"),
}
"""By the class of the model; asked in this order."""
