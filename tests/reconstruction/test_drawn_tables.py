"""Several tables of one file: what they share is determined, and what they differ in has the shares of the prior."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

import retrodict as rd
from retrodict.errors import RequestError
from retrodict.matching import Matching, read_problem
from retrodict.matching.search.mixing import Mixing
from retrodict.reconstruction.what_is_open import next_action, open_words

N, TABLES = 12, 120
BITS = pd.DataFrame(np.random.default_rng(3).integers(0, 2, (N, 2)), columns=["a", "b"])
LABELS = (BITS["a"] ^ BITS["b"]).to_numpy()


@pytest.fixture(scope="module")
def forest() -> ExtraTreesClassifier:
    """Return a forest of one tree, which says nothing of the rows that its bootstrap left out."""
    return ExtraTreesClassifier(1, bootstrap=True, random_state=0).fit(BITS, LABELS)


@pytest.fixture(scope="module")
def found(forest: Any) -> rd.Rebuilt:
    even = rd.uniform_prior(rd.Schema.from_frame(BITS))
    return rd.rebuild(forest, even, tables=TABLES, search=Matching(sweeps=30), seed=1, calibrate=0)


def test_cells_that_nothing_is_said_of_have_the_prior_s_shares(forest: Any, found: rd.Rebuilt) -> None:
    """One table held k times shows each open cell as 0 or 1 throughout, and fails."""
    left_out = read_problem(forest).problem.trees.multiplicities[0] == 0
    assert 2 <= left_out.sum() <= N - 2
    assert found.quality.met
    assert len(found.drawn_tables) == TABLES == len(found.quality.tables)
    assert {each.chain for each in found.quality.tables} == {0, 1, 2, 3}
    assert all(each.energy < 1e-9 for each in found.quality.tables)
    held = np.stack([frame[["a", "b"]].to_numpy() for frame in found.drawn_tables])
    shares = held[:, left_out].mean(axis=0)
    # Draws of a cell two sweeps apart are nearly independent: half of one each, with room for four standard errors
    # of as few as a third of the tables.
    np.testing.assert_allclose(shares, 0.5, atol=4 * 0.5 / np.sqrt(TABLES / 3))
    assert not found.determined_cells.loc[left_out].any(axis=None)


def test_what_all_tables_share_is_determined(found: rd.Rebuilt) -> None:
    cells, names = found.determined_cells, ["a", "b", "target"]
    assert list(cells.columns) == names
    assert found.quality.cells_determined == pytest.approx(cells.to_numpy().mean())
    same = np.logical_and.reduce([(frame[names] == found.frame[names]).to_numpy() for frame in found.drawn_tables])
    assert same[cells.to_numpy()].all()
    mixing = found.quality.diagnostics
    assert mixing is not None
    assert (mixing.chains, mixing.tables) == (4, 40)


def test_tables_are_written_read_back_and_the_same_whatever_the_workers(forest: Any, tmp_path: Path) -> None:
    made = [
        rd.rebuild(forest, tables=5, search=Matching(sweeps=10, workers=workers), seed=2, calibrate=0, out=out)
        for workers, out in ((1, tmp_path / "one"), (2, tmp_path / "two"), (1, None))
    ]
    files = [path.relative_to(tmp_path / "one") for path in sorted((tmp_path / "one").rglob("table_*"))]
    assert [path.name for path in files] == [f"table_{i:03d}.parquet" for i in range(5)]
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in files)
    back, (written, _, held) = rd.Rebuilt.load(tmp_path / "one"), made
    assert back == written
    assert back.quality.tables == held.quality.tables
    assert all(one.equals(other) for one, other in zip(back.drawn_tables, held.drawn_tables, strict=True))
    assert back.determined_cells.equals(held.determined_cells)
    assert back.drawn_tables[-1].equals(back.drawn_tables[4])
    assert len(back.drawn_tables[1:3]) == 2
    held.save(tmp_path / "saved")
    assert rd.Rebuilt.load(tmp_path / "saved") == held
    (tmp_path / "one" / files[3]).unlink()
    with pytest.raises(RequestError, match=r"'table_003.parquet' is not there"):
        rd.Rebuilt.load(tmp_path / "one")


def test_folders_from_before_there_were_tables_load(forest: Any, tmp_path: Path) -> None:
    rd.rebuild(forest, search=Matching(1, 5), calibrate=0, out=tmp_path / "old")
    path = tmp_path / "old" / "rebuild.json"
    data = json.loads(path.read_text())
    for name in ("tables", "diagnostics", "cells_determined"):
        del data[name]
    path.write_text(json.dumps(data))
    old = rd.Rebuilt.load(tmp_path / "old")
    assert (old.quality.tables, old.quality.diagnostics, len(old.drawn_tables)) == ((), None, 0)
    path.write_text(json.dumps({**data, "diagnostics": {"chains": 2}}))
    with pytest.raises(RequestError, match="holds no rebuilt table"):
        rd.Rebuilt.load(tmp_path / "old")


def test_words(found: rd.Rebuilt, forest: Any) -> None:
    quality = replace(found.quality, cells_determined=0.614, diagnostics=Mixing(4, 50, True, 0.0, None, None))
    assert open_words(quality) == [
        "61% of the cells are the same in every table of 4 chains",
        "the chains agree, as far as 50 tables of each tell",
    ]
    apart = replace(quality, energy=2.0, open_columns=("c",), diagnostics=Mixing(4, 50, False, 0.25, 1.2, 30.0))
    assert open_words(apart) == [
        "61% of the cells are the same in every table of 4 chains, none of which meets every count",
        "no tree splits on c: these cells are open",
        "the chains do not agree (25% of the cells differ between them): another seed may give another table",
    ]
    assert next_action(quality, informed=True, classes=True) is None
    todo = next_action(quality, informed=False, classes=True)
    assert todo is not None
    assert todo.startswith("39% of the cells are open; a prior from public rows of the same kind tells more of them: ")
    alone = rd.rebuild(forest, search=Matching(1, 30), seed=1, calibrate=0)
    assert alone.quality.cells_determined is None
    assert alone.determined_cells is None
    assert "one chain alone met every count" in alone.what_is_open[0]
    assert not rd.rebuild(KNeighborsClassifier().fit(BITS, LABELS)).what_is_open


def test_rows_of_one_kind_are_paired_before_they_are_compared() -> None:
    """Rows that no bootstrap tells apart have no order: all tables of a tree that splits every row off are the same."""
    table = pd.DataFrame({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1]})
    tree = DecisionTreeClassifier(random_state=0).fit(table, [0, 1, 2, 3])
    found = rd.rebuild(tree, tables=4, search=Matching(sweeps=60), seed=0, calibrate=0)
    assert found.quality.source == "node counts"
    assert found.quality.met
    assert found.quality.cells_determined == 1.0
    assert all(frame.equals(found.drawn_tables[0]) for frame in found.drawn_tables)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"tables": 0}, "the number of tables must be a whole number of at least 1, got 0"),
        ({"source": "values"}, "tables are drawn from node counts, of which leaf values say nothing"),
        ({"model": KNeighborsClassifier().fit(BITS, LABELS)}, "stores its training rows, .* leave tables out"),
    ],
)
def test_bad_requests(forest: Any, change: dict[str, Any], text: str) -> None:
    with pytest.raises(RequestError, match=text) as caught:
        rd.rebuild(**{"model": forest, "tables": 3, **change})
    assert "\n" not in str(caught.value)


def test_a_model_of_equations_alone_has_no_tables_to_draw() -> None:
    xgboost = pytest.importorskip("xgboost")
    model = xgboost.XGBClassifier(n_estimators=2).fit(BITS, LABELS)
    with pytest.raises(RequestError, match="this model has equations alone; leave tables out"):
        rd.rebuild(model, tables=2)
