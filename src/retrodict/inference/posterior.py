"""The posterior an engine draws from: a prior, a metered model and one observation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from retrodict.inference.observation import Observation
from retrodict.models.metering import Meter
from retrodict.priors.contract import Prior

Array = np.ndarray


@dataclass(frozen=True)
class Posterior:
    """``Q(x|y)``, proportional to ``Q(y|x) Q(x)``, over the prior's latents ``z``.

    Parameters
    ----------
    prior
        The transport ``z -> x``.
    meter
        The model, counted.
    observation
        The output that was seen.
    """

    prior: Prior
    meter: Meter
    observation: Observation

    def capped(self, max_queries: int) -> Posterior:
        """Return the same posterior that spends at most so many of the meter's calls."""
        return replace(self, meter=self.meter.capped(max_queries))

    def evaluate(self, z: Float[Array, "n m"]) -> tuple[Float[Array, "n d"], Float[Array, " n"]]:
        """Transport latents to rows and return both the rows and their log-likelihood relative to its bound.

        Parameters
        ----------
        z
            Standard normal latents, shape (n, latent_dim).

        Returns
        -------
        X, log_likelihood
            Rows, shape (n, d), and values at most 0, shape (n,).

        Raises
        ------
        BudgetExhaustedError
            If the query budget does not cover the rows.
        """
        X = self.prior.transport(z)
        output = self.meter.output(X)
        return X, self.observation.log_likelihood(output) - self.observation.log_bound
