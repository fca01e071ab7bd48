"""Tables rebuilt under priors that know how features go together, and what classes are like."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier

import retrodict as rd
from retrodict.matching.row_priors.of_prior import AS_COPULA
from retrodict.priors import Prior
from tests.conformance.priors import Bare

N = 60


def world(n: int, seed: int) -> pd.DataFrame:
    """Return four numbers that follow one another, more steeply in one class; the fourth tells nothing of it."""
    rng = np.random.default_rng(seed)
    label = np.arange(n) % 2
    own = rng.standard_normal((n, 1))
    X = own * np.where(label, 1.0, -1.0)[:, None] ** [[0, 1, 0, 1]] + 0.2 * rng.standard_normal((n, 4))
    X[:, 2] += 3 * label
    return pd.DataFrame(X, columns=list("abcd")).assign(target=label)


TRAIN, PUBLIC = world(N, 1), world(300, 2)


@pytest.fixture(scope="module")
def forest() -> Any:
    """Return few small trees: counts that leave most of the table open."""
    return RandomForestClassifier(6, max_depth=3, random_state=0).fit(TRAIN.drop(columns="target"), TRAIN["target"])


@pytest.fixture
def quick() -> Any:
    """Return a short search; compiled, so imported when needed."""
    return pytest.importorskip("retrodict.matching").Matching(sweeps=60, restarts=0, chains=2)


def error(model: Any, prior: Prior | None, quick: Any, **settings: Any) -> float:
    found = rd.rebuild(model, prior, search=quick, calibrate=0, **settings)
    return float(rd.matched_error(found.frame.drop(columns="confidence"), TRAIN, target="target").error)


@pytest.mark.slow
def test_what_goes_together_leads_to_nearer_tables(forest: Any, quick: Any) -> None:
    of = {name: rd.fit_prior(PUBLIC, name, target="target", by_class=True) for name in ("independent", "copula")}
    independent, tied = (error(forest, of[name], quick) for name in of)
    pooled = error(forest, rd.fit_prior(PUBLIC, "copula", target="target"), quick)
    assert tied < 0.8 * independent
    assert tied < pooled


@pytest.mark.parametrize("kind", ["empirical", "by hand"])
def test_any_prior_is_taken(forest: Any, quick: Any, kind: str) -> None:
    if kind == "empirical":
        prior = rd.fit_prior(PUBLIC, kind, target="target", by_class=True)
        assert rd.rebuild(forest, prior, search=quick, calibrate=0).frame.shape == (N, 6)
        return
    frame = pd.DataFrame({"a": TRAIN["a"], "b": (TRAIN["c"] > 1).astype(int)})
    small = RandomForestClassifier(4, random_state=0).fit(frame, TRAIN["target"])
    found = rd.rebuild(small, Bare(), search=quick, calibrate=0)
    assert AS_COPULA in [note.code for note in found.notes]


def test_features_that_no_tree_splits_on_follow_the_others(quick: Any) -> None:
    X = TRAIN[["a", "c"]].assign(d=0.0)  # constant, and so never split on
    forest = RandomForestClassifier(8, random_state=0).fit(X, TRAIN["target"])
    prior = rd.fit_prior(PUBLIC[["a", "c"]].assign(d=PUBLIC["a"] + 0.1 * PUBLIC["b"]), "copula")
    found = rd.rebuild(forest, prior, search=quick, calibrate=0)
    assert found.quality.open_columns == ("d",)
    assert np.corrcoef(found.frame["a"], found.frame["d"])[0, 1] > 0.9
