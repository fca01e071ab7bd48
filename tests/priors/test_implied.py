"""The implied prior, against the planted data that models were fitted on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import CategoricalNB, GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    StandardScaler,
)
from sklearn.svm import SVC

import retrodict as rd
from retrodict.errors import PriorError
from retrodict.priors import CopulaPrior, EmpiricalPrior, IndependentPrior, MixturePrior
from retrodict.priors.implied.cells import self_consistent
from tests.families.sklearn.disclose.tables import LINEAR

N, DRAWS = 600, 40_000
_RNG = np.random.default_rng(4)
_Z = _RNG.multivariate_normal(np.zeros(2), [[1.0, 0.6], [0.6, 1.0]], N)
TABLE = pd.DataFrame(
    {
        "income": np.exp(_Z[:, 0]),  # skewed
        "mood": _Z[:, 1] + 4.0 * (_RNG.random(N) < 0.3),  # two humps
        "visits": _RNG.poisson(4.0, N).astype(float),
        "noise": _RNG.normal(50.0, 5.0, N),
    }
)
NUMBERS = list(TABLE.columns)
JOB = np.array(["clerk", "cook", "nurse"], dtype=object)[_RNG.choice(3, N, p=[0.6, 0.3, 0.1])]
LABEL = np.where(_Z.sum(axis=1) + 0.4 * TABLE["visits"] + _RNG.normal(size=N) > 2.0, "yes", "no")


def implied(model: Any, frame: pd.DataFrame = TABLE) -> Any:
    fitted = model.fit(frame, LABEL)
    try:
        return rd.implied_prior(rd.load_model(fitted))
    except rd.errors.ModelError:
        return rd.implied_prior(fitted)


def check_moments(prior: Any, frame: pd.DataFrame, errors: float = 5.0) -> None:
    """Check means, variances, within so many Monte Carlo errors (the fourth moment gives the variances')."""
    rows = prior.sample(DRAWS, np.random.default_rng(0))
    rows = rows[:, [prior.schema.names.index(name) for name in frame.columns]]
    centred = rows - rows.mean(axis=0)
    variance = centred.var(axis=0)
    assert (abs(rows.mean(axis=0) - frame.mean()) < errors * np.sqrt(variance / DRAWS)).all()
    spread = np.sqrt(((centred**4).mean(axis=0) - variance**2) / DRAWS)
    assert (abs(variance - frame.var(ddof=0)) < errors * spread).all()


def distance(prior: Any, name: str, values: pd.Series[Any]) -> float:
    """Return the largest distance between a feature's distribution under the prior and that of the table."""
    draws = prior.sample(DRAWS, np.random.default_rng(1))[:, prior.schema.names.index(name)]
    at = np.unique(values)
    below = [np.searchsorted(np.sort(column), at + 1e-9, side="right") / len(column) for column in (draws, values)]
    return float(np.abs(below[0] - below[1]).max())


def test_scaler_gives_means_and_variances() -> None:
    prior = implied(make_pipeline(StandardScaler(), LogisticRegression()))
    assert isinstance(prior, IndependentPrior)
    check_moments(prior, TABLE)
    with pytest.raises(AssertionError):
        check_moments(prior, TABLE + 0.1 * TABLE.std())  # the check can fail
    assert prior.notes[:2] == ("prior implied by the model file", "income, mood, visits, noise: mean and variance")


def test_naive_bayes_gives_each_class_its_own_rows() -> None:
    prior = implied(GaussianNB())
    assert isinstance(prior, MixturePrior)
    check_moments(prior, TABLE)
    for part, label in zip(prior.components, prior.class_shares, strict=True):
        check_moments(part, TABLE[label == LABEL])
    assert prior.class_shares == pytest.approx({"no": (LABEL == "no").mean(), "yes": (LABEL == "yes").mean()})


@pytest.mark.parametrize(
    "model", [LinearDiscriminantAnalysis(solver="lsqr"), QuadraticDiscriminantAnalysis(), make_pipeline(PCA(), SVC())]
)
def test_covariances_tie_the_features(model: BaseEstimator) -> None:
    """Total covariance holds for classes of one covariance too: within classes, plus that of the class means."""
    if isinstance(model, QuadraticDiscriminantAnalysis | LinearDiscriminantAnalysis):
        prior = implied(model)
        assert all(isinstance(part, CopulaPrior) for part in prior.components)
    else:
        prior = rd.implied_prior(rd.disclosures.Disclosures(_without_rows(model.fit(TABLE, LABEL)), tuple(NUMBERS)))
        assert isinstance(prior, CopulaPrior)
    check_moments(prior, TABLE)
    found = np.corrcoef(prior.sample(DRAWS, np.random.default_rng(2)).T)
    np.testing.assert_allclose(found, np.corrcoef(TABLE.T), atol=5.0 / np.sqrt(DRAWS))


def _without_rows(model: Any) -> tuple[Any, ...]:
    return tuple(fact for fact in rd.inspect_model(model) if fact.kind != "Rows")


def test_stored_rows_are_the_prior() -> None:
    prior = implied(KNeighborsClassifier())
    assert isinstance(prior, EmpiricalPrior)
    assert prior.plain
    rows, logs = prior.states()
    np.testing.assert_allclose(np.exp(logs), 1.0 / N)
    np.testing.assert_allclose(rows[np.lexsort(rows.T)], TABLE.to_numpy()[np.lexsort(TABLE.to_numpy().T)])


def test_support_vectors_are_part_of_the_table_and_the_scaler_tells_the_rest() -> None:
    """Rows near the boundary are no sample of the table: what is left over makes up for it."""
    prior = implied(make_pipeline(StandardScaler(), SVC(C=10.0)))
    assert isinstance(prior, MixturePrior)
    assert prior.weights[0] < 0.9
    check_moments(prior, TABLE)
    alone = implied(SVC())
    assert any("of 600 rows stored" in note and "nothing else is stated" in note for note in alone.notes)


def test_quantiles_and_bins() -> None:
    for step in (QuantileTransformer(n_quantiles=100), KBinsDiscretizer(50, **LINEAR)):
        prior = implied(step)
        for name in NUMBERS:
            bins = len(np.unique(np.quantile(TABLE[name], np.linspace(0, 1, 51))))
            limit = 1.0 / 50 + 2.0 / np.sqrt(DRAWS) if bins == 51 else 0.3  # a step of atoms: merged quantiles
            assert distance(prior, name, TABLE[name]) < limit


def test_categories_and_their_shares() -> None:
    frame = TABLE.assign(job=JOB)
    encoder = ColumnTransformer([("num", StandardScaler(), NUMBERS), ("job", OneHotEncoder(), ["job"])])
    truth = np.array([(job == JOB).mean() for job in ("clerk", "cook", "nurse")])
    equal = implied(make_pipeline(encoder, LogisticRegression()), frame)
    assert equal.schema["job"].categories == ("clerk", "cook", "nurse")
    np.testing.assert_allclose(equal.marginals[4].probabilities(), 1 / 3)
    counted = implied(make_pipeline(encoder, RandomForestClassifier(50, random_state=0)), frame)
    assert abs(counted.marginals[4].probabilities() - truth).max() < 0.05
    check_moments(counted, TABLE[NUMBERS])
    told = implied(make_pipeline(encoder, GaussianNB()), frame)
    drawn = told.sample(DRAWS, np.random.default_rng(0))[:, 4]
    np.testing.assert_allclose(np.bincount(drawn.astype(int)) / DRAWS, truth, atol=5 * 0.5 / np.sqrt(DRAWS))


def test_counts_of_codes() -> None:
    prior = implied(make_pipeline(OrdinalEncoder(), CategoricalNB()), pd.DataFrame({"job": JOB}))
    drawn = prior.sample(DRAWS, np.random.default_rng(0))[:, 0]
    truth = [(job == JOB).mean() for job in prior.schema["job"].categories]
    np.testing.assert_allclose(np.bincount(drawn.astype(int)) / DRAWS, truth, atol=5 * 0.5 / np.sqrt(DRAWS))


FORESTS = {
    "deep": RandomForestClassifier(60, random_state=0),
    "shallow": RandomForestClassifier(60, max_depth=4, random_state=0),
    "extra": ExtraTreesClassifier(60, max_depth=6, random_state=0),
    "boosted": GradientBoostingClassifier(n_estimators=60, random_state=0),
    "histogram": HistGradientBoostingClassifier(max_iter=30),
}


@pytest.mark.parametrize("name", FORESTS)
def test_leaves_tell_how_rows_lie_between_split_points(name: str) -> None:
    """Near the table's own distribution, and nearer than cells of equal shares or a uniform over the range."""
    fitted = FORESTS[name].fit(TABLE, LABEL)
    prior = rd.implied_prior(rd.load_model(fitted))
    facts = rd.inspect_model(fitted)
    uncounted = tuple(f for f in facts if f.kind not in ("Stretches", "NodeCounts"))
    equal = rd.implied_prior(rd.disclosures.Disclosures(uncounted, facts.names))
    bounds = [rd.Feature(n, low=TABLE[n].min(), high=TABLE[n].max()) for n in NUMBERS]
    uniform = rd.uniform_prior(rd.Schema(tuple(bounds)))
    ours, cells, flat = (np.mean([distance(q, n, TABLE[n]) for n in NUMBERS]) for q in (prior, equal, uniform))
    assert ours < 0.1
    assert ours < 0.6 * flat
    assert name == "histogram" or ours < cells  # its bins are midpoints of all values: equal shares are the truth
    assert prior.schema["visits"].kind == ("continuous" if name == "extra" else "integer")


def test_self_consistency_is_exact_where_counts_tell_all() -> None:
    shares = self_consistent(np.full(3, 1 / 3), np.array([0, 1, 0]), np.array([1, 3, 2]), np.array([20.0, 80.0, 50.0]))
    np.testing.assert_allclose(shares.sum(), 1.0)
    apart = self_consistent(np.full(3, 1 / 3), np.arange(3), np.arange(1, 4), np.array([2.0, 3.0, 5.0]))
    np.testing.assert_allclose(apart, [0.2, 0.3, 0.5])


def test_ranges_alone_are_uniform() -> None:
    prior = implied(make_pipeline(MinMaxScaler(), LogisticRegression()))
    assert prior.marginals[0].describe() == {
        "kind": "uniform",
        "min": TABLE["income"].min(),
        "max": TABLE["income"].max(),
    }


def test_zeros_and_ones_are_known_by_their_variance() -> None:
    frame = TABLE.assign(flag=(TABLE["mood"] > 1.0).astype(float))
    prior = implied(make_pipeline(StandardScaler(), LogisticRegression()), frame)
    assert prior.marginals[4].values().tolist() == [0.0, 1.0]
    np.testing.assert_allclose(prior.marginals[4].probabilities()[1], frame["flag"].mean(), rtol=1e-9)
    check_moments(prior, frame)


def test_two_steps_of_one_range_agree() -> None:
    steps = make_pipeline(StandardScaler(), MinMaxScaler((-1.0, 3.0)), QuantileTransformer(n_quantiles=50))
    prior = implied(make_pipeline(steps, LogisticRegression()))
    assert np.isfinite(prior.sample(100, np.random.default_rng(0))).all()


def test_missing_values_keep_their_share() -> None:
    holes = TABLE.mask(np.random.default_rng(0).random(TABLE.shape) < 0.2)
    prior = implied(make_pipeline(StandardScaler(), HistGradientBoostingClassifier(max_iter=5)), holes)
    assert [f.missing for f in prior.schema.features] == pytest.approx(holes.isna().mean().tolist())
    assert np.isnan(prior.sample(DRAWS, np.random.default_rng(0))).any()


def test_what_is_not_disclosed_is_named() -> None:
    model = LogisticRegression().fit(TABLE, LABEL)
    with pytest.raises(PriorError, match=r"discloses no values of income, mood, visits, noise: .*; give a prior"):
        rd.implied_prior(rd.load_model(model))
    bounded = rd.Schema(tuple(rd.Feature(name, low=0.0, high=100.0) for name in NUMBERS))
    prior = rd.implied_prior(rd.inspect_model(model), bounded)
    assert prior.marginals[0].describe() == {"kind": "uniform", "min": 0.0, "max": 100.0}


def test_a_reconstruction_without_a_prior_says_what_it_assumed() -> None:
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(TABLE, LABEL)
    found = rd.reconstruct(model, rows=50, seed=0)
    assert any("prior implied by the model file" in note for note in found.provenance.prior["notes"])
    assert found.frame.equals(rd.reconstruct(model, rows=50, seed=0).frame)
