"""The command line as a whole: a command for each public function, and one meaning for each option."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

import retrodict as rd
import retrodict.cli
from retrodict.cli.commands import app
from retrodict.cli.documents import HOMES, document_of
from retrodict.cli.surface import commands, parameters

WITHOUT = {
    "load_model": "every command that takes a MODEL loads it",
    "load_prior": "every command that takes --prior loads it",
    "load_schema": "every command that takes --schema loads it",
    "uniform_prior": "made of a schema alone; a prior file says the same with ranges",
}
"""Public functions that need no command, and why."""

OTHER_NAME = {"inspect_model": "inspect", "new_prior": "new prior"}
"""In Python, `inspect` is a module of the standard library."""


COMMANDS = dict(commands(app))


def test_every_public_function_has_a_command_of_its_name() -> None:
    public = [name for name in rd.__all__ if inspect.isfunction(getattr(rd, name))]
    assert set(WITHOUT) <= set(public)
    missing = {
        name for name in public if name not in WITHOUT and OTHER_NAME.get(name, name.replace("_", "-")) not in COMMANDS
    }
    assert missing == set()


def test_an_option_of_one_name_has_one_type_metavar_and_meaning() -> None:
    seen: dict[str, set[tuple[str, str | None, str]]] = defaultdict(set)
    for words in COMMANDS:
        for one in parameters(COMMANDS[words]):
            if one.option:
                seen[one.name].add((one.type, one.metavar, one.meaning))
    assert {name: kinds for name, kinds in seen.items() if len(kinds) > 1} == {}
    assert all(len(meaning) > 3 for kinds in seen.values() for _, _, meaning in kinds)


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_has_the_shared_options(words: str) -> None:
    options = {one.name for one in parameters(COMMANDS[words]) if one.option}
    arguments = {one.name for one in parameters(COMMANDS[words]) if not one.option}
    assert {"--json", "--quiet", "--print-schema", "--verbose", "--config"} <= options
    opening = {"--schema", "--trust", "--trust-pickle", "--noise-scale", "--error-rate", "--link-slope"}
    if "model" in arguments or "--model" in options:
        assert opening <= options
    else:
        assert not opening & options
    if {"--train", "--holdout"} & options:
        assert "--target" in options


def test_every_command_declares_what_it_prints() -> None:
    assert set(HOMES) == set(COMMANDS)
    for words in COMMANDS:
        assert document_of(words).__doc__


def test_no_command_imports_anything_heavy_before_it_is_run() -> None:
    folder = Path(retrodict.cli.__file__).parent
    names = [f"retrodict.cli.{path.stem}" for path in sorted(folder.glob("*.py")) if path.stem != "__init__"]
    heavy = ("numpy", "pandas", "sklearn", "scipy", "pydantic", "matplotlib", "numba")
    probe = f"import sys, importlib; [importlib.import_module(n) for n in {names}]; "
    probe += f"print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
