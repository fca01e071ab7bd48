"""Rows that a file says it was trained on, beside the tables that were given."""

from __future__ import annotations

import pytest

from retrodict.auditing.table_sizes import MORE_ROWS, size_findings, size_notes
from retrodict.disclosures import Disclosures, SampleSize


def states(*sizes: int, exact: bool | str = True) -> Disclosures:
    return Disclosures.sorted((SampleSize(n, features=(), source="n", exact=exact) for n in sizes), ("a",))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (states(100), ""),
        (states(98), ""),  # two rows that the reader left out
        (states(60, 100), ""),  # one part saw fewer
        (states(60, exact="of the rows of one fold"), ""),
        (states(), ""),
        (states(60), "those that it did not see hide"),
        (states(150), "as training and held-out rows together"),
    ],
)
def test_tables_that_cannot_be_what_they_were_given_as_ask_for_a_person(found: Disclosures, words: str) -> None:
    made = list(size_findings(found, (100, 98), (50, 50)))
    assert [one.verdict for one in made] == ["review"] * bool(words)
    assert all(words in one.sentence for one in made)
    assert not list(size_notes(found, (100, 98), (50, 50)))


def test_of_a_part_of_the_training_rows_it_is_said_that_others_may_be_held_out() -> None:
    (note,) = size_notes(states(5_000), (100,), (50,))
    assert note.code == MORE_ROWS
    assert "5,000 rows, of which 100 were given" in note
    assert not list(size_findings(states(5_000), (100,), (50,)))
    assert not list(size_findings(states(5_000), (), ()))
