"""Priors that agree with all node counts together: exactly, nearer to the table, and through every kind of step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import rel_entr
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, QuantileTransformer, StandardScaler
from sklearn.tree import DecisionTreeClassifier

import retrodict as rd
from retrodict.disclosures import NodeCounts
from retrodict.disclosures.columns import Column
from retrodict.disclosures.trees.raw_trees import raw_trees
from retrodict.disclosures.trees.tree import Tree
from retrodict.priors import IndependentPrior
from retrodict.priors.implied import raking
from retrodict.priors.implied.raking import fallen, raked
from retrodict.priors.marginals import listed
from retrodict.priors.raked import RakedPrior
from retrodict.schema import Feature, Schema, Target

N = 500
RNG = np.random.default_rng(2)
_Z = RNG.multivariate_normal(np.zeros(3), [[1, 0.8, 0.3], [0.8, 1, -0.2], [0.3, -0.2, 1]], N)
TABLE = pd.DataFrame(
    {"a": _Z[:, 0], "b": np.exp(_Z[:, 1]), "c": np.array(["x", "y", "z"])[np.digitize(_Z[:, 2], [-0.5, 0.5])]}
)
LABEL = np.where(_Z.sum(axis=1) + RNG.normal(size=N) > 0, "yes", "no")


def _mixed(estimator: Any, number: Any, listed_: Any) -> Any:
    return make_pipeline(make_column_transformer((number, ["a", "b"]), (listed_, ["c"])), estimator)


MODELS = {
    "histogram": _mixed(HistGradientBoostingClassifier(max_iter=30), StandardScaler(), OrdinalEncoder()),
    "boosted": _mixed(GradientBoostingClassifier(n_estimators=30, random_state=0), StandardScaler(), OneHotEncoder()),
    "curved": _mixed(
        ExtraTreesClassifier(20, max_depth=5, random_state=0), QuantileTransformer(n_quantiles=50), OneHotEncoder()
    ),
}


def counts_of(model: Any) -> list[Any]:
    return [tree for fact in rd.inspect_model(model) if isinstance(fact, NodeCounts) for tree in fact.trees]


def worst_leaf(prior: Any, trees: list[Any], schema: Schema, rows: np.ndarray) -> float:
    """Return the largest difference of a leaf's share from what its tree states."""
    off = []
    for tree in trees:
        found = np.bincount(fallen(tree, schema, rows), minlength=len(tree.rows)) / len(rows)
        stops = found > 0
        off.append(float(np.abs(found - tree.rows / tree.rows[0])[stops].max()))
    return max(off)


@pytest.mark.parametrize("name", MODELS)
def test_rows_fall_into_all_leaves_as_often_as_the_training_rows(name: str) -> None:
    model = rd.load_model(MODELS[name].fit(TABLE, LABEL))
    prior, trees = rd.implied_prior(model), counts_of(model)
    assert isinstance(prior, RakedPrior)
    own = prior.schema.encode(TABLE)
    # the trees are read right: the table itself agrees, but for a row that a scaler rounds over its split point
    assert worst_leaf(prior, trees, prior.schema, own) < 1.5 / N
    draws = prior.sample(40_000, np.random.default_rng(5))
    assert worst_leaf(prior, trees, prior.schema, draws) < 0.02
    alone = prior.base.sample(40_000, np.random.default_rng(5))
    assert worst_leaf(prior, trees, prior.schema, alone) > 0.05
    tied = [np.corrcoef(X[:, 0], np.log(np.maximum(X[:, 1], 1e-9)))[0, 1] for X in (draws, alone)]
    assert tied[0] > 0.4
    assert abs(tied[1]) < 0.05
    assert "as often as the training rows did" in prior.notes[-1]


def test_gaps_are_drawn_as_the_leaves_count_them() -> None:
    table = TABLE[["a", "b"]].mask(RNG.random((N, 2)) < [0.25, 0.0])
    gone = table["a"].isna()
    table.loc[gone, "b"] *= 4  # the gap goes with the other value
    label = np.where(gone | (table["b"] > 2), "yes", "no")
    model = rd.load_model(HistGradientBoostingClassifier(max_iter=40).fit(table, label))
    schema = Schema((Feature("a", missing=0.25), Feature("b")), Target("y", ("no", "yes")))
    prior = rd.implied_prior(rd.inspect_model(model), schema)
    X = prior.sample(40_000, np.random.default_rng(0))
    high = X[:, 1] > np.quantile(table["b"], 0.8)
    shown = [np.isnan(X[rows, 0]).mean() for rows in (high, ~high)]
    assert shown[0] > shown[1] + 0.2
    assert prior.schema["a"].missing == pytest.approx(0.25)  # as it was stated


def test_a_column_that_was_turned_round_splits_the_other_way() -> None:
    columns = (Column.start("a").affine(-2.0, 1.0),)
    ends, none = np.full(3, -1), np.array([np.nan, np.nan])
    tree = Tree(columns, np.array([0, -1, -1]), np.array([0.25, *none]), ends.copy(), ends, np.array([10, 4, 6]))
    tree.left[0], tree.right[0] = 1, 2
    (found,) = raw_trees([replace(tree, missing_left=np.array([True, False, False]))])
    schema = Schema((Feature("a", missing=0.5),))
    X = np.array([[0.4], [0.5], [0.6], [np.nan]])  # 0.25 of the column is 0.5
    assert fallen(found, schema, X).tolist() == [2, 1, 1, 1]
    assert fallen(replace(found, missing_left=None), schema, X).tolist() == [0, 0, 0, 0]  # where gaps go is not known


def test_the_nearest_of_all_that_agree_is_nearer_to_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exactly, over listed states: divergences add up as in a right triangle, so that nothing is lost by agreeing."""
    sizes = (3, 4, 2)
    schema = Schema(tuple(Feature(n, "ordinal", categories=tuple(range(k))) for n, k in zip("abc", sizes, strict=True)))
    truth = RNG.dirichlet(np.full(24, 0.7)).reshape(sizes)
    rows = np.repeat(np.indices(sizes).reshape(3, -1).T, np.rint(truth.ravel() * 4_000).astype(int), axis=0)
    table = np.zeros(sizes)
    np.add.at(table, tuple(rows.T), 1.0 / len(rows))
    frame = pd.DataFrame(rows, columns=list("abc"))
    y = RNG.random(len(rows)) < 0.5
    trees = ExtraTreesClassifier(4, max_leaf_nodes=5, random_state=1, max_features=1).fit(frame, y)
    base = IndependentPrior(schema, tuple(listed(table.sum(axis=other)) for other in ((1, 2), (0, 2), (0, 1))))
    monkeypatch.setattr(raking, "PASSES", 500)
    prior: Any = raked(base, tuple(rd.inspect_model(trees)))
    assert prior.n_states() is not None

    def shares(prior: Any) -> np.ndarray:
        out = np.zeros(sizes)
        states, logs = prior.states()
        out[tuple(states.astype(int).T)] = np.exp(logs)
        return out

    before, after, step = (
        float(rel_entr(p, q).sum())
        for p, q in ((table, shares(base)), (table, shares(prior)), (shares(prior), shares(base)))
    )
    assert step > 0.01
    assert before == pytest.approx(after + step, abs=1e-6)


def test_counts_of_drawn_rows_or_of_one_feature_are_left_alone() -> None:
    forest = RandomForestClassifier(10, random_state=0).fit(TABLE[["a", "b"]], LABEL)  # each tree counts its own draw
    assert counts_of(forest) == []
    assert isinstance(rd.implied_prior(rd.load_model(forest)), IndependentPrior)
    stump = DecisionTreeClassifier(max_depth=1).fit(TABLE[["a"]], LABEL)
    assert isinstance(rd.implied_prior(rd.load_model(stump)), IndependentPrior)


@pytest.mark.slow
def test_reconstruction_comes_nearer_than_without() -> None:
    train, holdout = TABLE.assign(y=LABEL)[: N // 2], TABLE.assign(y=LABEL)[N // 2 :]
    made = MODELS["histogram"].fit(train[["a", "b", "c"]], train["y"])
    prior: Any = rd.implied_prior(rd.load_model(made))
    off = []
    for one in (prior, prior.base):
        rec = rd.reconstruct(made, one, 2_000, progress=False)
        found = rd.evaluate(rec, train, holdout, target="y", prior=one)
        whole = found.measures[(found.measures.scope == "overall") & (found.measures.measure == "energy distance")]
        off.append(float(whole.set_index("table").value["reconstruction"]))
    assert off[0] < 0.5 * off[1]
