"""What every command prints with ``--json`` is what it says with ``--print-schema``."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import jsonschema
import pytest

from tests.cli.conftest import Outcome
from tests.cli.test_surface import COMMANDS

pytestmark = pytest.mark.slow  # in all it takes over ten seconds; each part has fast tests of its own

Cli = Callable[..., Outcome]
RUN = "--json --quiet"
BOTH = "--train {d}/train.csv --holdout {d}/holdout.csv"


@dataclass(frozen=True)
class Case:
    """A command line, and what its folders are made of."""

    words: str
    arguments: str
    code: int = 0
    marks: tuple[pytest.MarkDecorator, ...] = field(default=())


SLOW = (pytest.mark.slow,)
CASES = [
    Case("inspect", "{s}/logistic.skops"),
    Case("inspect", "{s}/linear.skops --noise-scale 1"),
    Case("inspect", "{d}/neighbours.skops"),
    Case("inspect", "{s}/logistic.pkl", 2),
    Case("reconstruct", "{s}/logistic.skops --prior {s}/prior.yaml --rows 20 --out {o}"),
    Case("reconstruct", "{s}/linear.skops --prior {s}/prior.yaml --noise-scale 1 --rows 20 --out {o}"),
    Case("reconstruct", "{s}/mixed.skops --prior {s}/states.yaml --engine enumeration --rows 20 --out {o}"),
    Case("reconstruct", "{s}/logistic.skops --prior {s}/prior.yaml --rows 20 --backend local --workers 1 --out {o}"),
    Case("rebuild", "{d}/tree.skops --out {o}"),
    Case("rebuild", "{d}/tree.skops --tables 2 --out {o}"),
    Case("rebuild", "{d}/neighbours.skops --out {o}"),
    Case("invert", "{s}/logistic.skops --prior {s}/prior.yaml --outputs {d}/outputs.csv --draws 5 --out {o}"),
    Case("invert", "{s}/linear.skops --prior {s}/prior.yaml --outputs {d}/values.csv --noise-scale 1 --out {o}"),
    Case("implied-prior", "{d}/tree.skops --rows 500"),
    Case("implied-prior", "{d}/neighbours.skops --rows 500 --out {o}.csv"),
    Case("fit-prior", "{d}/mixed.csv --target target --out {o}"),
    Case("evaluate", "{d}/rec --prior {s}/prior.yaml --model {s}/logistic.skops " + BOTH),
    Case("evaluate", "{d}/rec --train {d}/train.csv"),
    Case("record-risk", "{d}/rec " + BOTH),
    Case("record-risk", "{d}/rec --train {d}/train.csv"),
    Case("matched-error", "{d}/rec --train {d}/train.csv"),
    Case("aligned-error", "{d}/rec --train {d}/train.csv"),
    Case("calibration", "{d}/table --train {d}/small.csv"),
    Case("calibration", "{d}/table --train {d}/small.csv --by-cell"),
    Case("controls", "{d}/rec " + BOTH),
    Case("membership-attacks", "{s}/logistic.skops " + BOTH),
    Case("infer", "{s}/logistic.skops --known {d}/train.csv --column a --prior {s}/prior.yaml --out {o}.csv"),
    Case("attribute-risk", "{s}/logistic.skops --limit 60 " + BOTH),
    Case("replicate", "{d}/rec --model {s}/logistic.skops --estimators naive_bayes --prior {s}/prior.yaml " + BOTH),
    Case("migrate", "{s}/logistic.skops --to naive_bayes --prior {s}/prior.yaml --rows 200 --out {o}"),
    Case(
        "query-curve",
        "{s}/logistic.skops --ladder 50,100 --estimators naive_bayes --prior {s}/prior.yaml " + BOTH,
    ),
    Case("error-budget", "{s}/logistic.skops --prior {s}/prior.yaml --draws 2000 --out {o} " + BOTH),
    Case("calibrate", "{s}/logistic.skops --prior {s}/prior.yaml --simulations 20 --draws 10 --out {o}"),
    Case("check", "RandomForestClassifier min_samples_leaf=5 --rows 1000 --columns 14"),
    Case("check", "{d}/neighbours.skops --fail-on reject", 3),
    Case("audit", "{s}/logistic.skops --quick --prior {s}/prior.yaml --out {o} " + BOTH, marks=SLOW),
    Case("audit", "{d}/tree.skops --quick --out {o}"),
    Case("app", "--no-browser --idle 0.0001"),
    Case("sanitize", "{d}/tree.skops --rows 100 --out {o}"),
    Case("sanitize", "{s}/logistic.skops --rows 100 --out {o} --audit {o}-audit --quick " + BOTH, marks=SLOW),
    Case("theory", "cancelling --out {o}"),
    Case("theory", "--table {d}/mixed.csv --target target"),
    Case("demo", "--out {o}", marks=SLOW),
    Case("doctor", "", marks=SLOW),
    Case("new prior", "{d}/mixed.csv --target target --by-class --out {o}"),
    Case("new prior", "{s}/linear.skops --out {o}"),
    Case("study init", "{o}"),
    Case("study run", "smoke --cells 1 --out {o} --workers 1", marks=SLOW),
    Case("study status", "{d}/toy"),
    Case("study export", "{d}/toy --out {o}.csv"),
    Case("study report", "{d}/toy --out {o}"),
]


def test_every_command_is_tried() -> None:
    assert {case.words for case in CASES} == set(COMMANDS)


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case.words} {case.arguments[:24]}", marks=case.marks) for case in CASES]
)
def test_json_is_what_the_schema_says(case: Case, cli: Cli, inputs: Path, shelf: Path, tmp_path: Path) -> None:
    printed = cli(*case.words.split(), "--print-schema")
    assert (printed.code, printed.err) == (0, "")
    schema = json.loads(printed.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    places = {"s": shelf, "d": inputs, "o": tmp_path / "out"}
    outcome = cli(*case.words.split(), *f"{case.arguments} {RUN}".format(**places).split())
    assert outcome.code == case.code, outcome.err
    errors = jsonschema.Draft202012Validator(schema).iter_errors(outcome.json)
    assert "\n".join(f"{one.json_path}: {one.message[:200]}" for one in errors) == ""
    assert case.code or outcome.err == ""
    assert _forbids_other_keys(schema)


def _forbids_other_keys(schema: dict[str, object]) -> bool:
    """Whether an object with a key that is not declared is refused, so that the above can fail."""
    return schema.get("additionalProperties") is not True and bool(
        schema.get("properties") or schema.get("additionalProperties")
    )
