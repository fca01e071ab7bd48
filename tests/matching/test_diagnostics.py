"""R-hat and effective draws: known values, and what chains that differ, or stand still, show."""

from __future__ import annotations

import numpy as np
import pytest

from retrodict.matching.search.diagnostics import code_rhat, compare, effective_draws, rhat
from retrodict.matching.search.mixing import ALIKE

k = np.arange(20.0)
WAVES = np.stack([np.sin(k), np.sin(k + 1) + 0.3, np.sin(k * k)])
APART = np.stack([np.cos(k * k), np.cos(k * k + 1) + 3.0])
SLOW = np.stack([np.cumsum(np.sin(3 * k * k + i)) for i in range(4)])


@pytest.mark.parametrize(
    ("draws", "far", "worth"),
    [
        (WAVES, 1.0419905129766531, 39.164262754247865),
        (APART, 1.7840537331467785, 4.7865100105631395),
        (SLOW, 2.1585422780704886, 8.551911452260825),
    ],
)
def test_values_are_those_of_arviz(draws: np.ndarray, far: float, worth: float) -> None:
    """As `arviz_stats` 0.8.0 gives them: `rhat(method="rank")` and `ess(method="bulk")`."""
    assert rhat(draws) == pytest.approx(far, rel=1e-10)
    assert effective_draws(draws) == pytest.approx(worth, rel=1e-10)


def test_the_rhat_of_a_cell_of_two_codes_is_that_of_its_indicator() -> None:
    rng = np.random.default_rng(0)
    cells = (rng.random((3, 40, 2, 2)) < [[0.3, 0.5], [0.9, 0.1]]).astype(np.int64)
    halves = np.concatenate([cells[:, :20], cells[:, 20:]])
    within, between = halves.var(axis=1, ddof=1).mean(axis=0), halves.mean(axis=1).var(axis=0, ddof=1)
    np.testing.assert_allclose(code_rhat(list(cells)), np.sqrt((within * 19 / 20 + between) / within))


def test_cells_that_stand_still_alike_or_apart() -> None:
    """By an indicator of code 0 alone, chains that hold codes 1 and 2 would seem alike."""
    one, other = np.full((8, 1, 3), [0, 1, 2]), np.full((8, 1, 3), [0, 2, 2])
    assert code_rhat([one, other]).tolist() == [[1.0, np.inf, 1.0]]
    found = compare([one, other], np.zeros((2, 8)))
    assert (found.agree, found.cells_apart) == (False, pytest.approx(1 / 3))
    assert (found.energy_rhat, found.energy_draws) == (None, None)
    assert compare([one, one], np.zeros((2, 8))).agree
    assert not compare([one, one], np.repeat([[0.0], [1.0]], 8, axis=1)).agree  # energies far apart


def test_chains_of_one_law_agree_and_those_of_two_do_not() -> None:
    """Of cells drawn independently from one law 0.14 % lie above the limit (F of 3 and 76 degrees above 5.2)."""
    rng = np.random.default_rng(1)
    shares = rng.dirichlet(np.ones(3), size=(50, 10))

    def drawn(of: np.ndarray) -> np.ndarray:
        return (rng.random((40, 50, 10, 1)) > of.cumsum(axis=-1)).sum(axis=-1)

    energies = rng.normal(size=(4, 40))
    same = compare([drawn(shares) for _ in range(4)], energies)
    assert same.agree
    assert same.energy_rhat is not None
    assert same.energy_rhat < ALIKE
    assert same.energy_draws == pytest.approx(160, rel=0.4)
    moved = compare([drawn(shares) for _ in range(3)] + [drawn(shares[::-1])], energies)
    assert not moved.agree
    assert moved.cells_apart > 0.2
