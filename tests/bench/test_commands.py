"""Every bench can be started, and every command that a page gives for one is a command with such options."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import bench

ROOT = Path(bench.__file__).resolve().parents[1]
MODULES = sorted(found.name for found in walk_packages(bench.__path__, "bench.") if not found.ispkg)
OF_GROUP = {"dynesty", "emcee", "nautilus", "ortools", "zeus"}
"""What only the dependency group `bench` brings."""
OF_PEERS = {"pocomc", "sacroml", "sbi", "torch"}
"""What only a peer's own environment brings: such a file is a script that is run there."""
PAGES = [ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMANDS = {
    (module, option)
    for page in PAGES
    for module, options in re.findall(r"python -m (bench[\w.]+)([^`\n]*)", page.read_text(encoding="utf-8"))
    for option in ["", *re.findall(r"--[a-z-]+", options)]
}


def help_of(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what a bench says of its options; empty where it takes none."""
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        if error.name in OF_PEERS:
            pytest.skip(f"{error.name} comes with the peer's own environment")
        if error.name in OF_GROUP:
            pytest.skip(f"{error.name} comes with the dependency group 'bench'")
        raise
    if not hasattr(module, "argparse"):
        return ""
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as ended:
        module.main()
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", MODULES)
def test_it_starts(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    said = help_of(name, monkeypatch, capsys)
    assert not said or f"{name.rpartition('.')[2]}" in said


@pytest.mark.parametrize(("name", "option"), sorted(COMMANDS))
def test_a_command_of_a_page_is_one(
    name: str, option: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert name in MODULES
    if option:
        assert option in help_of(name, monkeypatch, capsys)


def test_no_bench_has_a_path_of_its_own() -> None:
    """Tables are given by their folder: nothing reaches beyond the checkout."""
    for file in (ROOT / "bench").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        above = [int(n) for n in re.findall(r"parents\[(\d+)\]", text)]
        assert max(above, default=0) < len(file.relative_to(ROOT).parts), file
