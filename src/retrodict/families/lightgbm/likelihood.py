"""What a model's objective says of a row: the link of its scores, or the noise around its predictions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from retrodict.errors import ModelError
from retrodict.families.lightgbm.noise import Fair, GaussianRoot, Huber
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.models.links import binary, one_vs_rest, softmax
from retrodict.models.noise import Gamma, Gaussian, Laplace, Noise, Poisson, Tweedie

Array = np.ndarray

NOT_STORED = "not stored: state a noise scale"
_OF_WEIGHED = "not stored: state a noise scale; rows were weighed by one over their target"
_RANKING = frozenset({"lambdarank", "rank_xendcg"})


@dataclass(frozen=True)
class ClassLink:
    """From scores to classes.

    Parameters
    ----------
    objective
        `binary`, `multiclass`, `multiclassova`, `cross_entropy` or `cross_entropy_lambda`.
    classes
        How many there are.
    sigmoid
        What scores are multiplied by.
    """

    objective: str
    classes: int
    sigmoid: float = 1.0

    @property
    def words(self) -> str:
        """Where probabilities come from, for people."""
        if self.objective == "multiclass":
            return "softmax of raw scores"
        if self.objective == "multiclassova":
            return "logistic function of each class's raw score, divided by their sum"
        return "logistic function of raw scores"

    def log_proba(self, scores: Array) -> Float[Array, "n k"]:
        """Return exact log-probabilities of sums over trees, shape (n,) or (n, k)."""
        if self.objective == "multiclass":
            return softmax(scores)
        scaled = scores if self.sigmoid == 1.0 else self.sigmoid * scores
        return one_vs_rest(scaled) if self.objective == "multiclassova" else binary(scaled)


_NOISES: dict[str, Callable[[ModelText], Noise]] = {
    "regression_l1": lambda text: Laplace(),
    "mape": lambda text: Laplace(),
    "quantile": lambda text: Laplace(quantile=_needed(text, "alpha", 0.0, 1.0)),
    "huber": lambda text: Huber(bend=_needed(text, "alpha", 0.0, np.inf)),
    "fair": lambda text: Fair(bend=_needed(text, "fair_c", 0.0, np.inf)),
    "poisson": lambda text: Poisson(),
    "gamma": lambda text: Gamma(),
    "tweedie": lambda text: _tweedie(_needed(text, "tweedie_variance_power", 0.999, 2.0)),
}


def likelihood_of(text: ModelText) -> ClassLink | tuple[Noise, str]:
    """Return the link of a classifier, or the noise of a regressor and where its scale is.

    Parameters
    ----------
    text
        The model.

    Raises
    ------
    ModelError
        A part of a sentence: that it ranks, or does not say what its scores mean.
    """
    objective = text.objective
    if objective is None or objective.name == "custom":
        raise ModelError(
            "a LightGBM model of an objective of the user's own, so that the file does not say what its scores mean; "
            "if they are log-odds, write the line 'objective=binary sigmoid:1' above 'feature_names=' in the text that "
            "save_model gives, if they are means of a value 'objective=regression'"
        )
    if objective.name in _RANKING:
        raise ModelError(
            f"a LightGBM model that ranks ({objective.name}): its scores order the rows of one query and are no "
            "probability of anything; a classifier or a regressor is needed"
        )
    if objective.classes is not None or objective.name in ("binary", "cross_entropy", "cross_entropy_lambda"):
        return ClassLink(objective.name, objective.classes or 2, objective.sigmoid)
    if objective.name == "regression":
        return (GaussianRoot() if objective.root else Gaussian()), NOT_STORED
    noise = _NOISES[objective.name](text)
    return noise, _OF_WEIGHED if objective.name == "mape" else NOT_STORED


def _needed(text: ModelText, name: str, low: float, high: float) -> float:
    """Return a parameter that the objective's line leaves out."""
    found = text.number(name, np.nan)
    if not low < found < high:
        objective: Any = text.objective
        raise ModelError(
            f"a LightGBM model of the objective {objective.name} whose {name} is not stated, or out of range; write it "
            f"in the file's section 'parameters:', as '[{name}: 0.5]'"
        )
    return found


def _tweedie(power: float) -> Noise:
    return Poisson() if power <= 1.0 else Tweedie(power=power)
