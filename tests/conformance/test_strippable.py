"""A model that can be stripped gives the same outputs bit by bit, states less, and comes back from its file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import retrodict as rd
from retrodict.models.contract import own_schema
from retrodict.sanitizing.battery import same
from retrodict.sanitizing.capability import Strippable
from tests.conformance.handmade import FORGETFUL, Forgetful
from tests.conformance.members import check_members
from tests.conformance.models import Example
from tests.conformance.test_models import drawn

pytestmark = pytest.mark.slow  # in all it takes over ten seconds; each part has fast tests of its own


def check_strippable(model: Any, folder: Path) -> None:
    """Check the copy, the plan, and the file of a model."""
    check_members(model, Strippable)
    X = drawn(own_schema(model))
    before, facts = model.outputs(X), rd.inspect_model(model).to_dicts()
    assert before
    bare = model.duplicate()
    assert same(before, bare.outputs(X))
    plan = bare.plan()
    assert rd.inspect_model(bare).to_dicts() == facts, "a plan changes nothing yet"
    for change in plan.changes:
        change.make()
    assert same(before, model.outputs(X)), "the copy shares parts with the model"
    assert rd.inspect_model(model).to_dicts() == facts, "the copy shares parts with the model"
    renewed = bare.renewed()
    assert not plan.changes or renewed.fingerprint != model.fingerprint
    found = rd.sanitize(model, rows=200)
    assert found.identical
    gone = {entry.path for entry in found.removed}
    assert not gone & {fact.source for fact in found.after}, "what was removed is stated"
    assert len(found.after) <= len(found.before)
    for as_pickle in (False, True):
        assert found.model.written(as_pickle=as_pickle) == found.model.written(as_pickle=as_pickle)
        path = found.save(folder / f"bare-{as_pickle}", as_pickle=as_pickle)
        again = rd.load_model(path, trust_pickle=True)
        assert same(found.model.outputs(X), again.outputs(X))  # type: ignore[attr-defined]


def test_strippable(example: Example, tmp_path: Path) -> None:
    if isinstance(example.model, Strippable):
        check_strippable(example.model, tmp_path)
    else:
        found = rd.sanitize(example.model, rows=200)
        assert found.identical
        assert found.removed == ()
        assert [entry.path for entry in found.unjudged] == [""]  # said, not passed over


class _Sharing(Forgetful):
    """A twin whose copy is itself."""

    def duplicate(self) -> Any:
        return self


class _Hasty(Forgetful):
    """A twin whose plan is carried out at once."""

    def plan(self) -> Any:
        found = super().plan()
        for change in found.changes:
            change.make()
        return found


class _Dated(Forgetful):
    """A twin whose files are never the same."""

    def written(self, *, as_pickle: bool = False) -> bytes:
        return super().written() + np.random.default_rng().bytes(4)


@pytest.mark.parametrize("twin", [_Sharing, _Hasty, _Dated])
def test_a_broken_twin_is_found(twin: type, tmp_path: Path) -> None:
    check_strippable(Forgetful(FORGETFUL.schema), tmp_path)
    with pytest.raises(AssertionError):
        check_strippable(twin(FORGETFUL.schema), tmp_path)
