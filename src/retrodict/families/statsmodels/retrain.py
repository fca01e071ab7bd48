"""Another result of the same settings, on other rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from statsmodels.discrete import discrete_model as discrete
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.miscmodels.ordinal_model import OrderedModel
from statsmodels.regression.linear_model import OLS, WLS
from statsmodels.regression.quantile_regression import QuantReg
from statsmodels.robust.robust_linear_model import RLM

from retrodict.errors import RequestError
from retrodict.families.retraining import FewerClasses, fewer, fingerprint, present_classes, training, unstated
from retrodict.families.statsmodels.design import factors_of
from retrodict.families.statsmodels.noises import noise_of_result
from retrodict.families.statsmodels.parts import bare, exog_names, held, spec_of
from retrodict.models.contract import Model
from retrodict.results.notes import Note

if TYPE_CHECKING:
    from retrodict.families.statsmodels.model import RegressionResult

Array = np.ndarray

_BY_STEPS = (
    *(discrete.Logit, discrete.Probit, discrete.MNLogit, discrete.Poisson, discrete.NegativeBinomial),
    *(discrete.NegativeBinomialP, discrete.GeneralizedPoisson, OrderedModel),
)
"""Kinds whose likelihood is climbed by an optimizer, which a result names."""
_AT_ONCE = (OLS, WLS, GLM, RLM, QuantReg)
_SETTINGS = ("family", "loglike_method", "p")
_OF_ROWS = {WLS: {"weights": 1.0}, GLM: {"freq_weights": 1.0, "var_weights": 1.0, "n_trials": 1.0}}
"""What a result may have been given of each row, with the value that changes nothing: of other rows it is not known."""
_SHIFTS = {"offset": 0.0, "exposure": 0.0}
"""The same of all kinds; an exposure is kept as its logarithm."""


def retrained(model: Any, X: Float[Array, "n d"], y: Float[Array, " n"], seed: int) -> Model:
    """Return a model of the same settings, trained on other rows; nothing of it is random; see `Retrainable`."""
    own, order = bare(model.made), [model.own.target.classes.index(one) for one in model.schema.target.classes]
    how = _how(model, own)
    codes = np.asarray(order)[y.astype(np.intp)] if order else y
    present = present_classes(codes) if order else np.zeros(0, dtype=np.intp)
    if order and len(present) < 2:
        raise RequestError(f"another {model.family} can't be trained on rows of one class; give rows of two")
    notes = tuple(_unstated(model, own))
    with training(model, X):
        design = pd.DataFrame(_matrix(model, own, X), columns=list(exog_names(model.made)))
        made = type(own.model)(pd.Series(codes, name="y"), design, **_settings(own.model)).fit(**how)
    spec = spec_of(model.made)
    if spec is not None:  # so that it takes the same raw columns
        bare(made).model.formula = own.model.formula
        for name in ("model_spec", "design_info"):  # this release's name of it, and that of older ones
            setattr(bare(made).model, name, spec)
    parts: dict[str, Any] = {"made": made, "audit": None, "left": (), "warnings": notes}
    parts["fingerprint"] = fingerprint(model, X, y, seed)
    if not order:
        return replace(_with_noise(model, made), **parts)
    if len(present) == len(order):
        return replace(model, **parts)
    return _of_fewer(model, parts, present)


def _of_fewer(model: Any, parts: dict[str, Any], present: Int[Array, " p"]) -> Model:
    """Return a model of some of the classes as one of all."""
    kept = {model.own.target.classes[i] for i in present}
    bound = np.array([i for i, label in enumerate(model.schema.target.classes) if label in kept])
    inner = replace(model, **parts, own=fewer(model.own, present), schema=fewer(model.schema, bound))
    return FewerClasses(inner, model.schema, bound)


def _how(model: Any, own: Any) -> dict[str, Any]:
    """Return what its method `fit` is told.

    Raises
    ------
    RequestError
        If its kind is none that rows and settings alone make, or it was fitted with a penalty or under constraints.
    """
    kind, used = type(own.model), (held(own, "mle_settings") or {}).get("optimizer")
    instead = "give `estimator`"
    if kind not in (*_BY_STEPS, *_AT_ONCE):
        raise RequestError(f"a {kind.__name__} may take more of each row than columns, which is not known; {instead}")
    shrunk = "Regularized" in type(own).__name__ or str(used).startswith("l1")
    if shrunk or held(own, "constraints") is not None:
        raise RequestError(f"the {model.family} keeps neither penalty nor constraints that it was fitted by; {instead}")
    if kind is QuantReg:
        return {"q": float(own.q)}
    return {"disp": 0, **({"method": used} if used else {})} if kind in _BY_STEPS else {}


def _settings(model: Any) -> dict[str, Any]:
    given = model._get_init_kwds()
    more = {OrderedModel: "distr", RLM: "M"}.get(type(model))
    return {name: given[name] for name in _SETTINGS if name in given} | ({more: getattr(model, more)} if more else {})


def _matrix(model: Any, own: Any, X: Float[Array, "n d"]) -> Float[Array, "n k"]:
    return np.asarray(own._transform_predict_exog(model.design.given(model.frame(X)))[0], dtype=np.float64)


def _unstated(model: Any, own: Any) -> Iterator[Note]:
    """Yield a note where the result was given something of each row, or its formula learned something of all."""
    given = _OF_ROWS.get(type(own.model), {})
    told = {name: held(own.model, name) for name in given | _SHIFTS}
    changed = any(one is not None and np.any(one != (given | _SHIFTS)[name]) for name, one in told.items())
    if changed or any(told[name] is None for name in given):
        yield unstated(model, ["weights and offsets of rows"], "all count the same")
    spec = spec_of(model.made)
    if spec is not None and any(factor.learned for factor in factors_of(spec, own.model.data)):
        yield unstated(model, ["what its formula learned of other rows"], "what it learned of its own")


def _with_noise(model: RegressionResult, made: Any) -> RegressionResult:
    if model.noise_source == "stated by the user":
        return model
    noise, source = noise_of_result(made)
    return replace(model, noise=noise, noise_source=source)
