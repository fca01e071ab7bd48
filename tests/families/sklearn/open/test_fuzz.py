"""Mutated files, briefly; `bench/files/mutated.py` does it at length."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

if not sys.platform.startswith("linux"):
    pytest.skip("children with limits are for Linux", allow_module_level=True)

from tests.families.sklearn.open.fuzz.children import ANSWERED, REFUSED, tried
from tests.families.sklearn.open.fuzz.families import FAMILIES, file_of
from tests.families.sklearn.open.fuzz.mutations import mutated

QUICK = ("tree", "svc", "k-neighbours kd", "logistic", "histogram boosting", "mixed columns")


@pytest.mark.parametrize("family", QUICK)
def test_a_mutated_file_is_answered_or_refused_in_one_line(tmp_path: Path, family: str) -> None:
    path = tmp_path / "m.skops"
    for index in range(4):
        content, names = mutated(file_of(family), np.random.default_rng([11, index]))
        path.write_bytes(content)
        outcome, text = tried(path, rebuilt=False)
        assert outcome in (ANSWERED, REFUSED), (family, index, names, text)


def test_a_mutation_is_made_again_from_its_seed() -> None:
    one, other, third = (mutated(file_of("svc"), np.random.default_rng([11, index])) for index in (5, 5, 6))
    assert one[1] == other[1] != third[1] or one[0] != third[0]
    assert len(FAMILIES) >= 30
