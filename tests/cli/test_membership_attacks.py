"""``retrodict membership-attacks``: what it prints, and the table of single rows that it writes when asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from tests.cli.conftest import Outcome

Cli = Callable[..., Outcome]


def test_single_rows_are_written_where_asked_and_said_to_be(
    cli: Cli, inputs: Path, shelf: Path, tmp_path: Path
) -> None:
    tables = ("--train", inputs / "train.csv", "--holdout", inputs / "holdout.csv")
    out = tmp_path / "rows.csv"
    outcome = cli("membership-attacks", shelf / "logistic.skops", *tables, "--out", out)
    assert outcome.code == 0, outcome.err
    assert "It singles out persons" in outcome.out
    assert "not made: shadow models" in outcome.out
    rows = pd.read_csv(out)
    sizes = {name: len(pd.read_csv(inputs / f"{name}.csv")) for name in ("train", "holdout")}
    assert rows["table"].value_counts().to_dict() == sizes
    assert rows.columns[:3].tolist() == ["table", "row", "probability"]
    assert list(tmp_path.iterdir()) == [out]


def test_a_place_that_holds_no_table_and_a_feature_that_is_none_are_refused(
    cli: Cli, inputs: Path, shelf: Path, tmp_path: Path
) -> None:
    tables = ("--train", inputs / "train.csv", "--holdout", inputs / "holdout.csv")
    refused = cli("membership-attacks", shelf / "logistic.skops", *tables, "--out", tmp_path / "none" / "rows.csv")
    assert (refused.code, len(refused.err.splitlines())) == (2, 1)
    refused = cli("membership-attacks", shelf / "logistic.skops", *tables, "--subgroup", "z", "--quiet")
    assert refused.code == 2
    assert "no feature is called z" in refused.err
