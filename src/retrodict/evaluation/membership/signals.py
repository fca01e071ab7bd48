"""Signals of membership: one number a row, larger where the model is surer of the row's true output."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from retrodict.models.noise import Gaussian, Noise

Array = np.ndarray


def of_labels(log_p: Float[Array, "n k"], labels: Int[Array, " n"]) -> dict[str, Float[Array, " n"]]:
    """Return what a classifier's outputs tell of each row, by the attack's name.

    `probability`: of the true label. `loss`: its logarithm. `entropy`: how sure the model is of any label, the true one
    or not. `modified entropy` (Song & Mittal, 2021): the same with the true label known, so that being sure of a wrong
    one speaks against membership. `margin`: the true label's probability less the largest of the others. Of two classes
    all but the entropy order rows alike.

    Parameters
    ----------
    log_p
        Logarithms of the classes' probabilities; -inf is a probability of 0.
    labels
        Each row's true class, as a column of `log_p`.
    """
    rows = np.arange(len(labels))
    p = np.exp(log_p)
    own = log_p[rows, labels]
    with np.errstate(divide="ignore"):  # a probability of 1 leaves 0 to all others
        log_rest = np.log(_rest(p))
    surprise = p * log_rest  # of a label that is not the true one, if it were held to be
    surprise[rows, labels] = _rest(p)[rows, labels] * own
    others = p.copy()
    others[rows, labels] = -np.inf
    return {
        "probability": p[rows, labels],
        "loss": own,
        "entropy": (np.where(p > 0.0, p * np.where(p > 0.0, log_p, 0.0), 0.0)).sum(axis=1),
        "modified entropy": np.where(np.isnan(surprise), 0.0, surprise).sum(axis=1),  # nan: 0 times infinity
        "margin": p[rows, labels] - others.max(axis=1),
    }


def log_odds(log_p: Float[Array, "n k"], labels: Int[Array, " n"]) -> Float[Array, " n"]:
    """Return the log-odds of the true label: inf where all others have no probability, -inf where it has none.

    Against the sum of the others' probabilities, which keeps what ``1 - p`` loses. Carlini et al. (2022), equation 4.

    Parameters
    ----------
    log_p
        Logarithms of the classes' probabilities.
    labels
        Each row's true class, as a column of `log_p`.
    """
    rows = np.arange(len(labels))
    others = log_p.copy()
    others[rows, labels] = -np.inf
    with np.errstate(divide="ignore"):
        return np.asarray(log_p[rows, labels] - np.logaddexp.reduce(others, axis=1))


def of_values(
    predicted: Float[Array, " n"], values: Float[Array, " n"], noise: Noise | None = None
) -> dict[str, Float[Array, " n"]]:
    """Return what a regressor's predictions tell of each row: how near they are to its true value.

    `absolute error`: under Gaussian noise of one scale the loss orders rows as it does, so that this one attack is
    both. `loss`, of other noise: the log-density less the greatest of any prediction, half the deviance over the scale;
    -inf for values that the noise can't give.

    Parameters
    ----------
    predicted, values
        The model's value of each row, and the true one, in target units.
    noise
        How the model's target lies around its prediction; what is not known of its scale orders no rows.
    """
    signals = {"absolute error": -np.abs(predicted - values)}
    if noise is None or isinstance(noise, Gaussian):
        return signals
    noise = noise if noise.known else noise.with_scale(1.0)
    possible = np.array([noise.admits(value) for value in values.tolist()])
    greatest = np.array([noise.log_bound(value) for value in values[possible].tolist()])
    signals["loss"] = np.full(len(values), -np.inf)
    signals["loss"][possible] = noise.log_density(values[possible], predicted[possible]) - greatest
    return signals


def _rest(p: Float[Array, "n k"]) -> Float[Array, "n k"]:
    """Return the probability of all other classes: their sum, since ``1 - p`` loses what is far below 1."""
    k = p.shape[1]
    return np.stack([np.delete(p, j, axis=1).sum(axis=1) for j in range(k)], axis=1) if k <= _FEW else 1.0 - p


_FEW = 50
"""Classes up to which the others' probabilities are summed one by one: the cost grows with their square."""
