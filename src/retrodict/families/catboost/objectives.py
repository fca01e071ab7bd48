"""What the loss that a model was trained for says of its outputs: classes, a noise, or why it is no model here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from retrodict.errors import ModelError
from retrodict.families.catboost.content import Content
from retrodict.families.catboost.flat_reader import DamagedError
from retrodict.families.catboost.plain_json import json_of
from retrodict.models.noise import Gaussian, Laplace, Noise, Poisson, Tweedie

_RANKING = "it ranks rows of a group against one another, so that no row has a likelihood of its own"
_SURVIVAL = "it is trained on times that are cut off, which are no plain target"
_SEVERAL = "it predicts several targets, and a model here predicts one"
REFUSED = {
    **dict.fromkeys(("PairLogit", "PairLogitPairwise", "YetiRank", "YetiRankPairwise", "StochasticFilter"), _RANKING),
    **dict.fromkeys(("StochasticRank", "LambdaMart", "QueryRMSE", "QuerySoftMax", "QueryCrossEntropy"), _RANKING),
    **dict.fromkeys(("GroupQuantile",), _RANKING),
    **dict.fromkeys(("Cox", "SurvivalAft"), _SURVIVAL),
    **dict.fromkeys(("MultiRMSE", "MultiRMSEWithMissingValues", "MultiQuantile"), _SEVERAL),
    **dict.fromkeys(("MultiLogloss", "MultiCrossEntropy"), _SEVERAL),
}
CLASSES = {
    "Logloss": "log-odds",
    "CrossEntropy": "log-odds",
    "Focal": "log-odds",
    "MultiClass": "a softmax of scores",
    "MultiClassOneVsAll": "log-odds of each class against the rest, normalised over classes: they need not sum to one",
}
LOGARITHMS = ("Poisson", "Tweedie")
"""Losses whose raw outputs are logarithms of the mean."""
_OTHER = ("LogCosh", "Huber", "Lq", "MAPE", "Expectile")


@dataclass(frozen=True)
class Objective:
    """A loss by CatBoost's name of it, and its parameters as texts."""

    name: str
    parameters: dict[str, str]

    @property
    def kind(self) -> Literal["class", "value"]:
        """Whether outputs are of classes or of a value."""
        return "class" if self.name in CLASSES else "value"

    def number(self, name: str, default: float) -> float:
        """Return a parameter as a number.

        Raises
        ------
        DamagedError
            If it is none.
        """
        try:
            return float(self.parameters.get(name, default))
        except (TypeError, ValueError) as error:
            raise DamagedError(f"no number as the loss's {name}") from error


def objective_of(content: Content) -> Objective | None:
    """Return the loss that a file states; ``None`` where it states none."""
    told: Any = None
    if content.info.get("params"):
        told = json_of(content.info["params"], "'params'")
        told = told.get("loss_function") if isinstance(told, dict) else None
    if told is None and content.info.get("loss_function"):
        told = json_of(content.info["loss_function"], "'loss_function'")
    if not isinstance(told, dict) or not isinstance(told.get("type"), str):
        return None
    parameters = told.get("params")
    plain = {key: str(one) for key, one in parameters.items()} if isinstance(parameters, dict) else {}
    return Objective(told["type"], {key: one for key, one in plain.items() if not key.startswith("__")})


def usable(objective: Objective | None, dimension: int, where: str) -> Objective:
    """Return the loss of a model that predicts a class or a value.

    Raises
    ------
    ModelError
        If it does not, or does not say what it predicts.
    """
    if objective is None:
        raise ModelError(
            f"{where} does not say for which loss it was trained, so that it is not known what its outputs mean; save "
            "it again from where it was trained"
        )
    name = objective.name
    if name in REFUSED:
        raise ModelError(f"{where} was trained for {name}: {REFUSED[name]}; inspect a classifier or a regressor")
    wide = {"MultiClass": max(dimension, 2), "MultiClassOneVsAll": max(dimension, 1), "RMSEWithUncertainty": 2}
    known = name in CLASSES or name in _NOISES or name in _OTHER
    if not known or dimension != wide.get(name, 1):
        raise ModelError(
            f"{where} was trained for {name[:60]!r} with {dimension} outputs, a loss whose likelihood is not known "
            "here; train it for Logloss, MultiClass or RMSE"
        )
    return objective


_NOISES = ("RMSE", "RMSEWithUncertainty", "MAE", "Quantile", *LOGARITHMS)


def noise_of(objective: Objective) -> tuple[Noise, str]:
    """Return the noise that a loss of values states, its scale open, and what is said of the scale."""
    open_scale = "not stored: state a noise scale"
    if objective.name in _OTHER:
        return Gaussian(), f"{objective.name} states no likelihood: taken as Gaussian; state a noise scale"
    if objective.name == "RMSEWithUncertainty":
        return Gaussian(), "it predicts another variance for each row, which is not used: state one noise scale"
    if objective.name == "MAE":
        return Laplace(), open_scale
    if objective.name == "Quantile":
        alpha = objective.number("alpha", 0.5)
        if not 0.0 < alpha < 1.0:
            raise DamagedError("a quantile that is none")
        return Laplace(quantile=alpha), open_scale
    if objective.name == "Poisson":
        return Poisson(), "counts have no scale"
    if objective.name == "Tweedie":
        return Tweedie(power=objective.number("variance_power", 1.5)), open_scale
    return Gaussian(), open_scale
