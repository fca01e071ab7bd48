"""Draws as ArviZ has them: the same numbers, with what the engines say of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import retrodict as rd
from retrodict.errors import PriorError, RequestError
from retrodict.inference import Label, Posterior, TemperedSMC
from retrodict.models import Meter
from tests.inference.worlds import DiscreteWorld, GaussianWorld

arviz = pytest.importorskip("arviz")

WORLD, DISCRETE = GaussianWorld.random(2), DiscreteWorld.random(seed=3)


def inverted(**more: Any) -> rd.Inversion:
    return rd.invert(WORLD.model, WORLD.prior, outputs=[0.0, 1.0, 2.0], draws=40, progress=False, **more)


def test_draws_come_with_their_reports() -> None:
    found = inverted()
    data = found.to_inference_data(prior=WORLD.prior)
    posterior = data["posterior"]
    assert dict(posterior.sizes) == {"chain": 1, "draw": 40, "output": 3}
    rows = found.frame[found.frame.output == 1]
    np.testing.assert_array_equal(posterior["x1"].sel(output=1, chain=0), rows.x1)
    stats = data["sample_stats"]
    reports = [found.diagnostics[i] for i in found.place]
    np.testing.assert_array_equal(stats["evidence"], [one.evidence for one in reports])
    assert stats["engine"].values.tolist() == [one.engine for one in reports]
    assert stats["exact"].values.all()
    assert data["observed_data"]["observed"].values.tolist() == ["0", "1", "2"]
    prior = data["prior"]["x0"].values.ravel()
    assert abs(prior.mean() - WORLD.prior.marginals[0].mean) < 5 * WORLD.prior.marginals[0].sd / np.sqrt(40)
    shown = arviz.summary(data, var_names=["x0"])
    assert len(shown) == 3


def test_releases_from_1_on_get_a_tree_of_the_same_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    xarray = pytest.importorskip("xarray")
    found = inverted()
    before = found.to_inference_data()
    monkeypatch.setattr(arviz, "__version__", "1.0.0")
    tree = found.to_inference_data()
    assert isinstance(tree, xarray.DataTree)
    assert set(tree.children) == {"posterior", "sample_stats", "observed_data"}
    np.testing.assert_array_equal(tree["posterior"]["x1"], before["posterior"]["x1"])


def test_listed_features_are_codes_with_their_categories() -> None:
    found = rd.invert(DISCRETE.model, DISCRETE.prior, outputs=["c0", "c1"], draws=30, progress=False)
    one = found.to_inference_data([1])["posterior"]["f2"]
    assert one.attrs["categories"] == ["0", "1", "2", "3"]
    rows = found.frame[found.frame.output == 1]
    np.testing.assert_array_equal(one.values.ravel(), rows.f2.astype(int))


def test_draws_of_an_engine_come_with_its_diagnostics() -> None:
    posterior = Posterior(DISCRETE.prior, Meter(DISCRETE.model), Label(0, "c0"))
    draws = TemperedSMC(min_particles=64).draw(posterior, 50, np.random.default_rng(0))
    data = draws.to_inference_data(DISCRETE.prior.schema)
    stats = data["sample_stats"]
    assert not stats["exact"].item()
    assert stats["engine"].item() == "smc"
    assert stats["log_evidence"].item() == draws.diagnostics.log_evidence
    assert stats["ess"].item() == draws.diagnostics.ess
    np.testing.assert_array_equal(data["posterior"]["f0"].values.ravel(), draws.X[:, 0])


def test_outputs_that_fell_short_are_left_out_unless_named() -> None:
    found = inverted()
    frame = found.frame[(found.frame.output != 1) | (found.frame.draw < 7)]
    short = rd.Inversion(found.schema, found.outputs, found.place, found.diagnostics, found.provenance, frame)
    assert short.to_inference_data()["posterior"]["output"].values.tolist() == [0, 2]
    assert dict(short.to_inference_data([0, 1])["posterior"].sizes) == {"chain": 1, "draw": 7, "output": 2}
    none = frame[frame.output != 1]
    gone = rd.Inversion(found.schema, found.outputs, found.place, found.diagnostics, found.provenance, none)
    with pytest.raises(RequestError, match="no draw behind output 1; leave it out"):
        gone.to_inference_data([0, 1])
    with pytest.raises(RequestError, match="there is no output 3; there are 0 to 2"):
        found.to_inference_data([3])
    with pytest.raises(RequestError, match="there is no output 'c0'; there are 0 to 2"):
        found.to_inference_data(["c0"])  # type: ignore[list-item]
    with pytest.raises(PriorError, match="a prior or its file is needed, got int"):
        found.to_inference_data(prior=3)  # type: ignore[arg-type]
    assert found.to_inference_data(1)["posterior"]["output"].values.tolist() == [1]  # type: ignore[arg-type]
    empty = rd.Inversion(found.schema, found.outputs, found.place, found.diagnostics, found.provenance, frame.head(0))
    with pytest.raises(RequestError, match="no draw behind any output"):
        empty.to_inference_data()


def test_features_that_are_called_as_dimensions_get_an_underscore() -> None:
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(50, 2)), columns=["draw", "b"])
    from sklearn.linear_model import LinearRegression

    model = LinearRegression().fit(X, X.b)
    found = rd.invert(model, rd.fit_prior(X), outputs=[0.1], draws=5, progress=False)
    assert set(found.to_inference_data()["posterior"].data_vars) == {"draw_", "b"}
