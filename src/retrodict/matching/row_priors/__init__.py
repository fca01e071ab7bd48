"""Any prior over rows as what is assumed of their codes together: components whose latents are tied, or chances.

`row_prior_of` makes the `RowPrior` that the search moves under, and the `Filling` that turns its latents into values.
"""

from retrodict.matching.row_priors.filling import Filling
from retrodict.matching.row_priors.of_prior import PriorInCodes, row_prior_of
from retrodict.matching.row_priors.sight import Sight

__all__ = ["Filling", "PriorInCodes", "Sight", "row_prior_of"]
