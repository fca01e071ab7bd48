"""What is asked for is checked in one way, whatever asks for it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from retrodict.errors import RequestError
from retrodict.results.arguments import check_choice, check_count, check_positive, check_seed, check_share


def test_what_fits_is_returned() -> None:
    assert check_seed(np.int64(7)).entropy == 7
    assert check_count(np.int32(3), "rows") == 3
    assert check_positive(np.float32(0.5), "a scale") == 0.5
    assert check_share(0, "a share") == 0.0
    assert check_choice("ray", "backend", ("local", "ray")) == "ray"


@pytest.mark.parametrize("value", [0, -1, 1.0, True, "3", None, math.nan])
def test_no_count(value: Any) -> None:
    with pytest.raises(RequestError, match=r"^rows must be a whole number of at least 1, got "):
        check_count(value, "rows")


@pytest.mark.parametrize("value", [-1, 0.5, False, None])
def test_no_seed(value: Any) -> None:
    with pytest.raises(RequestError, match=r"^the seed must be a whole number of at least 0, got "):
        check_seed(value)


@pytest.mark.parametrize("value", [0, -1.0, math.inf, math.nan, "1", True])
def test_no_positive_number(value: Any) -> None:
    with pytest.raises(RequestError, match=r"^a scale must be a positive number, got "):
        check_positive(value, "a scale")


@pytest.mark.parametrize("value", [1.0, -0.1, math.nan, "0.5", True])
def test_no_share(value: Any) -> None:
    with pytest.raises(RequestError, match=r"^a share must be a share from 0 to below 1, got "):
        check_share(value, "a share")


def test_no_choice() -> None:
    with pytest.raises(RequestError, match=r"^unknown backend 'cloud'; use one of local, ray$"):
        check_choice("cloud", "backend", ("local", "ray"))
