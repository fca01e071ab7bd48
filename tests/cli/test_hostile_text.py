"""Names, labels and types of a file may hold anything: nothing that acts reaches a terminal, JSON text or a page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from retrodict.cli.app import run
from retrodict.pictures.text import picture_text
from retrodict.plain_text import hides
from retrodict.report.pages import write_page
from tests.cli.conftest import Outcome

pytestmark = pytest.mark.slow  # each command once; `tests/test_plain_text.py` is the quick one

Cli = Callable[..., Outcome]

NAMES = [
    *("\x1b[31mred\x1b]0;title\x07", "new\nline\r", "\u202eright\u2066", "<script>alert(1)</script>", "[bold]b[/bold]"),
    *("$x$ $\\frac{", "y" * 10_000, "\x9bcsi\x7f\u200b\ufeff"),
]
LABELS = ("\x1b[2Jyes\n$a$ $b$", "<b>no\u202e[red]")

COMMANDS = {
    "inspect": "inspect {m}",
    "inspect --json": "inspect {m} --json",
    "reconstruct": "reconstruct {m} --rows 30 --out {o}/r",
    "reconstruct --json": "reconstruct {m} --rows 30 --out {o}/r --json",
    "invert": "invert {m} --outputs {h}/outputs.parquet --draws 3 --out {o}/i",
    "invert --json": "invert {m} --outputs {h}/outputs.parquet --draws 3 --out {o}/i --json",
    "implied-prior": "implied-prior {m} --rows 100",
    "implied-prior --json": "implied-prior {m} --rows 100 --json",
    "fit-prior": "fit-prior {h}/rows.parquet --target target --out {o}/p.yaml",
    "evaluate": "evaluate {h}/rows --train {h}/rows.parquet",
    "record-risk": "record-risk {h}/rows --train {h}/rows.parquet",
    "matched-error": "matched-error {h}/rows --train {h}/rows.parquet",
    "controls": "controls {h}/rows --train {h}/rows.parquet",
    "membership-attacks": "membership-attacks {m} --train {h}/rows.parquet --holdout {h}/rows.parquet",
    "attribute-risk": "attribute-risk {m} --train {h}/rows.parquet --holdout {h}/rows.parquet --limit 20",
    "replicate": "replicate {h}/rows --model {m} --estimators naive_bayes --no-controls",
    "query-curve": "query-curve {m} --holdout {h}/rows.parquet --ladder 50 --estimators naive_bayes",
    "sanitize": "sanitize {m} --rows 100 --out {o}/s.skops",
    "migrate": "migrate {m} --to naive_bayes --rows 100 --out {o}/n.skops",
    "error-budget": "error-budget {m} --holdout {h}/rows.parquet --draws 2000 --out {o}/b",
}
WRONG = {
    "no file": "inspect {h}/\x1b[31mnone\u202e",
    "no option": "inspect {m} --\x1b[31m",
    "labels unknown": "invert {m} --outputs {h}/names.parquet --out {o}/i",
    "shares of none": "reconstruct {m} --class-shares \x1b[31mx=1 --out {o}/r",
    "no estimator": "migrate {m} --to \x1b[31m --out {o}/n.skops",
    "no prior for these": "reconstruct {m} --prior {h}/prior.yaml --out {o}/r",
    "no design": "study run {h}/design.yaml --out {o}/s.study",
    "no such study": "study status {h}/\x1b[31mnone",
    "a folder that is none": "evaluate {h}/\x1b[31mnone --train {h}/rows.parquet",
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(80, len(NAMES))), columns=NAMES)
    label = np.where(X[NAMES[0]] + 0.5 * rng.normal(size=80) > 0, *LABELS)
    steps = [("st\x1b[1mep\n", StandardScaler()), ("\u202elast", LogisticRegression())]
    skops.io.dump(Pipeline(steps).fit(X, label), folder / "model.skops")
    X.assign(target=label).to_parquet(folder / "rows.parquet")
    pd.DataFrame({"y": label[:2]}).to_parquet(folder / "outputs.parquet")
    pd.DataFrame({"y": NAMES[:2]}).to_parquet(folder / "names.parquet")
    (folder / "prior.yaml").write_text('features: {"\\e[31mz": {mean: 0, sd: 1}}\n')
    assert (
        run(["reconstruct", str(folder / "model.skops"), "--rows", "80", "--quiet", "--out", str(folder / "rows")]) == 0
    )
    (folder / "design.yaml").write_text('name: x\ndatasets: [iris]\nalgorithms: ["\\e[31m"]\npriors: [uniform]\n')
    return folder


def call(cli: Cli, command: str, hostile: Path, out: Path) -> Outcome:
    words = command.split(" ")
    return cli(*(word.format(m=hostile / "model.skops", h=hostile, o=out) for word in words))


def acting(text: str) -> list[str]:
    """Return what acts in a text, each with what is before it; line breaks of ours apart."""
    return [text[max(0, i - 40) : i + 1] for i, one in enumerate(text) if hides(one) and one != "\n"]


@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_that_acts_comes_out(name: str, cli: Cli, hostile: Path, tmp_path: Path) -> None:
    outcome = call(cli, COMMANDS[name], hostile, tmp_path)
    assert outcome.code == 0, outcome.err
    assert acting(outcome.out) == []
    assert acting(outcome.err) == []
    if name.endswith("--json"):
        told = json.dumps(outcome.json)  # which reads back what it shows as escapes
        assert all(json.dumps(text)[1:-1] in told for text in (NAMES[6], LABELS[1]))
    else:
        assert "\n\x1b" not in outcome.out
        assert max(map(len, outcome.out.splitlines())) < 4_100
    for path in tmp_path.rglob("*.json"):
        assert acting(path.read_text()) == []
        json.loads(path.read_text(), parse_constant=pytest.fail)


@pytest.mark.parametrize("name", WRONG)
def test_nothing_that_acts_is_in_an_error(name: str, cli: Cli, hostile: Path, tmp_path: Path) -> None:
    outcome = call(cli, WRONG[name], hostile, tmp_path)
    assert outcome.code == 2
    assert re.fullmatch(r"error: [^\n]{1,1100}\n", outcome.err)
    assert acting(outcome.err + outcome.out) == []


def test_names_in_pictures_are_no_formulas_and_short() -> None:
    assert picture_text("$x$ \x1b[31m") == r"\$x\$ \x1b[31m"
    assert picture_text("y" * 10_000) == "y" * 39 + "…"


def test_a_page_holds_nothing_that_acts(tmp_path: Path) -> None:
    write_page(tmp_path / "p.html", f"<p>\n{'|'.join(NAMES[:3])}</p>\n")
    page = (tmp_path / "p.html").read_text()
    assert acting(page) == []
    assert "\\u202eright" in page
