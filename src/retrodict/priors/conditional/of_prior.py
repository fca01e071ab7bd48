"""The law of one column under any prior that can say it."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from retrodict.errors import PriorError
from retrodict.priors.conditional.independent import independent_law
from retrodict.priors.conditional.law import Law, Shares, unmatched
from retrodict.priors.contract import Conditional, Enumerable, Marginals, Prior, state_count
from retrodict.results.notes import Note

Array = np.ndarray

MOST_STATES = 1_000_000
"""States of a prior up to which they are listed and those that fit a row's other columns are taken."""


def law_of(prior: Prior, X: Float[Array, "n d"], column: int) -> Law:
    """Return what a prior says of one column in rows whose other columns are known.

    By the prior's own formula where it is `Conditional`; from its list of states where it has one; else its marginal,
    and a note says so.

    Parameters
    ----------
    prior
        What is assumed of the features.
    X
        Rows in the schema's encoding; what they hold in the column itself is not looked at.
    column
        Its place among the features.

    Raises
    ------
    PriorError
        If the prior can't be conditioned and has no marginals.
    """
    X = np.asarray(X, dtype=np.float64)
    if isinstance(prior, Conditional):
        return prior.given_others(X, column)
    count = state_count(prior)
    if isinstance(prior, Enumerable) and count is not None and count <= MOST_STATES:
        return _listed(prior, X, column)
    if isinstance(prior, Marginals):
        text = f"this prior ({type(prior).__name__}) can't be conditioned on other columns: its marginal is taken"
        note = Note("marginal_taken", text, prior=type(prior).__name__)
        return independent_law(prior.schema, prior.marginals, X, column, (note,))
    raise PriorError(
        f"{type(prior).__name__} does not say what it expects of one column given the others; give a prior of kind "
        "independent, copula or empirical, such as fit_prior makes, or add given_others to it"
    )


def _listed(prior: Enumerable, X: Array, column: int) -> Law:
    states, logs = prior.states()
    others = [j for j in range(X.shape[1]) if j != column]
    # NaN stands for itself: infinity is no value of a schema
    known, held = (np.where(np.isnan(one), np.inf, one)[:, others] for one in (X, states))
    groups = {tuple(row): k for k, row in enumerate(np.unique(held, axis=0).tolist())}
    group = np.array([groups[tuple(row)] for row in held.tolist()], dtype=np.intp)
    values = np.unique(states[:, column])  # NaN last
    at = np.searchsorted(values, states[:, column])
    table = np.zeros((len(groups) + 1, len(values)))
    np.add.at(table, (group, at), np.exp(logs))
    table[-1] = table[:-1].sum(axis=0)  # of rows that no state fits
    place = np.array([groups.get(tuple(row), -1) for row in known.tolist()], dtype=np.intp)
    joint = table[place]
    total = joint.sum(axis=1)
    gone = np.isnan(values)
    present = joint[:, ~gone]
    held_mass = present.sum(axis=1, keepdims=True)
    p = np.where(held_mass > 0, present / np.where(held_mass > 0, held_mass, 1.0), 1.0 / max(present.shape[1], 1))
    with np.errstate(divide="ignore"):
        evidence = np.where(place < 0, -np.inf, np.log(total)), np.full(len(X), float(len(others)))
    notes = (unmatched(int((place < 0).sum())),) if (place < 0).any() else ()
    missing = joint[:, gone].sum(axis=1) / np.where(total > 0, total, 1.0)
    return Law((Shares(values[~gone], p, np.ones(len(X))),), missing, lambda: evidence, notes)
