"""Files that older releases of CatBoost wrote are read, asked, told and stripped as those of this one."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("catboost")

import retrodict as rd
from retrodict.models.contract import about
from tests.families.catboost.fixtures import FIXTURES
from tests.families.catboost.test_strip import LEFT
from tests.fixture import Fixture


@pytest.mark.parametrize("fixture", FIXTURES.values(), ids=FIXTURES.keys())
def test_files_of_older_releases(fixture: Fixture, tmp_path: Path) -> None:
    model = rd.load_model(fixture.path)
    assert fixture.same(model)
    audit = about(model).audit
    assert audit is not None
    # 1.2.3 names the branch that it was built from, and no release
    assert audit.written_by == (None if "1.2.3" in fixture.made_by else "CatBoost 1.2.7")
    found = rd.inspect_model(model)
    assert not found.unread
    assert {one.n for one in found.of("SampleSize")} == {160}
    assert found.of("TrainingDate")
    bare = rd.sanitize(fixture.path)
    assert bare.identical
    bare.save(tmp_path / "bare")
    assert (tmp_path / "bare").read_bytes()[:1] == fixture.path.read_bytes()[:1]
    assert {one.kind for one in rd.inspect_model(tmp_path / "bare")} <= LEFT
