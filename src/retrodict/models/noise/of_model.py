"""The noise of a model, and targets that it gives."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from retrodict.models.contract import Model, Regressor
from retrodict.models.noise.contract import Noise
from retrodict.models.noise.real import Gaussian

Array = np.ndarray


@runtime_checkable
class Noisy(Regressor, Protocol):
    """A regressor whose noise is not Gaussian, or need not be. A capability."""

    @property
    def noise(self) -> Noise:
        """The distribution of its target around its prediction."""
        ...


def noise_of(model: Model) -> Noise | None:
    """Return the noise of a regressor, Gaussian where it says nothing else; ``None`` of a classifier."""
    if isinstance(model, Noisy):
        return model.noise
    return Gaussian(model.noise_scale) if isinstance(model, Regressor) else None


def drawn_targets(model: Model, mean: Float[Array, " n"], rng: np.random.Generator) -> Float[Array, " n"]:
    """Return a target for each of a regressor's predictions; the prediction itself where its noise is not known.

    Parameters
    ----------
    model
        A regressor.
    mean
        Its predictions.
    rng
        Of the targets.
    """
    noise = noise_of(model)
    return noise.draw(mean, rng) if noise is not None and noise.known else mean
