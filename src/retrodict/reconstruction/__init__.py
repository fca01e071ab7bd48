"""Rows from a model: `reconstruct` and `invert` draw them, `rebuild` finds the training table; and their results."""

from retrodict.reconstruction.inversion import Inversion
from retrodict.reconstruction.invert import invert
from retrodict.reconstruction.labelled_rows import LabelledRows
from retrodict.reconstruction.load_rows import load_rows
from retrodict.reconstruction.rebuild import rebuild
from retrodict.reconstruction.rebuilt import Rebuilt
from retrodict.reconstruction.reconstruct import reconstruct
from retrodict.reconstruction.result import Reconstruction

__all__ = ["Inversion", "LabelledRows", "Rebuilt", "Reconstruction", "invert", "load_rows", "rebuild", "reconstruct"]
