"""Every example of the README and the docs runs, page by page, in a folder with small files of iris."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import skops.io
import yaml
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

import retrodict as rd
from tests.docs.pages import PAGES, ROOT, Block, blocks, name_of

SHELL = ("sh", "bash", "console")
SLOW = {
    "README.md",
    "docs/contributing/new_dataset.md",
    "docs/explanation/calibration.md",
    "docs/guides/audit.md",
    "docs/guides/check.md",
    "docs/guides/command_line.md",
    "docs/guides/configuration.md",
    "docs/guides/custodian.md",
    "docs/guides/engineer.md",
    "docs/guides/families.md",
    "docs/guides/priors.md",
    "docs/guides/plots.md",
    "docs/guides/rebuild.md",
    "docs/guides/researcher.md",
    "docs/guides/scale.md",
}
"""Pages whose examples take more than about five seconds."""

RECIPES = {
    "docs/contributing/new_family.md": "tests/families/test_made_up.py",
    "docs/contributing/new_engine.md": "tests/conformance",
    "docs/contributing/new_prior.md": "tests/conformance",
}
"""Pages whose blocks are the files of one thing to build, and the tests that build it."""


def is_recipe(block: Block) -> bool:
    return name_of(block.page) in RECIPES


def examples(page: Path) -> list[Block]:
    """Return the blocks of a page that are run, with the files that they need."""
    own = [block for block in blocks(page) if not is_recipe(block) and block.not_run is None]
    return [block for block in own if block.file or block.language in ("python", *SHELL)]


WITH_EXAMPLES = [page for page in PAGES if any(not block.file for block in examples(page))]


@pytest.fixture(scope="module")
def iris(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the files that examples are about: a model, a prior, the rows it saw and others, outputs."""
    here = tmp_path_factory.mktemp("iris")
    data = load_iris(as_frame=True)
    frame = data.data.assign(species=data.target_names[data.target]).sample(frac=1.0, random_state=0)
    train, holdout = frame[:105], frame[105:]
    model = LogisticRegression(max_iter=1_000).fit(train.drop(columns="species"), train.species)
    skops.io.dump(model, here / "model.skops")
    rd.priors.write_prior_file(train, here / "prior.yaml", target="species")
    (here / "iris.yaml").write_bytes((here / "prior.yaml").read_bytes())
    train.to_csv(here / "train.csv", index=False)
    holdout.to_csv(here / "holdout.csv", index=False)
    (here / "outputs.csv").write_text("setosa,versicolor,virginica\n0.9,0.1,0\n0,0.5,0.5\n")
    return {path.name: path.read_bytes() for path in here.iterdir()}


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=name_of(page), marks=[pytest.mark.slow] if name_of(page) in SLOW else [])
        for page in WITH_EXAMPLES
    ],
)
def test_a_page_runs(page: Path, iris: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in iris.items():
        Path(name).write_bytes(content)
    names: dict[str, Any] = {}
    for block in examples(page):
        where = f"{name_of(page)}, line {block.line}"
        if block.file:
            Path(block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            exec(compile("\n" * (block.line - 1) + block.text, str(page), "exec"), names)
        else:
            shell(block.text, where)


def shell(text: str, where: str) -> None:
    """Run a block in a shell that finds this environment's commands."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text], capture_output=True, text=True, env={**os.environ, "PATH": path}
    )
    assert done.returncode == 0, f"{where}\n{done.stdout}\n{done.stderr}"


def test_there_are_examples_to_run() -> None:
    names = {name_of(page) for page in WITH_EXAMPLES}
    assert {"README.md", "docs/start/quickstart.md", "docs/guides/rebuild.md"} <= names
    assert names >= SLOW


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_each_block_says_what_it_is(page: Path) -> None:
    """No example is left out by a fence without a language, and none without a reason."""
    for block in blocks(page):
        if block.not_run is not None:
            assert len(block.not_run.split()) >= 3, f"line {block.line}: say why it is not run"
        elif block.language in ("", "text"):
            assert not any(line.startswith(("retrodict ", "python", "uv ", "$ ")) for line in block.text.splitlines())
        elif block.language == "toml":
            assert tomllib.loads(block.text)
        elif block.language == "yaml":
            assert isinstance(yaml.safe_load(block.text), dict)
        else:
            assert block.language in ("python", *SHELL), f"line {block.line}: the tests do not know {block.language}"


@pytest.mark.parametrize("name", [name for name in RECIPES if (ROOT / name).is_file()])
def test_a_recipe_is_built_by_its_own_tests(name: str, find: Callable[[Path, str], bool]) -> None:
    assert find((ROOT / RECIPES[name]), Path(name).name)


@pytest.fixture
def find() -> Callable[[Path, str], bool]:
    """Return what says whether a word stands in a test, or in a folder's tests."""

    def found(place: Path, word: str) -> bool:
        files = place.parent.rglob("*.py") if place.is_file() else place.rglob("*.py")
        return any(word in path.read_text(encoding="utf-8") for path in files)

    return found
