"""What every prior is to all rooms: a transport of a standard normal to rows, and what more it may say of itself."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from retrodict.schema import Schema

if TYPE_CHECKING:
    from retrodict.priors.conditional.law import Law
    from retrodict.priors.marginals import Marginal

Array = np.ndarray


@runtime_checkable
class Prior(Protocol):
    """What is assumed about the features before the model is asked: the law of ``T(z)``, ``z ~ N(0, I)``."""

    @property
    def schema(self) -> Schema:
        """The features it draws, each missing as often as its `missing` says.

        Where its target has another name than the usual one, tables take that.
        """
        ...

    @property
    def latent_dim(self) -> int:
        """The number of coordinates of ``z``, at least 1."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know of how it was made (a repaired correlation matrix, say); best `Note`s."""
        ...

    def transport(self, z: Float[Array, "n m"]) -> Float[Array, "n d"]:
        """Map standard normal latents to rows in the schema's encoding.

        Streams call it from several threads at once: it keeps nothing between calls that another one could change.

        Parameters
        ----------
        z
            float64, shape (n, latent_dim).

        Returns
        -------
        Float[Array, "n d"]
            float64; NaN is missing. Row `i` depends on ``z[i]`` alone, and the input is left as it was.

        Raises
        ------
        PriorError
            If `z` has another number of columns.
        """
        ...

    def sample(self, n: int, rng: np.random.Generator) -> Float[Array, "n d"]:
        """Draw `n` rows: what `transport` makes of the generator's next ``(n, latent_dim)`` standard normals."""
        ...

    def describe(self) -> dict[str, Any]:
        """Return what the prior is as plain data (JSON), for provenance: two that draw alike may be described alike."""
        ...


@runtime_checkable
class Enumerable(Prior, Protocol):
    """A prior over finitely many states, which can list them. A capability: a prior need not have it."""

    def n_states(self) -> int | None:
        """Return the number of states or an upper limit of it, ``None`` where they are not finite; cheap."""
        ...

    def states(self) -> tuple[Float[Array, "m d"], Float[Array, " m"]]:
        """Return every state of positive probability once with its log-probability, shapes (m, d) and (m,).

        Raises
        ------
        PriorError
            If they are not finite.
        """
        ...


@runtime_checkable
class Labelled(Prior, Protocol):
    """A prior that may know how often each class of the target is. A capability."""

    @property
    def class_shares(self) -> Mapping[Hashable, float] | None:
        """Class -> share in the sample or file it came from, summing to one; ``None`` where it does not know."""
        ...


@runtime_checkable
class ByClass(Prior, Protocol):
    """A prior that says what rows of one class of the target are like. A capability."""

    def of_class(self, label: Hashable) -> Prior | None:
        """Return the prior of one class's rows, over the same features; ``None`` where it knows no such class."""
        ...


@runtime_checkable
class Marginals(Prior, Protocol):
    """A prior that is made of one marginal a feature. A capability."""

    @property
    def marginals(self) -> tuple[Marginal, ...]:
        """One a feature, in the schema's order, of its values where they are not missing."""
        ...


@runtime_checkable
class Conditional(Prior, Protocol):
    """A prior that says what it expects of one column once the others are known. A capability."""

    def given_others(self, X: Float[Array, "n d"], column: int) -> Law:
        """Return the law of one column in each of several rows.

        Parameters
        ----------
        X
            Rows in the schema's encoding, NaN where a value is missing; what they hold in the column itself is not
            looked at.
        column
            Its place among the features.
        """
        ...


@runtime_checkable
class Smooth(Prior, Protocol):
    """A prior that says how its rows change with their latents. A capability: moves along a gradient need it."""

    def latent_gradient(self, z: Float[Array, "n m"], gradient: Float[Array, "n d"]) -> Float[Array, "n m"]:
        """Return the gradient with respect to latents of what has this one with respect to their rows.

        Zero for latents that rows do not change with little by little, such as those of listed features.
        """
        ...


def state_count(prior: Prior) -> int | None:
    """Return how many states a prior has at most; ``None`` where they are not finite, or it does not list them."""
    return prior.n_states() if isinstance(prior, Enumerable) else None


def class_shares(prior: Prior) -> Mapping[Hashable, float] | None:
    """Return the class shares that a prior knows; ``None`` where it knows none."""
    return prior.class_shares if isinstance(prior, Labelled) else None


def class_prior(prior: Prior, label: Hashable) -> Prior | None:
    """Return what a prior says of one class; ``None`` where it does not tell classes apart, or knows no such one."""
    return prior.of_class(label) if isinstance(prior, ByClass) else None
