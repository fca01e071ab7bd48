"""Derivatives of every term of the error budget, and of accuracy, in closed form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import overload

import numpy as np
import pandas as pd

from retrodict.results.result import KeptResult
from retrodict.theory.posteriors import joint, ratio
from retrodict.theory.world import DiscreteWorld

Array = np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class Gradients(KeptResult, Mapping[str, Mapping[str, Array]]):
    """Derivatives by quantity and variable: ``found["posterior"]["theta"]``, or ``found["posterior", "theta"]``.

    Quantities: `prior`, `model`, `label` and `posterior`, the terms of the error budget (so that ``posterior = prior +
    model - label`` holds of each derivative; what does not depend on a variable is left out); `posterior_by_class`, the
    divergence ``KL(P(x|y)||Q(x|y))`` of each class; `accuracy`, ``E_P Q(y|x)``, the probability that the true label is
    given; `accuracy_by_class`, the same over the rows of each class.

    Variables, of shape (n,) those of the prior and (n, k) those of the model, with a leading axis (k,) for the
    quantities by class:

    - `theta`, `phi`: logits, ``Q(x) = softmax(theta)``, ``Q(.|x_k) = softmax(phi_k)``;
    - `weight_x`, `weight_y_given_x`: weights that are divided by their sum before use (of each state's own, for the
      model), taken where that sum is one;
    - `q_x`, `q_y_given_x`: the numbers `Q(x_k)` and `Q(c|x_k)` as they stand in the formulas, with nothing divided by
      its sum but the posterior itself.

    Where a probability of `Q` is zero the derivative is the limit from inside; that can be infinite. A class that has
    no posterior gives NaN.

    Parameters
    ----------
    arrays
        By quantity, then by variable.
    """

    arrays: Mapping[str, Mapping[str, Array]]

    @overload
    def __getitem__(self, key: str) -> Mapping[str, Array]: ...

    @overload
    def __getitem__(self, key: tuple[str, str]) -> Array: ...

    def __getitem__(self, key: str | tuple[str, str]) -> Mapping[str, Array] | Array:
        return self.arrays[key] if isinstance(key, str) else self.arrays[key[0]][key[1]]

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)

    def to_frame(self) -> pd.DataFrame:
        """Return one line a derivative: `quantity`, `variable`, its place in the array (`index`) and `value`."""
        parts = [
            pd.DataFrame(
                {
                    "quantity": quantity,
                    "variable": variable,
                    "index": [", ".join(map(str, place)) for place in np.ndindex(array.shape)],
                    "value": np.ravel(array),
                }
            )
            for quantity, of in self.arrays.items()
            for variable, array in of.items()
        ]
        return pd.concat(parts, ignore_index=True)

    @property
    def head(self) -> str:
        """What it is."""
        return "Gradients"

    def remarks(self) -> list[str]:
        """Return the shapes."""
        return [
            f"{quantity}: " + ", ".join(f"{name} {array.shape}" for name, array in of.items())
            for quantity, of in self.arrays.items()
        ]


@dataclass(frozen=True, eq=False)
class _Parts:
    """What the formulas share.

    Parameters
    ----------
    p, P, q, Q
        Truth and assumption, (n,) and (n, k).
    a, b
        Posteriors of both, (n, k).
    rebuilt
        ``R(x, y) = P(y) Q(x|y)``, (n, k).
    r, w
        Label ratios `P(y)/Q(y)`, (k,), and their mean over `Q(y|x)`, (n,): ``R(x) = w(x) Q(x)``.
    accuracy
        Probability given to the true label in each state, (n,).
    own
        ``1[y = c]``, (k, 1, k), to stand beside arrays (k, n, k).
    """

    p: Array
    P: Array
    q: Array
    Q: Array
    a: Array
    b: Array
    rebuilt: Array
    r: Array
    w: Array
    evidence: Array
    accuracy: Array
    own: Array

    @classmethod
    def of(cls, world: DiscreteWorld) -> _Parts:
        a, b, k = world.p_x_given_y, world.q_x_given_y, world.n_classes
        r = ratio(world.p_y, world.q_y)
        r[np.isinf(r)] = np.nan  # a class that can't be reached has no derivative
        return cls(
            p=world.p_x,
            P=world.p_y_given_x,
            q=world.q_x,
            Q=world.q_y_given_x,
            a=a,
            b=b,
            rebuilt=joint(world.q_x, world.q_y_given_x) * r,
            r=r,
            w=world.q_y_given_x @ r,
            evidence=np.where(world.q_y > 0, world.q_y, np.nan),
            accuracy=(world.p_y_given_x * world.q_y_given_x).sum(axis=1),
            own=np.eye(k)[:, None, :],
        )

    @property
    def gap(self) -> Array:
        """``Q(x_k|y) - P(x_k|y)``, class first, (k, n)."""
        return (self.b - self.a).T

    @property
    def gap_by_cell(self) -> Array:
        """The gap over ``Q(y|x_k)``, class first, (k, n)."""
        return (self.q[:, None] / self.evidence - ratio(self.a, self.Q)).T


def gradients(world: DiscreteWorld) -> Gradients:
    """Return all derivatives of a world; see `Gradients` for the words and shapes."""
    parts = _Parts.of(world)
    found: dict[str, dict[str, Array]] = {}
    for variable, formula in _FORMULAS.items():
        for quantity, array in formula(parts).items():
            array.flags.writeable = False
            found.setdefault(quantity, {})[variable] = array
    return Gradients(MappingProxyType({quantity: MappingProxyType(of) for quantity, of in found.items()}))


def _theta(s: _Parts) -> dict[str, Array]:
    rebuilt = s.rebuilt.sum(axis=1)
    return {
        "prior": s.q - s.p,
        "label": s.q - rebuilt,
        "posterior": rebuilt - s.p,
        "posterior_by_class": s.gap,
    }


def _weight_x(s: _Parts) -> dict[str, Array]:
    share = ratio(s.p, s.q)
    by_class = s.Q / s.evidence - ratio(s.a, s.q[:, None])
    return {"prior": 1 - share, "label": 1 - s.w, "posterior": s.w - share, "posterior_by_class": by_class.T}


def _q_x(s: _Parts) -> dict[str, Array]:
    return {**_weight_x(s), "prior": -ratio(s.p, s.q), "label": -s.w}


def _phi(s: _Parts) -> dict[str, Array]:
    rebuilt, own = s.rebuilt.sum(axis=1, keepdims=True), s.own - s.Q
    label = s.Q * rebuilt - s.rebuilt
    model = s.p[:, None] * (s.Q - s.P)
    return {
        "model": model,
        "label": label,
        "posterior": model - label,
        "posterior_by_class": s.gap[:, :, None] * own,
        "accuracy": s.p[:, None] * s.Q * (s.P - s.accuracy[:, None]),
        "accuracy_by_class": (s.a * s.Q).T[:, :, None] * own,
    }


def _weight_y(s: _Parts) -> dict[str, Array]:
    label = s.q[:, None] * (s.w[:, None] - s.r)
    model = s.p[:, None] - ratio(joint(s.p, s.P), s.Q)
    own_cell = np.where(s.own > 0, s.gap_by_cell[:, :, None], 0.0)
    return {
        "model": model,
        "label": label,
        "posterior": model - label,
        "posterior_by_class": own_cell - s.gap[:, :, None],
        "accuracy": s.p[:, None] * (s.P - s.accuracy[:, None]),
        "accuracy_by_class": s.a.T[:, :, None] * (s.own - s.Q.T[:, :, None]),
    }


def _q_y(s: _Parts) -> dict[str, Array]:
    label = np.broadcast_to(-s.q[:, None] * s.r, s.Q.shape).copy()
    model = -ratio(joint(s.p, s.P), s.Q)
    own = np.broadcast_to(s.own > 0, (len(s.r), *s.Q.shape))
    return {
        "model": model,
        "label": label,
        "posterior": model - label,
        "posterior_by_class": np.where(own, s.gap_by_cell[:, :, None], 0.0),
        "accuracy": joint(s.p, s.P),
        "accuracy_by_class": np.where(own, s.a.T[:, :, None], 0.0),
    }


_FORMULAS = {
    "theta": _theta,
    "phi": _phi,
    "weight_x": _weight_x,
    "weight_y_given_x": _weight_y,
    "q_x": _q_x,
    "q_y_given_x": _q_y,
}
