"""The posterior an engine draws from: a prior, a metered model and one observation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from retrodict.errors import RequestError
from retrodict.inference.observation import Observation, Sloped
from retrodict.models.metering import Meter
from retrodict.priors.contract import Prior, Smooth

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

    @property
    def smooth(self) -> bool:
        """Whether `evaluate_with_gradient` can be asked."""
        prior, observation = self.prior, self.observation
        return isinstance(prior, Smooth) and isinstance(observation, Sloped) and self.meter.gradient is not None

    def evaluate_with_gradient(
        self, z: Float[Array, "n m"]
    ) -> tuple[Float[Array, "n d"], Float[Array, " n"], Float[Array, "n m"]]:
        """Return rows and log-likelihoods as of `evaluate`, and the gradient by the latents, at two calls a row.

        Raises
        ------
        BudgetExhaustedError
            If the query budget does not cover the rows twice.
        RequestError
            If prior, model or observation have no gradients: see `smooth`.
        """
        prior, observation = self.prior, self.observation
        if not (isinstance(prior, Smooth) and isinstance(observation, Sloped)):
            raise RequestError("the prior or the observation has no gradients; move without them")
        X = prior.transport(z)
        output, gradient = self.meter.with_gradient(X, observation.slope)
        ll = observation.log_likelihood(output) - observation.log_bound
        return X, ll, np.nan_to_num(prior.latent_gradient(z, np.nan_to_num(gradient)))
