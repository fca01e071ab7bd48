"""Every bad request is one clear line with the right exit code, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from tests.cli.conftest import MIXED_PRIOR, PRIOR, Outcome


class Case(NamedTuple):
    """Files to make in a fresh folder, a command with names of files in {shelf} and {here}, and what must come."""

    id: str
    command: str
    text: str
    code: int = 2
    files: dict[str, str | bytes] = {}  # noqa: RUF012  # never changed


RECONSTRUCT = "reconstruct {shelf}/logistic.skops --prior {shelf}/prior.yaml --rows 50 --out {here}/out"
INVERT = "invert {shelf}/logistic.skops --prior {shelf}/prior.yaml --draws 5 --out {here}/out --outputs {here}/o"


def model(id: str, name: str, text: str, files: dict[str, str | bytes] | None = None, code: int = 2) -> Case:
    return Case(id, f"reconstruct {name} --prior {{shelf}}/prior.yaml --out {{here}}/out", text, code, files or {})


def prior(id: str, text: str, yaml: str | bytes, name: str = "logistic") -> Case:
    command = f"reconstruct {{shelf}}/{name}.skops --prior {{here}}/p.yaml --rows 50 --out {{here}}/out"
    return Case(id, command, text, 2, {"p.yaml": yaml})


def setting(id: str, options: str, text: str, code: int = 2) -> Case:
    return Case(id, f"{RECONSTRUCT} {options}", text, code)


def observed(id: str, text: str, content: str | bytes | None, options: str = "") -> Case:
    return Case(id, f"{INVERT} {options}", text, 2, {} if content is None else {"o": content})


def only(a: str, b: str = "b: {mean: 0, sd: 1}") -> str:
    return f"features:\n  {a}\n  {b}\n"


CASES = [
    # model files
    model("missing", "{here}/no.skops", "does not exist; give the path of a model file"),
    model("folder", "{here}", "is a folder; give the path of a model file"),
    model("empty", "{here}/m", "is no model file but an empty file", {"m": b""}),
    model("text", "{here}/m", "is no model file but text", {"m": "hello\n"}),
    model("json", "{here}/m", "is no model file but JSON", {"m": '{"a": 1}'}),
    model("parquet", "{here}/m", "is no model file but a Parquet table", {"m": b"PAR1xxxx"}),
    model("zip", "{here}/m", "is no model file but a damaged zip archive", {"m": b"PK\x03\x04 no zip"}),
    model("truncated", "{here}/truncated.skops", "is no model file but a damaged zip archive"),
    model("mutated", "{here}/mutated.skops", "is damaged: BadZipFile"),
    model("pickle", "{shelf}/logistic.pkl", "reading a pickle can run any code; if you trust its maker"),
    model("untrusted", "{shelf}/untrusted.skops", "--trust tests.cli.conftest.OwnModel"),
    model("dictionary", "{shelf}/dictionary.skops", "holds a dict; a fitted"),
    model("unfitted", "{shelf}/unfitted.skops", "a LogisticRegression that is not fitted; fit it, then save it"),
    model("transformer", "{shelf}/scaler.skops", "a StandardScaler, a transformer; a fitted scikit-learn"),
    model("clusterer", "{shelf}/kmeans.skops", "a KMeans, a clusterer; a fitted scikit-learn"),
    # settings of models
    setting("noise of a classifier", "--noise-scale 1", "a noise scale is for regressors"),
    setting("error rate", "--error-rate 1.5", "the error rate must lie between 0 and 1, got 1.5"),
    setting("link slope", "--link-slope -1", "the link slope must be a positive number, got -1.0"),
    setting("schema missing", "--schema {here}/no.yaml", "no.yaml' can't be read: No such file or directory"),
    # columns
    prior("column missing", "the prior lacks b", "features:\n  a: {mean: 0, sd: 1}\n"),
    prior("column extra", "the prior has c, which the model does not take", PRIOR + "  c: {mean: 0, sd: 1}\n"),
    prior("columns of another model", "the prior lacks a, b; the prior has age, sex", MIXED_PRIOR),
    prior("text where numbers are", "but the model takes numbers there", only("a: {categories: [u, v]}")),
    prior(
        "unknown category",
        "has categories ['x'] that the model does not know",
        MIXED_PRIOR.replace("m:", "x:"),
        "mixed",
    ),
    prior(
        "number where text is",
        "list them",
        MIXED_PRIOR.replace("{shares: {f: 0.5, m: 0.5}}", "{mean: 0, sd: 1}"),
        "mixed",
    ),
    # priors
    Case(
        "no prior",
        "reconstruct {shelf}/linear.skops --out {here}/out",
        "no prior was given, and the model discloses no values of a, b",
    ),
    Case("prior missing", RECONSTRUCT.replace("{shelf}/prior", "{here}/no"), "does not exist"),
    Case("prior folder", RECONSTRUCT.replace("{shelf}/prior.yaml", "{here}"), "can't be read: Is a directory"),
    prior("empty prior", "is empty; it needs 'features:'", ""),
    prior("binary prior", "can't be read: it is not UTF-8 text", b"\xff\xfe\x00\x01"),
    prior("bad YAML", "line 3: not plain YAML", "features:\n  a: {mean: 0, sd: 1\n  b: [\n"),
    prior("no features", "line 1: 'features:' must map names to what is known of them", "class_shares: {yes: 1}\n"),
    prior("NaN mean", "line 2, feature 'a': mean must be a finite number, got nan", only("a: {mean: .nan, sd: 1}")),
    prior("infinite sd", "line 2, feature 'a': sd must be a finite number, got inf", only("a: {mean: 0, sd: .inf}")),
    prior("negative sd", "line 2, feature 'a': sd must not be negative, got -1", only("a: {mean: 0, sd: -1}")),
    prior("impossible bounds", "line 2, feature 'a': min 3.0 is above max 1.0", only("a: {min: 3, max: 1}")),
    prior(
        "mean outside bounds",
        "line 2, feature 'a': mean 9 lies outside min 0 and max 1",
        only("a: {mean: 9, sd: 1, min: 0, max: 1}"),
    ),
    prior(
        "sd too large",
        "line 2, feature 'a': sd 4 is impossible with mean 0.5",
        only("a: {mean: 0.5, sd: 4, min: 0, max: 1}"),
    ),
    prior(
        "shares do not sum",
        "line 3, feature 'sex': shares sum to 1.4, not 1",
        MIXED_PRIOR.replace("f: 0.5", "f: 0.9"),
        "mixed",
    ),
    prior(
        "negative share",
        "line 3, feature 'sex': shares of 'f' must not be negative",
        MIXED_PRIOR.replace("f: 0.5", "f: -0.5"),
        "mixed",
    ),
    prior(
        "unknown distribution",
        "line 2, feature 'a': unknown distribution 'nonsense'",
        only("a: {distribution: nonsense}"),
    ),
    prior("unknown field", "line 2, feature 'a': unknown field 'sdd'; did you mean sd?", only("a: {mean: 0, sdd: 1}")),
    prior(
        "duplicate key",
        "line 3: 'a' stands twice, first in line 2; keep one",
        only("a: {mean: 0, sd: 1}", "a: {mean: 0, sd: 1}"),
    ),
    prior(
        "missing rate",
        "line 2, feature 'a': missing must be a share from 0 to 1",
        only("a: {mean: 0, sd: 1, missing: 1.5}"),
    ),
    prior(
        "correlation of no feature",
        "line 5, correlation 1: a correlation names 'z', which is no feature",
        PRIOR + "correlations:\n  - {between: [a, z], pearson: 0.1}\n",
    ),
    prior(
        "correlation out of range",
        "line 5, correlation 1: the correlation of 'a' and 'b' must lie in [-1, 1]",
        PRIOR + "correlations:\n  - {between: [a, b], pearson: 1.5}\n",
    ),
    prior(
        "class shares of the prior",
        "line 4: class_shares sum to 1.8, not 1",
        PRIOR + "class_shares: {yes: 0.9, no: 0.9}\n",
    ),
    prior(
        "classes of the prior",
        "class 'maybe' is none of the model's; it has ['no', 'yes']",
        PRIOR + "class_shares: {maybe: 0.5, perhaps: 0.5}\n",
    ),
    # class shares
    setting("unknown class", "--class-shares yes=0.5,maybe=0.5", "class 'maybe' is none of the model's"),
    setting("share negative", "--class-shares yes=1.5,no=-0.5", "the share of 'no' must be a number of at least 0"),
    setting("shares sum", "--class-shares yes=0.5,no=0.9", "class shares must sum to 1, got 1.4"),
    setting("share NaN", "--class-shares yes=nan,no=1", "the share of 'yes' must be a number of at least 0"),
    setting("shares malformed", "--class-shares half", "can't read 'half'"),
    setting("shares not numbers", "--class-shares yes=much,no=1", "can't read 'yes=much'"),
    setting("share twice", "--class-shares yes=0.5,yes=0.5", "name the class 'yes' twice"),
    Case(
        "shares of a regressor",
        "reconstruct {shelf}/linear.skops --prior {shelf}/prior.yaml --class-shares equal --out {here}/out",
        "class shares are for classifiers; this model is a regressor",
    ),
    # requests
    setting("rows 0", "--rows 0", "the number of rows must be a whole number of at least 1, got 0"),
    setting("rows negative", "--rows -5", "the number of rows must be a whole number of at least 1, got -5"),
    setting("rows no number", "--rows many", "Invalid value for '--rows'"),
    setting("seed negative", "--seed -1", "the seed must be a whole number of at least 0, got -1"),
    setting("engine", "--engine magic", "unknown engine 'magic'; use one of auto, rejection, smc, enumeration"),
    setting("budget 0", "--max-queries 0", "the query budget must be a whole number of at least 1, got 0"),
    setting(
        "enumeration of a continuum",
        "--engine enumeration",
        "engine enumeration needs a prior of at most 200,000 states",
    ),
    setting("unknown option", "--speed 9", "No such option"),
    Case("unknown command", "undo {here}", "No such command 'undo'"),
    Case("no model", "reconstruct --out {here}/out", "Missing argument 'MODEL'"),
    Case("no out", "reconstruct {shelf}/logistic.skops", "Missing option '--out'"),
    # where the result goes
    Case("out is a file", RECONSTRUCT, "is a file; give a new folder", 2, {"out": "mine"}),
    Case("out is not empty", RECONSTRUCT, "is not empty; give a new folder, or remove it", 2, {"out/mine": "mine"}),
    Case(
        "out under a file",
        RECONSTRUCT.replace("{here}/out", "{here}/f/out"),
        "its folder is a file",
        2,
        {"f": ""},
    ),
    Case("out under a device", RECONSTRUCT.replace("{here}/out", "/dev/null/x"), "its folder is a file"),
    Case("invert's out", INVERT, "is not empty; give a new folder", 2, {"out/mine": "mine", "o": "y\nyes\n"}),
    Case("demo's out", "demo --out {here}/out", "is not empty; give a new folder", 2, {"out/mine": "mine"}),
    Case(
        "demo's old folder with another's file",
        "demo --out {here}/out",
        "holds 'mine', which is not the demo's",
        2,
        {"out/mine": "mine", "out/.retrodict-demo": ""},
    ),
    Case("demo's seed", "demo --out {here}/out --seed -1", "the seed must be a whole number of at least 0"),
    # runs that fail: nothing found
    Case(
        "no probability",
        "reconstruct {shelf}/far.skops --prior {shelf}/prior.yaml --class-shares far=1 --rows 20 "
        "--max-queries 20000 --out {here}/out",
        "no row was found: class far: not reached",
        1,
    ),
    Case(
        "no probability, smc",
        "reconstruct {shelf}/far.skops --prior {shelf}/prior.yaml --class-shares far=1 --rows 20 --engine smc "
        "--max-queries 20000 --out {here}/out",
        "no row was found: class far",
        1,
    ),
    Case(
        "no draw",
        "invert {shelf}/far.skops --prior {shelf}/prior.yaml --outputs {here}/o --draws 5 --max-queries 20000 "
        "--out {here}/out",
        "no draw was found: output far: not reached",
        1,
        {"o": "y\nfar\n"},
    ),
    # outputs
    observed("outputs missing", "does not exist; give a CSV or Parquet file", None),
    Case("outputs folder", INVERT.replace("{here}/o", "{here}"), "is a folder; give a CSV or Parquet"),
    observed("outputs empty", "No columns to parse from file; write it again", ""),
    observed("outputs without rows", "holds no rows", "y\n"),
    observed("outputs damaged", "can't be read as CSV or Parquet", b"PAR1 and nothing more"),
    observed("outputs binary", "can't be read as CSV or Parquet", b"\xff\xfe\x00\x81\n\x00"),
    observed("unknown label", "output 1: class 'maybe' is none of the model's", "y\nyes\nmaybe\n"),
    observed("label absent", "output 1: class 'NaN' is none of the model's", "y\nyes\nNaN\n"),
    observed("probabilities do not sum", "output 0: an observed probability vector must", "no,yes\n0.4,0.9\n"),
    observed("probability NaN", "output 0: a probability vector must hold numbers", "no,yes\n,0.9\n"),
    observed("probability negative", "output 0: an observed probability vector must", "no,yes\n-0.5,1.5\n"),
    observed("probabilities not numbers", "output 0: a probability vector must hold numbers", "no,yes\nlow,high\n"),
    observed("wrong columns", "one column for each class (no, yes)", "no,yep\n0.4,0.6\n"),
    observed("precision", "precision must be a positive number", "no,yes\n0.4,0.6\n", "--precision 0"),
    observed("draws", "the number of draws must be a whole number of at least 1", "y\nyes\n", "--draws 0"),
    Case(
        "value absent",
        "invert {shelf}/linear.skops --prior {shelf}/prior.yaml --outputs {here}/o --out {here}/out",
        "output 1: an observed value must be a finite number, got nan",
        2,
        {"o": 'y\n1.0\n""\n'},
    ),
    Case(
        "value no number",
        "invert {shelf}/linear.skops --prior {shelf}/prior.yaml --outputs {here}/o --out {here}/out",
        "output 0: an observed value must be a number, got 'high'",
        2,
        {"o": "y\nhigh\n"},
    ),
    Case("inspect", "inspect {here}/no.skops", "does not exist; give the path of a model file"),
]


def prepare(case: Case, shelf: Path, here: Path) -> list[str]:
    content = (shelf / "logistic.skops").read_bytes()
    (here / "truncated.skops").write_bytes(content[: len(content) // 2])
    middle = content.index(b"LogisticRegression")
    (here / "mutated.skops").write_bytes(content[:middle] + b"l" + content[middle + 1 :])
    for name, text in case.files.items():
        (here / name).parent.mkdir(exist_ok=True)
        (here / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return [word.format(shelf=shelf, here=here) for word in case.command.split()]


def test_the_table_is_long_enough_and_its_names_differ() -> None:
    assert len(CASES) >= 40
    assert len({case.id for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_bad_input(case: Case, cli: Callable[..., Outcome], shelf: Path, tmp_path: Path) -> None:
    command = prepare(case, shelf, tmp_path)
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    outcome = cli(*command)
    assert case.text in outcome.err
    assert outcome.code == case.code
    assert outcome.err.startswith("error: ")
    assert outcome.err.count("\n") == 1
    assert outcome.err.endswith("\n")
    assert "internal" not in outcome.err
    assert "Traceback" not in outcome.out + outcome.err
    assert outcome.out == ""
    assert len(outcome.err) < 700
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (
            "reconstruct {shelf}/far.skops --prior {shelf}/prior.yaml --class-shares equal",
            "error: class far: not reached: no row within",
        ),
        (
            "reconstruct {shelf}/logistic.skops --prior {shelf}/prior.yaml --engine rejection --class-shares equal",
            "of 500 rows within 700 model calls",
        ),
    ],
    ids=["no probability for one class", "budget exhausted"],
)
def test_what_was_found_is_kept(
    command: str, text: str, cli: Callable[..., Outcome], shelf: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    outcome = cli(*command.format(shelf=shelf).split(), "--rows", 1000, "--max-queries", 700, "--out", out, "--json")
    assert outcome.code == 1
    errors = [line for line in outcome.err.splitlines() if line.startswith("error: ")]
    assert any(text in line for line in errors)
    assert len(errors) == sum(report["reached"] < report["requested"] for report in outcome.json["classes"].values())
    assert not outcome.json["complete"]
    assert 0 < outcome.json["rows"] == len(pd.read_parquet(out / "rows.parquet")) < 1000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]
    assert sorted(path.name for path in out.iterdir()) == ["reconstruction.json", "rows.parquet"]
