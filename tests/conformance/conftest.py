"""Every model, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest

from tests.conformance.models import HANDMADE, MADE_UP, NAMES, OTHERS, SKLEARN, Example
from tests.families.made_up.installed import installed


@pytest.fixture(scope="package")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The library of the family that the recipe builds, while the family is there."""
    with installed(tmp_path_factory.mktemp("family")) as library:
        yield library


@pytest.fixture(params=NAMES, scope="package")
def example(request: pytest.FixtureRequest) -> Example:
    name: str = request.param
    if name in MADE_UP:
        return MADE_UP[name](request.getfixturevalue("made_up"))
    return (SKLEARN | HANDMADE | OTHERS)[name]()
