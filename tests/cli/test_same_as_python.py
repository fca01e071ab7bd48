"""A command prints what the public function of its name returns."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import retrodict as rd
from retrodict.plain_text import json_text
from retrodict.reconstruction import load_rows
from tests.cli.conftest import Outcome

Given = dict[str, Any]
BOTH = "--train {d}/train.csv --holdout {d}/holdout.csv --json --quiet"


@pytest.fixture(scope="module")
def given(inputs: Path, shelf: Path) -> Given:
    return {
        "rec": rd.Reconstruction.load(inputs / "rec"),
        "table": load_rows(inputs / "table"),
        "model": rd.load_model(shelf / "logistic.skops"),
        "prior": shelf / "prior.yaml",
        **{name: pd.read_csv(inputs / f"{name}.csv") for name in ("train", "holdout", "small")},
    }


def matched(which: Callable[..., Any], given: Given) -> Any:
    return which(given["rec"].frame, given["train"], given["rec"].schema).to_dict()


def timeless(data: Any) -> Any:
    """Return plain data without what differs from run to run."""
    if isinstance(data, dict):
        return {name: timeless(value) for name, value in data.items() if name != "seconds"}
    return [timeless(value) for value in data] if isinstance(data, list) else data


CASES: list[tuple[str, Callable[[Given], Any]]] = [
    ("check SVC C=10 --rows 500 --json", lambda g: rd.check("SVC", {"C": 10}, rows=500).to_dict()),
    (
        f"evaluate {{d}}/rec --prior {{s}}/prior.yaml --seed 3 {BOTH}",
        lambda g: rd.evaluate(g["rec"], g["train"], g["holdout"], g["prior"], seed=3).to_dict(),
    ),
    (
        f"record-risk {{d}}/rec --seed 3 --tolerance 0.05 {BOTH}",
        lambda g: rd.record_risk(g["rec"], g["train"], g["holdout"], seed=3, tolerance=0.05).to_dict(),
    ),
    ("matched-error {d}/rec --train {d}/train.csv --json", lambda g: matched(rd.matched_error, g)),
    ("aligned-error {d}/rec --train {d}/train.csv --json", lambda g: matched(rd.aligned_error, g)),
    (
        "calibration {d}/table --train {d}/small.csv --json",
        lambda g: {"bins": rd.calibration(g["table"].frame, g["small"], g["table"].schema).to_dict(orient="records")},
    ),
    (
        f"controls {{d}}/rec --seed 3 {BOTH}",
        lambda g: {
            name: one.to_dict()
            for name, one in rd.controls(g["train"], g["holdout"], g["rec"].frame, g["rec"].schema, seed=3).items()
        },
    ),
    (
        f"membership-attacks {{s}}/logistic.skops --limit 100 --seed 3 --drawn {{d}}/rec --subgroup a {BOTH}",
        lambda g: rd.membership_attacks(
            g["model"], g["train"], g["holdout"], limit=100, seed=3, drawn=g["rec"], subgroups=["a"]
        ).to_dict(),
    ),
    (
        "infer {s}/logistic.skops --known {d}/small.csv --column a --prior {s}/prior.yaml --json --quiet",
        lambda g: rd.infer(g["model"], g["small"], "a", g["prior"]).to_dict(),
    ),
    (
        f"attribute-risk {{s}}/logistic.skops --column b --limit 40 --seed 3 {BOTH}",
        lambda g: rd.attribute_risk(g["model"], g["train"], g["holdout"], columns=["b"], limit=40, seed=3).to_dict(),
    ),
    (
        f"replicate {{d}}/rec --model {{s}}/logistic.skops --prior {{s}}/prior.yaml --estimators naive_bayes {BOTH}",
        lambda g: rd.replicate(
            g["rec"],
            ["naive_bayes"],
            holdout=g["holdout"],
            model=g["model"],
            train=g["train"],
            prior=g["prior"],
        ).to_dict(),
    ),
    (
        "calibrate {s}/logistic.skops --prior {s}/prior.yaml --simulations 20 --draws 10 --seed 3 --json --quiet",
        lambda g: rd.calibrate(
            g["model"], g["prior"], simulations=20, draws=10, seed=3, max_queries=20_000_000, progress=False
        ).to_dict(),
    ),
    (
        f"query-curve {{s}}/logistic.skops --prior {{s}}/prior.yaml --ladder 50 --estimators naive_bayes {BOTH}",
        lambda g: rd.query_curve(
            g["model"], g["prior"], [50], g["train"], g["holdout"], estimators=["naive_bayes"]
        ).to_dict(),
    ),
]


@pytest.mark.parametrize(("words", "call"), CASES, ids=[words.split()[0] for words, _ in CASES])
def test_a_command_is_its_function(
    words: str, call: Callable[[Given], Any], cli: Callable[..., Outcome], given: Given, inputs: Path, shelf: Path
) -> None:
    outcome = cli(*words.format(d=inputs, s=shelf).split())
    assert outcome.code == 0, outcome.err
    assert timeless(outcome.json) == timeless(json.loads(json_text(call(given))))


def test_the_implied_prior_is_shown_by_its_draws(cli: Callable[..., Outcome], inputs: Path, tmp_path: Path) -> None:
    out = tmp_path / "draws.csv"
    outcome = cli("implied-prior", inputs / "neighbours.skops", "--rows", 300, "--seed", 1, "--out", out, "--json")
    assert outcome.code == 0
    draws, rows = pd.read_csv(out), pd.read_csv(inputs / "small.csv")
    assert len(draws) == outcome.json["rows"] == 300
    assert set(draws.a) <= set(rows.a)  # the file stores all training rows: they are its prior
    (a, _) = outcome.json["features"]
    assert a["median"] == pytest.approx(draws.a.median())
    assert cli("implied-prior", inputs / "neighbours.skops", "--rows", 0).code == 2


def test_a_fitted_prior_file_is_one_that_reconstruct_takes(
    cli: Callable[..., Outcome], inputs: Path, shelf: Path, tmp_path: Path
) -> None:
    out = tmp_path / "prior.yaml"
    outcome = cli("fit-prior", inputs / "mixed.csv", "--target", "target", "--out", out)
    assert outcome.code == 0, outcome.err
    assert str(out) in outcome.out
    rows = pd.read_csv(inputs / "mixed.csv")
    drawn = rd.reconstruct(rd.load_model(shelf / "mixed.skops"), out, rows=2_000, seed=0, progress=False)
    assert drawn.frame.age.mean() == pytest.approx(rows.age.mean(), abs=2)
    assert cli("fit-prior", inputs / "none.csv", "--out", tmp_path / "x").code == 2
    assert cli("fit-prior", inputs / "mixed.csv", "--target", "none", "--out", tmp_path / "x").code == 2
    classes = tmp_path / "classes.yaml"
    assert cli("fit-prior", inputs / "mixed.csv", "--target", "target", "--by-class", "--out", classes).code == 0
    assert isinstance(rd.load_prior(classes), rd.priors.ByClass)
