"""``retrodict check``: names, settings, files, exit codes, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import retrodict as rd
from tests.cli.conftest import Outcome

Cli = Callable[..., Outcome]
FOREST = "estimator: RandomForestClassifier\nsettings: {min_samples_leaf: 1}\nrows: 500\ncolumns: 6\n"
NESTED = """estimator: Pipeline
settings:
  steps:
    - [scale, {estimator: StandardScaler}]
    - [model, {estimator: SVC, settings: {C: 10}}]
"""


def fired(outcome: Outcome) -> dict[str, str]:
    return {one["rule"]: one["answer"] for one in outcome.json["rules"] if one["answer"] != "no"}


def test_a_name_with_settings(cli: Cli) -> None:
    whole = cli("check", "RandomForestClassifier", "--rows", 1000, "--columns", 14, "--json")
    assert (whole.code, whole.json["verdict"]) == (0, "review")
    assert fired(whole)["one_row_leaves"] == "yes"
    large = cli("check", "RandomForestClassifier", "min_samples_leaf=5", "max_depth=None", "--json")
    assert "one_row_leaves" not in fired(large)
    rows = {one["rule"]: one["settings"] for one in large.json["rules"]}
    assert rows["one_row_leaves"] == "min_samples_leaf=5, max_depth=None"


def test_plain_words_come_first_and_say_what_to_change(cli: Cli) -> None:
    lines = [line.strip() for line in cli("check", "SVC").out.splitlines()]
    assert lines[0] == "SVC: the model would be rejected."
    assert lines[1].startswith("The worst: this SVC (kernel='rbf') will keep whole training rows in its file")
    assert lines[2].startswith("What to change: fit LinearSVC")
    assert lines[3].startswith("As measured: breast_cancer")


def test_exit_codes_by_verdict(cli: Cli) -> None:
    assert cli("check", "SVC", "--fail-on", "reject", "--quiet").code == 3
    assert cli("check", "GaussianNB", "--fail-on", "review", "--quiet").code == 0
    boosted = ("check", "GradientBoostingClassifier", "--quiet", "--fail-on")
    assert (cli(*boosted, "reject").code, cli(*boosted, "review").code) == (0, 3)


def test_what_no_rule_covers_is_never_passed(cli: Cli) -> None:
    outcome = cli("check", "SpectralEmbedding", "--json", "--fail-on", "review")
    assert (outcome.code, outcome.json["verdict"]) == (3, "review")
    assert outcome.json["not_covered"][0]["code"] == "not_covered"
    setting = cli("check", "LogisticRegression", "warm_start=True", "--json").json
    assert (setting["verdict"], setting["not_covered"][0]["values"]["settings"]) == ("review", ["warm_start"])


def test_settings_files(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(FOREST)
    found = cli("check", path, "--json").json
    assert (found["estimator"], found["rows"], found["columns"]) == ("RandomForestClassifier", 500, 6)
    path.write_text(NESTED)
    rules = cli("check", path, "--json").json["rules"]
    assert (rules[0]["rule"], rules[0]["path"]) == ("support_vectors", "model")
    as_json = tmp_path / "settings.json"
    as_json.write_text(json.dumps({"estimator": "SVC", "settings": {"C": 1.0}}))
    assert cli("check", as_json, "--json").json["verdict"] == "reject"


def test_a_model_file_is_read_for_its_settings(cli: Cli, inputs: Path) -> None:
    found = cli("check", inputs / "neighbours.skops", "--json").json
    assert found["verdict"] == "reject"
    assert "neighbours" in {one["rule"] for one in found["rules"]}
    assert found["columns"] == 2


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["RandomForstClassifier"], "is not known: nothing is said of it; did you mean RandomForestClassifier"),
        (["os.system"], "'os.system' is not known: nothing is said of it; give one of"),
        (["no.yaml"], "'no.yaml' does not exist"),
        (["\x1b[31mSVC"], "'\\x1b[31mSVC' is not known"),
        (["SVC", "c=1"], "SVC has no setting 'c'; it has C"),
        (["SVC", "C=-1"], "SVC does not take these settings"),
        (["SVC", "C=__import__('os').abort()"], "SVC does not take these settings"),
        (["SVC", "C"], "'C' is no setting; write it as NAME=VALUE"),
        (["SVC", "C=1", "C=2"], "setting 'C' is given twice"),
        (["SVC", "--rows", "0"], "the number of rows must be a whole number of at least 1"),
        (["VotingClassifier"], "VotingClassifier needs estimators"),
    ],
)
def test_what_is_refused_is_refused_in_one_line(words: list[str], text: str, cli: Cli) -> None:
    outcome = cli("check", *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert text in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("settings: {}", "names no estimator"),
        ("estimator: [a, b]", "'estimator' must be the name of an estimator"),
        ("estimator: SVC\nsettings: 3", "'settings' must be a mapping"),
        ("estimator: SVC\nmodel: 3", "'model' has no meaning beside 'estimator'"),
        ("estimator: SVC\nrows: many", "the number of rows must be a whole number"),
        ("a: [", "can't be read"),
        ("&a [*a, *a]", "can't be read"),
    ],
)
def test_settings_files_that_are_none(content: str, text: str, cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(content)
    outcome = cli("check", path)
    assert outcome.code == 2
    assert text in outcome.err


@pytest.mark.parametrize("name", ["HistGradientBoostingClassifier", "KNeighborsClassifier", "RandomForestClassifier"])
def test_printed_tables_fit_80_columns(name: str) -> None:
    assert all(len(line.plain) <= 80 for line in rd.check(name).said() if line.kind == "table")
