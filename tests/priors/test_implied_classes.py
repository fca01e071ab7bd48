"""What a file says of each class, of some features only, and what it counts of all rows: neither hides the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder
from sklearn.tree import DecisionTreeClassifier

import retrodict as rd
from retrodict.disclosures import (
    CategoryCounts,
    ClassShares,
    Disclosures,
    Gaps,
    Moments,
    NodeCounts,
    Range,
    Stretches,
    Thresholds,
)
from retrodict.disclosures.trees.raw_trees import RawTree
from retrodict.priors.implied.facts import inside, told_by_class
from retrodict.priors.implied.raking import fallen
from retrodict.priors.mixture import MixturePrior
from retrodict.priors.raked import RakedPrior
from retrodict.schema import Feature, Schema, Target

N = 900
_RNG = np.random.default_rng(4)
LABEL = (_RNG.random(N) < 0.4).astype(int)
TABLE = pd.DataFrame(
    {
        "age": np.round(_RNG.normal(40 + 15 * LABEL, 8)),
        "arm": np.where(_RNG.random(N) < 0.8 - 0.5 * LABEL, "a", "b"),
        "site": np.where(_RNG.random(N) < 0.3 + 0.5 * LABEL, "n", _RNG.choice(["s", "w"], N)),
    }
)
SAID: dict[str, Any] = {"source": "here"}
SCHEMA = Schema(
    (Feature("site", "categorical", categories=("n", "s", "w")), Feature("age", low=0.0, high=10.0)),
    Target("target", ("no", "yes")),
)
COUNTS = {"no": (60, 20, 20), "yes": (10, 40, 50)}


def facts(*more: Any) -> Disclosures:
    """Two classes of equal size, the sites of each, and where the tree of one split has the ages of all."""
    sites = tuple(
        CategoryCounts(("n", "s", "w"), counts, features=("site",), within=label, **SAID)
        for label, counts in COUNTS.items()
    )
    shares = ClassShares(("no", "yes"), (0.5, 0.5), features=(), **SAID)
    ages = (
        Range(0.0, 10.0, features=("age",), **SAID),
        Thresholds(np.array([4.0]), features=("age",), **SAID),
        Stretches(np.array([-np.inf, 4.0]), np.array([4.0, np.inf]), np.array([180, 20]), features=("age",), **SAID),
    )
    return Disclosures((*sites, shares, *ages, *more), ("site", "age"))


def drawn(prior: Any, n: int = 40_000) -> pd.DataFrame:
    return prior.schema.decode(prior.sample(n, np.random.default_rng(0)))


def test_features_that_no_class_speaks_of_keep_the_facts_of_all_rows() -> None:
    found = facts(Gaps(features=("age",), **SAID), Moments(1.0, 1.0, features=("site",), category="n", **SAID))
    assert told_by_class(found.facts) == {"site"}
    kinds = [type(fact).__name__ for fact in inside(found.facts, "yes")]
    assert sorted(kinds) == ["CategoryCounts", "ClassShares", "Gaps", "Range", "Stretches", "Thresholds"]
    prior = rd.implied_prior(facts(), SCHEMA)
    assert isinstance(prior, MixturePrior)
    rows = drawn(prior)
    assert (rows["age"] <= 4).mean() == pytest.approx(0.9, abs=0.01)  # not 0.4, which the range alone says
    assert rows["site"].value_counts(normalize=True)[["n", "s", "w"]].tolist() == pytest.approx(
        [0.35, 0.3, 0.35], abs=0.01
    )


def test_leaves_and_classes_hold_together() -> None:
    """A tree says that of those at n all are young, and of the others a part: both are met, and so are the classes."""
    tree = RawTree(
        ("site", "age"),
        np.array([0, -1, 1, -1, -1]),
        np.array([np.nan, np.nan, 4.0, np.nan, np.nan]),
        np.zeros(5, dtype=bool),
        np.array([1, -1, 3, -1, -1]),
        np.array([2, -1, 4, -1, -1]),
        np.array([200, 70, 130, 110, 20]),
        categories={0: frozenset({"n"})},
    )
    counts = NodeCounts((tree.rows,), (tree.left < 0,), features=("site", "age"), trees=(tree,), **SAID)
    prior = rd.implied_prior(facts(counts), SCHEMA)
    assert isinstance(prior, MixturePrior)
    assert all(isinstance(part, RakedPrior) for part in prior.components)
    assert prior.weights == pytest.approx((0.5, 0.5))
    rows = drawn(prior)
    assert ((rows["site"] != "n") & (rows["age"] > 4)).mean() == pytest.approx(0.1, abs=0.01)
    for part, own in zip(prior.components, COUNTS.values(), strict=True):
        mine = drawn(part)["site"].value_counts(normalize=True)[["n", "s", "w"]]
        assert mine.tolist() == pytest.approx([n / 100 for n in own], abs=0.015)


def counted_right(model: Any, frame: pd.DataFrame) -> int:
    """Return how many trees there are, each of which counts the very training rows that stop at each of its nodes."""
    trees = [tree for fact in rd.inspect_model(model).of(NodeCounts) for tree in fact.trees]
    for tree in trees:
        at, rows = np.unique(fallen(tree, model.schema, model.schema.encode(frame)), return_counts=True)
        assert rows.tolist() == tree.rows[at].tolist()
    return len(trees)


def test_rows_fall_by_single_categories_as_they_did_in_training(tmp_path: Path) -> None:
    catboost = pytest.importorskip("catboost")
    made = catboost.CatBoostClassifier(
        iterations=20, depth=3, verbose=0, thread_count=1, allow_writing_files=False, cat_features=["arm", "site"]
    )
    made.fit(TABLE, LABEL).save_model(str(tmp_path / "model.cbm"))
    schema = rd.fit_prior(TABLE).schema
    for model in (rd.load_model(tmp_path / "model.cbm", schema=schema), rd.load_model(made, schema=schema)):
        assert counted_right(model, TABLE) > 5
        prior = rd.implied_prior(model)
        assert isinstance(prior, MixturePrior)  # `site` has statistics of the classes, `age` and `arm` have none
        told = TABLE.assign(site=np.where(TABLE["site"] == "n", "n", "other"))
        rows = drawn(prior)
        for arm in "ab":  # ages go with the arm by the class alone, which the leaves show
            real = told.loc[told["arm"] == arm, "age"].mean()
            assert pd.to_numeric(rows.loc[rows["arm"] == arm, "age"]).mean() == pytest.approx(real, abs=2.5)


@pytest.mark.parametrize(
    "step", [OneHotEncoder(), OneHotEncoder(min_frequency=0.3, handle_unknown="infrequent_if_exist")]
)
def test_rows_fall_by_indicators_as_they_did_in_training(step: OneHotEncoder) -> None:
    encoded = make_column_transformer((step, ["arm", "site"]), remainder="passthrough")
    made = make_pipeline(encoded, DecisionTreeClassifier(max_depth=5, random_state=0)).fit(TABLE, LABEL)
    assert counted_right(rd.load_model(made), TABLE) == 1


def test_rows_stop_where_bins_of_numbers_are_split() -> None:
    made = make_pipeline(KBinsDiscretizer(4, encode="onehot-dense"), DecisionTreeClassifier(random_state=0))
    made.fit(TABLE[["age"]].assign(dose=_RNG.random(N)), LABEL)
    prior = rd.implied_prior(rd.load_model(made))
    assert prior.schema.names == ("age", "dose")
