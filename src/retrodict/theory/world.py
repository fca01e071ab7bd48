"""A world of finitely many states, in which everything is known: the truth, the assumed prior and the model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.errors import RequestError
from retrodict.results.result import Result
from retrodict.theory.checking import conditional, distribution, names
from retrodict.theory.divergences import column_divergences
from retrodict.theory.posteriors import class_posteriors, joint

Array = np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class DiscreteWorld(Result):
    """The truth `P(x)`, `P(y|x)`, the assumed prior `Q(x)` and the model `Q(y|x)` over `n` states and `k` classes.

    A state is one value of `x`, whatever number of features it stands for. Zeros are allowed anywhere; divergences are
    infinite where `Q` lacks support that `P` has. What `save` writes is a world file: `read_world` reads it.

    Parameters
    ----------
    p_x
        True probability of each state, shape (n,).
    p_y_given_x
        True probability of each class in each state, shape (n, k).
    q_x, q_y_given_x
        The assumed prior and the model, of the same shapes.
    states, classes
        Their names; by default their numbers.

    Raises
    ------
    RequestError
        If the shapes don't fit, or a distribution holds something negative or not finite, or does not sum to one
        (within 1e-6; it is then scaled).
    """

    p_x: Float[Array, " n"]
    p_y_given_x: Float[Array, "n k"]
    q_x: Float[Array, " n"]
    q_y_given_x: Float[Array, "n k"]
    states: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        p_x, q_x = distribution("p_x", self.p_x), distribution("q_x", self.q_x)
        n = len(p_x)
        if len(q_x) != n:
            raise RequestError(f"q_x has {len(q_x)} states, but p_x has {n}; give both over the same states")
        p_y = conditional("p_y_given_x", self.p_y_given_x, n)
        q_y = conditional("q_y_given_x", self.q_y_given_x, n)
        if p_y.shape != q_y.shape:
            raise RequestError(
                f"q_y_given_x has {q_y.shape[1]} classes, but p_y_given_x has {p_y.shape[1]}; give both over the same "
                "classes"
            )
        checked = {
            "p_x": p_x,
            "p_y_given_x": p_y,
            "q_x": q_x,
            "q_y_given_x": q_y,
            "states": names("states", self.states, n),
            "classes": names("classes", self.classes, p_y.shape[1]),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def n_states(self) -> int:
        """Number of states, n."""
        return len(self.p_x)

    @property
    def n_classes(self) -> int:
        """Number of classes, k."""
        return self.p_y_given_x.shape[1]

    @cached_property
    def p_y(self) -> Float[Array, " k"]:
        """True class shares `P(y)`."""
        return joint(self.p_x, self.p_y_given_x).sum(axis=0)

    @cached_property
    def q_y(self) -> Float[Array, " k"]:
        """Class shares of model and prior, `Q(y)`: the evidence of each class."""
        return joint(self.q_x, self.q_y_given_x).sum(axis=0)

    @cached_property
    def p_x_given_y(self) -> Float[Array, "n k"]:
        """True posteriors `P(x|y)`, one column a class; NaN for a class without mass."""
        return class_posteriors(joint(self.p_x, self.p_y_given_x))

    @cached_property
    def q_x_given_y(self) -> Float[Array, "n k"]:
        """Estimated posteriors `Q(x|y)`, one column a class; NaN for a class that `Q` gives no mass."""
        return class_posteriors(joint(self.q_x, self.q_y_given_x))

    def posterior_divergence(self, kind: str = "kl") -> Float[Array, " k"]:
        """Return the divergence of `Q(x|y)` from `P(x|y)` for each class.

        Parameters
        ----------
        kind
            `kl`, `reverse_kl`, `jensen_shannon`, `total_variation`, `hellinger` or `chi_square`; see `DIVERGENCES`.

        Returns
        -------
        Float[Array, " k"]
            NaN for a class with `P(y) = 0`; the largest value there is for one with `P(y) > 0 = Q(y)`.

        Raises
        ------
        RequestError
            If no divergence has the name.
        """
        return column_divergences(self.p_x_given_y, self.q_x_given_y, kind)

    def expected_divergence(self, kind: str = "kl") -> float:
        """Return the mean of `posterior_divergence` over the true classes `P(y)`."""
        present = self.p_y > 0
        return float(self.p_y[present] @ self.posterior_divergence(kind)[present])

    def with_known_shares(self) -> DiscreteWorld:
        """Return the world with the same posteriors `Q(x|y)` whose class shares are the true ones.

        Its joint is ``R(x, y) = P(y) Q(x|y)``: what inverse estimation draws when the class shares are known. Its label
        term is zero, so that its prior and model terms alone add up to the same posterior divergence.

        Raises
        ------
        RequestError
            If a class with `P(y) > 0` has `Q(y) = 0`: it has no posterior to keep.
        """
        lost = [name for name, p, q in zip(self.classes, self.p_y, self.q_y, strict=True) if p > 0 and q == 0]
        if lost:
            raise RequestError(f"class {lost[0]} has no probability under prior and model; no share can mend that")
        present = self.p_y > 0
        together = np.where(present, self.p_y * np.where(present, self.q_x_given_y, 0.0), 0.0)
        x = together.sum(axis=1)
        kept = x > 0
        y_given_x = np.where(kept[:, None], together, self.q_y_given_x)
        return replace(self, q_x=x, q_y_given_x=y_given_x / y_given_x.sum(axis=1, keepdims=True))

    def to_frame(self) -> pd.DataFrame:
        """Return one line a state and class, with the probabilities of both."""
        n, k = self.p_y_given_x.shape
        return pd.DataFrame(
            {
                "state": np.repeat(np.array(self.states, dtype=object), k),
                "class": np.tile(np.array(self.classes, dtype=object), n),
                "p_x": np.repeat(self.p_x, k),
                "p_y_given_x": self.p_y_given_x.ravel(),
                "q_x": np.repeat(self.q_x, k),
                "q_y_given_x": self.q_y_given_x.ravel(),
            }
        )

    @property
    def head(self) -> str:
        """The world in one line."""
        divergence = f"{self.expected_divergence():.4g} nats"
        return f"DiscreteWorld: {self.n_states} states, {self.n_classes} classes; posterior divergence {divergence}"
