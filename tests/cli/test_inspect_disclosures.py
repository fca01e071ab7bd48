"""What ``retrodict inspect`` prints of a model's disclosures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import skops.io
from sklearn.ensemble import RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

import retrodict as rd
from tests.cli.conftest import Outcome
from tests.families.sklearn.disclose.tables import FRAME, N, Y

Cli = Callable[..., Outcome]


def test_disclosures_for_people_and_as_json(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "knn.skops"
    skops.io.dump(make_pipeline(MinMaxScaler(), KNeighborsClassifier(algorithm="brute")).fit(FRAME, Y), path)
    outcome = cli("inspect", path)
    assert outcome.code == 0
    assert "whole rows (1, 1 on single rows)" in outcome.out
    assert f"Rows  age, height, ratio  n {N}, labelled True" in outcome.out
    assert outcome.out.index("whole rows") < outcome.out.index("\nranges")
    printed = cli("inspect", path, "--json").json["disclosures"]
    assert printed == rd.inspect_model(path).to_dicts()
    np.testing.assert_allclose(printed[0]["rows"], FRAME.to_numpy())


def test_lines_stay_short_for_a_forest(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "forest.skops"
    skops.io.dump(RandomForestClassifier(5, random_state=0).fit(FRAME, Y), path)
    lines = cli("inspect", path).out.splitlines()
    told = lines[next(i for i, text in enumerate(lines) if "disclosures" in text) :]
    assert any(text.startswith("  NodeCounts") for text in told)
    assert max(map(len, told)) < 300
