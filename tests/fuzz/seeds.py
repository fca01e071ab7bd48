"""All files to start from, by name: of scikit-learn, and of the other libraries."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any

import skops.io

from tests.fuzz.equation_models import EQUATIONS
from tests.fuzz.formats import PLAIN_SKOPS, Content, Seed
from tests.fuzz.other_models import OTHERS
from tests.fuzz.skops_models import FAMILIES, WITH_TREES


def _dumped(fit: Callable[[], Any]) -> Callable[[], Content]:
    return lambda: skops.io.dumps(fit())


SKLEARN = {name: Seed(_dumped(fit), PLAIN_SKOPS, trees=name in WITH_TREES) for name, fit in FAMILIES.items()}
SEEDS: dict[str, Seed] = {**SKLEARN, **OTHERS, **EQUATIONS}
GROUPS = {"sklearn": SKLEARN, "others": OTHERS, "equations": EQUATIONS, "all": SEEDS}
"""Whose files a run is of."""


def lacking(name: str) -> tuple[str, ...]:
    """Return the packages that a seed needs and that are not installed."""
    return tuple(one for one in SEEDS[name].packages if find_spec(one) is None)


@cache
def file_of(name: str) -> Content:
    """Return the file of a seed, made at its first use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return SEEDS[name].make()
