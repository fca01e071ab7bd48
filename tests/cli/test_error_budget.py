"""``retrodict error-budget``: what it prints, writes and refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.cli.conftest import Outcome

pytestmark = pytest.mark.slow  # whole budgets

Cli = Callable[..., Outcome]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of held-out rows (CSV) and train rows (Parquet) that fit the shelf's logistic model."""
    folder = tmp_path_factory.mktemp("rows")
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(240, 2)), columns=["a", "b"])
    frame["label"] = np.where(frame["a"] + rng.normal(size=240) > 0, "yes", "no")
    frame.iloc[:120].to_csv(folder / "test.csv", index=False)
    frame.iloc[120:].to_parquet(folder / "train.parquet")
    frame.drop(columns="b").to_csv(folder / "narrow.csv", index=False)
    return folder


def arguments(shelf: Path, rows: Path, *more: object) -> tuple[object, ...]:
    options = ("--prior", shelf / "prior.yaml", "--holdout", rows / "test.csv", "--draws", 4_000)
    return ("error-budget", shelf / "logistic.skops", *options, *more)


def test_one_object_for_machines_and_a_folder(cli: Cli, shelf: Path, rows: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome = cli(
        *arguments(shelf, rows, "--train", rows / "train.parquet", "--target", "label", "--out", out, "--json")
    )
    assert outcome.code == 0, outcome.err
    printed = outcome.json
    assert printed["holdout_rows"] == printed["train_rows"] == 120
    for name in ("prior", "model", "label", "total", "posterior"):
        assert printed[name]["trustworthy"] is (printed[name]["reason"] is None)
    assert set(printed["classes"]) == {"no", "yes"}
    assert {**json.loads((out / "budget.json").read_text()), "out": str(out)} == printed
    assert (out / "budget.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in out.iterdir()) == ["budget.json", "budget.png"]


def test_a_table_for_people(cli: Cli, shelf: Path, rows: Path) -> None:
    outcome = cli(*arguments(shelf, rows))  # the only other column holds the labels
    assert outcome.code == 0, outcome.err
    assert "prior term" in outcome.out
    assert "skops audit" in outcome.err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--target", "outcome"), "there is no target column 'outcome'"),
        (("--draws", 10), "at least 2,000"),
        (("--seed", -1), "seed"),
    ],
)
def test_wrong_requests_are_one_line(cli: Cli, shelf: Path, rows: Path, more: tuple[object, ...], words: str) -> None:
    outcome = cli(*arguments(shelf, rows, *more))
    assert outcome.code == 2
    assert words in outcome.err
    assert outcome.err.count("\n") == 1
    assert outcome.out == ""


def test_regressors_and_odd_files_are_refused(cli: Cli, shelf: Path, rows: Path, tmp_path: Path) -> None:
    prior = ("--prior", shelf / "prior.yaml")
    linear = cli("error-budget", shelf / "linear.skops", *prior, "--holdout", rows / "test.csv")
    assert linear.code == 2
    assert "for classifiers" in linear.err
    absent = cli("error-budget", shelf / "logistic.skops", *prior, "--holdout", rows / "none.csv")
    assert absent.code == 2
    assert "does not exist" in absent.err
    narrow = cli(
        "error-budget", shelf / "logistic.skops", *prior, "--holdout", rows / "narrow.csv", "--target", "label"
    )
    assert narrow.code == 2
    assert "features are absent: b" in narrow.err
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    full = cli(*arguments(shelf, rows, "--out", tmp_path / "full"))
    assert full.code == 2
    assert "not empty" in full.err
