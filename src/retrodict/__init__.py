"""retrodict: from a trained model back to the data behind it.

The public surface: `load_model`, `load_prior`, `fit_prior`, `reconstruct`, `invert`; and the modules `priors`,
`models`, `schema` and `inference` for those who need more.
"""

from retrodict import errors, inference, models, priors
from retrodict.models import load_model
from retrodict.priors import fit_prior, load_prior, uniform_prior
from retrodict.reconstruction import Inversion, Reconstruction, invert, reconstruct
from retrodict.schema import Feature, Schema, Target, load_schema

__version__ = "0.1.0"

__all__ = [
    "Feature",
    "Inversion",
    "Reconstruction",
    "Schema",
    "Target",
    "errors",
    "fit_prior",
    "inference",
    "invert",
    "load_model",
    "load_prior",
    "load_schema",
    "models",
    "priors",
    "reconstruct",
    "uniform_prior",
]
