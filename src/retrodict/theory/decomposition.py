"""The exact error budget of a world: posterior divergence as prior term, model term and label term."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import kl_div

from retrodict.results.result import KeptResult, ShownTable
from retrodict.theory.posteriors import joint, ratio
from retrodict.theory.world import DiscreteWorld

Array = np.ndarray


@dataclass(frozen=True)
class ClassTerms:
    """The budget of one class: ``posterior = prior + model - label``; only `posterior` can't be negative.

    Parameters
    ----------
    name, share
        The class and its true share `P(y)`.
    posterior
        ``KL(P(x|y) || Q(x|y))``, nats; all four are NaN where the share is zero.
    prior, model
        Means over `P(x|y)` of ``log P(x)/Q(x)`` and of ``log P(y|x)/Q(y|x)``.
    label
        ``log P(y)/Q(y)``.
    """

    name: str
    share: float
    posterior: float
    prior: float
    model: float
    label: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


@dataclass(frozen=True, repr=False)
class ErrorBudget(KeptResult):
    """``E_P(y) KL(P(x|y)||Q(x|y)) = KL(P(x)||Q(x)) + E_P(x) KL(P(y|x)||Q(y|x)) - KL(P(y)||Q(y))``, in nats.

    The chain rule of KL, applied to ``KL(P(x,y) || Q(x,y))`` in both orders. Each term is computed on its own, the
    posterior term from the posteriors themselves; `gap` says how far rounding lets the two sides differ.

    Parameters
    ----------
    posterior
        Expected posterior divergence.
    prior, model, label
        The three terms, each at least zero; the label term is subtracted.
    by_class
        The terms of each class, whose means over `P(y)` are the above.
    """

    posterior: float
    prior: float
    model: float
    label: float
    by_class: tuple[ClassTerms, ...]

    @property
    def bound(self) -> float:
        """Prior plus model term: the divergence without known class shares, ``KL(P(x,y) || Q(x,y))``."""
        return self.prior + self.model

    @property
    def gap(self) -> float:
        """``posterior - (prior + model - label)``: rounding alone; NaN where a term is infinite."""
        terms = (self.posterior, self.prior, self.model, self.label)
        return self.posterior - (self.bound - self.label) if all(map(math.isfinite, terms)) else math.nan

    def line(self) -> str:
        """Return the budget in one line."""
        return (
            f"posterior {self.posterior:.4g} = prior {self.prior:.4g} + model {self.model:.4g} "
            f"- label {self.label:.4g} (nats)"
        )

    def frame(self) -> pd.DataFrame:
        """Return the terms of each class, and of all, one row each."""
        every = {"name": "all", "share": 1.0} | {k: getattr(self, k) for k in ("posterior", "prior", "model", "label")}
        rows = [*map(asdict, self.by_class), every]
        return pd.DataFrame(rows).rename(columns={"name": "class"}).set_index("class")

    def to_frame(self) -> pd.DataFrame:
        """Return the terms of each class, and of all."""
        return self.frame().reset_index()

    @property
    def head(self) -> str:
        """The budget in one line."""
        return f"ErrorBudget: {self.line()}"

    def notebook(self) -> list[ShownTable]:
        """Return the terms of each class, and of all."""
        return [ShownTable(self.frame(), floats="{:.4g}")]


def error_budget(world: DiscreteWorld) -> ErrorBudget:
    """Return the exact decomposition of the expected posterior divergence, overall and for each class."""
    p_y, q_y, present = world.p_y, world.q_y, world.p_y > 0
    posteriors = world.posterior_divergence("kl")
    # A state without mass in the class takes no part, whatever its ratio: 0 times infinity is no doubt here.
    weights = np.where(present, world.p_x_given_y, 0.0)
    log_x = _log_ratio(world.p_x, world.q_x)[:, None]
    log_y = _log_ratio(world.p_y_given_x, world.q_y_given_x)
    priors, models = _means(weights, np.broadcast_to(log_x, weights.shape)), _means(weights, log_y)
    labels = _log_ratio(p_y, q_y)
    terms = np.where(present, np.stack([posteriors, priors, models, labels]), np.nan)
    by_class = tuple(
        ClassTerms(name, float(share), *map(float, of_class))
        for name, share, of_class in zip(world.classes, p_y, terms.T, strict=True)
    )
    return ErrorBudget(
        posterior=world.expected_divergence("kl"),
        prior=_kl(world.p_x, world.q_x),
        model=_kl(joint(world.p_x, world.p_y_given_x), joint(world.p_x, world.q_y_given_x)),
        label=_kl(p_y, q_y),
        by_class=by_class,
    )


def _kl(p: Array, q: Array) -> float:
    return max(float(kl_div(p, q).sum()), 0.0)


def _log_ratio(p: Array, q: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.log(ratio(p, q))


def _means(weights: Array, values: Array) -> Array:
    products = np.zeros(weights.shape)
    np.multiply(weights, values, out=products, where=weights > 0)
    return products.sum(axis=0)
