"""Confidence that is deserved: what maps learn of planted cells, searches that follow one another, and what is said."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier

import retrodict as rd
from retrodict.errors import RequestError
from retrodict.matching import Matching, Reading, read_problem
from retrodict.models import Model, load_model
from retrodict.reconstruction.count_search import CountSearch
from retrodict.reconstruction.deserved.confidence_map import ConfidenceMap, Judged, deserved_bins
from retrodict.reconstruction.deserved.deserving import EASIER, deserved
from retrodict.reconstruction.deserved.in_words import confidence_words
from retrodict.reconstruction.deserved.point_masses import finer_features, with_shared_values
from retrodict.reconstruction.deserved.simulation import Simulation, Trial
from retrodict.reconstruction.deserved.stages import Stages, packed, unpacked
from retrodict.reconstruction.found_table import FoundTable, Hooks
from tests.reconstruction.planted_cells import planted

SEARCH = Matching(chains=2, sweeps=12, restarts=0, workers=1)


def test_a_map_learns_how_often_cells_are_right() -> None:
    cells = planted(4_000, 5, lambda stated, kind: stated**2)
    learned = ConfidenceMap.learned(cells)
    at = np.linspace(0.05, 1.0, 20)
    off = learned(at[:, None], np.zeros(1, dtype=np.int64))[:, 0] - at**2
    assert np.abs(off).max() < 4 * 0.5 / np.sqrt(len(cells) / 20)  # a twentieth of the cells are near each
    assert np.abs(at - at**2).max() > 4 * 0.5 / np.sqrt(len(cells) / 20)  # agreement as it is would not pass
    assert (np.diff(learned(np.linspace(0, 1, 200)[:, None], np.zeros(1, dtype=np.int64))[:, 0]) >= 0).all()


def test_kinds_have_curves_of_their_own_where_they_have_cells() -> None:
    cells = planted(2_000, 2, lambda stated, kind: np.where(kind == 0, 0.9, 0.3))
    learned = ConfidenceMap.learned(cells)
    both = learned(np.full((1, 3), 0.8), np.array([0, 1, 7]))[0]
    assert both[:2] == pytest.approx([0.9, 0.3], abs=0.06)
    assert both[2] == pytest.approx(0.6, abs=0.06), "a kind that was never met follows all"
    one = Judged(np.ones(1), np.zeros(1, dtype=bool), np.full(1, 9), np.zeros(1, dtype=np.int64))
    few = ConfidenceMap.learned(Judged.joined([cells, one]))
    assert few(np.ones((1, 1)), np.full(1, 9))[0, 0] > 0.5, "one cell makes no curve"


def test_bins_have_errors_by_rows() -> None:
    stated = np.full(400, 0.85)
    rows = np.repeat(np.arange(40), 10)
    together = Judged(stated, (rows % 2).astype(bool), np.zeros(400, dtype=np.int64), rows)
    apart = replace(together, row=np.arange(400))
    (bin_,), (other,) = deserved_bins(together), deserved_bins(apart)
    assert (bin_.low, bin_.high, bin_.cells, bin_.deserved) == (0.8, 0.9, 400, 0.5)
    assert (bin_.se, other.se) == pytest.approx((0.5 / np.sqrt(40), 0.5 / np.sqrt(400)), rel=0.01)
    sure = replace(together, right=np.ones(400, dtype=bool))
    assert 0 < deserved_bins(sure)[0].se < 0.01, "cells that are all right are not surely so"
    assert len(np.unique(Judged.joined([together, together]).row)) == 80


def test_states_of_searches_are_kept_together() -> None:
    states = [b"one", b"", bytes(range(256))]
    assert unpacked(packed(states)) == states
    told: list[float] = []
    stages = Stages(Hooks(progress=lambda share, energy: told.append(share)), 2)
    for hooks in (stages.next(), stages.next()):
        hooks.progress(0.5, 1.0)
    assert told == [0.25, 0.75]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.integers(0, 4, (30, 3)), columns=list("abc"))
    return frame.assign(y=(frame["a"] + rng.integers(0, 3, 30) > 2).astype(int))


@pytest.fixture(scope="module")
def model(table: pd.DataFrame) -> Model:
    return load_model(RandomForestClassifier(5, random_state=0).fit(table[list("abc")], table["y"]))


def _found(model: Model, hooks: Hooks | None = None, tables: int = 2, **settings: Any) -> FoundTable:
    reading = read_problem(model)
    simulation = Simulation(model, lambda made, X, y: read_problem(made), tables)
    search = CountSearch(reading, replace(SEARCH, **settings), simulation)
    solve, fill = np.random.SeedSequence(1), np.random.SeedSequence(2)
    return search.find(solve, fill, "confidence", hooks or Hooks())


def test_a_search_goes_on_in_whichever_table_it_was_stopped(model: Model) -> None:
    kept: list[bytes] = []
    whole = _found(model, Hooks(checkpoint=lambda make, now: kept.append(make())))
    assert whole.quality.synthetic == 2
    assert whole.agreement is not None
    assert not np.array_equal(whole.agreement, whole.cells)
    assert {len(unpacked(each)) for each in kept} == {1, 2, 3}
    picked = [next(one for one in kept if len(unpacked(one)) == many) for many in (1, 2, 3)]
    for state in [*picked, kept[-1]]:
        again = _found(model, Hooks(state=state))
        assert again.cells.tobytes() == whole.cells.tobytes()
        assert again.quality.deserved == whole.quality.deserved


def test_the_command_s_words_and_those_of_python(model: Model) -> None:
    found = rd.rebuild(model, search=SEARCH, seed=1)
    raw = rd.rebuild(model, search=SEARCH, seed=1, calibrate=0)
    assert (found.quality.synthetic, raw.quality.synthetic) == (1, 0)
    assert found.frame.drop(columns="confidence").equals(raw.frame.drop(columns="confidence"))
    assert found.cell_agreement is not None
    assert found.cell_agreement.equals(raw.cell_agreement)
    assert raw.cell_agreement is not None
    assert raw.cell_agreement.equals(raw.cell_confidence)
    assert any("as a table of known rows showed" in line for line in found.remarks())
    assert any("how often these are right is not known" in line for line in raw.remarks())
    with pytest.raises(RequestError, match="the number of tables made up must be a whole number of at least 0, got -1"):
        rd.rebuild(model, calibrate=-1)


@dataclass
class Fake:
    """A model whose library can train another, or says why not."""

    inner: Model
    why: str | None = None

    @property
    def family(self) -> str:
        return self.inner.family

    @property
    def schema(self) -> rd.Schema:
        return self.inner.schema

    def retrained(self, X: np.ndarray, y: np.ndarray, seed: int) -> Model:
        if self.why is not None:
            raise RequestError(self.why)
        return self.inner


@pytest.mark.parametrize("fake", [None, "its settings were taken out"])
def test_what_was_not_put_to_the_test_is_said(model: Model, fake: str | None) -> None:
    given: Any = object.__new__(type("Fixed", (), {"family": "Fixed"})) if fake is None else Fake(model, fake)
    simulation = Simulation(given, lambda made, X, y: read_problem(made), 1)
    search = CountSearch(read_problem(model), SEARCH, simulation)
    found = search.find(np.random.SeedSequence(1), np.random.SeedSequence(2), "confidence", Hooks())
    assert found.quality.synthetic == 0
    assert np.array_equal(found.cells, found.agreement)
    (note,) = (each for each in found.notes if each.code == "confidence_is_agreement")
    assert (fake or "can't be trained on other rows") in note
    assert "is not known" in str(confidence_words(found.quality))


def test_a_made_up_table_is_judged_by_its_own_codes(model: Model) -> None:
    simulation: Any = Simulation(Fake(model), lambda made, X, y: read_problem(made), 1)  # it is trained on nothing new
    reading = read_problem(model)
    found = SEARCH.solve(reading.problem, np.random.SeedSequence(0))
    entries, labels, met = simulation.cells(reading, found, SEARCH, np.random.SeedSequence(5), Hooks())
    n, d = found.codes.shape
    assert (len(entries), len(labels)) == (n * d, n)
    again = SEARCH.solve(reading.problem, np.random.SeedSequence(5, spawn_key=(2,)))
    assert np.array_equal(entries.right, (again.codes == found.codes).ravel())
    assert np.array_equal(entries.stated, again.entry_agreement.ravel())
    assert met == (again.energy == 0)


@pytest.mark.parametrize(("energy", "met", "codes"), [(0.0, True, []), (3.0, False, []), (3.0, True, [EASIER])])
def test_made_up_tables_that_are_found_where_the_table_is_not(
    model: Model, energy: float, met: bool, codes: list[str]
) -> None:
    reading, seed = read_problem(model), np.random.SeedSequence(0)
    found = replace(SEARCH.solve(reading.problem, seed), energy=energy)
    cells = planted(40, 1, lambda stated, kind: stated)
    simulation: Any = SimpleNamespace(tables=1, cells=lambda *given: Trial(cells, cells, met))
    assert [note.code for note in deserved(simulation, reading, found, SEARCH, seed, Stages(Hooks(), 2)).notes] == codes


def test_numbers_that_many_rows_share_are_shared_in_made_up_tables_too() -> None:
    rng = np.random.default_rng(0)
    gains = np.where(rng.random(60) < 0.8, 0.0, rng.normal(50, 10, 60))
    table = pd.DataFrame({"gains": gains, "a": rng.normal(size=60)})
    labels = rng.integers(0, 2, 60)
    forest = load_model(RandomForestClassifier(20, random_state=0).fit(table, labels))
    reading = read_problem(forest)
    codes = reading.codebook.encode(reading.schema.encode(table))
    drawn = reading.rows(codes, labels, np.random.default_rng(1))
    made = read_problem(forest.retrained(drawn, labels.astype(float), 1))  # type: ignore[attr-defined]
    assert finer_features(made, reading) == ["gains"]
    shared = with_shared_values(drawn, codes, reading, ["gains"])
    assert np.array_equal(reading.codebook.encode(shared), codes)
    assert np.array_equal(shared[:, 1], drawn[:, 1])
    again = read_problem(forest.retrained(shared, labels.astype(float), 1))  # type: ignore[attr-defined]
    assert finer_features(again, reading) == []


def test_time_that_is_up_leaves_fewer_tables(model: Model) -> None:
    found = _found(model, tables=500, seconds=1.0, sweeps=40)
    assert 1 <= found.quality.synthetic < 500
    (note,) = (each for each in found.notes if each.code == "fewer_synthetic_tables")
    assert note.values["made"] == found.quality.synthetic


def test_a_made_up_table_s_search_that_was_stopped_is_said(model: Model) -> None:
    def slow(made: Model, X: np.ndarray, y: np.ndarray) -> Reading:
        time.sleep(0.4)
        return read_problem(made)

    search = CountSearch(read_problem(model), replace(SEARCH, seconds=0.4), Simulation(model, slow, 1))
    found = search.find(np.random.SeedSequence(1), np.random.SeedSequence(2), "confidence", Hooks())
    assert any(each.code == "synthetic_search_stopped" for each in found.notes) == (found.quality.synthetic == 1)
