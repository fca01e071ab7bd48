"""Benches of audits on tiny sizes: what they keep of a run, what they say of it, and that their models are read."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer

import retrodict as rd
from bench.audit import sacro, shadow_numbers, side, verdicts, zoo
from bench.audit.own_attacks import attacks, disclosures
from bench.tables import TARGET

CHOSEN = Namespace(tables=["breast_cancer"], models=["logistic regression"], rows=60, data=Path("none"))


def attack(auc: float, seconds: float) -> dict[str, float]:
    return {"auc": auc, "low": auc - 0.1, "high": auc + 0.1, "seconds": seconds}


def test_an_auc_is_computed_alike_for_both() -> None:
    assert side.figures({"members": [2.0, 3.0], "others": [0.0, 2.0], "seconds": 1.0})["auc"] == 0.875
    repeats = [{"members": [1.0], "others": [0.0]}, {"members": [0.0], "others": [1.0]}]
    found = side.figures({"repeats": repeats, "seconds": 1.0})
    assert found["auc"] == 0.5
    assert "members" not in found
    assert side.cell({"failed": "why", "seconds": 0.0}) == "fails"
    assert side.cell(attack(0.75, 1.0)) == "0.750 (0.65 to 0.85)"


def test_goals_are_counted() -> None:
    peer = {name: attack(0.70, 3.0) for name in sacro.LIRA}
    better = {name: attack(0.75, 0.9) for name in (*sacro.LIRA, "rmia")}
    worse = {**better, "lira online": attack(0.60, 1.5)}
    found: list[list[dict[str, Any]]] = [[{"peer": peer, "own": own, "few": better}] for own in (better, worse)]
    told = sacro.summary(found)
    assert "in 5 of 6, least difference -0.100" in told
    assert "at least SACRO-ML's in 2 of 2" in told
    assert "at most a third in 1 of 2" in told


def test_the_own_attacks_run_on_a_case_and_its_controls_are_controls() -> None:
    (_, _, job), *_ = side.cases(CHOSEN, shadows=4)
    found = attacks(job)
    assert len(found["rmia"]["members"]) == 60
    assert found["lira online"]["shadows"] == 4
    assert {one["attack"] for one in found["by shadows"]} >= {"rmia"}
    assert disclosures(job)["stored"] == 0
    public, tree = (job for _, _, job in side.controls(CHOSEN, shadows=4))
    assert public["model"].score(public["X_train"], public["y_train"]) < 1.0
    assert tree["model"].score(tree["X_train"], tree["y_train"]) == 1.0
    assert tree["model"].score(tree["X_test"], tree["y_test"]) < 0.5


def test_few_shadow_models_are_held_to_the_best_of_many() -> None:
    one = {name: {"64": 0.7} for name in shadow_numbers.LIRA} | {"rmia": {"4": 0.69}}
    one["lira offline"]["64"] = 0.8
    assert shadow_numbers.gap(one, 64) == pytest.approx(0.11)


QUICK = ("k-neighbours", "LightGBM")
ALL = [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in zoo.NAMES]


@pytest.mark.parametrize("name", ALL)
def test_a_model_of_every_family_is_read_and_stripped(name: str, tmp_path: Path) -> None:
    frame = load_breast_cancer(as_frame=True).frame.sample(180, random_state=0, ignore_index=True).iloc[:, -6:]
    frame = frame.assign(side=np.where(np.arange(180) % 2, "left", "right"))
    made = zoo.case(name, frame, 60, tmp_path)
    if made is None:
        pytest.skip("its library is not installed")
    assert (len(made.train), len(made.holdout)) == (60, 60)
    trust = bool(made.options)
    assert len(rd.inspect_model(rd.load_model(made.file, trust_pickle=trust))) > 0
    bare = verdicts.stripped(made, tmp_path)
    if bare is not None:
        rows = rd.load_model(bare, trust_pickle=trust).schema.encode(made.holdout.drop(columns=TARGET))
        assert pd.notna(rows).all()
