"""Paths of worlds from what is assumed to the truth, and what the error budget does along them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.errors import RequestError
from retrodict.results.arguments import check_choice, check_count
from retrodict.results.result import KeptResult, ShownTable
from retrodict.theory.decomposition import error_budget
from retrodict.theory.posteriors import ratio
from retrodict.theory.sign_agreement import concurrence
from retrodict.theory.world import DiscreteWorld

Array = np.ndarray

MOVING = ("prior", "model", "both")
KINDS = ("mixture", "geometric")

ROUNDING = 1e-13
"""Nats by which a divergence may rise from step to step and still count as not rising."""


@dataclass(frozen=True, eq=False, repr=False)
class Path(KeptResult):
    """The error budget at each step of a path of worlds, and the concurrence there.

    Parameters
    ----------
    moving
        What goes to the truth: `prior`, `model` or `both`.
    kind
        `mixture`, ``(1 - t) Q + t P``; or `geometric`, ``Q^(1-t) P^t`` scaled to one, a straight line in logits.
    t
        From 0, the world as it is, to 1, shape (s,).
    posterior, prior, model, label
        Terms of the error budget, nats, shape (s,).
    by_class
        Posterior divergence of each class, shape (s, k).
    prior_share, model_share
        Share of the coordinates where the expected posterior divergence concurs with prior and model, shape (s,).
    """

    moving: str
    kind: str
    t: Float[Array, " s"]
    posterior: Float[Array, " s"]
    prior: Float[Array, " s"]
    model: Float[Array, " s"]
    label: Float[Array, " s"]
    by_class: Float[Array, "s k"]
    prior_share: Float[Array, " s"]
    model_share: Float[Array, " s"]

    @property
    def falling_share(self) -> float:
        """Share of the steps at which the posterior divergence does not rise; what moves comes nearer at every step.

        Steps from one infinite divergence to another count as not rising.
        """
        before, after = self.posterior[:-1], self.posterior[1:]
        return float(np.mean((after <= before + ROUNDING) | np.isinf(before)))

    @property
    def net(self) -> float:
        """Posterior divergence at the end less that at the beginning, nats; positive: coming nearer to truth harmed."""
        return float(self.posterior[-1] - self.posterior[0]) if np.isfinite(self.posterior[-1]) else float("nan")

    def frame(self) -> pd.DataFrame:
        """Return one row a step."""
        names = ("t", "posterior", "prior", "model", "label", "prior_share", "model_share")
        return pd.DataFrame({name: getattr(self, name) for name in names}).set_index("t")

    def content(self) -> dict[str, Any]:
        """Return the path, with what it comes to."""
        return {**super().content(), "falling_share": self.falling_share, "net": self.net}

    def to_frame(self) -> pd.DataFrame:
        """Return one line a step."""
        return self.frame().reset_index()

    @property
    def head(self) -> str:
        """The path in one line."""
        return (
            f"Path of the {self.moving} ({self.kind}, {len(self.t)} steps): posterior {self.posterior[0]:.4g} to "
            f"{self.posterior[-1]:.4g} nats, falling at {self.falling_share:.1%} of the steps"
        )

    def notebook(self) -> list[ShownTable]:
        """Return one line a step."""
        return [ShownTable(self.frame(), floats="{:.4g}")]


def path(world: DiscreteWorld, moving: str = "prior", kind: str = "mixture", steps: int = 51) -> Path:
    """Move the prior, the model or both of a world to the truth.

    Parameters
    ----------
    world
        Where it begins.
    moving
        `prior`, `model` or `both`.
    kind
        `mixture` or `geometric`; see `Path`.
    steps
        Worlds on the path, both ends included.

    Raises
    ------
    RequestError
        If a word is unknown, there are fewer than two steps, or a geometric path leads between distributions that have
        no state in common.
    """
    for what, word, known in (("moving", moving, MOVING), ("kind", kind, KINDS)):
        check_choice(word, what, known)
    check_count(steps, "steps of a path", least=2)
    t = np.linspace(0.0, 1.0, steps)
    worlds = [_at(world, moving, kind, float(s)) for s in t]
    budgets, agreements = [error_budget(one) for one in worlds], [concurrence(one) for one in worlds]
    terms = {name: np.array([getattr(b, name) for b in budgets]) for name in ("posterior", "prior", "model", "label")}
    return Path(
        moving=moving,
        kind=kind,
        t=t,
        **terms,
        by_class=np.array([one.posterior_divergence() for one in worlds]),
        prior_share=np.array([agreement.prior.share for agreement in agreements]),
        model_share=np.array([agreement.model.share for agreement in agreements]),
    )


def _at(world: DiscreteWorld, moving: str, kind: str, t: float) -> DiscreteWorld:
    q_x, q_y = world.q_x, world.q_y_given_x
    if moving != "model":
        q_x = _between(world.q_x[None], world.p_x[None], kind, t)[0]
    if moving != "prior":
        q_y = _between(world.q_y_given_x, world.p_y_given_x, kind, t)
    return replace(world, q_x=q_x, q_y_given_x=q_y)


def _between(q: Array, p: Array, kind: str, t: float) -> Array:
    if t in (0.0, 1.0):
        return p if t else q
    if kind == "mixture":
        return (1 - t) * q + t * p
    weights = q ** (1 - t) * p**t
    totals = weights.sum(axis=1, keepdims=True)
    if (totals == 0).any():
        raise RequestError("a geometric path needs what is assumed and the truth to overlap; use kind 'mixture'")
    return ratio(weights, totals)
