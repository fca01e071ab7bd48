"""Results of statsmodels for the conformance suites."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import statsmodels  # noqa: F401  where it is missing there are no examples

import retrodict as rd
from tests.conformance.models import Example
from tests.families.statsmodels.fits import fitted, table

_TARGETS = {"OLS of arrays": "value", "WLS": "value", "GLM binomial": "flag", "GLM gamma": "cost", "MNLogit": "band"}
_TARGETS |= {"OLS": "value", "Logit": "flag", "OrderedModel": "band", "GeneralizedPoisson": "count"}
"""What was predicted, of those that can be trained again."""


def _example(name: str) -> Example:
    model = rd.load_model(fitted(name))
    target = table()[_TARGETS[name]].to_numpy() if name in _TARGETS else 0.0
    train = table()[["age", "dose", "site"][: len(model.schema.names)]].reset_index(drop=True)
    train = train.set_axis(list(model.schema.names), axis=1)
    return Example(model, train.assign(target=target))


_NAMES = (
    "OLS",
    "OLS of arrays",
    "WLS",
    "GLM binomial",
    "GLM binomial cloglog",
    "GLM gamma",
    "Logit",
    "MNLogit",
    "OrderedModel",
    "GeneralizedPoisson",
    "QuantReg",
    "MixedLM",
)
EXAMPLES: dict[str, Callable[[], Example]] = {f"statsmodels {name}": partial(_example, name) for name in _NAMES}
