"""Defended copies of each library's models: their files load in the library itself, and predict as retrodict says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import ensemble

import retrodict as rd
from retrodict.sanitizing.capability import Defensible

pytestmark = pytest.mark.slow

N, ROUNDS = 120, 12
rng = np.random.default_rng(0)
X = pd.DataFrame(rng.integers(0, 2, (N, 5)), columns=[f"q{j}" for j in range(5)]).assign(age=rng.normal(40, 9, N))
SCORE = X[["q0", "q1"]].sum(axis=1) + X["age"] / 20 + rng.normal(0, 0.5, N)
LABELS = np.digitize(SCORE, np.quantile(SCORE, [0.3, 0.7]))


def lightgbm_made(path: Path) -> tuple[Path, Any]:
    lightgbm = pytest.importorskip("lightgbm")
    made = lightgbm.LGBMClassifier(n_estimators=ROUNDS, min_child_samples=5, verbose=-1, n_jobs=1).fit(X, LABELS)
    made.booster_.save_model(path)
    return path, lambda path: lightgbm.Booster(model_file=path).predict(X)


def xgboost_made(path: Path) -> tuple[Path, Any]:
    xgboost = pytest.importorskip("xgboost")
    path = path.with_suffix(".ubj")
    xgboost.XGBClassifier(n_estimators=ROUNDS, max_depth=3, n_jobs=1).fit(X, LABELS).save_model(path)

    def asked(path: Path) -> Any:
        made = xgboost.XGBClassifier()
        made.load_model(path)
        return made.predict_proba(X)

    return path, asked


def catboost_made(path: Path) -> tuple[Path, Any]:
    catboost = pytest.importorskip("catboost")
    settings = {"verbose": False, "allow_writing_files": False, "thread_count": 1}
    catboost.CatBoostClassifier(iterations=ROUNDS, depth=4, **settings).fit(X, LABELS).save_model(str(path))
    return path, lambda path: catboost.CatBoostClassifier().load_model(str(path)).predict_proba(X)


def sklearn_made(kind: Any, **settings: Any) -> Any:
    def make(path: Path) -> tuple[Path, Any]:
        io = pytest.importorskip("skops.io")
        io.dump(kind(**settings).fit(X, LABELS), path)

        def asked(path: Path) -> Any:
            return io.load(path, trusted=io.get_untrusted_types(file=path)).predict_proba(X)

        return path, asked

    return make


MAKERS = {
    "lightgbm": lightgbm_made,
    "xgboost": xgboost_made,
    "catboost": catboost_made,
    "hist": sklearn_made(ensemble.HistGradientBoostingClassifier, max_iter=ROUNDS, min_samples_leaf=5),
    "gradient": sklearn_made(ensemble.GradientBoostingClassifier, n_estimators=ROUNDS),
}


@pytest.mark.parametrize("told", ["trees=5", "noise=0.3", "leaves=15"])
@pytest.mark.parametrize("name", MAKERS)
def test_each_library(name: str, told: str, tmp_path: Path) -> None:
    path, asked = MAKERS[name](tmp_path / "model")
    found = rd.sanitize(path, rows=200, defend=told)
    assert found.identical  # stripped of all else, bit by bit as the defended model
    assert found.defence is not None
    out = found.save(tmp_path / f"copy{path.suffix}")
    again = rd.load_model(out)
    own = np.asarray(asked(out))
    said = np.exp(again.log_proba(again.schema.encode(X)))
    assert own == pytest.approx(said, abs=1e-6)
    assert isinstance(again, Defensible)
    left, whole = again.leaf_trees(), rd.load_model(path).leaf_trees()
    assert found.defence.leaves == left.leaves
    change = np.abs(own - asked(path))
    assert 0 < change.max() <= 1
    if told == "trees=5":
        assert (left.rounds, whole.rounds) == (5, ROUNDS)
        for mine, theirs in zip(left.trees, whole.trees, strict=False):
            assert mine.values[mine.leaf] == pytest.approx(theirs.values[theirs.leaf])
    elif told == "noise=0.3":
        values = [np.concatenate([tree.values[tree.leaf] for tree in each.trees]) for each in (left, whole)]
        apart = np.concatenate([tree.values[tree.leaf] - tree.values[tree.leaf].mean(axis=0) for tree in whole.trees])
        assert np.std(values[0] - values[1]) == pytest.approx(0.3 * np.std(apart), rel=0.35)
    else:
        assert left.leaves < whole.leaves
        assert found.defence.largest_change > 0


def test_noise_is_another_in_each_call(tmp_path: Path) -> None:
    path, asked = MAKERS["gradient"](tmp_path / "model")
    outs = [rd.sanitize(path, rows=200, seed=0, defend="noise=0.1").save(tmp_path / f"copy{i}") for i in range(2)]
    assert not np.array_equal(asked(outs[0]), asked(outs[1]))
