"""Defaults of options from a file and the environment: what wins, what is told, and what a found file may not say."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome

Cli = Callable[..., Outcome]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder within a repository, which commands are run in."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / "inner")
    return tmp_path


def write(folder: Path, text: str, name: str = "retrodict.toml") -> Path:
    (folder / name).write_text(text)
    return folder / name


def rows(cli: Cli, shelf: Path, *more: object) -> tuple[int, str]:
    """Return how many draws a command showed, and what was told."""
    outcome = cli("implied-prior", shelf / "tree.skops", "--json", *more)
    assert outcome.code == 0, outcome.err
    return outcome.json["rows"], outcome.err


def test_the_command_line_beats_the_environment_beats_the_file(
    cli: Cli, shelf: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(folder, "[defaults]\nrows = 30\nseed = 5\n[implied-prior]\nrows = 40\n")
    found, told = rows(cli, shelf)
    assert found == 40
    assert told.startswith(f"defaults from {path}: --rows 40, --seed 5\n")
    monkeypatch.setenv("RETRODICT_IMPLIED_PRIOR_ROWS", "50")
    found, told = rows(cli, shelf)
    assert found == 50
    assert told.startswith(f"defaults from {path}: --seed 5\n")
    assert rows(cli, shelf, "--rows", 60)[0] == 60
    assert rows(cli, shelf, "--rows", 60, "--quiet")[1] == ""
    monkeypatch.delenv("RETRODICT_IMPLIED_PRIOR_ROWS")
    assert rows(cli, shelf, "--config", "none")[0] == 10_000
    named = write(folder, "[defaults]\nrows = 20\n", "other.toml")
    assert rows(cli, shelf, "--config", named)[0] == 20
    monkeypatch.setenv("RETRODICT_CONFIG", str(named))
    assert rows(cli, shelf)[0] == 20


def test_variables_that_name_a_release_are_none_of_ours(
    cli: Cli, shelf: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETRODICT_VERSION", "1.2.3")
    assert rows(cli, shelf, "--rows", 3)[0] == 3


def test_paths_are_meant_from_where_the_file_lies(cli: Cli, shelf: Path, folder: Path) -> None:
    write(folder, '[implied-prior]\nrows = 5\nout = "draws.csv"\n')
    assert rows(cli, shelf)[0] == 5
    assert (folder / "draws.csv").is_file()


def test_a_file_is_looked_for_no_higher_than_the_repository(cli: Cli, shelf: Path, folder: Path) -> None:
    write(folder, "[defaults]\nrows = 5\n")
    (folder / "inner" / ".git").mkdir()
    assert rows(cli, shelf)[0] == 10_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[defaults]\n\nrowz = 3\n", "line 3: no command has option --rowz; did you mean 'rows'?"),
        ("[inspect]\nrows = 3\n", "line 2: 'inspect' has no option --rows; see retrodict --help"),
        ("[defaults]\nmax_queries = 3\n", "line 2: no command has option --max_queries; did you mean 'max-queries'?"),
        ('[audit]\nseed = "3"\n', "line 2: --seed takes a whole number, got '3'; correct it"),
        ("[defaults]\nquiet = 1\n", "line 2: --quiet takes true or false, got 1; correct it"),
        ("seed = 3\n", "line 1: 'seed' stands in no table; put it under [defaults] or a command's, such as [audit]"),
        ("\n[audti]\n", "line 2: no command is called 'audti'; did you mean 'audit'?"),
        ("[study.rum]\n", "[study] holds tables of its commands, such as [study.init]; did you mean 'run'?"),
        (
            "[defaults\n",
            "not TOML: Expected ']' at the end of a table declaration (at line 1, column 10); mend that line",
        ),
        ("[defaults]\nconfig = 'a'\n", "line 2: --config is of one command line, and no default; take it out"),
        ("[defaults]\n'a\\u001b' = 1\n", "line 2: no command has option --a\\u001b; see retrodict --help"),
    ],
)
def test_each_mistake_is_one_line_with_its_place(text: str, said: str, cli: Cli, shelf: Path, folder: Path) -> None:
    path = write(folder, text.encode().decode("unicode_escape") if "\\n" in text else text)
    outcome = cli("inspect", shelf / "tree.skops")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.count("\n") == 1
    assert outcome.err.startswith(f"error: {path}")
    assert said in outcome.err


def test_what_a_found_file_may_not_say(cli: Cli, shelf: Path, folder: Path) -> None:
    path = write(folder, "[defaults]\ntrust-pickle = true\n")
    refused = cli("inspect", shelf / "logistic.pkl", "--json")
    assert refused.code == 2
    assert f"{path}, line 2: --trust-pickle is not taken from a file that was found" in refused.err
    assert cli("inspect", shelf / "logistic.pkl", "--config", path, "--json").code == 0
    for text in ('[study.run]\naddress = "10.0.0.1:6379"\n', '[defaults]\nout = "s3://bucket/rows"\n'):
        write(folder, text)
        assert "to machines that its writer named" in cli("inspect", shelf / "tree.skops", "--quiet").err
        assert cli("inspect", shelf / "tree.skops", "--quiet", "--config", path).code == 0
    write(folder, "[audit]\nquick = true\n")
    assert "a verdict rests on it" in cli("inspect", shelf / "tree.skops").err
    write(folder, "[defaults]\nrows = 7\nseed = 1\n")
    outcome = cli("sanitize", shelf / "tree.skops", "--out", folder / "copy.skops")
    assert outcome.code == 0, outcome.err
    assert f"not taken from {path}, which was found and not named, since a verdict rests on it: --rows" in outcome.err


def test_a_found_file_that_asks_for_quiet_is_told_of_all_the_same(cli: Cli, shelf: Path, folder: Path) -> None:
    path = write(folder, "[defaults]\nrows = 5\nquiet = true\n")
    found, told = rows(cli, shelf)
    assert found == 5
    assert told == f"defaults from {path}: --rows 5, --quiet True\n"
    assert rows(cli, shelf, "--quiet") == (5, "")
    assert rows(cli, shelf, "--config", path) == (5, "")


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="this system has no owners of files")
def test_a_found_file_of_another_user_is_refused(
    cli: Cli, shelf: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(folder, "[defaults]\nrows = 5\n")
    owner = path.stat().st_uid
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    if owner == 0:  # what root has put there is taken
        os.chown(path, 12_345, -1)
    assert "belongs to another user" in cli("inspect", shelf / "tree.skops").err
    assert rows(cli, shelf, "--config", path)[0] == 5


def test_verbose_tells_origins_on_standard_error_and_json_stays_whole(cli: Cli, shelf: Path, folder: Path) -> None:
    write(folder, "[defaults]\n\nrows = 9\n")
    arguments = ("reconstruct", shelf / "logistic.skops", "--prior", shelf / "prior.yaml", "--out", folder / "o")
    outcome = cli(*arguments, "--json", "--verbose")
    assert outcome.json["rows"] == 9
    for text in (
        "rows: 9 (from retrodict.toml, line 3)",
        f"out: {folder / 'o'} (from the command line)",
        "logistic.skops: a Pipeline(StandardScaler, LogisticRegression), read in",
        "prior.yaml: a prior of 2 features",
        "rejection",
        "ended; ",
    ):
        assert text in outcome.err
    again = cli("inspect", shelf / "tree.skops", "--verbose", "--quiet")
    assert again == Outcome(0, "", "")
    assert "s] " not in cli("inspect", shelf / "tree.skops").err
