"""What is assumed of a row's codes together, its label known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict.matching.problem import Targets

Array = np.ndarray

_LEAST = 1e-300
"""In place of shares that sum to zero."""


@dataclass(frozen=True, eq=False)
class RowPrior:
    """A mixture over rows of codes: the label chooses a component, and given it codes are independent, or tied.

    A *tied* feature has a latent, and the tied latents of a component are jointly normal. A latent's line is cut into
    slots, each of which means a code; that it lies in a slot makes the row hold the code. A missing value leaves its
    latent anywhere, and is independent of all else. Codes of other features are drawn by the component's chances.

    A copula is one component, or one a class, whose latents are those of its marginals; a kernel around sample rows has
    one component a row, whose latents are the numbers themselves; independent features are one component without ties.

    Parameters
    ----------
    shares
        Of the K components among the rows of each of L labels, shape (L, K); each label's sum to one. Several labels
        may share components.
    tied
        Which features have latents, shape (d,).
    means
        Of the latents, shape (K, d); 0 where a feature is not tied.
    precisions, precision
        Inverse covariances of the latents, shape (S, d, d), and which one each component has, shape (K,). A feature
        that is not tied has 1 on the diagonal, and 0 elsewhere.
    ends, scale
        Where slots of latents end, shape (E, d, M + 1): slot ``m`` is ``(ends[m], ends[m + 1]]``, the first from -inf,
        the last to inf; what follows the last is inf as well. And which of these each component has, shape (K,).
    slots
        The code that each slot means, shape (d, M); -1 behind the last. Every code but the missing one has a slot.
    missing
        Probability of the missing code of tied features, shape (K, d).
    chances
        Of the codes of features that are not tied (the missing one among them), shape (K, d, M); 0 behind the last. All
        are above zero, since counts may ask for any; so is the mass of each slot.
    """

    shares: Float[Array, "L K"]
    tied: Bool[Array, " d"]
    means: Float[Array, "K d"]
    precisions: Float[Array, "S d d"]
    precision: Int[Array, " K"]
    ends: Float[Array, "E d M+1"]
    scale: Int[Array, " K"]
    slots: Int[Array, "d M"]
    missing: Float[Array, "K d"]
    chances: Float[Array, "K d M"]

    @classmethod
    def independent(cls, chances: tuple[Float[Array, " k"], ...], targets: Targets) -> RowPrior:
        """Return the prior of features that know nothing of one another, nor of labels.

        Parameters
        ----------
        chances
            Of each feature's codes.
        targets
            Whose labels they know nothing of.
        """
        d, most = len(chances), max((len(own) for own in chances), default=1)
        table = np.zeros((1, d, most))
        for f, own in enumerate(chances):
            table[0, f, : len(own)] = own
        nothing = np.zeros((1, d))
        return cls(
            shares=np.ones((max(targets.size, 1), 1)),
            tied=np.zeros(d, dtype=bool),
            means=nothing,
            precisions=np.eye(d)[None],
            precision=np.zeros(1, dtype=np.int64),
            ends=np.full((1, d, most + 1), np.inf),
            scale=np.zeros(1, dtype=np.int64),
            slots=np.full((d, most), -1, dtype=np.int64),
            missing=nothing,
            chances=table,
        )

    def weakened(self, strength: float) -> RowPrior:
        """Return a prior whose features go together less, each by itself distributed as before or about so.

        Correlations are multiplied; components of one covariance move towards their middle, by what their latents'
        variances grow, and their chances likewise.

        Parameters
        ----------
        strength
            0 to 1: nothing goes together, all as it is.
        """
        if strength >= 1.0:
            return self
        means, chances = self.means.copy(), self.chances.copy()
        covariances = np.linalg.inv(self.precisions)
        weights = self.shares.sum(axis=0)
        for s in range(len(covariances)):
            own = self.precision == s
            share = weights[own] / max(weights[own].sum(), _LEAST)
            middle = share @ self.means[own]
            between = share @ (self.means[own] - middle) ** 2
            means[own] = middle + strength * (self.means[own] - middle)
            mixed = np.einsum("k,kfm->fm", share, self.chances[own])
            chances[own] = strength * self.chances[own] + (1.0 - strength) * mixed
            alone = np.diag(np.diag(covariances[s]))
            covariances[s] = alone + strength * (covariances[s] - alone) + (1.0 - strength**2) * np.diag(between)
        return replace(self, means=means, chances=chances, precisions=np.linalg.inv(covariances))

    def sample(
        self, labels: Int[Array, " n"], gone: Int[Array, " d"], rng: np.random.Generator
    ) -> tuple[Int[Array, "n d"], Int[Array, " n"], Float[Array, "n d"]]:
        """Draw rows.

        Parameters
        ----------
        labels
            Of the rows, as codes, shape (n,).
        gone
            The missing code of each feature, or -1, shape (d,).
        rng
            What they are drawn from.

        Returns
        -------
        tuple
            Codes, shape (n, d); components, shape (n,); and latents, shape (n, d), 0 of features that are not tied.
        """
        n, d = len(labels), len(self.tied)
        ends = np.cumsum(self.shares, axis=1)
        u = rng.random(n) * ends[labels, -1]
        components = np.minimum((ends[labels] <= u[:, None]).sum(axis=1), len(self.means) - 1)
        factors = np.linalg.cholesky(np.linalg.inv(self.precisions))
        noise, u = rng.standard_normal((n, d)), rng.random((n, d))
        latents = self.means[components] + np.einsum("nfg,ng->nf", factors[self.precision[components]], noise)
        codes = np.zeros((n, d), dtype=np.int64)
        for f in range(d):
            if self.tied[f]:
                slot = (self.ends[self.scale[components], f, 1:] < latents[:, f, None]).sum(axis=1)
                codes[:, f] = self.slots[f, np.minimum(slot, int((self.slots[f] >= 0).sum()) - 1)]
                if gone[f] >= 0:
                    codes[:, f] = np.where(u[:, f] < self.missing[components, f], gone[f], codes[:, f])
            else:
                sums = np.cumsum(self.chances[components, f], axis=1)
                codes[:, f] = np.minimum((sums <= (u[:, f] * sums[:, -1])[:, None]).sum(axis=1), sums.shape[1] - 1)
        return codes, components.astype(np.int32), np.where(self.tied, latents, 0.0)
