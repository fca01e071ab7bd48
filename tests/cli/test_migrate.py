"""``retrodict migrate``: what it writes, prints and refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io

import retrodict as rd
from tests.cli.conftest import Outcome

Cli = Callable[..., Outcome]


@pytest.fixture(scope="module")
def test_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of rows of the logistic model's own source."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(200, 2)), columns=["a", "b"])
    path = tmp_path_factory.mktemp("rows") / "test.csv"
    frame.assign(said=np.where(frame.a + 0.3 * rng.normal(size=200) > 0, "yes", "no")).to_csv(path, index=False)
    return path


@pytest.mark.slow
def test_a_new_model_without_data(cli: Cli, shelf: Path, test_rows: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.skops"
    given = (
        "--prior",
        shelf / "prior.yaml",
        "--rows",
        1_000,
        "--holdout",
        test_rows,
        "--target",
        "said",
        "--soft-labels",
    )
    outcome = cli("migrate", shelf / "logistic.skops", "--to", "random_forest", "--out", out, *given, "--json")
    assert outcome.code == 0, outcome.err
    data = outcome.json
    assert data["out"] == str(out)
    assert data["trust"] == []
    assert data["queries"] == 1_000 + 1_000 + 5_000 + 200  # drawn, soft labels, prior draws and held-out rows
    lines = {(one["table"], one["rows"], one["measure"]): one for one in data["measures"]}
    agreed = lines["reconstruction", "prior draws", "agreement"]
    assert agreed["low"] > 0.9
    assert agreed["value"] > lines["prior, labels at random", "prior draws", "agreement"]["high"]
    assert lines["reconstruction", "held-out rows", "accuracy"]["gap_low"] < 0.02
    # the file is a model like any other: here the agreement is taken from it anew
    new, old = (skops.io.load(p, trusted=_trusted(p)) for p in (out, shelf / "logistic.skops"))
    X = pd.DataFrame(np.random.default_rng(9).normal(size=(4_000, 2)), columns=["a", "b"])
    assert (new.predict(X) == old.predict(X)).mean() == pytest.approx(agreed["value"], abs=0.02)
    assert rd.load_model(out).schema.names == ("a", "b")
    again = tmp_path / "again.skops"
    assert cli("migrate", shelf / "logistic.skops", "--to", "random_forest", "--out", again, *given).code == 0
    second = skops.io.load(again, trusted=_trusted(again))
    assert np.array_equal(second.predict_proba(X), new.predict_proba(X))


def _trusted(path: Path) -> list[str]:
    return list(skops.io.get_untrusted_types(file=path))


def test_it_prints_agreement_beside_its_control(cli: Cli, shelf: Path, tmp_path: Path) -> None:
    given = ("--prior", shelf / "mixed.yaml", "--rows", 500)
    outcome = cli("migrate", shelf / "mixed.skops", "--to", "logistic_regression", "--out", tmp_path / "m", *given)
    assert outcome.code == 0, outcome.err
    assert "agreement" in outcome.out
    assert "control: the same estimator trained on draws of the prior with labels at random" in outcome.out
    assert "500 draws" in outcome.out
    assert "sha256" in outcome.err


def test_a_regressor(cli: Cli, shelf: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.skops"
    given = ("--prior", shelf / "prior.yaml", "--rows", 500, "--soft-labels", "--json")
    outcome = cli("migrate", shelf / "linear.skops", "--to", "linear_regression", "--out", out, *given)
    assert outcome.code == 0, outcome.err
    assert outcome.json["measures"][0]["value"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("{s}/logistic.skops --to zork --out {o}/x", "no estimator 'zork' for labels; use one of logistic_regression"),
        ("{s}/linear.skops --to naive_bayes --out {o}/x", "no estimator 'naive_bayes' for real values"),
        ("{s}/logistic.skops --to mlp --out {s}/prior.yaml", "prior.yaml' exists; give a new file"),
        ("{s}/logistic.skops --to mlp --out {o}/none/x", "none' is no folder; make it first"),
        ("{s}/none.skops --to mlp --out {o}/x", "does not exist"),
        (
            "{s}/logistic.skops --to mlp --out {o}/x --holdout {o}/none.csv",
            "held-out rows file '{o}/none.csv' does not exist",
        ),
        (
            "{s}/logistic.skops --to mlp --out {o}/x --holdout {t} --target none",
            "the held-out rows: there is no target column 'none'",
        ),
        ("{s}/logistic.skops --to mlp --out {o}/x --rows 0", "the number of rows must be a whole number"),
        ("{s}/logistic.skops --to mlp --out {o}/x --temperature -1", "the temperature must be a positive number"),
        ("{s}/linear.skops --to mlp --out {o}/x --temperature 2", "a temperature is for labels"),
        ("{s}/logistic.skops --to mlp", "Missing option '--out'"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(
    arguments: str, text: str, cli: Cli, shelf: Path, test_rows: Path, tmp_path: Path
) -> None:
    places = {"s": shelf, "o": tmp_path, "t": test_rows}
    outcome = cli("migrate", *arguments.format(**places).split())
    assert text.format(**places) in outcome.err
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert outcome.out == ""
    assert not list(tmp_path.iterdir())
