"""Priors whose features go together less: each by itself is as before."""

from __future__ import annotations

import numpy as np

from retrodict.matching.row_prior import RowPrior


def prior() -> RowPrior:
    """Return three components of two tied features and a listed one; two share their covariance, one has its own."""
    first, second = (
        np.array([[1.0, 0.8, 0], [0.8, 1.0, 0], [0, 0, 1.0]]),
        np.array([[0.5, -0.3, 0], [-0.3, 2, 0], [0, 0, 1]]),
    )
    ends = np.full((1, 3, 3), np.inf)
    ends[0, :2] = [-np.inf, 0.0, np.inf]
    return RowPrior(
        shares=np.array([[0.5, 0.25, 0.25]]),
        tied=np.array([True, True, False]),
        means=np.array([[1.0, 2.0, 0.0], [-2.0, 0.0, 0.0], [0.5, 0.5, 0.0]]),
        precisions=np.linalg.inv(np.stack([first, second])),
        precision=np.array([0, 0, 1]),
        ends=ends,
        scale=np.zeros(3, dtype=np.int64),
        slots=np.array([[0, 1], [0, 1], [-1, -1]]),
        missing=np.zeros((3, 3)),
        chances=np.array([[[0.9, 0.1]] * 3, [[0.3, 0.7]] * 3, [[0.5, 0.5]] * 3]),
    )


def moments(given: RowPrior, components: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the mean, the covariance and the listed chances of some components together."""
    share = given.shares[0, components] / given.shares[0, components].sum()
    means = given.means[components]
    middle = share @ means
    within = np.linalg.inv(given.precisions)[given.precision[components]]
    between = np.einsum("k,kf,kg->fg", share, means - middle, means - middle)
    return middle, np.einsum("k,kfg->fg", share, within) + between, share @ given.chances[components, 2]


def test_each_feature_keeps_its_mean_variance_and_chances() -> None:
    whole = prior()
    for strength in (0.0, 0.4, 0.9):
        weak = whole.weakened(strength)
        for components in ([0, 1], [2]):
            before, after = moments(whole, components), moments(weak, components)
            np.testing.assert_allclose(after[0], before[0])
            np.testing.assert_allclose(np.diag(after[1]), np.diag(before[1]))
            np.testing.assert_allclose(after[2], before[2])


def test_correlations_grow_with_the_strength_from_none() -> None:
    whole = prior()
    ties = [np.linalg.inv(whole.weakened(strength).precisions)[1, 0, 1] for strength in (0.0, 0.5, 1.0)]
    np.testing.assert_allclose(ties, [0.0, -0.15, -0.3], atol=1e-12)
    np.testing.assert_allclose(whole.weakened(0.0).means[:2], [[0.0, 4 / 3, 0.0]] * 2)
    assert whole.weakened(1.0) is whole
