"""Worlds: what makes one, random ones, and files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

import retrodict as rd
from retrodict.theory import EXAMPLES, DiscreteWorld, error_budget, random_world, read_world

P_Y = [[0.9, 0.1], [0.2, 0.8]]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"p_x": [0.5, 0.6]}, "p_x sums to 1.1, not 1; divide it by its sum"),
        ({"q_x": [1.5, -0.5]}, r"q_x\[1\] is -0.5, negative; give probabilities"),
        ({"q_x": [0.5, np.nan]}, r"q_x\[1\] is nan, not a finite number"),
        ({"q_x": [0.2, 0.3, 0.5]}, "q_x has 3 states, but p_x has 2"),
        ({"p_x": [[0.5, 0.5]]}, r"p_x has shape \(1, 2\); give shape \(n,\)"),
        ({"p_x": []}, r"p_x has shape \(0,\)"),
        ({"p_x": ["a", "b"]}, "p_x is no array of numbers"),
        ({"p_y_given_x": [0.5, 0.5]}, r"p_y_given_x has shape \(2,\); give shape \(n, k\)"),
        ({"p_y_given_x": P_Y[:1]}, "p_y_given_x has 1 rows, but p_x has 2 states"),
        ({"q_y_given_x": [[0.9, 0.2], [0.2, 0.8]]}, "row 0 of q_y_given_x sums to 1.1, not 1"),
        ({"q_y_given_x": [[1.0], [1.0]]}, "q_y_given_x has 1 classes, but p_y_given_x has 2"),
        ({"q_y_given_x": [[np.inf, 0.0], [0.2, 0.8]]}, r"q_y_given_x\[0, 0\] is inf, not a finite number"),
        ({"states": ("a",)}, "1 names of states were given for 2 states"),
        ({"classes": ("a", "a")}, "two classes have one name"),
    ],
)
def test_what_is_no_world(changes: dict[str, object], text: str) -> None:
    arrays = {"p_x": [0.5, 0.5], "p_y_given_x": P_Y, "q_x": [0.4, 0.6], "q_y_given_x": P_Y}
    with pytest.raises(rd.errors.RequestError, match=text) as caught:
        DiscreteWorld(**{**arrays, **changes})  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_arrays_are_copied_scaled_and_fixed() -> None:
    p_x = np.array([0.5, 0.5 + 5e-7])
    world = rd.theory.DiscreteWorld(p_x, P_Y, [0.4, 0.6], P_Y)
    assert world.p_x.sum() == pytest.approx(1, abs=1e-15)
    p_x[0] = 9
    assert world.p_x[0] < 1
    with pytest.raises(ValueError, match="read-only"):
        world.p_x[0] = 1
    assert world.classes == ("0", "1")
    np.testing.assert_allclose(world.p_x_given_y.sum(axis=0), 1)


def test_random_worlds_repeat_and_have_the_zeros_asked_for() -> None:
    one, other = (random_world(200, 5, 3, zeros=0.4) for _ in range(2))
    np.testing.assert_array_equal(one.q_y_given_x, other.q_y_given_x)
    # 4 of 5 cells of a row can be zero (one is kept), 1,000 cells: 4 sd of a binomial are 0.062.
    assert abs((one.p_y_given_x == 0).mean() - 0.4 * 0.8) < 0.08
    assert not ((one.q_x == 0) & (one.p_x > 0)).any()
    assert error_budget(random_world(5, 2, 0, prior_error=0.0, model_error=0.0)).posterior < 1e-15


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"states": 0}, "states must be a whole number of at least 1, got 0"),
        ({"classes": 2.5}, "classes must be a whole number of at least 1, got 2.5"),
        ({"prior_error": -1.0}, "prior_error must be 0 or more"),
        ({"concentration": 0.0}, "concentration must be a positive number"),
        ({"zeros": 1.0}, "zeros must be a share from 0 to below 1"),
    ],
)
def test_bad_random_worlds(settings: dict[str, object], text: str) -> None:
    with pytest.raises(rd.errors.RequestError, match=text):
        random_world(**settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["json", "yaml", "npz"])
def test_files(tmp_path: Path, form: str) -> None:
    world = DiscreteWorld([0.5, 0.5], P_Y, [0.4, 0.6], P_Y, ("a", "b"), ("no", "yes"))  # type: ignore[arg-type]
    place = tmp_path / f"world.{form}"
    if form == "npz":
        np.savez(place, **{name: np.asarray(value) for name, value in world.to_dict().items()})
    else:
        place.write_text(json.dumps(world.to_dict()) if form == "json" else yaml.safe_dump(world.to_dict()))
    back = read_world(place)
    assert back.to_dict() == world.to_dict()


def test_names() -> None:
    assert read_world("random:states=7,classes=4,seed=2,prior_error=inf").n_states == 7
    assert read_world("random").n_classes == 3
    assert all(read_world(name).n_classes == 2 for name in EXAMPLES)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("{p_x: [1]}", "lacks p_y_given_x, q_x, q_y_given_x"),
        ("[1, 2]", "holds no mapping"),
        ("a: [", "is neither JSON nor YAML"),
        ("{p_x: [2], p_y_given_x: [[1]], q_x: [1], q_y_given_x: [[1]]}", "p_x sums to 2, not 1"),
        ("{p_x: [1], p_y_given_x: [[1]], q_x: [1], q_y_given_x: [[1]], z: 1}", "has 'z', which is no part of a world"),
        ("{p_x: [1], p_y_given_x: [[1]], q_x: [1], q_y_given_x: [[1]], classes: a}", "classes must be a list"),
        (b"\xff\xfe\x00", "is neither UTF-8 text nor an NPZ archive"),
        (b"PK\x03\x04 no zip", "is no NPZ archive of arrays"),
    ],
)
def test_bad_files(tmp_path: Path, content: str | bytes, text: str) -> None:
    place = tmp_path / "w"
    place.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(rd.errors.RequestError, match=text) as caught:
        read_world(place)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("no-such-world", "does not exist; give a JSON, YAML or NPZ file"),
        ("random:stats=3", "unknown setting 'stats=3' of a random world; use states, classes"),
        ("random:states=x", "setting states of a random world must be a whole number, got 'x'"),
        ("random:seed=-1", "setting seed of a random world must be 0 or more"),
        (".", "is a folder"),
    ],
)
def test_bad_names(given: str, text: str) -> None:
    with pytest.raises(rd.errors.RequestError, match=text):
        read_world(given)
