"""Outputs that a model never gives are no success: how near it comes is said in data and words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import retrodict as rd

RNG = np.random.default_rng(3)
X = pd.DataFrame({"a": RNG.uniform(0, 1, 200), "b": RNG.uniform(0, 1, 200)})
Y = np.where(X.a > 0.5, 100.0, 0.0)  # two leaves: 0 and 100
PRIOR = rd.fit_prior(X, "uniform")


def values(model: Any, outputs: list[float], scale: float = 5.0, **settings: Any) -> rd.Inversion:
    loaded = rd.load_model(model, noise_scale=scale)
    return rd.invert(loaded, PRIOR, outputs=outputs, draws=20, max_queries=60_000, **settings)


@pytest.mark.parametrize("model", [DecisionTreeRegressor(), KNeighborsRegressor(3)])
def test_values_beyond_and_between_those_of_a_model(model: Any) -> None:
    found = values(model.fit(X, Y), [500.0, -80.0, 100.0, 108.0, 0.0])
    assert [d.in_reach for d in found.diagnostics] == [False, False, True, True, True]
    assert [d.complete for d in found.diagnostics] == [False, False, True, True, True]
    assert [d.nearest for d in found.diagnostics] == [100.0, 0.0, 100.0, 100.0, 0.0]
    assert [d.distance for d in found.diagnostics] == [400.0, 80.0, 0.0, 8.0, 0.0]
    assert not found.complete
    assert len(found.shortfalls) == 2
    said = "output 500: the model does not give this; nearest reached 100, 80 noise scales (5) away"
    assert found.shortfalls[0].startswith(said)
    if isinstance(model, DecisionTreeRegressor):
        gap = values(model, [50.0])  # between the leaves
        assert not gap.complete
        assert gap.diagnostics[0].distance == 50.0


@pytest.mark.parametrize("engine", ["rejection", "smc"])
def test_whichever_engine(engine: str) -> None:
    found = values(DecisionTreeRegressor().fit(X, Y), [130.0, 100.0], engine=engine)
    assert [d.in_reach for d in found.diagnostics] == [False, True]


def test_a_line_reaches_as_far_as_the_prior() -> None:
    model = LinearRegression().fit(X, 10.0 * X.a)
    found = values(model, [5.0, 9.99, 12.0], scale=0.1)
    assert [d.in_reach for d in found.diagnostics] == [True, True, False]
    assert found.diagnostics[2].nearest == pytest.approx(10.0 * PRIOR.schema["a"].high, abs=0.02)
    assert [d.evidence_is for d in found.diagnostics] == ["density"] * 3
    for d in found.diagnostics[:2]:  # a density is the relative likelihood over the noise's own width
        assert d.relative_evidence == pytest.approx(d.evidence * 0.1 * np.sqrt(2 * np.pi), rel=1e-9)
        assert 0 < d.relative_evidence < 1


def test_vectors_that_a_model_never_gives() -> None:
    noisy = np.where(RNG.random(200) < 0.1, Y < 50, Y > 50)
    tree = DecisionTreeClassifier(max_depth=1).fit(X, noisy)
    given = np.unique(tree.predict_proba(X), axis=0)
    found = rd.invert(tree, PRIOR, outputs=[[0.5, 0.5], list(given[0])], draws=20)
    assert [d.in_reach for d in found.diagnostics] == [False, True]
    near = found.diagnostics[0].nearest
    assert any(np.allclose(near, one) for one in given)
    assert found.diagnostics[0].distance == pytest.approx(abs(0.5 - near[0]))
    assert found.diagnostics[0].evidence_is == "relative likelihood"
    assert found.diagnostics[0].relative_evidence == pytest.approx(found.diagnostics[0].evidence)
    pure = DecisionTreeClassifier().fit(X, Y > 50)  # no row has any likelihood of another vector than 0 and 1
    found = rd.invert(pure, PRIOR, outputs=[[0.3, 0.7]], draws=20, max_queries=20_000)
    assert not found.complete
    assert found.diagnostics[0].nearest == (0.0, 1.0)
    assert "the model does not give this; nearest reached [0, 1], which differs by 0.3" in found.shortfalls[0]


def test_every_vector_of_a_link_is_in_reach_within_the_prior() -> None:
    model = LogisticRegression(C=1e3).fit(X, Y > 50)
    asked = model.predict_proba(X.iloc[:5])
    found = rd.invert(model, PRIOR, outputs=asked, draws=20)
    assert found.complete
    assert all(d.in_reach for d in found.diagnostics)


def test_it_is_kept_with_the_result(tmp_path: Path) -> None:
    found = values(DecisionTreeRegressor().fit(X, Y), [500.0, 100.0])
    again = rd.Inversion.load(found.save(tmp_path / "kept"))
    assert again == found
    assert not again.complete
    plain = json.loads((tmp_path / "kept" / "inversion.json").read_text())
    assert plain["complete"] is False
    assert [p["nearest"] for p in plain["posteriors"]] == [100.0, 100.0]
    assert [p["in_reach"] for p in plain["posteriors"]] == [False, True]


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import skops.io

    from retrodict.cli.app import run

    skops.io.dump(DecisionTreeRegressor().fit(X, Y), tmp_path / "m.skops")
    pd.DataFrame({"y": [500.0, 100.0]}).to_csv(tmp_path / "y.csv", index=False)
    (tmp_path / "p.yaml").write_text("features: {a: 0 to 1, b: 0 to 1}\n")
    given = {"--outputs": "y.csv", "--prior": "p.yaml", "--out": "o"}
    options = [word for name, file in given.items() for word in (name, str(tmp_path / file))]
    assert run(["invert", str(tmp_path / "m.skops"), "--noise-scale", "5", "--json", *options]) == 1
    shown = capsys.readouterr()
    assert json.loads(shown.out)["complete"] is False
    assert "error: output 500: the model does not give this; nearest reached 100" in shown.err
