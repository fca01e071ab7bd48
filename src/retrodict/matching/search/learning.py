"""What a chain learns of the prior from its own table: shares of components, and chances of codes and labels."""

from __future__ import annotations

import numpy as np

from retrodict.matching.problem import Problem
from retrodict.matching.search.arrays import Chain, Fixed

Array = np.ndarray

_OF_COMPONENTS, _OF_LABELS, _OF_CODES = 1.0, 1.0, 1.0
"""What the Dirichlet laws around the stated shares and chances weigh, in rows: of all components, of a component's
labels, and of a component's codes of one feature. One row's worth leaves nearly all to the counts, and components that
no row needs empty."""
_LEAST = 1e-12
"""Chances stay above: their logarithms are summed."""


def own_copies(fixed: Fixed) -> Fixed:
    """Return the same arrays with copies of those that a chain learns."""
    assumed = fixed.assumed
    learned = assumed._replace(shares=assumed.shares.copy(), chances=assumed.chances.copy(), logs=assumed.logs.copy())
    return fixed._replace(assumed=learned, label_chances=fixed.label_chances.copy())


def learn(problem: Problem, fixed: Fixed, chain: Chain, rng: np.random.Generator) -> None:
    """Draw shares and chances anew, given the rows and their components (Gibbs sampling of Dirichlet laws).

    A component has a share, chances of labels, and chances of each feature's codes; a label's shares of components
    follow from them by Bayes' rule.

    Parameters
    ----------
    problem
        What its prior states is what the laws are around.
    fixed
        Of the chain alone; see `own_copies`.
    chain
        Whose rows.
    rng
        What is drawn from.
    """
    prior = problem.prior
    assert prior is not None
    k, d, most = prior.chances.shape
    labels = len(fixed.label_chances)
    at = chain.components.astype(np.int64)
    own = np.bincount(at, minlength=k)
    with_label = np.bincount(at * labels + chain.labels, minlength=k * labels).reshape(k, labels)
    places = (at[:, None] * d + np.arange(d)) * most + chain.codes
    codes = np.bincount(places.ravel(), minlength=k * d * most).reshape(k, d, most)
    stated = prior.shares.T * problem.targets.chances[: len(prior.shares)]  # (K, L), of both together
    weights = _dirichlet(_OF_COMPONENTS * stated.sum(axis=1) + own, rng)
    told = _dirichlet(_OF_LABELS * stated / stated.sum(axis=1, keepdims=True) + with_label, rng)
    joint = weights[:, None] * told
    of_labels = joint.sum(axis=0)
    fixed.label_chances[:] = of_labels
    fixed.assumed.shares[:] = (joint / of_labels).T
    fixed.assumed.chances[:] = _dirichlet(_OF_CODES * prior.chances + codes, rng, inside=prior.chances > 0.0)
    with np.errstate(divide="ignore"):
        fixed.assumed.logs[:] = np.log(fixed.assumed.chances)


def _dirichlet(weights: Array, rng: np.random.Generator, inside: Array | None = None) -> Array:
    """Return draws along the last axis; what lies outside has no chance."""
    drawn = np.maximum(rng.standard_gamma(weights), _LEAST)
    if inside is not None:
        drawn = np.where(inside, drawn, 0.0)
    return np.asarray(drawn / drawn.sum(axis=-1, keepdims=True))
