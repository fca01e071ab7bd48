"""The README's own examples run."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sklearn.datasets import load_iris

from tests.cli.conftest import Outcome

README = Path(__file__).parents[2] / "README.md"


def blocks(language: str) -> list[str]:
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", README.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return [text for tag, text in fenced if tag == language]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Path]:
    before = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


@pytest.mark.slow
def test_examples(here: Path, cli: Callable[..., Outcome]) -> None:
    (python,) = blocks("python")
    exec(compile(python, "README.md", "exec"), {})
    (prior,) = blocks("yaml")
    (here / "iris.yaml").write_text(prior)
    (here / "outputs.csv").write_text("setosa,versicolor,virginica\n0.9,0.1,0\n0,0.5,0.5\n")
    commands = [line for line in "".join(blocks("")).splitlines() if line.startswith("retrodict ")]
    assert [command.split()[1] for command in commands] == ["reconstruct", "inspect", "reconstruct", "invert", "audit"]
    rows = load_iris(as_frame=True)
    frame = rows.data.assign(species=rows.target_names[rows.target]).sample(frac=1.0, random_state=0)
    frame[:105].to_csv(here / "train.csv", index=False)
    frame[105:].to_csv(here / "test.csv", index=False)
    for command in commands:
        faster = ["--quick"] if " audit " in command else []
        assert cli(*command.split()[1:], *faster).code == 0, command
