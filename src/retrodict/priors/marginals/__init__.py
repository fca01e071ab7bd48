"""One feature's distribution, as a monotone map of a standard normal."""

from retrodict.priors.marginals.cells import Cells
from retrodict.priors.marginals.closed import Normal, Uniform
from retrodict.priors.marginals.contract import FiniteMarginal, Marginal
from retrodict.priors.marginals.discrete import Discrete, Rounded, constant, integer_range, listed
from retrodict.priors.marginals.integers import integer_moments
from retrodict.priors.marginals.moments import moments
from retrodict.priors.marginals.named import named
from retrodict.priors.marginals.quantiles import Quantiles, quantiles
from retrodict.priors.marginals.sample import SampleQuantiles, sample_marginal
from retrodict.priors.marginals.tabulated import Tabulated, tabulate
from retrodict.priors.marginals.truncated import Truncated, within_bounds

__all__ = [
    "Cells",
    "Discrete",
    "FiniteMarginal",
    "Marginal",
    "Normal",
    "Quantiles",
    "Rounded",
    "SampleQuantiles",
    "Tabulated",
    "Truncated",
    "Uniform",
    "constant",
    "integer_moments",
    "integer_range",
    "listed",
    "moments",
    "named",
    "quantiles",
    "sample_marginal",
    "tabulate",
    "within_bounds",
]
