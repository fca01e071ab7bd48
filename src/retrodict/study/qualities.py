"""Base models of less than full quality: fewer rows, wrong labels."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from retrodict.study.specs import Quality

Array = np.ndarray


def training_rows(
    y: Float[Array, " n"], classes: int, quality: Quality, rng: np.random.Generator
) -> tuple[Int[Array, " m"], Float[Array, " m"]]:
    """Return which training rows a base model is fitted to, and with which targets.

    Parameters
    ----------
    y
        Class codes, or values.
    classes
        How many; 0 for values.
    quality
        Its fraction is kept in every class, at least three rows of each; its noise turns that share of labels, by
        chance, into one of the other classes, or is added to values.
    """
    strata = [np.flatnonzero(y == label) for label in np.unique(y)] if classes else [np.arange(len(y))]
    kept = [rng.permutation(p)[: max(round(len(p) * quality.train_fraction), min(3, len(p)))] for p in strata]
    rows = np.sort(np.concatenate(kept))
    target = y[rows].copy()
    if quality.label_noise and classes:
        wrong = rng.random(len(rows)) < quality.label_noise
        target[wrong] = (target[wrong] + rng.integers(1, classes, size=len(rows))[wrong]) % classes
    elif quality.label_noise:
        target += quality.label_noise * y.std() * rng.standard_normal(len(rows))
    return rows, target
