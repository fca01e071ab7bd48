"""Stated confidence is deserved on real tables, and agreement by itself is not."""

from __future__ import annotations

import numpy as np
import pytest
from jaxtyping import Bool, Float
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.ensemble import RandomForestClassifier

import retrodict as rd
from retrodict.matching import Matching, read_problem
from retrodict.reconstruction.deserved.confidence_map import ConfidenceMap
from retrodict.reconstruction.rebuild_quality import bin_of
from tests.reconstruction.planted_cells import planted

Array = np.ndarray

FEWEST = 60
"""Cells of a bin that is judged."""
APART = 0.06
"""How far one made-up table is from another, and from the true one: the mean gap of five tables was .04."""
SEARCH = Matching(chains=2, sweeps=60, restarts=0)


def deserved(stated: Float[Array, "n d"], right: Bool[Array, "n d"]) -> bool:
    """Whether in each bin of many cells stated confidence is the share that is right, within errors by rows."""
    at = bin_of(stated)
    for one in np.unique(at):
        own = at == one
        if own.sum() < FEWEST:
            continue
        gap = float((stated - right)[own].mean())
        se = float(np.sqrt(np.square(((stated - right - gap) * own).sum(axis=1)).sum()) / own.sum())
        if abs(gap) > APART + 3 * se:
            return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize("load", [load_wine, load_breast_cancer])
def test_confidence_is_deserved(load: object) -> None:
    data = load(as_frame=True)  # type: ignore[operator]
    train = data.data.sample(100, random_state=0)
    forest = RandomForestClassifier(30, random_state=0).fit(train, data.target[train.index])
    found = rd.rebuild(forest, search=SEARCH, seed=0, calibrate=2)
    reading = read_problem(forest)
    names = list(reading.codebook.features)
    sides = [reading.codebook.encode(reading.schema.encode(side[list(train)])) for side in (found.frame, train)]
    right = sides[0] == sides[1]
    assert found.cell_confidence is not None
    assert found.cell_agreement is not None
    assert deserved(found.cell_confidence[names].to_numpy(), right)
    agreed = found.cell_agreement[names].to_numpy(dtype=np.float64)
    assert not deserved(agreed, right), "agreement by itself is not"
    other = ConfidenceMap.learned(planted(2_000, 2, lambda stated, kind: 0.5 + 0.5 * stated))
    assert not deserved(other(agreed, np.zeros(len(names), dtype=np.int64)), right), "nor is another table's map"
