"""The table of what can be done with each family's models is what is so, and the page shows it of every model."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.families.capabilities import (
    HEAD,
    HERE,
    PAGE,
    SECTION,
    Case,
    Line,
    cases,
    merged,
    table,
    tried,
    without_release,
)
from retrodict.extras import EXTRA_OF
from retrodict.models.family import families

NAMES = [name.rpartition(".")[2] for name in families()]
ROOT = Path(__file__).resolve().parents[2]


def there(family: str) -> list[Case]:
    """Return the models of a family; none where its library is not installed."""
    try:
        return [*cases(family)]
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in EXTRA_OF:
            raise
        pytest.skip(f"{error.name} is not installed")


@pytest.mark.parametrize("family", NAMES)
def test_a_model_of_each_family_does_what_the_table_says(family: str) -> None:
    first = there(family)[0]
    line = tried(first)
    assert line.cells["opens"] == "yes", line.why
    assert line.cells["predicts"] == first.how
    assert line.cells["stripped"].startswith("identical")
    assert line.cells["audit of the file"].split(" / ")[0] in ("release", "review", "reject")


@pytest.mark.parametrize("family", [name for name in NAMES if name not in ("sklearn", "mlflow")])
def test_files_are_of_two_releases_at_least(family: str) -> None:
    made = {one.made_by for one in there(family)} - {HERE}
    assert len(made) >= 2
    assert all(re.fullmatch(r"[\w-]+ \d+\.\d+\.\d+", one) for one in made)


@pytest.mark.parametrize("family", NAMES)
def test_the_page_has_a_line_of_every_model(family: str) -> None:
    page = (ROOT / "docs" / "guides" / PAGE).read_text(encoding="utf-8")
    own = page.partition(f"<!-- begin {SECTION} -->")[2].partition(f"<!-- end {SECTION} -->")[0]
    lines = [line.strip("| ").split(" | ") for line in own.splitlines() if line.startswith(f"| {family} |")]
    told = {(line[1], release) for line in lines if len(line) == len(HEAD) for release in line[2].split(", ")}
    own_releases = [(one, one.made_by.removeprefix(f"{family} ")) for one in there(family)]
    expected = {(without_release(one.what, release), release) for one, release in own_releases}
    assert told == expected, "write it anew: python -m bench.families.capabilities --write"


def test_lines_that_differ_by_release_alone_are_one() -> None:
    one, other, third = (
        Line({"family": "x", "model": f"trees, {release}", "made by": f"x {release}", "opens": opens})
        for release, opens in (("1.0", "yes"), ("2.0", "yes"), ("3.0", "no"))
    )
    assert [line.cells["made by"] for line in merged([one, other, third])] == ["1.0, 2.0", "3.0"]
    assert "| x | 1.0, 2.0, 3.0 | 2 of 3 |" in table([one, other, third]).replace("x 1", "1")
