"""Mutated files, briefly; `bench/files/mutated.py` does it at length."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

if not sys.platform.startswith("linux"):
    pytest.skip("children with limits are for Linux", allow_module_level=True)

from tests.fuzz import ubjson
from tests.fuzz.children import ANSWERED, READ, REFUSED, asked, tried
from tests.fuzz.equation_models import EQUATIONS
from tests.fuzz.formats import write
from tests.fuzz.seeds import SEEDS, SKLEARN, file_of, lacking

OF_SKLEARN = ("tree", "svc", "k-neighbours kd", "logistic", "histogram boosting", "mixed columns")
OF_OTHERS = tuple(name for name in SEEDS if name not in SKLEARN)
EACH = {**dict.fromkeys(OF_SKLEARN, 4), **dict.fromkeys(OF_OTHERS, 1)}
"""How many files of each are tried here."""
ONE_EACH = (
    "tree",
    "equations, lightgbm, classes",
    "xgboost json, classes",
    "onnx, network",
    "catboost cbm, categories",
)


def need(name: str) -> None:
    if missing := lacking(name):
        pytest.skip(f"{missing[0]} is not installed")


def brief(names: Iterable[str]) -> list[Any]:
    """Return names as parameters; equation tables take longest, and other files of a library are read as its first."""
    return [
        pytest.param(name, marks=pytest.mark.slow if name in EQUATIONS or name not in ONE_EACH else ())
        for name in names
    ]


@pytest.mark.parametrize("name", brief(EACH))
def test_a_mutated_file_is_answered_or_refused_in_one_line(tmp_path: Path, name: str) -> None:
    need(name)
    for index in range(EACH[name]):
        path = tmp_path / f"m{index}"
        content, names = SEEDS[name].form.mutated(file_of(name), np.random.default_rng([11, index]))
        write(content, path)
        outcome, text = tried(path, READ)
        assert outcome in (ANSWERED, REFUSED), (name, index, names, text)


@pytest.mark.parametrize("name", brief(OF_OTHERS))
def test_a_file_that_is_whole_is_answered(tmp_path: Path, name: str) -> None:
    need(name)
    path = tmp_path / "m"
    write(file_of(name), path)
    assert asked(path, READ) == (ANSWERED, "")  # in this process: it costs half, and such a file does no harm
    shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize("name", ["svc", "xgboost json, classes", "lightgbm, values", "onnx, forest"])
def test_a_mutation_is_made_again_from_its_seed(name: str) -> None:
    need(name)
    form = SEEDS[name].form
    one, other, third = (form.mutated(file_of(name), np.random.default_rng([11, index])) for index in (5, 5, 6))
    assert one == other
    assert one[0] != third[0]


def test_ubjson_is_written_as_it_is_read() -> None:
    need("xgboost ubj, classes")
    content = file_of("xgboost ubj, classes")
    assert isinstance(content, bytes)
    read = ubjson.read(content)
    assert ubjson.read(ubjson.write(read)) == read
    assert read["learner"]["learner_model_param"]["num_class"] == "3"


def test_there_are_seeds_of_every_format() -> None:
    assert len(SKLEARN) >= 30
    assert {seed.form.name for seed in SEEDS.values()} == {"skops", "json", "ubj", "text", "cbm", "onnx", "mlflow"}
