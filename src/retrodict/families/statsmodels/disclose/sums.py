"""Sums over the training rows: the inverse covariance of the coefficients is the cross-products of the design matrix.

With a constant among its columns, these hold the sum of every column and the number of rows, and with the coefficients
of least squares and the residual sum, those with the target too: means, variances, how many rows had each category.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from statsmodels.discrete import discrete_model as discrete
from statsmodels.genmod.families import family as families
from statsmodels.genmod.families import links
from statsmodels.genmod.generalized_estimating_equations import GEE
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.regression.linear_model import OLS, RegressionModel
from statsmodels.regression.quantile_regression import QuantReg
from statsmodels.robust.robust_linear_model import RLM

from retrodict.disclosures.kinds import (
    CategoryCounts,
    Covariance,
    CrossProducts,
    Disclosure,
    Moments,
    Stationarity,
    TargetMoments,
)
from retrodict.disclosures.place import Place
from retrodict.families.statsmodels.design import constant_of, direct, factors_of
from retrodict.families.statsmodels.parts import bare, exog_names, held, n_rows, spec_of, target_names

Array = np.ndarray

_STABLE = 1e10
"""Condition number of the cross-products up to which their inverse is theirs to six digits or more."""

_WHOLE = 1e-3
"""How near to a whole number a count is that was worked out from an inverse."""

_CURVED = "weighted by the curvature of the log-likelihood at each row"
_WEIGHTED = "of the rows as they were weighted, or whitened by the covariance of their errors"
_DENSE = "weighted by an estimate of the density at each row"


@dataclass(frozen=True)
class Sums:
    """Cross-products that a result states.

    Parameters
    ----------
    matrix
        Of the columns of the design matrix, shape (k, k), and of the target where `target`.
    columns
        Their names.
    target
        Whether the last is the target.
    exact
        As of a `Disclosure`.
    source
        The attribute that they were worked out from.
    """

    matrix: Array
    columns: tuple[str, ...]
    target: bool
    exact: bool | str
    source: str


def sums(result: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the cross-products, what follows from them, and the equations of the optimum."""
    found, n = sums_of(result), n_rows(result)
    if found is not None:
        counts = _levels(result, found, n)
        alone = any(1 in counted for _, _, counted in counts) or _shows_one(result, found, n)
        yield CrossProducts(
            found.matrix,
            found.columns,
            n,
            features=(),
            source=place.at(found.source),
            exact=found.exact if found.exact is not True else place.exact,
            personal=True if alone else None if found.exact is not True else n == 1,
        )
        yield from _counts(counts, found, place)
        yield from _moments(result, found, n, place)
    yield from _equations(result, place)


def sums_of(result: Any) -> Sums | None:
    """Return the cross-products that a result states; ``None`` where it states none."""
    model = bare(result).model
    source, inverse = next(_inverses(result), ("", None))
    if inverse is None or not np.isfinite(inverse).all() or not np.any(inverse):
        return None
    matrix, stable = _inverted(inverse)
    names = exog_names(result)
    if len(names) != len(matrix):
        names = tuple(f"coefficient {i}" for i in range(len(matrix)))
    exact: bool | str = _CURVED
    if isinstance(model, OLS) or _plain_family(result) or isinstance(model, RLM):
        exact = stable
    elif isinstance(model, RegressionModel):
        exact = _DENSE if isinstance(model, QuantReg) else _WEIGHTED
    least = isinstance(model, RegressionModel) and not isinstance(model, QuantReg)
    squares = least or _plain_family(result)
    residual = _residual_sum(result) if squares else None
    if residual is None or np.shape(result.params) != (len(matrix),):
        return Sums(matrix, names, False, exact, source)
    with_target = matrix @ np.asarray(result.params)
    total = residual + float(np.asarray(result.params) @ with_target)
    whole = np.block([[matrix, with_target[:, None]], [with_target[None, :], np.array([[total]])]])
    return Sums(whole, (*names, target_names(result)[0]), True, exact, source)


def _shows_one(result: Any, found: Sums, n: int | None) -> bool:
    """Whether a column of zeros and ones, or two of them together, are one in a single row (or in all but one).

    Then the products of that column with the others are that row.
    """
    constant = constant_of(result)
    if constant is None or found.exact is not True or not n:
        return False
    at, value = constant
    counts, sums = np.diag(found.matrix), found.matrix[at] / value
    shown = (np.abs(counts - sums) < _WHOLE) & (np.abs(counts - np.round(counts)) < _WHOLE)
    shown[at] = False
    together = found.matrix[np.ix_(shown, shown)]
    one, others = np.abs(together - 1.0) < _WHOLE, np.abs(np.diag(together) - (n - 1)) < _WHOLE
    return bool(one.any() or others.any())


def _inverted(inverse: Array) -> tuple[Array, bool]:
    """Return the inverse of a covariance, and whether it is so to six digits or more.

    Rows and columns are brought to one size first: columns of other units are no reason for a loss of digits.
    """
    scales = np.sqrt(np.abs(np.diag(inverse)))
    if np.all(scales > 0.0):
        even = inverse / np.outer(scales, scales)
        if np.linalg.cond(even) < _STABLE:
            return np.linalg.inv(even) / np.outer(scales, scales), True
    return np.linalg.pinv(inverse, hermitian=True), False


def _inverses(result: Any) -> Iterator[tuple[str, Array]]:
    for owner, path in ((result, ""), (result.model, "model.")):
        found = held(owner, "normalized_cov_params")
        if found is not None and np.ndim(found) == 2:
            yield f"{path}normalized_cov_params", np.asarray(found, dtype=np.float64)


def _plain_family(result: Any) -> bool:
    """Whether a generalised linear model is least squares of rows of equal weight."""
    model = result.model
    if not isinstance(model, GLM) or isinstance(model, GEE) or not isinstance(model.family, families.Gaussian):
        return False
    weighted = getattr(model, "_has_freq_weights", False) or getattr(model, "_has_var_weights", False)
    power = getattr(model.family.link, "power", None)
    return isinstance(model.family.link, links.Power) and power == 1 and not weighted


def _residual_sum(result: Any) -> float | None:
    """Return the sum of squared residuals; ``None`` where it is gone."""
    for name in ("ssr", "deviance") if isinstance(result.model, GLM) else ("ssr",):
        found = held(result, name)
        if found is not None:
            return float(found)
    freedom = held(result, "df_resid")
    try:
        return float(result.scale) * float(freedom)
    except (AttributeError, TypeError, ValueError):  # the data that the scale is worked out from is gone
        return None


_LEVEL = re.compile(r"^(?P<code>.*)\[(?:T\.)?(?P<level>[^\[\]]*)\]$")

Levels = list[tuple[str, tuple[Any, ...], tuple[int, ...]]]


def _levels(result: Any, found: Sums, n: int | None) -> Levels:
    """Return how many rows had each level of each factor: the sums of the columns that show them."""
    spec = spec_of(result)
    constant = constant_of(result)
    if spec is None or found.exact is not True or n is None:
        return []
    out: Levels = []
    for factor in factors_of(spec, result.model.data):
        name = direct(factor.code)
        if factor.categories is None or name is None:
            continue
        places: dict[str, int] = {}
        for i, column in enumerate(found.columns):
            told = _LEVEL.match(column)
            if told and told["code"] == factor.code:
                places[told["level"]] = i
        sizes = {level: found.matrix[i, i] for level, i in places.items()}
        shown = [sizes.get(str(level)) for level in factor.categories]
        if any(size is not None and abs(size - round(size)) > _WHOLE for size in shown) or not places:
            continue  # its columns are no indicators
        hidden = [i for i, size in enumerate(shown) if size is None]
        if len(hidden) > 1 or (hidden and constant is None):
            continue
        known = [0 if size is None else round(size) for size in shown]
        for i in hidden:
            known[i] = n - sum(known)
        if min(known) >= 0 and sum(known) == n:
            out.append((name, tuple(factor.categories), tuple(known)))
    return out


def _counts(levels: Levels, found: Sums, place: Place) -> Iterator[Disclosure]:
    for name, categories, counts in levels:
        yield CategoryCounts(
            categories,
            tuple(map(float, counts)),
            features=(name,),
            source=place.at(found.source),
            exact=place.exact,
            personal=1 in counts,
        )


def _moments(result: Any, found: Sums, n: int | None, place: Place) -> Iterator[Disclosure]:
    """Yield means and covariances, where a constant is among the columns, so that their sums are known."""
    constant = constant_of(result)
    if constant is None or found.exact is not True or not n or n < 2:
        return
    at, value = constant
    means = found.matrix[at] / (value * n)
    centred = (found.matrix - n * np.outer(means, means)) / (n - 1)
    inner = [i for i in range(len(found.columns) - found.target) if i != at]
    shared: dict[str, Any] = {"source": place.at(found.source), "exact": place.exact}
    for i in inner:
        label = found.columns[i]
        if not _LEVEL.match(label):
            variance = max(float(centred[i, i]), 0.0)
            yield Moments(float(means[i]), variance, n, None, 1, features=(label,), **shared)
    if len(inner) > 1:
        names = tuple(found.columns[i] for i in inner)
        yield Covariance(centred[np.ix_(inner, inner)], means[inner], n, 1, features=names, **shared)
    if found.target:
        yield TargetMoments(float(means[-1]), max(float(centred[-1, -1]), 0.0), features=(), **shared)


def _equations(result: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the equations that the coefficients solve, one for each column of the design matrix."""
    params = np.asarray(result.params, dtype=np.float64)
    equation = _equation(result)
    penalised = type(result).__name__.startswith(("L1", "Regularized"))
    if equation is None or penalised or not np.isfinite(params).all():
        return
    constant, width = constant_of(result), len(exog_names(result))
    coefficients = params[:width] if params.ndim == 1 else params
    intercept, names = 0.0, exog_names(result)
    if constant is not None and params.ndim == 1 and constant[0] < len(coefficients):
        intercept = float(coefficients[constant[0]] * constant[1])
        coefficients = np.delete(coefficients, constant[0])
        names = tuple(name for i, name in enumerate(names) if i != constant[0])
    exact: bool | str = place.exact if isinstance(result.model, RegressionModel) else "up to the tolerance of training"
    yield Stationarity(equation, coefficients, intercept, features=names, source=place.at("params"), exact=exact)


def _equation(result: Any) -> str | None:
    model = result.model
    said = (
        "for every column x of the design matrix, sum of x ({}) = 0 over the training rows, where the prediction is {}"
    )
    if isinstance(model, OLS):
        return said.format("target - prediction", "intercept + coefficients . row")
    if isinstance(model, QuantReg):
        below = "quantile - [target < prediction]"
        return f"{said.format(below, 'intercept + coefficients . row')}, but for the rows that lie on the plane"
    if isinstance(model, RegressionModel):
        return said.format("target - prediction", "intercept + coefficients . row") + f", {_WEIGHTED}"
    if isinstance(model, discrete.MNLogit):
        return said.format("class - probability of the class", "the softmax of coefficients . row")
    if isinstance(model, discrete.Logit):
        return said.format("target - prediction", "expit(intercept + coefficients . row)")
    if isinstance(model, discrete.Poisson):
        return said.format("target - prediction", "exp(intercept + coefficients . row)")
    if isinstance(model, GLM) and not isinstance(model, GEE):
        canonical = isinstance(model.family.link, type(model.family).links[0]) if model.family.links else False
        weighted = model.__dict__.get("_has_freq_weights") or model.__dict__.get("_has_var_weights")
        what = (
            "target - prediction" if canonical else "(target - prediction) / (variance of the mean . slope of the link)"
        )
        return said.format(
            f"weight ({what})" if weighted else what,
            f"the inverse {type(model.family.link).__name__} link of intercept + coefficients . row",
        )
    if isinstance(model, discrete.DiscreteModel):
        return "the gradient of the log-likelihood, a sum over the training rows, is zero at the coefficients"
    return None
