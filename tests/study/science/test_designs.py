"""Designs that are right load, and wrong ones fail with one clear line before anything runs."""

from __future__ import annotations

import pickle
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from retrodict.errors import RequestError
from retrodict.families.sklearn.train.algorithms import CLASSIFIERS, tasks_of
from retrodict.study.checking import check_design
from retrodict.study.design import Design, load_design, template

GOOD: dict[str, Any] = {
    "name": "x",
    "datasets": ["iris"],
    "algorithms": ["naive_bayes"],
    "priors": ["uniform", "mixture_0.2"],
}


def _written(folder: Path, **changes: Any) -> Path:
    path = folder / "design.yaml"
    path.write_text(yaml.safe_dump({**GOOD, **changes}))
    return path


def _csv(path: Path, n: int = 120, d: int = 2, target: Any = None) -> Path:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.standard_normal((n, d)), columns=[f"x{j}" for j in range(d)])
    frame.assign(target=np.arange(n) % 2 if target is None else target).to_csv(path, index=False)
    return path


@pytest.mark.parametrize("name", ["smoke", "paper"])
def test_built_in_designs_pass_their_own_checks(name: str) -> None:
    design = load_design(name)
    check_design(design)
    cells = design.cells()
    assert len({cell.key for cell in cells}) == len(cells)


def test_the_paper_covers_the_claims() -> None:
    design = load_design("paper")
    assert {name for name in CLASSIFIERS if tasks_of(name)} <= set(design.algorithms)
    assert {"uniform", "independent", "copula", "empirical", "implied", "mixture_0.4"} <= set(design.priors)


def test_full_loads_wherever_its_folder_is() -> None:
    assert len(load_design("full").priors) >= 8


def test_the_template_is_a_design(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(template())
    check_design(load_design(path))


def test_a_design_survives_json_and_pickle(tmp_path: Path) -> None:
    _csv(tmp_path / "a.csv")
    design = load_design(_written(tmp_path, datasets=["iris", {"file": "a.csv"}, {"world": "random", "seed": 3}]))
    for copy in (Design.model_validate_json(design.model_dump_json()), pickle.loads(pickle.dumps(design))):
        assert copy == design
        assert copy.digest == design.digest
        assert copy.cells() == design.cells()


def test_another_setting_is_another_digest(tmp_path: Path) -> None:
    first = load_design(_written(tmp_path)).digest
    assert load_design(_written(tmp_path)).digest == first
    assert load_design(_written(tmp_path, seed=1)).digest != first


def test_neighbours_share_their_table_then_their_model() -> None:
    cells = load_design("smoke").cells()
    for part in (lambda c: (c.dataset, c.seed), lambda c: (c.dataset, c.seed, c.algorithm, c.quality)):
        met = [part(cell) for cell in cells]
        changes = sum(a != b for a, b in pairwise(met))
        assert changes == len(set(met)) - 1


def test_algorithms_meet_the_tables_they_can_learn() -> None:
    cells = load_design("smoke").cells()
    assert {c.algorithm for c in cells if c.dataset == "diabetes"} == {"random_forest", "linear_regression"}
    assert "linear_regression" not in {c.algorithm for c in cells if c.dataset == "iris"}


WRONG = {
    "unknown key": ({"dataset": ["iris"]}, "unknown key 'dataset'; known are name, seed, datasets"),
    "unknown key of a quality": (
        {"qualities": {"full": {"noise": 0.1}}},
        "unknown key 'noise' in qualities.full; known are train_fraction, label_noise, capacity",
    ),
    "unknown key of a world": (
        {"datasets": [{"world": "random", "states": 9}]},
        "unknown key 'states' beside world; known are world, features",
    ),
    "unknown dataset": ({"datasets": ["irish"]}, "unknown dataset 'irish'; known by name are iris"),
    "unknown kind of dataset": ({"datasets": [{"url": "x"}]}, "one of the keys bundled, openml, file, folder, world"),
    "unknown algorithm": (
        {"algorithms": ["naive_bays"]},
        "unknown algorithm 'naive_bays'; known are logistic_regression",
    ),
    "unknown prior": ({"priors": ["flat"]}, "unknown prior 'flat'; known are uniform, independent"),
    "mixture beyond one": ({"priors": ["mixture_1.5"]}, "unknown prior 'mixture_1.5'"),
    "nothing to do": ({"algorithms": []}, "algorithms"),
    "twice": ({"priors": ["uniform", "uniform"]}, "priors: 'uniform' stands twice"),
    "same name": ({"datasets": ["iris", {"file": "a.csv", "label": "iris"}]}, "datasets: 'iris' stands twice"),
    "fraction of none": ({"qualities": {"few": {"train_fraction": 0}}}, "qualities.few.train_fraction"),
    "overlapping parts": ({"parts": {"train": 0.6, "public": 0.3, "holdout": 0.3}}, "parts would overlap"),
    "negative seed": ({"seeds": [-1]}, "seeds must be at least 0"),
    "too many states": ({"datasets": [{"world": "random", "features": 8, "bins": 4}]}, "more than 4,096 states"),
    "no word": ({"rows": "many"}, "rows"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_in_one_line(case: str, tmp_path: Path) -> None:
    changes, said = WRONG[case]
    with pytest.raises(RequestError) as caught:
        load_design(_written(tmp_path, **changes))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [("- a\n- b", "holds no mapping"), ("a: [", "is no YAML"), ("name: x", "'datasets' is missing")],
)
def test_files_that_are_no_design_are_refused(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "d.yaml"
    path.write_text(text)
    with pytest.raises(RequestError, match=said):
        load_design(path)


def test_names_and_files_that_are_absent_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="built in are smoke, paper, full"):
        load_design("papers")
    with pytest.raises(RequestError, match="No such file"):
        load_design(tmp_path / "none.yaml")


def _line(path: Path) -> str:
    with pytest.raises(RequestError) as caught:
        check_design(load_design(path))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.slow
def test_tables_that_can_not_be_used_are_refused(tmp_path: Path) -> None:
    def line(**columns: Any) -> str:
        _csv(tmp_path / "a.csv", **columns)
        return _line(_written(tmp_path, datasets=[{"file": "a.csv"}]))

    assert "1 class of 10 rows" in line(target=1)
    assert "10,000 features; a study takes at most 1,000" in line(d=10_000, n=70)
    assert "too few rows: 20" in line(n=20)
    _csv(tmp_path / "a.csv")
    assert "no target column 'y'; the columns are x0, x1" in _line(
        _written(tmp_path, datasets=[{"file": "a.csv", "target": "y"}])
    )
    assert "does not exist" in _line(_written(tmp_path, datasets=[{"file": "b.csv"}]))
    assert "does not exist" in _line(_written(tmp_path, datasets=[{"folder": "none"}]))
    assert "column 'y'" in _line(_written(tmp_path, datasets=[{"folder": ".", "target": "y"}]))
    assert "has no table 'b'; it has a" in _line(_written(tmp_path, datasets=[{"folder": ".", "only": ["b"]}]))
    (tmp_path / "b.csv").write_bytes(b"PAR1 and nothing else")
    assert "can't be read" in _line(_written(tmp_path, datasets=[{"file": "b.csv"}]))


def test_axes_that_contradict_one_another_are_refused(tmp_path: Path) -> None:
    assert "dataset 'iris' is for classification" in _line(_written(tmp_path, algorithms=["linear_regression"]))
    assert "'naive_bayes'" in _line(_written(tmp_path, datasets=["diabetes"], algorithms=["naive_bayes", "svr"]))


def test_tables_of_openml_come_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    asked = {}

    def fetch(name: str, **settings: Any) -> Any:
        asked.update(settings, name=name)
        if name == "none":
            raise ValueError("No active dataset none found.")
        frame = pd.read_csv(_csv(tmp_path / "o.csv")).rename(columns={"target": "class"})
        return SimpleNamespace(frame=frame, target_names=["class"])

    monkeypatch.setattr("sklearn.datasets.fetch_openml", fetch)
    design = load_design(_written(tmp_path, datasets=[{"openml": "credit-g", "version": 1}]))
    check_design(design)
    assert (asked["name"], asked["version"]) == ("credit-g", 1)
    assert design.cells()[0].dataset == "credit-g"
    assert "OpenML has no table 'none'" in _line(_written(tmp_path, datasets=[{"openml": "none"}]))
