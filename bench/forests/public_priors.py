"""What whoever rebuilds a table may assume of it: nothing, or what a public sample of as many rows shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import retrodict as rd
from bench.tables import TARGET

if TYPE_CHECKING:
    from retrodict.priors import Prior

NO_PRIOR = "no prior"
"""What the file itself implies of each feature, which takes no public row."""
FITTED = ("independent", "copula", "empirical")


def public_prior(name: str, public: pd.DataFrame) -> Prior | None:
    """Fit a prior of that name to public rows, each class on its own; ``None`` where it takes none."""
    if name == NO_PRIOR:
        return None
    kind: Any = name
    return rd.fit_prior(public, kind, target=TARGET, by_class=kind != "uniform")


def drawn_rows(prior: Prior, n: int, seed: int) -> pd.DataFrame:
    """Draw rows from a prior, as a table."""
    return prior.schema.decode(prior.sample(n, np.random.default_rng(seed)))
