"""The parts of the benches of forests that figures rest on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

from bench.forests.chosen_trees import chosen_trees, nearest_mean
from bench.forests.numeric_peer import by_their_measure, domains
from bench.tables import TARGET, forest, parts, thirds


def test_each_choice_brings_the_mean_nearest() -> None:
    rng = np.random.default_rng(0)
    said = rng.random((20, 9))
    wanted = said[:4].mean(axis=0)
    kept = nearest_mean(said, wanted, 6).tolist()
    assert len(set(kept)) == 6
    for k in range(6):
        means = {i: said[[*kept[:k], i]].mean(axis=0) for i in range(20) if i not in kept[:k]}
        assert kept[k] == min(means, key=lambda i: float(((means[i] - wanted) ** 2).sum()))


def test_the_base_model_s_own_rows_give_its_own_trees() -> None:
    data = load_iris(as_frame=True).frame.rename(columns={"target": TARGET})[::3].reset_index(drop=True)
    base = forest(data.drop(columns=TARGET), data[TARGET], 0, trees=5)
    replica = chosen_trees(base, data, TARGET, seed=0)
    said = replica.predict_proba(data.drop(columns=TARGET))
    np.testing.assert_allclose(said, base.predict_proba(data.drop(columns=TARGET)))


def test_parts_share_no_row_and_training_rows_stay() -> None:
    frame = pd.DataFrame({"x": np.arange(30.0), "kind": list("aab") * 10, TARGET: [0, 1] * 15})
    part = thirds(frame, 10, seed=1)
    rows = [set(own["x"]) for own in (part.train, part.holdout, part.public)]
    assert len(set.union(*rows)) == sum(map(len, rows)) == 30
    pd.testing.assert_frame_equal(part.train, parts(frame, 10, seed=1).train)


def test_the_peer_s_measure_takes_numbers_by_their_domain() -> None:
    whole = pd.DataFrame({"n": [0.0, 10.0, 4.0], "b": [0, 1, 0]})
    known = domains(whole)
    assert known == {"ordinal": [], "numerical": [[0, 0, 10]]}
    real, rebuilt = whole[:2], pd.DataFrame({"n": [9.0, 1.0], "b": [1, 1]})
    assert by_their_measure(rebuilt, real, known) == pytest.approx(np.mean([0.1, 0.0, 0.1, 1.0]))
