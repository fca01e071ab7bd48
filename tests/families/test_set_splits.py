"""Trees that split by sets of categories: rows that follow them reach each node as often as it counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import retrodict as rd
from retrodict.disclosures.trees.raw_trees import RawTree

N = 400


def _table(names: tuple[Any, ...], gaps: bool) -> tuple[pd.DataFrame, Any]:
    rng = np.random.default_rng(2)
    site = rng.choice(np.array(names, dtype=object), N)
    frame = pd.DataFrame({"site": pd.Categorical(site, categories=list(names)), "age": rng.integers(20, 80, N) * 1.0})
    effect = {name: k % 3 for k, name in enumerate(names)}
    y = frame["site"].map(effect).astype(float) + frame["age"] / 60 + rng.normal(0, 0.4, N) > 1.6
    if gaps:
        frame.loc[rng.random(N) < 0.1, "site"] = None
        frame.loc[rng.random(N) < 0.1, "age"] = np.nan
    return frame, y.to_numpy().astype(int)


def _counts(tree: RawTree, frame: pd.DataFrame) -> dict[int, int]:
    """Return how many rows reach each node, row by row."""
    reached: dict[int, int] = {}
    for row in frame.to_dict("records"):
        node = 0
        while True:
            reached[node] = reached.get(node, 0) + 1
            if tree.feature[node] < 0:
                break
            value = row[tree.names[tree.feature[node]]]
            if value is None or value != value:
                left = bool(tree.missing_left[node])
            elif node in tree.categories or node in tree.apart:
                left = tree.goes_left(node, value)
            else:
                left = value >= tree.threshold[node] if tree.down[node] else value <= tree.threshold[node]
            node = int(tree.left[node] if left else tree.right[node])
    return reached


def _lightgbm(frame: pd.DataFrame, y: Any) -> Any:
    lightgbm = pytest.importorskip("lightgbm")
    more = {"min_child_samples": 5, "min_data_per_group": 1, "cat_smooth": 1.0, "max_cat_to_onehot": 1}
    return lightgbm.LGBMClassifier(n_estimators=6, verbose=-1, n_jobs=1, **more).fit(frame, y)


def _xgboost(frame: pd.DataFrame, y: Any) -> Any:
    xgboost = pytest.importorskip("xgboost")
    more = {"max_cat_to_onehot": 1, "tree_method": "hist", "enable_categorical": True}
    return xgboost.XGBClassifier(n_estimators=6, n_jobs=1, **more).fit(frame, y)


NAMES = (("north", "south", "east", "west", "far", "near"), tuple(range(10, 17)))


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("fit", [_lightgbm, _xgboost])
def test_rows_reach_nodes_of_set_splits_as_they_count(fit: Any, gaps: bool, names: tuple[Any, ...]) -> None:
    frame, y = _table(names, gaps)
    (stated,) = rd.inspect_model(fit(frame, y)).of("NodeCounts")
    assert set(stated.features) == {"site", "age"}
    assert any(tree.categories or tree.apart for tree in stated.trees)
    for tree in stated.trees:
        assert all(tree.rows[node] == rows for node, rows in _counts(tree, frame).items())
        assert (tree.feature[(tree.left >= 0)] >= 0).all()  # no split is left out


def test_an_implied_prior_follows_set_splits() -> None:
    frame, y = _table(NAMES[0], gaps=False)
    prior = rd.implied_prior(_lightgbm(frame, y))
    assert any(note.code == "raked_to_leaves" for note in prior.notes)
    drawn = prior.schema.decode(prior.sample(4_000, np.random.default_rng(0)))
    shares = frame["site"].value_counts(normalize=True)
    off = (drawn["site"].value_counts(normalize=True) - shares).abs().max()
    assert off < 0.05
