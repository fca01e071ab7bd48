"""A small population whose budget is known, and models and priors over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from scipy.special import log_softmax, rel_entr

import retrodict as rd
from retrodict.priors.marginals import Marginal, listed
from retrodict.schema import Feature, Schema, Target

SCHEMA = Schema(
    (Feature("a", "categorical", categories=("u", "v", "w")), Feature("b", "categorical", categories=("k", "l"))),
    Target("y", ("no", "yes")),
)
STATES = np.array([[a, b] for a in range(3) for b in range(2)], dtype=float)
P_X = np.array([0.30, 0.05, 0.10, 0.20, 0.05, 0.30])
Q_A, Q_B = np.array([0.2, 0.5, 0.3]), np.array([0.6, 0.4])
Q_X = np.outer(Q_A, Q_B).ravel()
ONE = {"learners": ("curves",), "envelope": ("curves",)}
"""One learner, where none is tested."""
LOG_P_Y = log_softmax(np.column_stack([np.zeros(6), [1.5, 0.2, -1.0, 0.4, -0.5, 1.0]]), axis=1)
LOG_Q_Y = log_softmax(np.column_stack([np.zeros(6), [0.3, 0.6, 0.2, -0.5, 0.5, 0.0]]), axis=1)


@dataclass(frozen=True, eq=False)
class Table:
    """A model that answers by table."""

    answer: Callable[[np.ndarray], np.ndarray]
    schema: Schema = SCHEMA
    family = "table"
    likelihood = "exact"
    fingerprint = "table"

    def bind(self, schema: Schema) -> Self:
        return self

    def log_proba(self, X: np.ndarray) -> np.ndarray:
        return self.answer(X)


def place(X: np.ndarray) -> np.ndarray:
    return (2 * X[:, 0] + X[:, 1]).astype(int)


def model(log_q_y: np.ndarray = LOG_Q_Y) -> Table:
    return Table(lambda X: log_q_y[place(X)])


def prior(q_a: np.ndarray = Q_A, q_b: np.ndarray = Q_B) -> rd.priors.IndependentPrior:
    marginals: tuple[Marginal, ...] = (listed(q_a), listed(q_b))
    return rd.priors.IndependentPrior(SCHEMA, marginals)


def rows(n: int, seed: int, p_x: np.ndarray = P_X) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    at = rng.choice(6, n, p=p_x)
    y = np.where(rng.random(n) < np.exp(LOG_P_Y[at, 1]), "yes", "no")
    return SCHEMA.decode(STATES[at]).assign(y=y)


def truth(log_q_y: np.ndarray = LOG_Q_Y, q_x: np.ndarray = Q_X) -> dict[str, float]:
    p_y, q_y = P_X @ np.exp(LOG_P_Y), q_x @ np.exp(log_q_y)
    terms = {
        "prior": rel_entr(P_X, q_x).sum(),
        "model": P_X @ rel_entr(np.exp(LOG_P_Y), np.exp(log_q_y)).sum(axis=1),
        "label": rel_entr(p_y, q_y).sum(),
    }
    joint_p, joint_q = P_X[:, None] * np.exp(LOG_P_Y), q_x[:, None] * np.exp(log_q_y)
    posterior = sum(p_y[c] * rel_entr(joint_p[:, c] / p_y[c], joint_q[:, c] / q_y[c]).sum() for c in (0, 1))
    assert np.isclose(terms["prior"] + terms["model"] - terms["label"], posterior)
    return {**{k: float(v) for k, v in terms.items()}, "total": float(posterior), "posterior": float(posterior)}
