"""How a regressor's target lies around its prediction: the likelihood that its training objective states.

Squared error is Gaussian noise, absolute and quantile loss a Laplace distribution, and so on: the class whose negative
log-density is the loss, but for what does not depend on the prediction.
"""

from retrodict.models.noise.contract import Noise
from retrodict.models.noise.counts import NegativeBinomial, Poisson
from retrodict.models.noise.of_model import Noisy, drawn_targets, noise_of
from retrodict.models.noise.positive import Gamma, InverseGaussian
from retrodict.models.noise.real import Gaussian, Laplace
from retrodict.models.noise.tweedie import Tweedie

__all__ = [
    "Gamma",
    "Gaussian",
    "InverseGaussian",
    "Laplace",
    "NegativeBinomial",
    "Noise",
    "Noisy",
    "Poisson",
    "Tweedie",
    "drawn_targets",
    "noise_of",
]
