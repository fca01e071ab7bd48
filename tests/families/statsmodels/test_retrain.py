"""A result that is trained again on its own rows is the result; what is not known of its training is said."""

from __future__ import annotations

import numpy as np
import pytest

import retrodict as rd
from retrodict.errors import RequestError
from retrodict.models.contract import about
from retrodict.models.metering import score
from tests.families.statsmodels.fits import FITS, fitted, table

pytest.importorskip("statsmodels")

REFUSED = ("OLS penalised", "GLS", "GLSAR", "GEE", "MixedLM", "BetaModel")
TARGETS = {"flag": ("Logit", "Probit", "GLM binomial"), "band": ("MNLogit", "Ordered")}
TARGETS |= {"count": ("Poisson", "Negative", "Generalized", "GLM Poisson", "GLM neg"), "cost": ("GLM",)}


def rows_of(name: str, model: rd.Model) -> tuple[np.ndarray, np.ndarray]:
    frame = table()
    target = next((one for one, names in TARGETS.items() if name.startswith(names)), "value")
    target = "value" if name == "GLM Gaussian" else target
    raw = frame[["age", "dose", "site"][: len(model.schema)]].set_axis(list(model.schema.names), axis=1)
    return model.schema.encode(raw), frame[target].to_numpy(float)


@pytest.mark.parametrize("removed", [False, True])
@pytest.mark.parametrize("name", [name for name in FITS if name not in REFUSED])
def test_on_its_own_rows_it_is_the_same(name: str, removed: bool) -> None:
    made = fitted(name)
    if removed:
        made.remove_data()
    model = rd.load_model(made)
    X, y = rows_of(name, model)
    again = model.retrained(X, y, 1)
    weighted = name == "WLS" or (removed and name.startswith("GLM"))  # whether rows had weights is gone
    assert [note.code for note in about(again).warnings] == ["settings_unknown"] * weighted
    if name != "WLS":
        np.testing.assert_allclose(score(again)(X), score(model)(X), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_known_is_refused(name: str) -> None:
    model = rd.load_model(fitted(name))
    with pytest.raises(RequestError, match="give `estimator`"):
        model.retrained(*rows_of("OLS", model), 1)


def test_rows_of_one_class_are_refused() -> None:
    model = rd.load_model(fitted("Logit"))
    X, _ = rows_of("Logit", model)
    with pytest.raises(RequestError, match="one class"):
        model.retrained(X, np.zeros(len(X)), 1)
