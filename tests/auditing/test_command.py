"""``retrodict audit``: what it prints, refuses, and says of bad tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from tests.cli.conftest import Outcome

Cli = Callable[..., Outcome]


def patients(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    ill = rng.random(n) < 0.5
    site = rng.choice(["01", "02", "NA"], n)
    return pd.DataFrame({"age": rng.normal(40 + 10 * ill, 8), "site": site, "one": 1.0, "ill": ill.astype(int)})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("command")
    train, test = patients(120, 0), patients(120, 1)
    columns = make_column_transformer(
        (StandardScaler(), ["age", "one"]), (OneHotEncoder(handle_unknown="ignore"), ["site"])
    )
    model = make_pipeline(columns, LogisticRegression()).fit(train.drop(columns="ill"), train["ill"])
    skops.io.dump(model, folder / "model.skops")
    train.to_csv(folder / "train.csv", index=False)
    train.to_csv(folder / "numbered.csv")
    train.drop(columns="ill").to_csv(folder / "unlabelled.csv", index=False)
    train.drop(columns="age").to_csv(folder / "short.csv", index=False)
    train.assign(ill=1).to_csv(folder / "one.csv", index=False)
    train.assign(ill=train["ill"] + 5).to_csv(folder / "other.csv", index=False)
    test.to_csv(folder / "test.csv", index=False)
    dirty = test.copy()
    dirty.loc[:4, "age"] = np.nan
    dirty.loc[5:9, "site"] = "03"
    dirty.loc[10:11, "ill"] = np.nan
    pd.concat([dirty, train[:100]]).to_csv(folder / "dirty.csv", index=False)
    return folder


@pytest.mark.parametrize(
    ("train", "message"),
    [
        ("unlabelled.csv", "the training rows: there is no target column 'ill'"),
        ("short.csv", "the training rows: features are absent: age"),
        ("one.csv", "the training rows: there is one class only (1)"),
        ("other.csv", "none of the classes 0, 1"),
        ("none.csv", "does not exist"),
    ],
)
def test_bad_tables_are_one_line_and_leave_nothing(
    cli: Cli, folder: Path, tmp_path: Path, train: str, message: str
) -> None:
    out = tmp_path / "out"
    files = ("--train", folder / train, "--holdout", folder / "test.csv", "--target", "ill")
    outcome = cli("audit", folder / "model.skops", *files, "--out", out, "--quick", "--quiet")
    assert outcome.code == 2
    assert outcome.out == ""
    assert message in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_doubtful_tables_are_said(cli: Cli, folder: Path, tmp_path: Path) -> None:
    """Constant and numbering columns, unseen categories, gaps, absent targets, held-out rows that were trained on."""
    out = tmp_path / "out"
    files = ("--train", folder / "numbered.csv", "--holdout", folder / "dirty.csv", "--target", "ill")
    outcome = cli("audit", folder / "model.skops", *files, "--out", out, "--quick", "--json")
    assert outcome.code == 0, outcome.err
    data = outcome.json
    told = " | ".join(note["text"] for note in data["warnings"])
    assert "column 'Unnamed: 0' of the training rows numbers the rows and is left out" in told
    assert "'one' of the training rows is constant" in told
    assert "2 of 220 of the held-out rows have no target" in told
    assert "holds '03'" in told
    assert "the parts overlap" in told
    assert data["verdict"] == "review"
    assert data["out"] == str(out)
    command = data["provenance"]["command"].split()
    assert command[:3] == ["retrodict", "audit", str(folder / "model.skops")]
    assert cli(*command[1:-1], tmp_path / "again", "--quiet").code == 0  # the last word is the folder
    assert (out / "reconstruction/rows.parquet").read_bytes() == (
        tmp_path / "again/reconstruction/rows.parquet"
    ).read_bytes()


def test_a_used_folder_is_refused_before_any_work(cli: Cli, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    outcome = cli("audit", folder / "model.skops", "--out", tmp_path, "--quick")
    assert outcome.code == 2
    assert "is not empty" in outcome.err


def test_the_schema_of_the_report_can_be_printed(cli: Cli) -> None:
    outcome = cli("audit", "--print-schema")
    assert outcome.code == 0
    schema = outcome.json
    assert schema["properties"]["schema_version"]["const"] == "3.0"
    assert {"verdict", "lift", "records", "replicas", "queries"} <= set(schema["required"])
    assert schema["additionalProperties"] is False


def test_a_verdict_that_was_to_fail_ends_with_three(cli: Cli, folder: Path, tmp_path: Path) -> None:
    words = ("audit", folder / "model.skops", "--quick", "--seconds", "0.01", "--quiet")
    assert cli(*words, "--out", tmp_path / "a").code == 0
    assert cli(*words, "--out", tmp_path / "b", "--fail-on", "reject").code == 0  # it is a review
    assert cli(*words, "--out", tmp_path / "c", "--fail-on", "review").code == 3
    assert (tmp_path / "c" / "report.html").exists()
    outcome = cli(*words, "--out", tmp_path / "d", "--fail-on", "release")
    assert outcome.code == 2
    assert "--fail-on" in outcome.err


def test_the_report_names_the_file_and_what_changed_since(cli: Cli, folder: Path, tmp_path: Path) -> None:
    words = ("audit", folder / "model.skops", "--quick", "--seconds", "0.01", "--rows", "20")
    first = cli(*words, "--out", tmp_path / "a", "--json", "--appetite", "public-release").json
    content = (folder / "model.skops").read_bytes()
    told = first["provenance"]["file"]
    assert told["name"] == "model.skops"
    assert told["sha256"] == hashlib.sha256(content).hexdigest()
    assert told["bytes"] == len(content)
    assert datetime.fromisoformat(told["modified"]).utcoffset() == timedelta(0)
    assert (first["appetite"]["name"], first["verdict"]) == ("public-release", "reject")  # nothing could be judged
    outcome = cli(*words, "--out", tmp_path / "b", "--baseline", tmp_path / "a" / "report.json")
    assert "Changed since the earlier report:\n    - verdict: reject before, review now\n" in outcome.out
    assert "- not comparable: the limits are others (public-release, default)" in outcome.out
    outcome = cli(*words, "--out", tmp_path / "c", "--baseline", folder / "train.csv")
    assert (outcome.code, len(outcome.err.splitlines())) == (2, 1)
    assert "holds no audit report" in outcome.err
