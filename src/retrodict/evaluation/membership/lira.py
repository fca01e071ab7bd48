"""LiRA: how likely what the model says of a row is among shadow models that saw the row, and among those that did not.

Carlini, Chien, Nasr, Song, Terzis & Tramèr, "Membership inference attacks from first principles" (2022), algorithm 1
and section V. What a model says is one number a row (log-odds of the true class; of a value, the distance to the
prediction, with a minus), which is held to be normal over shadow models of either kind.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

from retrodict.evaluation.membership.over_models import mean_over

Array = np.ndarray

Kind = Literal["online", "offline", "fixed variance"]

FEWEST = 4
"""Shadow models below which a row has no two of a kind, and so nobody a variance."""

SHARED = 4.0
"""Models that the variance shared by all rows counts as, beside those of the row itself. Carlini et al. (section VI-C)
use the shared one alone where there are few models, and the row's own where there are many; this passes from one to the
other."""

_SURER = np.log(2.0)
"""How much surer than the surest finite log-odds a certainty counts: of a forest whose surest leaf for some row is one
vote short of all, this is about half a vote short."""

_LEAST = 1e-6
"""The least variance of a row, as a share of the one shared by all: models that say the same each time (leaves of one
row) would have none, and the least difference would then be certain evidence."""


def ratio(
    target: Float[Array, " n"], said: Float[Array, "s n"], held: Bool[Array, "s n"], kind: Kind
) -> Float[Array, " n"]:
    """Return for each row the evidence that the model saw it, larger where it is stronger.

    Parameters
    ----------
    target
        What the model says; may be infinite.
    said
        What each shadow model says, at least `FEWEST` of them.
    held
        Whether it was trained on the row; each row was seen by at least one, and not by at least one.
    kind
        ``online``: the log-likelihood ratio of the two normals. ``fixed variance``: the same with one variance of each
        kind for all rows. ``offline``: how far the model lies above those that did not see the row, in standard
        deviations, which orders rows as ``Pr[Z <= .]`` does (their equation 4), without its end at 1.
    """
    target, said = finite(target, said)
    out_mean, out_variance = _normal(said, ~held, kind)
    if kind == "offline":
        return (target - out_mean) / np.sqrt(out_variance)
    in_mean, in_variance = _normal(said, held, kind)
    return _log_density(target, in_mean, in_variance) - _log_density(target, out_mean, out_variance)


def finite(target: Float[Array, " n"], said: Float[Array, "s n"]) -> tuple[Float[Array, " n"], Float[Array, "s n"]]:
    """Return numbers with certainties as a little surer than the surest that is none."""
    sizes = [np.abs(one[np.isfinite(one)]).max(initial=0.0) for one in (target, said)]
    end = float(max(sizes)) + _SURER
    return np.clip(target, -end, end), np.clip(said, -end, end)


def _normal(
    said: Float[Array, "s n"], chosen: Bool[Array, "s n"], kind: Kind
) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
    """Return mean and variance of each row over some of the models."""
    count = chosen.sum(axis=0)
    mean = mean_over(said, chosen)
    squares = (np.where(chosen, said - mean, 0.0) ** 2).sum(axis=0)
    shared = squares.sum() / max(1, int((count - 1).sum()))
    if kind == "fixed variance":
        variance = np.full(len(mean), shared)
    else:
        variance = (squares + SHARED * shared) / (count - 1 + SHARED)
    return mean, np.maximum(variance, _LEAST * shared if shared > 0.0 else _LEAST)


def _log_density(at: Float[Array, " n"], mean: Float[Array, " n"], variance: Float[Array, " n"]) -> Float[Array, " n"]:
    return np.asarray(-0.5 * ((at - mean) ** 2 / variance + np.log(variance)))
