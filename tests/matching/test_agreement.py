"""Tables whose rows have no order are paired with the one they are compared with: the fewest entries differ."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from retrodict.matching.search.agreement import Samples, agreement, in_order


def held(codes: np.ndarray, labels: np.ndarray) -> Samples:
    """Return tables without latents, whose components number the rows."""
    s, n, _ = codes.shape
    return Samples(codes, labels, np.tile(np.arange(n), (s, 1)), np.empty((s, n, 0)), np.zeros(s))


def test_no_pairing_is_better() -> None:
    rng = np.random.default_rng(0)
    for n, d in rng.integers((1, 0), (12, 4), size=(50, 2)):
        codes, theirs = rng.integers(0, 2, (2, n, d))
        labels, tags = rng.integers(0, 2, (2, n))
        paired = in_order(codes, labels, held(theirs[None], tags[None]))
        assert sorted(paired.components[0]) == list(range(n))
        cost = (codes[:, None] != theirs[None]).sum(axis=2) + (labels[:, None] != tags[None])
        differ = (paired.codes[0] != codes).sum() + (paired.labels[0] != labels).sum()
        assert differ == cost[linear_sum_assignment(cost)].sum()


def test_rows_that_change_places_along_a_chain_are_known_again() -> None:
    """By the order of a chain's last table alone, half of its tables would seem to disagree."""
    codes, labels = np.array([[0, 0], [0, 1], [1, 1]]), np.zeros(3, dtype=np.int64)
    moved = held(np.stack([codes, codes[[1, 0, 2]], codes[[2, 0, 1]], codes]), np.zeros((4, 3), dtype=np.int64))
    assert agreement(codes, labels, [moved])[0].mean() < 0.8
    assert agreement(codes, labels, [in_order(codes, labels, moved)])[0].all()
