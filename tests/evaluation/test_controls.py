"""Controls: tables that know nothing of single rows."""

import numpy as np
import pandas as pd
import pytest

from retrodict.evaluation import controls, matched_error
from retrodict.evaluation.controls import random_table, shuffled_columns


def table(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    age = rng.integers(20, 80, n)
    bmi = rng.normal(20 + age / 8, 1.0)
    return pd.DataFrame({"age": age, "bmi": bmi, "ill": np.where(age + rng.normal(0, 9, n) > 55, "yes", "no")})


def test_the_true_table_is_nearer_than_every_control():
    real, other = table(150, 0), table(400, 1)
    found = controls(real, other, real, target="ill")
    assert list(found) == ["random", "shuffled columns", "held out", "rebuilt to held out"]
    assert matched_error(real, real, target="ill").error == 0
    assert 0 < found["held out"].error < found["shuffled columns"].error < found["random"].error
    assert all(match.n == 150 for match in found.values())


def test_without_other_tables_two_controls_are_left():
    assert list(controls(table(20, 0))) == ["random", "shuffled columns"]


def test_the_same_seed_gives_the_same_controls():
    real, other = table(60, 0), table(60, 1)
    first, again = (controls(real, other, seed=3) for _ in range(2))
    assert {name: match.to_dict() for name, match in first.items()} == {k: m.to_dict() for k, m in again.items()}
    assert controls(real, seed=4)["random"].error != first["random"].error


def test_a_random_table_has_the_ranges_and_nothing_else():
    rng = np.random.default_rng(0)
    real = table(2_000, 0).assign(none=np.nan, flag=True)
    real.loc[: 2_000 // 4 - 1, "bmi"] = np.nan
    drawn = random_table(real, rng)
    assert list(drawn) == list(real)
    assert (drawn.age == drawn.age.round()).all()
    assert (drawn.age.min(), drawn.age.max()) == (real.age.min(), real.age.max())
    assert drawn.bmi.isna().mean() == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / 2_000))
    assert set(drawn.ill) == {"yes", "no"}
    assert drawn.none.isna().all()
    assert drawn.flag.all()


def test_shuffled_columns_keep_every_marginal():
    real = table(50, 0)
    mixed = shuffled_columns(real, np.random.default_rng(0))
    for name in real:
        assert sorted(mixed[name]) == sorted(real[name])
    assert not mixed.equals(real)
