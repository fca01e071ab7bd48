"""The walks of the architecture page name files that exist, ten at most, and never go back up."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def layers() -> dict[str, int]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (rooms,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    return {name.strip().removeprefix("retrodict."): i for i, line in enumerate(rooms) for name in line.split("|")}


def walks() -> list[list[str]]:
    section = PAGE.partition("## Two walks")[2].partition("\n## ")[0]
    found: list[list[str]] = []
    for number, name in re.findall(r"^(\d+)\. `([^`]+)`", section, flags=re.MULTILINE):
        if number == "1":
            found.append([])
        found[-1].append(name)
    return found


@pytest.mark.parametrize("walk", walks(), ids=lambda walk: walk[0])
def test_a_walk_goes_down(walk: list[str]) -> None:
    assert 5 < len(walk) <= 10
    assert [name for name in walk if not (ROOT / "src" / "retrodict" / name).is_file()] == []
    depths = [layers()[name.split("/")[0]] for name in walk]
    assert depths == sorted(depths)


def test_there_are_two() -> None:
    assert [walk[0] for walk in walks()] == ["cli/reconstruct.py", "cli/rebuild.py"]


def test_the_page_lists_every_room() -> None:
    listed = set(re.findall(r"^([a-z_]+(?:/|\.py))", PAGE.partition("```")[2].partition("```")[0], flags=re.MULTILINE))
    listed |= set(re.findall(r"; ([a-z_]+\.py):", PAGE.partition("```")[2].partition("```")[0]))
    assert {name.strip("/").removesuffix(".py") for name in listed} == set(layers())
