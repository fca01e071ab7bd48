"""Whole runs with a regressor whose likelihood is not Gaussian."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrodict as rd
from retrodict.errors import ObservationError, RequestError
from retrodict.families.plain_model import PlainRegressor
from retrodict.models.noise import Gamma, Laplace, Poisson, Tweedie
from tests.inference.test_noise import MEANS, world


def test_counts_are_drawn_and_inverted() -> None:
    here = world(Poisson())
    found = rd.reconstruct(here.model, here.prior, 4_000, seed=1, progress=False)
    y = found.frame["y"].to_numpy()
    assert (y == np.floor(y)).all()
    assert y.min() == 0.0
    back = rd.invert(here.model, here.prior, outputs=[0, 3], draws=200, progress=False)
    assert [one.evidence_is for one in back.diagnostics] == ["probability"] * 2
    assert back.diagnostics[0].evidence == pytest.approx((y == 0).mean(), abs=0.04)
    for value, said in ((2.5, "output 1: .* whole number"), (-1, "output 1: .* got -1; leave it out")):
        with pytest.raises(ObservationError, match=said):
            rd.invert(here.model, here.prior, outputs=[1, value], progress=False)


def test_a_value_out_of_reach_gives_advice_that_can_be_followed() -> None:
    here = world(Poisson())
    back = rd.invert(here.model, here.prior, outputs=[400], draws=5, progress=False)
    assert back.diagnostics[0].in_reach is False
    assert str(back.diagnostics[0].verdict).endswith("check the output or widen the prior")


@pytest.mark.parametrize("noise", [Gamma(), Tweedie(), Laplace()], ids=repr)
def test_an_assumed_scale_has_the_unit_of_the_likelihood(noise: Any) -> None:
    """A tenth of the sd of the predictions, around their mean."""
    here = world(noise)
    found = rd.reconstruct(here.model, here.prior, 3_000, seed=2, progress=False)
    code = np.ravel_multi_index(here.prior.schema.encode(found.frame).astype(int).T, (3, 2, 4, 3))
    predicted, off = MEANS[code], found.frame["y"].to_numpy() - MEANS[code]
    sd = 0.1 * predicted.std()
    whole = {Gamma: sd / predicted.mean(), Tweedie: sd / predicted.mean() ** 0.75, Laplace: sd * np.sqrt(2)}[
        type(noise)
    ]
    shown = {Gamma: off / predicted, Tweedie: off / predicted**0.75, Laplace: off}[type(noise)].std()
    assert shown == pytest.approx(whole, rel=0.12)


def test_a_scale_for_what_has_none_is_refused() -> None:
    model: Any = PlainRegressor(None, *[world(Poisson()).prior.schema] * 2, "none", noise=Poisson())
    with pytest.raises(RequestError, match="Poisson counts, has no noise scale; leave it out"):
        model.with_noise(1.0, "stated")
    assert model.likelihood == "Poisson counts"
