"""Priors of classes: each fitted on its own rows, with what few rows can't tell taken from all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import retrodict as rd
from retrodict.errors import PriorError
from retrodict.priors import ByClass, ClassPrior, CopulaPrior, class_prior, class_shares, implied_prior
from retrodict.priors.shrinkage import shrunk_by_class
from retrodict.schema import Schema


def world(n: int, seed: int = 0, third: int = 0) -> pd.DataFrame:
    """Return two classes whose numbers go together in opposite ways, and some rows of a third."""
    rng = np.random.default_rng(seed)
    label = np.arange(n) % 2
    a = rng.standard_normal(n)
    b = np.where(label == 0, 0.8, -0.8) * a + 0.6 * rng.standard_normal(n) + 3 * label
    names = np.array(["no", "yes", "rare"])[np.where(np.arange(n) < third, 2, label)]
    site = np.where(rng.random(n) < 0.2 + 0.6 * label, "x", "y")
    return pd.DataFrame({"a": a, "b": b, "site": site, "target": names})


@pytest.mark.parametrize("kind", ["independent", "copula", "empirical"])
def test_each_class_is_fitted_on_its_own_rows(kind: str) -> None:
    frame = world(1_000)
    prior = rd.fit_prior(frame, kind, target="target", by_class=True)  # type: ignore[arg-type]
    assert isinstance(prior, ByClass)
    assert class_shares(prior) == {"no": 0.5, "yes": 0.5}
    for label, sign in (("no", 1.0), ("yes", -1.0)):
        own = class_prior(prior, label)
        assert own is not None
        X = own.sample(20_000, np.random.default_rng(0))
        rows = frame[frame["target"] == label]
        assert abs(X[:, 1].mean() - rows["b"].mean()) < 0.1
        assert abs((X[:, 2] == 0).mean() - (rows["site"] == "x").mean()) < 0.03
        together = np.corrcoef(X[:, 0], X[:, 1])[0, 1]
        assert (0.6 < sign * together < 0.9) if kind != "independent" else abs(together) < 0.05
    assert prior.describe()["classes"] == ["no", "yes"]


def test_what_a_class_lacks_is_rare_and_not_impossible() -> None:
    frame = world(400)
    frame.loc[frame["target"] == "no", "site"] = "y"
    prior = rd.fit_prior(frame, target="target", by_class=True)
    own = class_prior(prior, "no")
    assert own is not None
    shares = own.marginals[2].probabilities()  # type: ignore[attr-defined]
    assert 0 < shares.min() < 0.02
    assert own.sample(50_000, np.random.default_rng(0))[:, 1].max() > 4  # values that only the other class had


def test_classes_of_few_rows_are_taken_as_all_rows() -> None:
    prior = rd.fit_prior(world(300, third=5), target="target", by_class=True)
    assert isinstance(prior, ClassPrior)
    assert [note.code for note in prior.notes] == ["classes_taken_as_all"]
    rare, yes = prior.of_class("rare"), prior.of_class("yes")
    assert isinstance(rare, CopulaPrior)
    assert isinstance(yes, CopulaPrior)
    assert abs(rare.correlation[0, 1]) < 0.3 < -yes.correlation[0, 1]
    assert prior.of_class("unknown") is None


def test_correlations_are_shrunken_as_far_as_held_out_rows_ask_for() -> None:
    rng = np.random.default_rng(0)
    schema = Schema.from_frame(pd.DataFrame(rng.standard_normal((2, 8)), columns=list("abcdefgh")))
    unrelated = [rng.standard_normal((25, 8)) for _ in range(2)]
    alike = [rng.standard_normal((25, 1)) + 0.5 * rng.standard_normal((25, 8)) for _ in range(2)]
    away = ~np.eye(8, dtype=bool)
    plain = np.abs(np.corrcoef(unrelated[0].T)[away]).mean()
    found = [matrix for matrix, _ in shrunk_by_class(schema, unrelated, {})]
    assert np.abs(found[0][away]).mean() < 0.4 * plain
    together = [matrix for matrix, _ in shrunk_by_class(schema, alike, {})]
    assert together[0][away].mean() > 0.6
    own = [
        rng.standard_normal((200, 1)) * np.sign(np.arange(8) - k) + 0.5 * rng.standard_normal((200, 8)) for k in (-1, 4)
    ]
    apart = [matrix for matrix, _ in shrunk_by_class(schema, own, {})]
    assert apart[0][0, 7] > 0.6
    assert apart[1][0, 7] < -0.6


def test_what_can_not_be_fitted_by_class_is_said() -> None:
    frame = world(100)
    with pytest.raises(PriorError, match="name it as target"):
        rd.fit_prior(frame, by_class=True)
    with pytest.raises(PriorError, match="fit kind independent or copula"):
        rd.fit_prior(frame, "uniform", target="target", by_class=True)
    with pytest.raises(PriorError, match="give one each"):
        ClassPrior((rd.fit_prior(frame),), (1.0,))


def test_the_prior_of_a_classifier_of_classes_knows_them() -> None:
    from sklearn.naive_bayes import GaussianNB

    frame = world(200)
    model = GaussianNB().fit(frame[["a", "b"]], frame["target"])
    prior = implied_prior(rd.load_model(model))
    yes = class_prior(prior, "yes")
    assert yes is not None
    X = yes.sample(5_000, np.random.default_rng(0))
    assert abs(X[:, 1].mean() - model.theta_[1, 1]) < 0.1
