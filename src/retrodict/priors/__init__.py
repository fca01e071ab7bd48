"""Priors as transports of a standard normal."""

from retrodict.priors.classes import ClassPrior
from retrodict.priors.conditional import law_of
from retrodict.priors.contract import (
    ByClass,
    Conditional,
    Enumerable,
    Labelled,
    Marginals,
    Prior,
    class_prior,
    class_shares,
    state_count,
)
from retrodict.priors.copula import CopulaPrior
from retrodict.priors.correlation import Correlation, latent_correlation
from retrodict.priors.empirical import EmpiricalPrior
from retrodict.priors.file.reading import load_prior
from retrodict.priors.file.table_one import write_prior_file
from retrodict.priors.fit import fit_prior
from retrodict.priors.implied import implied_prior
from retrodict.priors.independent import IndependentPrior
from retrodict.priors.mixture import MixturePrior
from retrodict.priors.raked import RakedPrior
from retrodict.priors.restricted_draw import draw_within
from retrodict.priors.transport import Transport
from retrodict.priors.uniform import uniform_prior

__all__ = [
    "ByClass",
    "ClassPrior",
    "Conditional",
    "CopulaPrior",
    "Correlation",
    "EmpiricalPrior",
    "Enumerable",
    "IndependentPrior",
    "Labelled",
    "Marginals",
    "MixturePrior",
    "Prior",
    "RakedPrior",
    "Transport",
    "class_prior",
    "class_shares",
    "draw_within",
    "fit_prior",
    "implied_prior",
    "latent_correlation",
    "law_of",
    "load_prior",
    "state_count",
    "uniform_prior",
    "write_prior_file",
]
