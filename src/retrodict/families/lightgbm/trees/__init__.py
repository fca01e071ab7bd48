"""The trees of LightGBM as equations about the training table."""

from retrodict.families.lightgbm.trees.reading import equations_of

__all__ = ["equations_of"]
