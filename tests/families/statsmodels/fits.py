"""Results of statsmodels on one small table: every kind of model that is read, by name."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

N = 90
RAW = ("age", "dose", "site")
RIGHT = "age + dose + C(site)"


def table(n: int = N, seed: int = 3) -> pd.DataFrame:
    """Return people with labels of their own, and columns that no formula names."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"age": rng.integers(20, 80, n).astype(float), "dose": rng.normal(5, 2, n).round(3)})
    frame.index = pd.Index([f"patient {i}" for i in range(n)])
    frame["site"] = rng.choice(["north", "south", "west"], n)
    value = frame["age"] / 20 + frame["dose"] + (frame["site"] == "west") + rng.normal(size=n)
    frame["value"], frame["flag"] = value.round(3), (value > value.median()).astype(int)
    frame["band"], frame["count"] = pd.qcut(value, 3, labels=False), rng.poisson(np.exp(value / 5))
    frame["cost"], frame["weight"] = np.exp(value / 4) * rng.gamma(3, 1 / 3, n), rng.uniform(0.5, 2, n)
    frame["share"], frame["ward"] = 1 / (1 + np.exp(-(value - 8) / 3)), rng.integers(0, 9, n)
    return frame


def _formula(kind: str, target: str, *, fit: dict[str, Any] | None = None, **how: Callable[[pd.DataFrame], Any]) -> Any:
    def made(frame: pd.DataFrame) -> Any:
        import statsmodels.formula.api as smf

        own = {name: of(frame) for name, of in how.items()}
        return getattr(smf, kind)(f"{target} ~ {RIGHT}", frame, **own).fit(**(fit or {}))

    return made


def _matrix(kind: str, target: str, *, fit: dict[str, Any] | None = None, **how: Callable[[pd.DataFrame], Any]) -> Any:
    def made(frame: pd.DataFrame) -> Any:
        import statsmodels.api as sm

        own = {name: of(frame) for name, of in how.items()}
        return getattr(sm, kind)(frame[target], sm.add_constant(frame[["age", "dose"]]), **own).fit(**(fit or {}))

    return made


def _family(name: str, link: str | None = None) -> Callable[[pd.DataFrame], Any]:
    def made(frame: pd.DataFrame) -> Any:
        import statsmodels.api as sm

        return getattr(sm.families, name)(**({} if link is None else {"link": getattr(sm.families.links, link)()}))

    return made


def _tweedie(frame: pd.DataFrame) -> Any:
    import statsmodels.api as sm

    return sm.families.Tweedie(var_power=1.5)


def _arrays(frame: pd.DataFrame) -> Any:
    import statsmodels.api as sm

    return sm.OLS(frame["value"].to_numpy(), sm.add_constant(frame[["age", "dose"]].to_numpy())).fit()


def _ordered(frame: pd.DataFrame) -> Any:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    return OrderedModel(frame["band"], frame[["age", "dose"]]).fit(disp=0)


def _beta(frame: pd.DataFrame) -> Any:
    import statsmodels.api as sm
    from statsmodels.othermod.betareg import BetaModel

    return BetaModel(frame["share"], sm.add_constant(frame[["age", "dose"]])).fit(disp=0)


def _penalised(frame: pd.DataFrame) -> Any:
    import statsmodels.formula.api as smf

    return smf.ols(f"value ~ {RIGHT}", frame).fit_regularized(alpha=0.1)


def _by_ward(frame: pd.DataFrame) -> Any:
    import statsmodels.formula.api as smf

    return smf.gee(f"value ~ {RIGHT}", "ward", frame).fit()


_QUIET = {"disp": 0}
FITS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "OLS": _formula("ols", "value"),
    "OLS of a matrix": _matrix("OLS", "value"),
    "OLS of arrays": _arrays,
    "OLS penalised": _penalised,
    "WLS": _formula("wls", "value", weights=lambda frame: frame["weight"]),
    "GLS": _matrix("GLS", "value", sigma=lambda frame: frame["weight"]),
    "GLSAR": _matrix("GLSAR", "value", rho=lambda frame: 1),
    "GLM Gaussian": _formula("glm", "value", family=_family("Gaussian")),
    "GLM binomial": _formula("glm", "flag", family=_family("Binomial")),
    "GLM binomial cloglog": _matrix("GLM", "flag", family=_family("Binomial", "CLogLog")),
    "GLM Poisson": _formula("glm", "count", family=_family("Poisson")),
    "GLM gamma": _formula("glm", "cost", family=_family("Gamma", "Log")),
    "GLM inverse Gaussian": _formula("glm", "cost", family=_family("InverseGaussian", "Log")),
    "GLM negative binomial": _formula("glm", "count", family=_family("NegativeBinomial")),
    "GLM Tweedie": _formula("glm", "cost", family=_tweedie),
    "GEE": _by_ward,
    "Logit": _formula("logit", "flag", fit=_QUIET),
    "Probit": _matrix("Probit", "flag", fit=_QUIET),
    "MNLogit": _formula("mnlogit", "band", fit=_QUIET),
    "OrderedModel": _ordered,
    "Poisson": _formula("poisson", "count", fit=_QUIET),
    "NegativeBinomial": _formula("negativebinomial", "count", fit=_QUIET),
    "NegativeBinomial of one": _matrix("NegativeBinomial", "count", fit=_QUIET, loglike_method=lambda frame: "nb1"),
    "NegativeBinomialP": _matrix("NegativeBinomialP", "count", fit=_QUIET),
    "GeneralizedPoisson": _matrix("GeneralizedPoisson", "count", fit=_QUIET),
    "QuantReg": _formula("quantreg", "value", fit={"q": 0.3}),
    "RLM": _formula("rlm", "value"),
    "MixedLM": _formula("mixedlm", "value", groups=lambda frame: frame["ward"]),
    "BetaModel": _beta,
}


def fitted(name: str, frame: pd.DataFrame | None = None) -> Any:
    """Return a result by its name; what the library says of convergence is not asked here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return FITS[name](table() if frame is None else frame)
