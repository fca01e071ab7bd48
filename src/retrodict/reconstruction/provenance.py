"""Where a result comes from: enough to make it again."""

from __future__ import annotations

import platform
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from retrodict.models import Model, contract
from retrodict.priors import Prior
from retrodict.results.json_values import plain
from retrodict.results.notes import as_notes

_LIBRARIES = ("retrodict", "numpy", "numba", "scipy", "scikit-learn", "pandas", "pyarrow")


@dataclass(frozen=True)
class Provenance:
    """Where a result comes from.

    Parameters
    ----------
    model
        Family, likelihood and fingerprint of the model, and what reading it gave reason to doubt.
    prior
        The prior's own description, and its notes; of kind `none` where a table was rebuilt without one.
    request
        What was asked for: rows, shares, engine, budget.
    seed
        The one seed.
    queries
        Model calls made.
    versions
        Of Python and of the libraries that shape the result.
    """

    model: dict[str, Any]
    prior: dict[str, Any]
    request: dict[str, Any]
    seed: int
    queries: int
    versions: dict[str, str]

    @classmethod
    def of(cls, model: Model, prior: Prior | None, request: dict[str, Any], seed: int, queries: int) -> Provenance:
        """Collect it."""
        about = {
            "family": model.family,
            "likelihood": model.likelihood,
            "fingerprint": model.fingerprint,
            "warnings": list(contract.about(model).warnings),
        }
        assumed = {"kind": "none", "notes": []} if prior is None else describe(prior)
        return cls(about, assumed, request, int(seed), int(queries), versions())

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        found: dict[str, Any] = plain(vars(self))
        return found


def describe(prior: Prior) -> dict[str, Any]:
    """Return a prior's description with its notes."""
    return {**prior.describe(), "notes": list(as_notes(prior.notes, "prior"))}


def versions() -> dict[str, str]:
    """Return the releases of Python and of the libraries that shape results."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):  # an extra
            found[name] = version(name)
    return found
