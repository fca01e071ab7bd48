"""Shadow models: halves, seeds, what is kept, what a time limit leaves, and who can't be trained again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

from retrodict import time_limit
from retrodict.errors import RequestError, TimeLimitError
from retrodict.evaluation.membership import shadow_store, shadows
from retrodict.evaluation.membership.shadow_training import Same
from retrodict.evaluation.membership.shadows import Shadows, trained
from retrodict.schema import Feature, Schema, Target
from tests.conformance.handmade import Chance
from tests.evaluation.membership.shadow_worlds import asked, fitted, noise


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    shadow_store._MEMORY.clear()


@pytest.fixture
def world() -> Any:
    rows = noise(61, 0, classes=3)
    return asked(fitted(DecisionTreeClassifier(random_state=0), rows), rows, noise(60, 1, classes=3))


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The seeds of all that is trained."""
    seeds: list[int] = []
    said = Same._said

    def counted(self: Same, held: Any, seed: int) -> Any:
        seeds.append(seed)
        return said(self, held, seed)

    monkeypatch.setattr(Same, "_said", counted)
    return seeds


def test_halves_are_complementary_and_hold_half_of_each_class(world: Any) -> None:
    held = trained(world, Shadows(6), 0).held
    assert (held[::2] == ~held[1::2]).all()
    assert abs(held.sum(axis=1) - 60.5).max() <= 0.5
    y = np.concatenate([world.members.rows.y, world.others.rows.y])
    for label in range(3):
        assert abs(held[:, y == label].sum(axis=1) - (y == label).sum() / 2).max() <= 0.5
    assert len({row.tobytes() for row in held}) == 6


def test_the_workers_change_nothing_and_few_are_the_first_of_many(
    world: Any, monkeypatch: pytest.MonkeyPatch, fits: list[int]
) -> None:
    alone = trained(world, Shadows(8, workers=1), 3)
    shadow_store._MEMORY.clear()
    monkeypatch.setattr(shadows, "ALONE", 0.0)
    both = trained(world, Shadows(8, workers=3), 3)
    np.testing.assert_array_equal(alone.said, both.said)
    shadow_store._MEMORY.clear()
    np.testing.assert_array_equal(trained(world, Shadows(4), 3).said, alone.said[:4])
    assert not np.array_equal(trained(world, Shadows(4), 4).said, alone.said[:4])
    assert len(set(fits[:8])) == 8


def test_what_was_trained_is_not_trained_again(world: Any, fits: list[int]) -> None:
    first = trained(world, Shadows(4), 0)
    more = trained(world, Shadows(6), 0)
    assert len(fits) == 6
    np.testing.assert_array_equal(first.said, more.said[:4])


def test_a_sanitised_model_shares_those_of_the_one_before(world: Any, fits: list[int]) -> None:
    trained(world, Shadows(4), 0)
    rows = noise(61, 0, classes=3)
    other = fitted(DecisionTreeClassifier(max_depth=2), rows)
    trained(asked(other, rows, noise(60, 1, classes=3)), Shadows(4, like=world.base.meter.model), 0)
    assert len(fits) == 4


def test_a_folder_keeps_pairs_and_damaged_ones_are_made_again(world: Any, fits: list[int], tmp_path: Path) -> None:
    first = trained(world, Shadows(4, cache=tmp_path), 0)
    files = sorted(tmp_path.glob("*/pair-*.npy"))
    assert [file.name for file in files] == ["pair-00000.npy", "pair-00001.npy"]
    files[0].write_bytes(b"no array")
    shadow_store._MEMORY.clear()
    again = trained(world, Shadows(4, cache=tmp_path), 0)
    assert len(fits) == 6
    np.testing.assert_array_equal(first.said, again.said)
    shadow_store._MEMORY.clear()
    trained(world, Shadows(2, cache=tmp_path), 9)
    assert len({file.parent for file in tmp_path.glob("*/pair-*.npy")}) == 2


def test_a_cache_that_is_no_folder_is_refused(world: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RequestError, match="can't be written"):
        trained(world, Shadows(2, cache=tmp_path / "file"), 0)


def test_time_that_ends_leaves_as_many_as_there_are(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_limit, "left", iter([9.0, 9.0, *[0.0] * 99]).__next__)
    found = trained(world, Shadows(10, workers=1), 0)
    assert len(found) == 4
    (note,) = (note for note in found.notes if note.code == "fewer_shadows")
    assert note.values == {"trained": 4, "wanted": 10}


def test_no_time_at_all(world: Any) -> None:
    with time_limit.within(0.0), pytest.raises(TimeLimitError, match="give more seconds"):
        trained(world, Shadows(4), 0)


def test_a_model_that_cant_be_trained_again_is_refused_unless_others_stand_in() -> None:
    rows, others = (noise(40, seed).rename(columns={"a": "x", "b": "z"}) for seed in (0, 1))
    bare = asked(Chance(Schema((Feature("x"), Feature("z")), Target("y", (0, 1)))), rows, others)
    with pytest.raises(RequestError, match=r"can't be trained again.*give `estimator`"):
        trained(bare, Shadows(2), 0)
    for estimator in ("naive_bayes", GaussianNB(), ExtraTreesClassifier(5)):
        found = trained(bare, Shadows(2, estimator=estimator), 0)
        (note,) = (note for note in found.notes if note.code == "substitute_shadows")
        assert np.isfinite(found.said).any()
    assert note.values["estimator"] == "ExtraTreesClassifier"


def test_a_class_of_one_row_is_missing_from_one_half() -> None:
    rows = noise(40, 0)
    rows.loc[0, "y"] = 2
    model = fitted(LogisticRegression(), rows)
    found = trained(asked(model, rows, noise(40, 1)), Shadows(4), 0)
    assert (found.said[~found.held[:, 0], 0] == -np.inf).all()
    assert np.isfinite(found.said[found.held[:, 0], 0]).all()


def test_few_holdout_rows_are_said() -> None:
    rows = noise(90, 0)
    model = fitted(GaussianNB(), rows)
    few, enough = (trained(asked(model, rows, noise(n, 1)), Shadows(2), 0) for n in (12, 90))
    assert [note.values for note in few.notes] == [{"rows": 51, "members": 90}]
    assert not enough.notes
