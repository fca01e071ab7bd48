"""The problem that a model of trees states is solved by the table that it was trained on."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import retrodict as rd
from retrodict.errors import ModelError
from retrodict.matching import Reading, energy
from retrodict.matching.capability import TreeTable
from tests.conformance.handmade import STUMP, Stump
from tests.conformance.members import check_members
from tests.conformance.models import SKLEARN, Example
from tests.matching.planted import EXACT, planted


def check_tree_table(model: Any, train: pd.DataFrame) -> None:
    """Check that the training table meets every count that the model states."""
    check_members(model, TreeTable)
    found = rd.inspect_model(model)
    reading = model.table_problem(found)
    assert isinstance(reading, Reading)
    assert model.table_rows(found) == reading.problem.table.n == len(train)
    problem, codes, labels = planted(reading, train, train.iloc[:, -1])
    assert energy(problem, codes, labels) <= EXACT
    assert energy(problem, codes[::-1], labels) > EXACT, "any table solves it"


def test_tree_table(example: Example) -> None:
    model = example.model
    if not isinstance(model, TreeTable):
        return
    found = rd.inspect_model(model)
    if model.table_rows(found) is not None:
        check_tree_table(model, example.train)
        return
    with pytest.raises(ModelError):
        model.table_problem(found)


@pytest.mark.parametrize("name", ["forest", "tree"])
def test_trees_state_their_table(name: str) -> None:
    check_tree_table(SKLEARN[name]().model, SKLEARN[name]().train)


class _Miscounting(Stump):
    """A twin that says another number of rows than its trees do."""

    def table_rows(self, found: Any) -> int | None:
        return 4


class _Mistaken(Stump):
    """A twin whose trees are those of another table."""

    train = pd.DataFrame({"x": [0.2, 0.6, 0.7], "target": ["no", "yes", "yes"]})


@pytest.mark.parametrize("twin", [_Miscounting, _Mistaken])
def test_a_broken_twin_is_found(twin: type) -> None:
    check_tree_table(STUMP, STUMP.train)
    with pytest.raises(AssertionError):
        check_tree_table(twin(STUMP.schema), STUMP.train)
