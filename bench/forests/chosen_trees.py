"""A forest of trees chosen among many grown on a rebuilt table: those that together say what the base model says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from sklearn.base import clone
from sklearn.pipeline import Pipeline

import retrodict as rd

Array = np.ndarray

FORESTS = 20
"""Forests that trees are chosen from, by the base model's settings: one with its seed, the others with their own."""
ROWS = 4_000
"""Rows on which trees are held against the base model, drawn from a copula by class of the rebuilt table."""


def chosen_trees(base: Any, rebuilt: pd.DataFrame, target: str, seed: int) -> Any:
    """Return a forest as large as the base model's, of trees chosen from several forests grown on a rebuilt table.

    Two forests of the very same rows, with other seeds, differ as much as the trees' own chance makes them: a replica
    that has its trees by chance is no nearer to the base model, however right its rows. Trees are chosen one by one
    such that the mean of their probabilities is nearest to the base model's (Caruana, Niculescu-Mizil, Crew & Ksikes,
    ICML 2004), on rows drawn from the rebuilt table alone.
    """
    before, forest = (base[:-1], base[-1]) if isinstance(base, Pipeline) else (None, base)

    def inputs(frame: pd.DataFrame) -> Any:
        return frame if before is None else before.transform(frame)

    features, labels = rebuilt.drop(columns=target), rebuilt[target].to_numpy()
    seeds = [forest.random_state, *range(seed + 1, seed + FORESTS)]
    grown = [clone(forest).set_params(random_state=one).fit(inputs(features), labels) for one in seeds]
    prior = rd.fit_prior(rebuilt, "copula", target=target, by_class=True)
    drawn = prior.schema.decode(prior.sample(ROWS, np.random.default_rng(seed)))
    drawn = plain(drawn[list(features)])
    trees = [tree for one in grown for tree in one.estimators_]
    known = [list(base.classes_).index(label) for label in grown[0].classes_]  # all but a class no rebuilt row has
    asked = np.asarray(inputs(drawn), dtype=float)
    said = np.stack([tree.predict_proba(asked).ravel() for tree in trees])
    wanted, many = base.predict_proba(drawn)[:, known].ravel(), len(forest.estimators_)
    # Where the table is right, the trees that its own seed grows are the base model's.
    kept = min(nearest_mean(said, wanted, many), np.arange(many), key=lambda at: _distance(said[at], wanted))
    grown[0].estimators_ = [trees[i] for i in kept]
    return grown[0] if before is None else Pipeline([*base.steps[:-1], (base.steps[-1][0], grown[0])])


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table without nullable columns, whole numbers with gaps, which a column transformer can't pass on."""
    holed = [name for name in frame if isinstance(frame[name].dtype, pd.Int64Dtype)]
    return frame.astype(dict.fromkeys(holed, "float64"))


def nearest_mean(said: Float[Array, "t m"], wanted: Float[Array, " m"], many: int) -> Int[Array, " k"]:
    """Return which rows of `said`, taken one by one, have the mean that is nearest to what is wanted."""
    products, toward = said @ said.T, said @ wanted
    taken: list[int] = []
    inside = np.zeros(len(said))  # each one's product with the sum of those taken
    for k in range(1, many + 1):
        sums = inside[taken].sum() + 2 * inside + products.diagonal()
        distance = sums / k**2 - 2 * (toward[taken].sum() + toward) / k
        distance[taken] = np.inf
        taken.append(int(distance.argmin()))
        inside += products[taken[-1]]
    return np.array(taken)


def _distance(said: Float[Array, "k m"], wanted: Float[Array, " m"]) -> float:
    return float(((said.mean(axis=0) - wanted) ** 2).sum())
