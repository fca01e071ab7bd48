"""The prior that a model file itself states: what it discloses, turned into a distribution of its features."""

from retrodict.priors.implied.build import implied_prior

__all__ = ["implied_prior"]
