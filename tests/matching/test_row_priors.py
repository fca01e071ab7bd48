"""Priors in codes: their law is that of the prior's own draws in codes, and their latents mean values."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2

from retrodict.matching.axes import ListedAxis, NumberAxis
from retrodict.matching.codebook import Codebook
from retrodict.matching.row_prior import RowPrior
from retrodict.matching.row_priors import Sight, row_prior_of
from retrodict.matching.row_priors.of_prior import AS_COPULA, MOST_COMPONENTS, NO_SUCH_CLASS, ROWS_DRAWN
from retrodict.priors import ClassPrior, CopulaPrior, EmpiricalPrior, IndependentPrior, MixturePrior, Prior
from retrodict.priors.marginals import Normal, listed, sample_marginal
from retrodict.schema import Feature, Schema
from tests.conformance.priors import FINITE, LATENT, MARGINALS, PRIORS, SCHEMA, empirical, raked_by_hand, rows

DRAWS = 20_000
RARE = 1e-4
"""Of correct code, a pair of codes is refused so rarely; the seed is fixed."""
EXACT = (
    "independent",
    "finite",
    "copula",
    "empirical",
    "weighted bootstrap",
    "mixture",
    "finite mixture",
    "fitted",
    "implied by classes",
    "raked",
    "finite raked",
)


def sight_of(prior: Prior, split: int | None = None) -> Sight:
    """Return codes of a prior's features: numbers cut at some of their quantiles, the first `split` features."""
    X = prior.sample(2_000, np.random.default_rng(5))
    axes = []
    for j, feature in enumerate(prior.schema.features[:split]):
        gaps = feature.missing > 0
        if feature.listed:
            k = len(feature.categories)
            axes.append(ListedAxis(feature.name, np.arange(k), feature.categories, False, gaps))
        else:
            cuts = np.unique(np.nanquantile(X[:, j], [0.1, 0.3, 0.5, 0.8]))
            whole = feature.kind == "integer"
            axes.append(NumberAxis(feature.name, np.floor(cuts) + 0.5 if whole else cuts, None, gaps))
    marginals = tuple(
        listed(np.ones(len(f.categories))) if f.listed else sample_marginal(X[~np.isnan(X[:, j]), j])
        for j, f in enumerate(prior.schema.features)
    )
    return Sight(prior.schema, Codebook(prior.schema, tuple(axes), marginals), prior.schema.names)


def draws(found: RowPrior, sight: Sight, labels: np.ndarray) -> np.ndarray:
    gone = np.array([axis.missing for axis in sight.book.axes])
    return found.sample(labels, gone, np.random.default_rng(1))[0]


def pairs_refused(first: np.ndarray, second: np.ndarray) -> int:
    """Return how many pairs of columns of two samples of codes are of different laws, by chi-squared's test."""
    refused = 0
    for f, g in combinations(range(first.shape[1]), 2) if first.shape[1] > 1 else [(0, 0)]:
        width = 1 + max(first[:, g].max(), second[:, g].max())
        counts = [np.bincount(one[:, f] * width + one[:, g], minlength=width * 40) for one in (first, second)]
        a, b = np.stack(counts)[:, np.sum(counts, axis=0) >= 20]
        statistic = ((a - b) ** 2 / (a + b)).sum()  # the two are as many
        refused += bool(chi2.sf(statistic, max(len(a) - 1, 1)) < RARE)
    return refused


def in_codes(prior: Prior, sight: Sight, classes: tuple[Any, ...] = ()) -> Any:
    return row_prior_of(prior, sight, SimpleNamespace(size=max(len(classes), 1)), classes)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", EXACT)
def test_a_prior_in_codes_has_the_law_of_its_draws_in_codes(name: str) -> None:
    prior = PRIORS[name]()
    sight = sight_of(prior)
    found = in_codes(prior, sight).rows
    np.testing.assert_allclose(found.shares.sum(axis=1), 1.0)
    truth = sight.book.encode(prior.sample(DRAWS, np.random.default_rng(2)))
    assert not pairs_refused(draws(found, sight, np.zeros(DRAWS, dtype=int)), truth)


@pytest.mark.parametrize("name", ["copula", "empirical", "raked"])
def test_what_forgets_how_features_go_together_is_told_from_the_prior(name: str) -> None:
    prior = PRIORS[name]()
    sight = sight_of(prior)
    found = in_codes(prior, sight).rows
    if name == "copula":
        broken = replace(found, precisions=np.eye(len(found.tied))[None])
    else:  # each feature from another component
        rng, k = np.random.default_rng(0), len(found.means)
        orders = [rng.permutation(k) for _ in found.tied]
        mixed = np.stack([found.chances[order, f] for f, order in enumerate(orders)], axis=1)
        means = np.stack([found.means[order, f] for f, order in enumerate(orders)], axis=1)
        broken = replace(found, chances=mixed, means=means)
    truth = sight.book.encode(prior.sample(DRAWS, np.random.default_rng(2)))
    assert pairs_refused(draws(broken, sight, np.zeros(DRAWS, dtype=int)), truth)


def test_features_that_no_tree_splits_on_are_left_out_and_drawn_given_the_others() -> None:
    rho = 0.9
    prior = CopulaPrior(
        Schema((Feature("a"), Feature("b"), Feature("c"))),
        (Normal(0, 1), Normal(5, 2), Normal(-3, 1)),
        np.array([[1, 0.5, rho], [0.5, 1, 0.3], [rho, 0.3, 1]]),
    )
    sight = sight_of(prior, 2)
    found = in_codes(prior, sight)
    codes, components, latents = found.rows.sample(
        np.zeros(DRAWS, dtype=int), np.array([-1, -1]), np.random.default_rng(1)
    )
    X = found.filling.rows(codes, components, latents, np.random.default_rng(0), drawn=True)
    np.testing.assert_array_equal(sight.book.encode(X), codes)
    error = 5 / np.sqrt(DRAWS)  # five standard errors, at least
    np.testing.assert_allclose(np.corrcoef(X.T), prior.correlation, atol=error)
    np.testing.assert_allclose(X[:, 0], latents[:, 0], atol=1e-3)
    middle = found.filling.rows(codes, components, latents, np.random.default_rng(0))
    expected = latents @ np.linalg.solve(prior.correlation[:2, :2], prior.correlation[:2, 2])
    np.testing.assert_allclose(middle[:, 2] + 3, expected, atol=1e-6)
    assert np.std(X[:, 2] - middle[:, 2]) > 0.2


def test_a_kernels_latents_are_its_numbers() -> None:
    prior = empirical(SCHEMA, rows())
    sight = sight_of(prior)
    found = in_codes(prior, sight)
    gone = np.array([axis.missing for axis in sight.book.axes])
    codes, components, latents = found.rows.sample(np.zeros(DRAWS, dtype=int), gone, np.random.default_rng(1))
    X = found.filling.rows(codes, components, latents, np.random.default_rng(0), drawn=True)
    np.testing.assert_array_equal(sight.book.encode(X), codes)
    truth = prior.sample(DRAWS, np.random.default_rng(3))
    for j in (0, 1, 4):
        own, other = (one[~np.isnan(one[:, j]), j] for one in (X, truth))
        assert abs(own.mean() - other.mean()) < 5 * other.std() * np.sqrt(2 / len(own))


def test_classes_have_components_of_their_own() -> None:
    by_class = ClassPrior(
        (IndependentPrior(SCHEMA, MARGINALS), CopulaPrior(SCHEMA, MARGINALS, LATENT)), (0.3, 0.7), classes=("no", "yes")
    )
    sight = sight_of(by_class)
    found = in_codes(by_class, sight, ("yes", "no")).rows
    np.testing.assert_array_equal(found.shares > 0, [[True, False], [False, True]])
    for label, part in enumerate(by_class.components[::-1]):
        truth = sight.book.encode(part.sample(DRAWS, np.random.default_rng(2)))
        assert not pairs_refused(draws(found, sight, np.full(DRAWS, label)), truth)
        assert pairs_refused(draws(found, sight, np.full(DRAWS, 1 - label)), truth)


def test_classes_that_a_prior_does_not_know_are_named() -> None:
    own = IndependentPrior(SCHEMA, MARGINALS)
    by_class = ClassPrior((own, own), (0.3, 0.7), classes=("0", "1"))
    sight = sight_of(by_class)
    assert not in_codes(by_class, sight, (0, 1)).notes  # the same by their text
    found = in_codes(by_class, sight, (0, 2))
    assert [note.code for note in found.notes] == [NO_SUCH_CLASS]
    np.testing.assert_allclose(found.rows.shares, [[1, 0, 0], [0, 0.3, 0.7]])


def test_two_orders_of_categories_are_both_kept() -> None:
    schema = Schema((Feature("a"), Feature("site", "categorical", categories=("a", "b", "c"))))
    tied = np.array([[1, 0.8], [0.8, 1]])
    one, other = (
        CopulaPrior(schema, (Normal(0, 1), listed([0.2, 0.5, 0.3], order)), tied) for order in ([0, 1, 2], [2, 0, 1])
    )
    prior = MixturePrior((one, other), (0.4, 0.6))
    sight = sight_of(prior)
    found = in_codes(prior, sight).rows
    truth = sight.book.encode(prior.sample(DRAWS, np.random.default_rng(2)))
    assert not pairs_refused(draws(found, sight, np.zeros(DRAWS, dtype=int)), truth)


def test_a_number_that_the_model_lists_is_seen_as_its_categories() -> None:
    prior = CopulaPrior(
        Schema((Feature("a", "integer", 0, 1), Feature("b"))),
        (sample_marginal(np.array([0.0, 0, 0, 1]), integer=True), Normal(0, 1)),
        np.array([[1, 0.6], [0.6, 1]]),
    )
    schema = Schema((Feature("a", "binary", categories=(0, 1)), Feature("b")))
    axes = (ListedAxis("a", np.arange(2), (0, 1)), NumberAxis("b", np.array([-0.5, 0.7])))
    sight = Sight(prior.schema, Codebook(schema, axes, (listed([0.75, 0.25]), Normal(0, 1))), ("a", "b"))
    found = in_codes(prior, sight)
    truth = sight.book.encode(sight.rows(prior.sample(DRAWS, np.random.default_rng(2))))
    assert not pairs_refused(draws(found.rows, sight, np.zeros(DRAWS, dtype=int)), truth)


def test_what_is_taken_in_part_is_said() -> None:
    many = empirical(SCHEMA, rows(MOST_COMPONENTS + 500))
    found = in_codes(many, sight_of(many))
    assert len(found.rows.means) <= MOST_COMPONENTS
    assert [note.code for note in found.notes] == [ROWS_DRAWN]
    own = PRIORS["by hand"]()
    found = in_codes(own, sight_of(own))
    assert [note.code for note in found.notes] == [AS_COPULA]
    assert not in_codes(FINITE, sight_of(FINITE)).notes
    assert not in_codes(raked_by_hand(), sight_of(raked_by_hand())).notes


def test_every_code_has_some_chance() -> None:
    prior = IndependentPrior(
        Schema((Feature("a", "integer", 0, 3), Feature("site", "categorical", categories=("a", "b", "c")))),
        (sample_marginal(np.array([1.0, 2.0]), integer=True), listed([0.5, 0.5, 0.0])),
    )
    axes = (
        NumberAxis("a", np.array([0.5, 1.5, 2.5]), None, True),
        ListedAxis("site", np.arange(3), ("a", "b", "c")),
    )
    sight = Sight(prior.schema, Codebook(prior.schema, axes, prior.marginals), prior.schema.names)
    found = in_codes(prior, sight).rows
    assert (found.chances[0, 0, :5] > 0).all()
    assert (found.chances[0, 1, :3] > 0).all()
    tied = CopulaPrior(prior.schema, prior.marginals, np.array([[1, 0.5], [0.5, 1]]))
    found = in_codes(tied, sight).rows
    assert sorted(found.slots[0, :4].tolist()) == [0, 1, 2, 3]
    for f, count in enumerate((4, 3)):
        assert (np.diff(found.ends[0, f, : count + 1]) > 0).all()
    assert 0 < found.missing[0, 0] < 1


def test_the_plain_bootstrap_keeps_its_rows() -> None:
    X = rows(5)
    prior = EmpiricalPrior(replace(SCHEMA, features=tuple(replace(f, missing=0.1) for f in SCHEMA.features)), X, 0.0)
    sight = sight_of(prior)
    codes = sight.book.encode(prior.rows)
    found = in_codes(prior, sight).rows
    assert not found.tied.any()
    for k, row in enumerate(codes):
        assert found.chances[k, np.arange(len(row)), row].min() > 0.999
