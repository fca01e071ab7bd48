"""The posterior divergence of each class, directly: its real rows against posterior draws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from retrodict.budget.estimate import Estimate
from retrodict.budget.pool import Pool
from retrodict.budget.ratio import Ratio, divergence
from retrodict.budget.verdict import MIN_ROWS, judged
from retrodict.results.notes import Note

Array = np.ndarray

JUDGING = 20_000
"""Draws that ratios are normalised over at most."""

DRAWS_A_ROW = 4
"""Draws for each real row that classifiers are fitted to."""

_FLOOR = -14.0


def class_divergence(
    code: int,
    name: str,
    X: Float[Array, "n d"],
    log_q: Float[Array, "n k"],
    fitting: Pool,
    judging: Pool,
    sizes: Int[Array, " d"],
    learners: Sequence[str],
    rng: np.random.Generator,
    repeats: int,
) -> tuple[Estimate, Ratio | None]:
    """Estimate ``KL(P(x|y) || Q(x|y))`` of one class.

    Parameters
    ----------
    code, name
        The class.
    X, log_q
        Its held-out rows, and the model's log-probabilities there.
    fitting, judging
        Scored prior draws; those whose drawn label is the class are exact posterior draws.
    sizes, learners, rng, repeats
        As `divergence` takes them. The model's log-odds of the class are a feature of their own: they are what the
        posterior differs from the prior by.
    """
    n = len(X)
    if n < MIN_ROWS:
        text = f"too few rows: {n} of class {name}, at least {MIN_ROWS} are needed"
        return Estimate(None, reason=Note("too_few_rows", text, rows=n, needed=MIN_ROWS)), None
    if np.isneginf(log_q[:, code]).any():
        never = int(np.isneginf(log_q[:, code]).sum())
        text = f"the model gives probability zero to class {name} at {never} of its {n} rows"
        return Estimate.infinite(Note("probability_zero", text, rows=never, of=n)), None
    own_fit, own_judge = np.flatnonzero(fitting.label == code), np.flatnonzero(judging.label == code)
    if len(own_fit) < max(n, 4 * MIN_ROWS) or len(own_judge) < 4 * MIN_ROWS:
        text = (
            f"too few posterior draws: the model gives class {name} to {len(own_fit)} of {len(fitting):,} prior "
            f"draws, and its {n} rows need {max(n, 4 * MIN_ROWS)}; raise draws"
        )
        return Estimate(None, reason=Note("too_few_draws", text, draws=len(own_fit))), None
    own_fit, own_judge = own_fit[: DRAWS_A_ROW * n], own_judge[:JUDGING]
    ratio = divergence(
        _with_odds(X, log_q, code),
        _with_odds(fitting.X[own_fit], fitting.log_q[own_fit], code),
        _with_odds(judging.X[own_judge], judging.log_q[own_judge], code),
        np.append(sizes, [0, 0]),
        learners,
        rng,
        repeats,
    )
    return judged(ratio, f"the rows of class {name}"), ratio


def _with_odds(X: Array, log_q: Array, code: int) -> Array:
    own = log_q[:, code]
    with np.errstate(divide="ignore"):
        others = np.log1p(-np.minimum(np.exp(own), 1.0))
    return np.column_stack([X, np.clip(own, _FLOOR, 0.0), np.clip(others, _FLOOR, 0.0)])
