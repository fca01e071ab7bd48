"""What a prior's categories lack of the model's is said with a remedy that works."""

from __future__ import annotations

from typing import Any

import pytest

from retrodict.errors import SchemaError
from retrodict.schema import Feature, Schema, reconcile


def of(*categories: Any) -> Schema:
    return Schema((Feature("x", "categorical", categories=categories),))


@pytest.mark.parametrize(
    ("model", "prior", "remedy"),
    [
        (("01", "02", "03"), (1, 2, 3), "the model's are text: write '01' in quotes"),
        (("1", "2", "3"), (1, 2, 3), "the model's are text: write '1' in quotes"),
        ((1, 2, 3), ("01", "02", "03"), "the model's are numbers: write 1 without quotes or leading zeros"),
        (("a", "b", "c"), ("a", "b", "d"), "leave the others out of the prior"),
    ],
)
def test_categories_written_otherwise(model: Any, prior: Any, remedy: str) -> None:
    with pytest.raises(SchemaError, match=remedy):
        reconcile(of(*model), of(*prior))
    assert reconcile(of(*model), of(*model)) == of(*model)
