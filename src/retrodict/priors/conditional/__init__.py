"""What a prior says of one column once the others are known."""

from retrodict.priors.conditional.law import Latent, Law, Normals, Part, Shares, Stretched
from retrodict.priors.conditional.of_prior import law_of

__all__ = ["Latent", "Law", "Normals", "Part", "Shares", "Stretched", "law_of"]
