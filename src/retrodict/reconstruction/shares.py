"""How many rows each class is to have."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from numbers import Real
from typing import Literal

import numpy as np
from jaxtyping import Int

from retrodict.errors import ObservationError, RequestError
from retrodict.inference.observation import Label
from retrodict.schema import Target

Array = np.ndarray

ClassShares = Mapping[Hashable, float] | Literal["model", "equal"]


def class_quota(shares: ClassShares, target: Target, n: int) -> Int[Array, " k"] | None:
    """Return the rows wanted of each class; ``None`` where the model's own shares under the prior are to hold.

    Parameters
    ----------
    shares
        A share for each class (classes left out get none), ``"equal"``, or ``"model"``.
    target
        The model's classes.
    n
        Rows in all; the quotas add up to it, rounded by largest remainder.

    Raises
    ------
    RequestError
        If a class is unknown, a share is negative, or they do not sum to 1.
    """
    if isinstance(shares, str):
        if shares == "model":
            return None
        if shares != "equal":
            raise RequestError(f"class shares must be 'model', 'equal' or a share for each class, got '{shares}'")
        shares = dict.fromkeys(target.classes, 1.0 / len(target.classes))
    if not hasattr(shares, "items"):
        raise RequestError(
            f"class shares must be 'model', 'equal' or a share for each class, got {type(shares).__name__}; "
            "give a dictionary of classes and shares"
        )
    given = np.zeros(len(target.classes))
    for label, share in shares.items():
        try:
            index = Label.of(label, target).index
        except ObservationError as error:
            raise RequestError(f"class shares: {error}") from None
        if not (isinstance(share, Real) and math.isfinite(share) and share >= 0):
            raise RequestError(f"class shares: the share of {label!r} must be a number of at least 0, got {share!r}")
        given[index] = share
    if abs(given.sum() - 1.0) > 0.01:
        raise RequestError(f"class shares must sum to 1, got {given.sum():g} over {len(shares)} classes")
    exact = n * given / given.sum()
    quota = np.floor(exact).astype(np.int64)
    quota[np.argsort(quota - exact, kind="stable")[: n - int(quota.sum())]] += 1
    return quota
