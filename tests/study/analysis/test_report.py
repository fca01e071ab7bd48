"""The report: a folder, strict JSON, and a page that is complete in itself; whatever the cells."""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from retrodict.cli.study_report import find_study, report
from retrodict.errors import RequestError, RunError
from retrodict.report.study import write as report_module
from retrodict.report.study.write import study_report
from retrodict.study.analysis import StudyAnalysis
from tests.auditing.test_page import BROWSER, Page
from tests.study.analysis.worlds import study

Reported = tuple[StudyAnalysis, Path]


def strict(path: Path) -> dict[str, Any]:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    return found


def test_the_folder_has_everything(reported: Reported, cells: pd.DataFrame) -> None:
    out = reported[1]
    names = {"report.html", "report.json", "cells.parquet", "cells.csv"}
    pictures = {f"study_{name}.png" for name in ("forest", "scatter", "ladders", "heat", "replicas")}
    assert {path.name for path in out.iterdir()} == names | pictures
    assert len(pd.read_parquet(out / "cells.parquet")) == len(pd.read_csv(out / "cells.csv")) == len(cells)


def test_the_figures_as_data(reported: Reported) -> None:
    found = strict(reported[1] / "report.json")
    assert {"correlations", "mixed", "ladders", "claims", "failures"} <= set(found)
    keys = {"x", "y", "scope", "method", "value", "low", "high", "n", "datasets"}
    assert all(keys <= set(one) for one in found["correlations"])
    assert {one["scope"] for one in found["correlations"]} == {"pooled", "within dataset", "partial"}
    assert [one["name"] for one in found["claims"]] == ["reconstruction", "theory", "evidence", "use"]
    assert found["cells"]["done"] + found["cells"]["failed"] == 900
    assert found["cells"]["planned"] == 905


def test_the_page_carries_itself_and_reads_well(reported: Reported) -> None:
    text = (reported[1] / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.language == "en"
    assert page.levels[0] == 1
    assert page.levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(page.levels, page.levels[1:], strict=False))
    assert len(page.images) == 5
    assert all(len(image["alt"]) > 40 for image in page.images)
    assert all(address.startswith(("data:", "#")) for address in page.addresses)
    assert {address[1:] for address in page.addresses if address.startswith("#")} <= set(page.ids)
    assert len(set(page.ids)) == len(page.ids)
    assert "<script" not in text
    assert "url(" not in text
    assert len(text.encode()) < 5e6


def test_the_cells_can_be_downloaded(reported: Reported, cells: pd.DataFrame) -> None:
    text = (reported[1] / "report.html").read_text(encoding="utf-8")
    match = re.search(r'href="data:application/gzip;base64,([^"]+)"', text)
    assert match
    frame = pd.read_csv(io.BytesIO(gzip.decompress(base64.b64decode(match[1]))))
    assert len(frame) == len(cells)
    own = frame.set_index("cell").posterior_js.sort_index()
    np.testing.assert_allclose(own, cells.set_index("cell").posterior_js.astype(float).sort_index(), rtol=1e-5)


def test_colours_have_contrast(reported: Reported) -> None:
    """Text on its ground reaches 4.5 to 1 (WCAG 2, AA)."""

    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    text = (reported[1] / "report.html").read_text(encoding="utf-8")
    grounds = re.findall(r"\.(?:holds|part|fails|open) { background: (#\w{6})", text)
    assert len(grounds) == 4
    assert all(1.05 / (light(ground) + 0.05) > 4.5 for ground in grounds)
    assert all(1.05 / (light(ink) + 0.05) > 4.5 for ink in re.findall(r"[^-]color: (#\w{6})", text))


@pytest.mark.skipif(BROWSER is None, reason="no chromium, chromium-browser or google-chrome on PATH")
@pytest.mark.parametrize("width", [400, 1200])
def test_a_browser_shows_it_without_errors(reported: Reported, tmp_path: Path, width: int) -> None:
    assert BROWSER is not None
    shot = tmp_path / "page.png"
    done = subprocess.run(
        [
            BROWSER,
            *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr"),
            *(f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width},3000", f"--screenshot={shot}"),
            (reported[1] / "report.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "CONSOLE" not in done.stderr
    assert shot.stat().st_size > 50_000  # an empty page is smaller


def holed() -> pd.DataFrame:
    """Return cells of which half the figures are missing, and every log-loss is infinite."""
    cells, rng = study(6, 3, 1), np.random.default_rng(0)
    for name in cells.columns[cells.columns.get_loc("prior_js") :]:
        cells[name] = cells[name].where(rng.random(len(cells)) < 0.5, None)
    return cells.assign(log_loss=np.inf)


DEGENERATE = {
    "one dataset": study(1),
    "one cell": study(1)[:1],
    "no cell": study(1)[:0],
    "all failed": study(2).assign(status="failed", failure="ModelError: no"),
    "constant": study(6, 3, 1).assign(
        prior_js=0.3, prior_energy=0.3, posterior_js=0.3, posterior_energy=0.3, accuracy=1.0, replica_accuracy=1.0
    ),
    "nothing measured": study(6, 3, 1).drop(columns=["prior_js", "posterior_js", "accuracy", "lift_js", "prior_step"]),
    "gaps and infinities": holed(),
    "regressors": study(6, 3, 1).assign(task="regression"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", DEGENERATE)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_cells_that_say_little_give_statements(name: str, tmp_path: Path) -> None:
    study_report(DEGENERATE[name], out=tmp_path / "out", replicates=100)
    found = strict(tmp_path / "out" / "report.json")
    assert all(one["reason"] for one in found["correlations"] if one["value"] is None or one["low"] is None)
    assert all(one["reason"] for one in found["mixed"] if not one["terms"])
    if name not in ("gaps and infinities", "regressors"):
        assert {one["name"]: one["verdict"] for one in found["claims"]}["evidence"] in ("not decided", "holds in part")


def test_nothing_half_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report_module, "replace_text", full)
    with pytest.raises(RunError, match="no room is left on its disk"):
        study_report(study(1), out=tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_bad_requests_are_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RequestError, match="the cells lack the column 'dataset'"):
        study_report(pd.DataFrame({"a": [1]}), out=tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RequestError, match=r"there is no study 'paper', nor 'paper.study'"):
        find_study(Path("paper"))
    Path("paper.study").write_text("")
    assert find_study(Path("paper")) == Path("paper.study")


@pytest.mark.slow
def test_the_same_cells_give_the_same_figures(cells: pd.DataFrame, reported: Reported) -> None:
    from retrodict.study.analysis import analyse

    shuffled = cells.sample(frac=1, random_state=1).reset_index(drop=True)
    again = analyse(shuffled, "toy", planned=905).correlation_frame()
    own = reported[0].correlation_frame()
    for name in ("value", "low", "high"):
        np.testing.assert_allclose(again[name].astype(float), own[name].astype(float), rtol=1e-9)


@pytest.mark.slow
def test_the_command_prints_one_object(tmp_path: Path) -> None:
    study(6, 3, 1).to_parquet(tmp_path / "toy.parquet")
    app = typer.Typer()
    app.command()(report)
    done = CliRunner().invoke(app, [str(tmp_path / "toy.parquet"), "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["out"] == str(tmp_path / "toy-report")
    assert {key: found[key] for key in ("name", "correlations")} == {
        key: strict(tmp_path / "toy-report" / "report.json")[key] for key in ("name", "correlations")
    }
    again = CliRunner().invoke(app, [str(tmp_path / "toy.parquet")])
    assert isinstance(again.exception, RequestError)
    assert "is not empty" in str(again.exception)
