"""Objectives of XGBoost, and the likelihood that each one states."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from retrodict.errors import ModelError
from retrodict.models.noise import Gamma, Gaussian, Laplace, Noise, Poisson, Tweedie
from retrodict.plain_text import shown

BINARY = ("binary:logistic", "binary:logitraw")
MANY = ("multi:softprob", "multi:softmax")

Settings = Mapping[str, Mapping[str, str]]

_REFUSED = {
    "binary:hinge": "it gives labels alone, and no probability; train it with binary:logistic",
    "reg:logistic": "its loss states no density of shares; where the target is 0 or 1, set the objective to "
    "binary:logistic (booster.set_param({'objective': 'binary:logistic'})), which predicts the same, and save it again",
    "reg:squaredlogerror": "its noise is that of the target's logarithm, which is none that is known here; train it "
    "on the logarithm with reg:squarederror",
    "reg:pseudohubererror": "its noise lies between two kinds and is none that is known here; train it with "
    "reg:squarederror or reg:absoluteerror",
}
_REFUSED_KINDS = {
    "rank": "scores of a ranking are of the rows of one query beside one another, so that no likelihood p(y|x) "
    "follows from them; train a classifier or a regressor",
    "survival": "its target is a time that may be censored, of which no likelihood is known here; train a classifier "
    "or a regressor",
}


def quantile(settings: Settings) -> tuple[float, ...]:
    """Return the quantiles that a quantile objective predicts."""
    text = settings.get("quantile_loss_param", {}).get("quantile_alpha", "0.5")
    found = json.loads(text if text.strip().startswith("[") else f"[{text}]")
    return tuple(float(value) for value in found)


def _laplace(settings: Settings) -> Noise:
    return Laplace(quantile=quantile(settings)[0])


def _tweedie(settings: Settings) -> Noise:
    power = settings.get("tweedie_regression_param", {}).get("tweedie_variance_power", "1.5")
    return Tweedie(power=float(power))


NOISE: dict[str, Callable[[Settings], Noise]] = {
    "reg:squarederror": lambda _: Gaussian(),
    "reg:linear": lambda _: Gaussian(),  # what it was called before 0.90
    "reg:absoluteerror": lambda _: Laplace(),
    "reg:quantileerror": _laplace,
    "count:poisson": lambda _: Poisson(),
    "reg:gamma": lambda _: Gamma(),
    "reg:tweedie": _tweedie,
}
"""Regression objectives, with the noise that each states; its scale is stored nowhere."""


def check_known(objective: str, where: str) -> None:
    """Refuse an objective that XGBoost itself does not have.

    Parameters
    ----------
    objective
        Its name.
    where
        The file, for the error.

    Raises
    ------
    ModelError
        If it is none.
    """
    known = (*BINARY, *MANY, *NOISE, *_REFUSED)
    if objective not in known and objective.partition(":")[0] not in _REFUSED_KINDS:
        raise ModelError(f"{where} has the objective {shown(objective, 40)}: it is none of {', '.join(known)}")


def check_supported(objective: Any, settings: Settings, where: str) -> None:
    """Refuse an objective of which no likelihood is known.

    Parameters
    ----------
    objective
        Its name; a function where the user wrote one.
    settings
        Its settings.
    where
        The file, or what was given, for the error.

    Raises
    ------
    ModelError
        If it is refused; the line says why.
    """
    if not isinstance(objective, str):
        raise ModelError(
            f"{where} was trained with an objective that is a function: which likelihood it states is "
            "not known; train it with an objective of XGBoost's own"
        )
    known = (*BINARY, *MANY, *NOISE)
    if objective in known and (objective != "reg:quantileerror" or len(quantile(settings)) == 1):
        return
    if objective in known:
        raise ModelError(f"{where} predicts several quantiles; a model of one output is needed: train one for each")
    reason = _REFUSED.get(objective) or _REFUSED_KINDS.get(objective.partition(":")[0])
    if reason is None:
        reason = f"it is none of {', '.join(known)}"
    raise ModelError(f"{where} has the objective {shown(objective, 40)}: {reason}")
