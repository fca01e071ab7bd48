"""To what digits leaf values are stated is seen in all of them."""

from __future__ import annotations

import numpy as np
import pytest

from retrodict.matching.inferring.digits import half_units_like

VALUES = np.random.default_rng(0).normal(size=200) / 7.0


def to_digits(digits: int) -> np.ndarray:
    return np.array([float(f"{value:.{digits}g}") for value in VALUES])


def test_values_of_64_bits_are_off_by_their_last_bit() -> None:
    assert half_units_like([VALUES])(np.array([0.75])) == 0.75 * 2.0**-53


def test_values_of_32_bits_are_off_by_half_a_unit_of_these() -> None:
    assert half_units_like([VALUES.astype(np.float32).astype(float)])(np.array([-0.5])) == 2.0**-25


@pytest.mark.parametrize("digits", [2, 3, 4, 6])
@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_decimal_digits_are_counted(digits: int, kind: type) -> None:
    seen = half_units_like([to_digits(digits).astype(kind).astype(float)])
    assert (seen.digits, seen.places) == (digits, None)
    np.testing.assert_allclose(
        seen(np.array([0.123456, -3.1])), [0.05 * 10.0 ** (1 - digits), 0.5 * 10.0 ** (1 - digits)]
    )


def test_decimal_places_are_told_from_digits() -> None:
    seen = half_units_like([VALUES.round(3)])
    assert seen.places == 3
    np.testing.assert_allclose(seen(np.array([0.5, 0.001])), 5e-4)
