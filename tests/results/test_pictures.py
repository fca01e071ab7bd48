"""Results draw themselves: every panel has its axes named and its texts inside, whatever names hold."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_classification
from sklearn.linear_model import LinearRegression, LogisticRegression

import retrodict as rd
from retrodict.errors import RequestError
from retrodict.evaluation import simulated
from tests.results.test_results import MAKERS, made

pytest.importorskip("matplotlib")
from matplotlib.figure import Figure
from matplotlib.text import Text

PICTURED = (
    *("Reconstruction", "Rebuilt", "Inversion", "Fidelity", "RecordRisk", "MembershipAttacks", "AttributeRisk"),
    *("Replicas", "Migration", "QueryCurve", "EstimatedBudget", "SimulationCalibration", "StudyAnalysis"),
)


def texts(figure: Figure) -> Iterator[Text]:
    return (one for one in figure.findobj(Text) if one.get_visible() and one.get_text().strip())


def check(figure: Any) -> None:
    """Check that a picture can be drawn without a warning, that nothing acts, and that texts lie inside."""
    assert isinstance(figure, Figure)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(io.BytesIO(), format="png", dpi=50)
    assert figure._repr_png_()[:4] == b"\x89PNG"
    assert any(axes.get_visible() for axes in figure.axes)
    box = figure.bbox
    for one in texts(figure):
        assert one.get_text().replace("\n", "").isprintable()
        extent = one.get_window_extent()
        inside = extent.x0 > -3 and extent.x1 < box.x1 + 3 and extent.y0 > -3 and extent.y1 < box.y1 + 3
        assert inside or one.get_clip_on() or not _shown(one, figure), one.get_text()


def _shown(one: Text, figure: Figure) -> bool:
    """Return whether a text is drawn: ticks outside of an axis's range have texts that are not."""
    return all(
        one not in [*axes.get_xticklabels(which="both"), *axes.get_yticklabels(which="both")] for axes in figure.axes
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", PICTURED)
def test_a_result_draws_itself(name: str) -> None:
    check(made(name).plot())


@pytest.mark.slow
def test_every_result_that_can_be_drawn_is_tried() -> None:
    assert {name for name in MAKERS if hasattr(made(name), "plot")} == set(PICTURED)


def test_drawing_leaves_the_settings_of_matplotlib_as_they_were() -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    made("SimulationCalibration").plot()
    assert dict(mpl.rcParams) == before


@pytest.mark.slow
def test_forty_features_ten_classes_and_missing_values() -> None:
    X, y = make_classification(400, 40, n_informative=12, n_classes=10, random_state=0)
    model = LogisticRegression(max_iter=500).fit(X := pd.DataFrame(X).add_prefix("x"), y)
    rec = rd.reconstruct(model, rd.fit_prior(X), 300, progress=False)
    figure = rec.plot()
    check(figure)
    said = " ".join(one.get_text() for one in texts(figure))
    assert "28 more features are not drawn. Lines are of the 6 classes of most rows." in said
    assert len([axes for axes in figure.axes if axes.get_visible()]) == 12
    check(rd.invert(model, rd.fit_prior(X), outputs=list(range(10)), draws=20, progress=False).plot())


def test_a_real_target_is_drawn_by_its_thirds() -> None:
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(100, 2)), columns=["a", "b"])
    rec = rd.reconstruct(LinearRegression().fit(X, X.a), rd.fit_prior(X), 90, progress=False)
    figure = rec.plot()
    check(figure)
    assert {"low third", "middle third", "high third"} <= {one.get_text() for one in texts(figure)}


def test_what_can_t_be_drawn_is_said() -> None:
    rec, inverted = made("Reconstruction"), made("Inversion")
    check(rec.plot([rec.schema.names[0]]))
    assert len([axes for axes in rec.plot(rec.schema.names[0]).axes if axes.get_visible()]) == 1
    with pytest.raises(RequestError, match="no feature is named; there are "):
        rec.plot([])
    for ask in (
        lambda: rec.plot(["no"]),
        lambda: inverted.plot([7]),
        lambda: inverted.plot("a"),
        lambda: inverted.plot([-1]),
    ):
        with pytest.raises(RequestError, match="there is no "):
            ask()
    with pytest.raises(RequestError, match="there are no rows"):
        replace(rec, _frame=rec.frame.head(0)).plot()


@pytest.mark.slow
def test_scopes_and_pictures_that_there_are_not() -> None:
    with pytest.raises(RequestError, match="there is no scope 'no'"):
        made("Fidelity").plot("no")
    with pytest.raises(RequestError, match="unknown picture 'no'; use one of"):
        made("StudyAnalysis").plot("no")


def test_a_curve_that_is_off_leaves_the_band_and_is_drawn_first() -> None:
    found = made("SimulationCalibration")
    u = np.linspace(0.02, 0.98, 20)
    places = [simulated.quantities.Positions(f"x{i}", "number", u ** (3 if i == 19 else 1)) for i in range(20)]
    wrong = simulated.judged.judge(places, 0.05)
    figure = replace(found, quantities=wrong).plot()
    check(figure)
    assert figure.axes[0].get_title(loc="left") == "x19\ntoo high"
    band, curve = figure.axes[0].collections[0].get_paths()[0], figure.axes[0].lines[0].get_xydata()
    assert not band.contains_points(curve).all()
