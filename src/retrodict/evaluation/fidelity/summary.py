"""From values with replicates to frames with intervals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from retrodict.evaluation.fidelity.measures import (
    AT_MOST_ONE,
    COLUMNWISE,
    HIGHER_IS_NEARER,
    MEASURES,
    UNBOUNDED_BELOW,
    Found,
)
from retrodict.evaluation.fidelity.resampling import interval, lift
from retrodict.evaluation.fidelity.scopes import FRESH, LABELLED, PRIOR, RECONSTRUCTION

VALUES = ["scope", "measure", "feature", "table", "value", "low", "high", "rows", "real_rows"]
LIFTS = ["scope", "measure", "feature", "table", "lift", "low", "high", "reason"]


def values(parts: Mapping[str, Found], sizes: Mapping[str, tuple[int, int]], limit: int) -> pd.DataFrame:
    """Return one line a scope, measure, column and table.

    Parameters
    ----------
    parts
        Values with replicates, by scope.
    sizes
        Rows of the real table and of the others, by scope.
    limit
        Rows at most where whole rows are measured.
    """
    lines = []
    for scope, found in parts.items():
        for name, feature in _keys(found):
            for title in found:
                if (name, feature) not in found[title]:
                    continue
                value, low, high = interval(found[title][name, feature])
                low = low if name in UNBOUNDED_BELOW else max(low, 0.0)
                high = min(high, 1.0) if name in AT_MOST_ONE else high
                real, other = (n if name in COLUMNWISE else min(n, limit) for n in sizes[scope])
                lines.append([scope, name, feature, title, value, low, high, other, real])
    return pd.DataFrame(lines, columns=VALUES)


def lifts(parts: Mapping[str, Found]) -> pd.DataFrame:
    """Return the lift of the reconstruction, and of the prior labelled by the model, by scope, measure and column."""
    lines = []
    for scope, found in parts.items():
        prior, fresh = found.get(PRIOR), found[FRESH]
        for key in _keys(found) if prior is not None else ():
            for title in (RECONSTRUCTION, LABELLED):
                if prior is None or any(key not in found.get(each, {}) for each in (title, PRIOR, FRESH)):
                    continue
                got = lift(found[title][key], prior[key], fresh[key], key[0] in HIGHER_IS_NEARER)
                lines.append([scope, *key, title, got.value, got.low, got.high, got.reason])
    frame = pd.DataFrame(lines, columns=LIFTS)
    return frame.astype({"lift": np.float64, "low": np.float64, "high": np.float64})


def _keys(found: Found) -> list[tuple[str, str]]:
    """Return what was measured, all columns together first."""
    keys = dict.fromkeys(key for own in found.values() for key in own)
    return sorted(keys, key=lambda key: (bool(key[1]), MEASURES.index(key[0])))
