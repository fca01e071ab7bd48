"""Rebuild rows from a model: `reconstruct`, `invert`, and their results."""

from retrodict.reconstruction.inversion import Inversion
from retrodict.reconstruction.invert import invert
from retrodict.reconstruction.reconstruct import reconstruct
from retrodict.reconstruction.result import Reconstruction

__all__ = ["Inversion", "Reconstruction", "invert", "reconstruct"]
