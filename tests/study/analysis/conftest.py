"""One made-up study with its report, made once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from retrodict.report.study.write import study_report
from retrodict.study.analysis import StudyAnalysis
from tests.cli.conftest import cli as cli
from tests.study.analysis.worlds import study


@pytest.fixture(scope="session")
def cells() -> pd.DataFrame:
    """Two failed cells among those that were done."""
    frame = study(worlds=3, spread=0.05)
    for i, words in ((3, "ModelError: column 'a' has 3 gaps"), (700, "ModelError: column 'b' has 12 gaps")):
        measured = frame.columns[frame.columns.get_loc("prior_js") :]
        frame.loc[i, measured] = None
        frame.loc[i, ["status", "failure"]] = ["failed", words]
    return frame


@pytest.fixture(scope="session")
def reported(cells: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> tuple[StudyAnalysis, Path]:
    out = tmp_path_factory.mktemp("study") / "report"
    return study_report(cells, {"name": "toy", "cells": 905}, out=out), out
