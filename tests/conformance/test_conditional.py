"""Every prior that says what it expects of one column given the others says what its own draws show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import kstest, norm, spearmanr

from retrodict.priors import Conditional, IndependentPrior, RakedPrior, law_of
from retrodict.priors.conditional import Law, Part
from tests.conformance.members import check_members
from tests.conformance.priors import MARGINALS, PRIORS, SCHEMA

ROWS = 800
RARE = 1e-5
"""p-value below which a right law is held to be wrong: once in a hundred thousand columns."""


def below(law: Law, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the probability of less than each row's value, and of that very value; of present values."""
    less, same, row = np.zeros(len(values)), np.zeros(len(values)), np.arange(len(values))
    for each in law.parts:
        part = each.listed(100) or each if isinstance(each, Part) else each
        if isinstance(part, Part):
            wide = 12 * part.latent.scale
            ends = [bisected(part, values, part.latent.center, wide, least) for least in (True, False)]
            nowhere = np.full(len(values), -np.inf)
            less += part.share * part.latent.mass(row, nowhere, ends[0])
            same += part.share * part.latent.mass(row, *ends)
        else:
            less += part.share * (part.probabilities * (part.values < values[:, None])).sum(axis=1)
            same += part.share * (part.probabilities * (part.values == values[:, None])).sum(axis=1)
    return less, same


def bisected(part: Part, values: np.ndarray, center: np.ndarray, wide: np.ndarray, least: bool) -> np.ndarray:
    low, high = center - wide, center + wide
    for _ in range(60):
        middle = (low + high) / 2
        got = part.marginal.quantile_z(middle)
        beyond = got >= values - 1e-9 if least else got > values + 1e-9
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    return high if least else low


def transformed(column: int, X: np.ndarray, law: Law) -> tuple[np.ndarray, np.ndarray]:
    """Return what is uniform where the law is right, of rows that hold the column, and which rows these are."""
    held = np.flatnonzero(~np.isnan(X[:, column]))
    less, same = below(law, X[:, column])
    u = np.random.default_rng(5).random(len(X))
    return (less + u * same)[held], held


def misfit(prior: Any, law_at: Any) -> float:
    """Return the least p-value of any column: of its uniformity, and of its being tied to no other column."""
    X, least = prior.sample(ROWS, np.random.default_rng(4)), 1.0
    for column in range(X.shape[1]):
        law = law_at(X, column)
        missing = np.isnan(X[:, column])
        if 0 < missing.sum() < len(X):
            off = (missing - law.missing).sum() / np.sqrt((law.missing * (1 - law.missing)).sum() + 1e-9)
            least = min(least, 2 * norm.sf(abs(off)))
        u, held = transformed(column, X, law)
        least = min(least, kstest(u, "uniform").pvalue)
        for other in set(range(X.shape[1])) - {column}:
            seen = ~np.isnan(X[held, other])
            if len(np.unique(X[held, other][seen])) > 1:
                least = min(least, spearmanr(u[seen], X[held, other][seen]).pvalue)
    return least


def raked() -> RakedPrior:
    """Return cells that draws come to: those of the suite's own example lie where a normal has no mass in 64 bits."""
    base, rng = IndependentPrior(SCHEMA, MARGINALS), np.random.default_rng(6)
    edges = [np.array([-0.5, 1.0]) if len(one.breaks()) > 3 else one.breaks() for one in base.marginals]
    cells = np.column_stack([rng.integers(len(own) + 1, size=60) for own in edges])
    gaps = np.column_stack([rng.random(60) < feature.missing for feature in base.schema.features])
    return RakedPrior(base, tuple(edges), cells, gaps, rng.gamma(0.5, size=60))


EXAMPLES = {**PRIORS, "raked": raked}
NAMES = [name for name in EXAMPLES if name not in {"by hand", "of the recipe"}]


@pytest.mark.parametrize("name", NAMES)
def test_a_law_is_what_draws_show(name: str) -> None:
    prior = EXAMPLES[name]()
    if isinstance(prior, Conditional):
        check_members(prior, Conditional)
    assert misfit(prior, lambda X, column: law_of(prior, X, column)) > RARE


@pytest.mark.parametrize("name", ["copula", "normal copula", "mixture", "fitted"])
def test_a_law_that_does_not_look_at_the_others_is_caught(name: str) -> None:
    prior = PRIORS[name]()

    def alone(X: np.ndarray, column: int) -> Law:
        return law_of(prior, np.full_like(X, np.nan), column)

    assert misfit(prior, alone) < RARE
