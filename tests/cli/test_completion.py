"""Completion, as shells ask for it: by variables of the environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.completion import get_completion_script

from retrodict.cli.app import run
from retrodict.cli.commands import app
from retrodict.cli.completion import VALUES, VARIABLE
from retrodict.cli.surface import commands, parameters

SCRIPT = "import sys; from retrodict.cli.app import main; main()"


class Shell:
    """Asks as bash, zsh and fish do."""

    def __init__(self, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self._patch, self._capture = patch, capture

    def ask(self, line: str, shell: str = "bash", action: str = "get-args") -> tuple[int, list[str]]:
        words = line.split(" ")
        self._patch.setenv(VARIABLE, f"complete_{shell}")
        self._patch.setenv("COMP_WORDS", line)
        self._patch.setenv("COMP_CWORD", str(len(words) - 1))
        self._patch.setenv("_TYPER_COMPLETE_ARGS", line)
        self._patch.setenv("_TYPER_COMPLETE_FISH_ACTION", action)
        self._capture.readouterr()
        code = run([])
        return code, [line for line in self._capture.readouterr().out.splitlines() if line]

    def words(self, line: str) -> list[str]:
        return self.ask(line)[1]


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(monkeypatch, capsys)


def test_commands_options_and_values(shell: Shell) -> None:
    assert shell.words("retrodict re") == ["reconstruct", "rebuild", "record-risk", "replicate"]
    assert shell.words("retrodict study s") == ["status"]
    assert shell.words("retrodict reconstruct m.skops --max") == ["--max-queries"]
    assert shell.words("retrodict reconstruct m.skops --engine ") == ["auto", "rejection", "smc", "enumeration"]
    assert shell.words("retrodict reconstruct m.skops --engine sm") == ["smc"]
    assert shell.words("retrodict audit m.skops --appetite p") == ["public-release"]
    assert shell.words("retrodict replicate rec --estimators mlp,rand") == ["mlp,random_forest"]
    assert shell.words("retrodict study run s") == ["smoke"]
    assert shell.words("retrodict calibrate m.skops --observed p") == ["probabilities"]


def test_a_variable_that_names_a_release_is_no_matter(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETRODICT_VERSION", "1.2.3")
    assert shell.words("retrodict study s") == ["status"]


def test_files_are_left_to_the_shell(shell: Shell) -> None:
    for line in ("retrodict inspect mod", "retrodict inspect ", "retrodict audit m.skops --train tr"):
        assert shell.words(line) == []  # bash goes on with its own: complete -o default
        assert shell.ask(line, "zsh")[1] == ["_files"]
        assert shell.ask(line, "fish", "is-args") == (1, [])


def test_zsh_and_fish(shell: Shell) -> None:
    assert "rebuild" in "".join(shell.ask("retrodict reb", "zsh")[1])
    code, lines = shell.ask("retrodict reb", "fish")
    assert (code, lines[0].split("\t")[0]) == (0, "rebuild")
    assert shell.ask("retrodict reb", "fish", "is-args") == (0, [])


def test_each_list_of_values_is_of_an_option_and_says_what_its_help_says() -> None:
    known = {one.variable: one for _, command in commands(app) for one in parameters(command)}
    assert set(VALUES) - {"backend"} <= set(known)
    for name, words in VALUES.items():
        if name in known and name not in ("estimators", "shadow_estimator", "fail_on", "design"):
            told = f"{known[name].help} {known[name].metavar}".replace("_", " ")
            assert [word for word in words if word.replace("_", " ") not in told] == []


def test_bash_itself_completes_with_the_script_and_nothing_heavy_is_imported(tmp_path: Path) -> None:
    program = tmp_path / "retrodict"
    heavy = ("numpy", "pandas", "sklearn", "scipy")
    told = f"lambda: open('{tmp_path}/in', 'w').write(str([m for m in {heavy} if m in sys.modules]))"
    program.write_text(f"#!{sys.executable}\nimport atexit, sys; atexit.register({told})\n{SCRIPT}\n")
    program.chmod(0o755)
    script = get_completion_script(prog_name="retrodict", complete_var=VARIABLE, shell="bash")
    asked = 'COMP_WORDS=(retrodict rec); COMP_CWORD=1; _retrodict_completion retrodict; echo "${COMPREPLY[@]}"'
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    here = {**os.environ, "PATH": path}
    done = subprocess.run(["bash", "-c", f"{script}\n{asked}"], capture_output=True, text=True, env=here, check=True)
    assert done.stdout.split() == ["reconstruct", "record-risk"]
    assert (tmp_path / "in").read_text() == "[]"


def test_h_is_help_everywhere(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["audit"], ["study"], ["study", "run"]):
        assert run([*words, "-h"]) == 0
        assert "Usage: retrodict" in capsys.readouterr().out
