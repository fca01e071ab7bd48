"""Likelihoods equal the library's own: predictions bit for bit, log-probabilities where a probability underflows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

pytest.importorskip("statsmodels")

import statsmodels.api as sm
import statsmodels.formula.api as smf

import retrodict as rd
from retrodict.errors import ModelError, RequestError
from retrodict.families.statsmodels.binary import logs_of
from retrodict.families.statsmodels.counts import GeneralizedPoisson, NegativeBinomialP
from retrodict.models import Classifier
from retrodict.models.noise import Gamma, Gaussian, InverseGaussian, Laplace, NegativeBinomial, Poisson, Tweedie
from tests.families.statsmodels.fits import FITS, fitted, table

NEW = table(60, seed=11)
NOISE: dict[str, Any] = {
    "OLS": lambda made: Gaussian(made.mse_resid**0.5),
    "OLS penalised": lambda made: Gaussian(),
    "GLM Gaussian": lambda made: Gaussian(made.scale**0.5),
    "GLM Poisson": lambda made: Poisson(),
    "GLM gamma": lambda made: Gamma(made.scale),
    "GLM inverse Gaussian": lambda made: InverseGaussian(made.scale),
    "GLM negative binomial": lambda made: NegativeBinomial(1.0),
    "GLM Tweedie": lambda made: Tweedie(made.scale, 1.5),
    "Poisson": lambda made: Poisson(),
    "NegativeBinomial": lambda made: NegativeBinomial(made.params["alpha"]),
    "NegativeBinomial of one": lambda made: NegativeBinomialP(made.params["alpha"], 1.0),
    "NegativeBinomialP": lambda made: NegativeBinomialP(made.params["alpha"], 2.0),
    "GeneralizedPoisson": lambda made: GeneralizedPoisson(made.params["alpha"], 1.0),
    "QuantReg": lambda made: Laplace(quantile=0.3),
    "RLM": lambda made: Gaussian(made.scale),
    "MixedLM": lambda made: Gaussian((made.scale + made.cov_re.iloc[0, 0]) ** 0.5),
    "BetaModel": lambda made: Gaussian(),
}


def own_input(made: Any, frame: pd.DataFrame) -> Any:
    if hasattr(made.model, "formula"):
        return frame
    matrix = frame[["age", "dose"]].to_numpy()
    ordered = "Ordered" in type(made.model).__name__
    return np.ascontiguousarray(matrix if ordered else sm.add_constant(matrix))


@pytest.mark.parametrize("name", FITS)
def test_predictions_are_the_librarys_own(name: str) -> None:
    made = fitted(name)
    model = rd.load_model(made)
    X = model.schema.encode(NEW.set_axis(["x1", "x2", *NEW.columns[2:]], axis=1) if name == "OLS of arrays" else NEW)
    said = np.asarray(made.predict(own_input(made, NEW)))
    if isinstance(model, Classifier):
        logs = model.log_proba(X)
        np.testing.assert_allclose(np.exp(logs) if said.ndim == 2 else np.exp(logs[:, 1]), said, rtol=1e-11, atol=1e-14)
    else:
        assert np.array_equal(model.predict(X), said)  # type: ignore[attr-defined]
    if name in NOISE:
        assert model.noise == NOISE[name](made)  # type: ignore[attr-defined]


def test_the_noise_is_the_likelihood_that_was_fitted() -> None:
    for name in ("Poisson", "NegativeBinomial", "NegativeBinomial of one", "NegativeBinomialP", "GeneralizedPoisson"):
        made = fitted(name)
        model: Any = rd.load_model(made)
        logs = model.noise.log_density(
            table()["count"].to_numpy(dtype=float), model.predict(model.schema.encode(table()))
        )
        assert logs.sum() == pytest.approx(made.llf, rel=1e-9), name


@pytest.mark.parametrize(
    "noise", [NegativeBinomialP(0.3, 1.0), NegativeBinomialP(0.2, 1.5), GeneralizedPoisson(0.2, 1.0)]
)
def test_counts_sum_to_one_are_bounded_and_are_drawn(noise: Any) -> None:
    counts, rng = np.arange(400.0), np.random.default_rng(0)
    for mean in (0.3, 4.0, 25.0):
        shares = np.exp(noise.log_density(counts, np.full(400, mean)))
        assert shares.sum() == pytest.approx(1.0, abs=1e-9)
        assert (shares * counts).sum() == pytest.approx(mean, rel=1e-6)
        drawn = noise.draw(np.full(20_000, mean), rng)
        spread = (shares * (counts - mean) ** 2).sum()
        assert drawn.mean() == pytest.approx(mean, abs=5 * (spread / 20_000) ** 0.5)
        assert drawn.var() == pytest.approx(spread, rel=0.1)
    for value in (0.0, 1.0, 7.0, 30.0):
        assert noise.log_density(value, np.geomspace(1e-3, 1e3, 4_001)).max() <= noise.log_bound(value) + 1e-12


@pytest.mark.parametrize("link", ["Logit", "Probit", "CLogLog", "LogLog", "Cauchy", "Log", "LogC", "Identity"])
def test_binary_links_hold_far_out(link: str) -> None:
    own = getattr(sm.families.links, link)()
    logs = logs_of(own)
    assert logs is not None
    near = {"Log": np.linspace(-3, -0.1, 9), "LogC": np.linspace(-3, -0.1, 9), "Identity": np.linspace(0.1, 0.9, 9)}
    eta = near.get(link, np.linspace(-2, 2, 9))
    mean = own.inverse(eta)
    np.testing.assert_allclose(np.exp(logs(eta)), np.column_stack((1 - mean, mean)), rtol=1e-12)
    far = logs(np.array([-300.0, 300.0]))
    assert not np.isnan(far).any()
    if link in ("Logit", "Probit", "Cauchy"):
        kind = {"Logit": stats.logistic, "Probit": stats.norm, "Cauchy": stats.cauchy}[link]
        np.testing.assert_allclose(far[0, 1], kind.logcdf(-300.0), rtol=1e-6)


@pytest.mark.filterwarnings("ignore:The design matrix")
def test_columns_of_a_formula() -> None:
    frame = table().assign(**{"two words": table()["dose"], "old": table()["age"] > 50})
    made = smf.ols("np.log(value + 20) ~ np.log(age) + Q('two words') + C(ward) + site:dose + old - 1", frame).fit()
    model = rd.load_model(made)
    kinds = {feature.name: (feature.kind, feature.categories) for feature in model.schema.features}
    assert kinds == {
        "age": ("continuous", ()),
        "dose": ("continuous", ()),
        "site": ("categorical", ("north", "south", "west")),
        "ward": ("ordinal", tuple(range(9))),
        "two words": ("continuous", ()),
        "old": ("categorical", (False, True)),
    }
    assert np.array_equal(model.predict(model.schema.encode(frame)), made.predict(frame))  # type: ignore[attr-defined]
    found = rd.sanitize(made, rows=100)
    assert found.identical
    assert not found.after.of("Rows")


@pytest.mark.parametrize("term", ["center(dose)", "standardize(dose)", "bs(dose, df=4)", "I(dose ** 2)", "C(dose > 5)"])
def test_what_a_formula_learned_is_kept_in_the_file(term: str) -> None:
    made = smf.ols(f"value ~ age + {term}", table()).fit()
    found = rd.sanitize(made, rows=100)
    assert found.identical
    assert not found.after.of("Rows")
    assert "patient" not in str(found.model.written())  # type: ignore[attr-defined]
    assert ("learned" in str(found.kept)) == (
        term in {"center(dose)", "standardize(dose)", "bs(dose, df=4)", "C(dose > 5)"}
    )


def test_a_factor_of_two_levels_as_the_target() -> None:
    frame = table().assign(ill=np.where(table()["flag"] == 1, "yes", "no"))
    made = smf.glm("ill ~ age + dose", frame, family=sm.families.Binomial()).fit()
    model: Any = rd.load_model(made)
    target = model.schema.target
    assert (target.name, target.classes) == ("ill", ("yes", "no"))
    np.testing.assert_allclose(
        np.exp(model.log_proba(model.schema.encode(frame)))[:, 1], made.predict(frame), rtol=1e-12
    )


def test_a_constant_that_is_not_one_is_known_when_the_data_is_gone() -> None:
    frame = table()
    matrix = np.column_stack((frame["age"], np.full(len(frame), 3.0), frame["dose"]))
    made = sm.OLS(frame["value"].to_numpy(), matrix).fit()
    said = made.predict(matrix)
    made.remove_data()
    model: Any = rd.load_model(made)
    assert model.schema.names == ("x1", "x2")
    np.testing.assert_allclose(model.predict(frame[["age", "dose"]].to_numpy()), said, rtol=1e-9)


@pytest.mark.parametrize(("what", "said"), [
    (lambda: sm.OLS(table()["value"], table()["age"]), "no fitted result"),
    (lambda: sm.tsa.ARIMA(table()["value"].to_numpy()).fit(), "a time series"),
    (lambda: sm.ZeroInflatedPoisson(table()["count"], table()[["age"]]).fit(disp=0), "a mixture with zeros"),
    (lambda: smf.ols("value ~ 1", table()).fit(), "predicts one number"),
    (lambda: sm.PHReg(table()["cost"], table()["age"]).fit(), "survival times"),
])  # fmt: skip
@pytest.mark.filterwarnings("ignore")
def test_what_is_no_model_of_one_target_is_refused(what: Any, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        rd.load_model(what())


def test_settings_that_mean_nothing_are_refused() -> None:
    with pytest.raises(RequestError, match="no link slope"):
        rd.load_model(fitted("Logit"), link_slope=1.0)
    with pytest.raises(RequestError, match="for regressors"):
        rd.load_model(fitted("Logit"), noise_scale=1.0)
    assert rd.load_model(fitted("QuantReg"), noise_scale=2.0).noise == Laplace(2.0, 0.3)  # type: ignore[attr-defined]


def test_formulas_of_the_other_engine() -> None:
    pytest.importorskip("formulaic")
    options = pytest.importorskip("statsmodels.formula", reason="older releases have one engine").options
    before = options.formula_engine
    options.formula_engine = "formulaic"
    try:
        made = smf.ols("value ~ np.log(age) + center(dose) + C(site)", table()).fit()
        model: Any = rd.load_model(made)
        assert [feature.kind for feature in model.schema.features] == ["continuous", "continuous", "categorical"]
        assert np.array_equal(model.predict(model.schema.encode(NEW)), made.predict(NEW))
        assert rd.inspect_model(made).unread == ()
        found = rd.sanitize(made, rows=100)
        assert found.identical
        assert not found.after.of("Rows")
    finally:
        options.formula_engine = before
