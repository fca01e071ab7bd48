"""Outputs the model is known to have produced, as likelihoods of rows."""

from retrodict.inference.observation.contract import Nearby, Observation, Sloped
from retrodict.inference.observation.label import Label
from retrodict.inference.observation.probabilities import Probabilities
from retrodict.inference.observation.value import Value

__all__ = ["Label", "Nearby", "Observation", "Probabilities", "Sloped", "Value"]
