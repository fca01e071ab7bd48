"""``retrodict evaluate``: what it prints and refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import retrodict as rd
from tests.cli.conftest import Outcome

Cli = Callable[..., Outcome]


def table(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    ill = rng.random(n) < 0.5
    site = rng.choice(["01", "02", "NA"], n)  # text that a careless reader takes for numbers and gaps
    return pd.DataFrame({"age": rng.normal(40 + 10 * ill, 8), "site": site, "ill": ill.astype(int)})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluate")
    train, holdout = table(200, 0), table(100, 1)
    columns = make_column_transformer((StandardScaler(), ["age"]), (OneHotEncoder(), ["site"]))
    model = make_pipeline(columns, LogisticRegression()).fit(train.drop(columns="ill"), train.ill)
    skops.io.dump(model, folder / "model.skops")
    rd.priors.write_prior_file(holdout, folder / "prior.yaml", target="ill")
    rd.reconstruct(model, folder / "prior.yaml", 300, progress=False, out=folder / "rec")
    rd.reconstruct(model, rd.load_prior(folder / "prior.yaml"), 300, progress=False, seed=1, out=folder / "again")
    train.to_csv(folder / "train.csv", index=False)
    train.to_csv(folder / "numbered.csv")
    train.rename(columns={"ill": "sick"}).to_csv(folder / "renamed.csv", index=False)
    train.drop(columns="ill").to_csv(folder / "unlabelled.csv", index=False)
    train.assign(ill=1).to_csv(folder / "one.csv", index=False)
    holdout.to_parquet(folder / "holdout.parquet", index=False)
    pd.concat([holdout, train[:50]]).to_parquet(folder / "overlap.parquet", index=False)
    (folder / "empty.csv").write_text("")
    return folder


def test_json_is_one_strict_object(cli: Cli, folder: Path) -> None:
    files = ("--train", folder / "train.csv", "--holdout", folder / "holdout.parquet")
    outcome = cli(
        "evaluate",
        folder / "rec",
        *files,
        "--prior",
        folder / "prior.yaml",
        "--model",
        folder / "model.skops",
        "--json",
    )
    assert outcome.code == 0, outcome.err
    assert outcome.err == ""
    data = outcome.json
    assert data["attribution"] == "predictions"
    assert data["rows"] == {"reconstruction": 300, "training rows": 200, "held-out rows": 100}
    assert {line["table"] for line in data["measures"]} >= {"prior alone", "random", "held-out", "reconstruction"}
    assert {line["scope"] for line in data["lift"]} == {"overall", "within classes", "class 0", "class 1"}
    lift = {line["measure"]: line for line in data["lift"] if line["scope"] == "within classes" and not line["feature"]}
    assert lift["energy distance"]["lift"] is not None
    assert all((line["lift"] is None) == bool(line["reason"]) for line in data["lift"])
    assert data["warnings"] == []


def test_it_prints_itself(cli: Cli, folder: Path) -> None:
    outcome = cli("evaluate", folder / "rec", "--train", folder / "renamed.csv", "--target", "sick")
    assert outcome.code == 0, outcome.err
    assert "within classes:" in outcome.out
    assert "attribution: predictions" in outcome.out
    assert "no prior is given" in outcome.out
    assert "half of the training rows" in outcome.out


@pytest.mark.slow
def test_an_overlap_is_said(cli: Cli, folder: Path) -> None:
    outcome = cli("evaluate", folder / "rec", "--train", folder / "train.csv", "--holdout", folder / "overlap.parquet")
    assert outcome.code == 0
    assert "warning: 50 of 150 held-out rows (33.3%) equal a row of the training rows" in outcome.out
    assert "the parts overlap" in outcome.out


def test_a_column_that_numbers_the_rows_is_left_out_and_said(cli: Cli, folder: Path) -> None:
    outcome = cli("evaluate", folder / "rec", "--train", folder / "numbered.csv")
    assert outcome.code == 0
    assert "Unnamed: 0" in outcome.out


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("{f}/none --train {f}/train.csv", "holds no reconstruction"),
        ("{f}/rec --train {f}/none.csv", "training rows file '{f}/none.csv' does not exist"),
        ("{f}/rec --train {f}", "is a folder; give a CSV or Parquet file of training rows"),
        ("{f}/rec --train {f}/empty.csv", "can't be read as CSV or Parquet"),
        ("{f}/rec --train {f}/model.skops", "can't be read as CSV or Parquet"),
        ("{f}/rec --train {f}/unlabelled.csv", "the training rows: there is no target column 'ill'"),
        ("{f}/rec --train {f}/train.csv --target sick", "the training rows: there is no target column 'sick'"),
        ("{f}/rec --train {f}/one.csv", "the training rows: there is one class only (1)"),
        ("{f}/rec --train {f}/train.csv --prior {f}/none.yaml", "does not exist"),
        ("{f}/rec --train {f}/train.csv --model {f}/none.skops", "does not exist"),
        ("{f}/rec --train {f}/train.csv --seed -1", "the seed must be a whole number of at least 0"),
        ("{f}/rec", "Missing option '--train'"),
    ],
)
def test_bad_input_is_one_line(arguments: str, text: str, cli: Cli, folder: Path) -> None:
    outcome = cli("evaluate", *arguments.format(f=folder).split())
    assert text.format(f=folder) in outcome.err
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert outcome.out == ""
