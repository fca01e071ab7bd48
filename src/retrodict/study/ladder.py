"""The priors of a study: a ladder whose distance from the truth is controlled, and what the model itself implies."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from retrodict.errors import RequestError

if TYPE_CHECKING:
    import pandas as pd

    from retrodict.priors import Prior
    from retrodict.schema import Schema

UNIFORM, EMPIRICAL, IMPLIED = "uniform", "empirical", "implied"
FITTED = (UNIFORM, "independent", "copula", EMPIRICAL)
REDRAW = 0.02
"""Chance that the empirical prior draws a listed value of its row anew."""

_MIXTURE = re.compile(r"mixture_(0?\.\d+)")


def check_prior(name: str) -> None:
    """Refuse a name that is no prior's.

    Raises
    ------
    RequestError
        With the names that there are.
    """
    if name not in (*FITTED, IMPLIED) and _share(name) is None:
        known = ", ".join([*FITTED, IMPLIED])
        raise RequestError(f"unknown prior '{name}'; known are {known}, and mixture_0.2 or another share below 1")


def prior_step(name: str) -> float | None:
    """Return the share of the empirical part on the way from uniform (0) to empirical (1); None off that way."""
    return {UNIFORM: 0.0, EMPIRICAL: 1.0}.get(name, _share(name))


def fitted_prior(name: str, public: pd.DataFrame, schema: Schema, part: Callable[[str], Prior] | None = None) -> Prior:
    """Fit a prior to the public part.

    Parameters
    ----------
    name
        Any but `implied`, which is the model's. `empirical` draws public rows, whose listed values are drawn anew with
        a small chance, so that no combination is impossible; `mixture_0.2` draws one row in five so, the others
        uniformly.
    public
        Features of the public rows.
    schema
        What they are; bounds are the public rows' own.
    part
        Where the two parts of a mixture come from; by default they are fitted anew.
    """
    from retrodict.priors import EmpiricalPrior, MixturePrior, fit_prior  # designs are read without them

    share = _share(name)
    if name == EMPIRICAL:
        # A kernel in many dimensions is wide: it would put the ladder's top far from the truth.
        return EmpiricalPrior(schema, schema.encode(public), bandwidth=0.0, redraw=REDRAW)
    if share is None:
        return fit_prior(public, kind=name, schema=schema)  # type: ignore[arg-type]  # the name was checked
    part = part or (lambda kind: fitted_prior(kind, public, schema))
    return MixturePrior((part(EMPIRICAL), part(UNIFORM)), (share, 1.0 - share))


def implied(model: Any) -> Prior:
    """Return what a model file's own disclosures imply.

    Parameters
    ----------
    model
        Loaded.

    Raises
    ------
    PriorError
        If they say nothing of some feature that the model may read.
    """
    from retrodict.priors import implied_prior

    return implied_prior(model)


def _share(name: str) -> float | None:
    found = _MIXTURE.fullmatch(name)
    share = float(found[1]) if found else 0.0
    return share if 0 < share < 1 else None
