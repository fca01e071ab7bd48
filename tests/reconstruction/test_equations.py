"""Training tables rebuilt from the equations that boosted trees state, end to end, without a library of boosting."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier

import retrodict as rd
from retrodict.errors import ModelError, RequestError, RetrodictError
from retrodict.matching import Matching
from retrodict.matching.linear_reading import LinearReading
from retrodict.matching.solving import FREED, Solved, Solving
from retrodict.reconstruction.equation_search import EquationSearch
from retrodict.reconstruction.rebuilding import Rebuilding
from retrodict.reconstruction.training_table import Equated, Limits, TooLargeError, training_table
from retrodict.results import resumable_folder
from retrodict.results.resumable_folder import ResumableFolder
from tests.conformance.handmade import BOOSTED, Boosted

N = 60
rng = np.random.default_rng(0)
BITS = pd.DataFrame(rng.integers(0, 2, (N, 6)), columns=list("abcdef"))
LABELS = np.where(BITS[["a", "b", "c"]].sum(axis=1) + rng.normal(0, 0.7, N) > 1.5, "yes", "no")
TABLE = BITS.assign(target=LABELS)


@pytest.fixture(scope="module")
def boosted() -> GradientBoostingClassifier:
    return GradientBoostingClassifier(n_estimators=40, random_state=0).fit(BITS, LABELS)


@pytest.fixture(scope="module")
def found(boosted: Any) -> rd.Rebuilt:
    return rd.rebuild(boosted, seed=1)


def rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return sorted(frame[[*BITS.columns, "target"]].round(9).astype(dict.fromkeys(BITS, int)).itertuples(index=False))


def test_the_very_table_comes_back(found: rd.Rebuilt) -> None:
    assert rows(found.frame) == rows(TABLE)
    quality = found.quality
    assert (quality.source, quality.rows, quality.table_rows, quality.labels_from) == ("equations", N, N, "matched")
    assert quality.met
    assert quality.finished
    assert quality.equations > 100
    assert not quality.contradicted
    assert f"{N} rows rebuilt from {quality.equations:,} equations: every one is met" in repr(found)
    assert (found.frame["confidence"] > 0.99).all()
    assert list(found.cell_confidence.columns) == [*BITS.columns, "target"]


def test_leaf_values_alone_suffice(boosted: Any) -> None:
    found = rd.rebuild(boosted, source="values", rows=N)
    assert rows(found.frame) == rows(TABLE)
    assert found.quality.source == "leaf values"
    assert "leaf values alone" in found.quality.verdict


def test_the_same_seed_gives_the_same_bytes_whatever_the_workers(boosted: Any, tmp_path: Path) -> None:
    made = {workers: rd.rebuild(boosted, workers=workers, out=tmp_path / str(workers)) for workers in (1, 2)}
    first, second = ((tmp_path / str(workers) / "rows.parquet").read_bytes() for workers in made)
    assert first == second
    assert made[1].provenance.request == made[2].provenance.request
    assert rd.Rebuilt.load(tmp_path / "1") == made[1]
    assert rd.Rebuilt.load(tmp_path / "1").quality == made[1].quality


def test_settings_of_the_search_for_counts_ask_for_counts() -> None:
    forest = RandomForestClassifier(5, bootstrap=False, random_state=0).fit(BITS, LABELS)
    assert rd.rebuild(forest, search=Matching(sweeps=5)).quality.source == "node counts"
    with pytest.raises(ModelError):  # it states none
        rd.rebuild(BOOSTED, search=Matching(sweeps=5))


def test_drawn_rows_name_the_equations(boosted: Any) -> None:
    (note,) = rd.reconstruct(boosted, rd.fit_prior(BITS), 30).notes
    assert note.endswith("which they may determine: retrodict rebuild MODEL --out DIR")
    assert (note.code, note.values["source"]) == ("table_is_stated", "equations")


def test_a_prior_says_where_values_lie_inside_cells() -> None:
    schema = BOOSTED.schema
    near = rd.rebuild(BOOSTED, rd.fit_prior(pd.DataFrame({"x": [0.45, 0.46, 0.95, 0.96]})))
    low, high = near.frame["x"][near.frame["x"] < 0.5], near.frame["x"][near.frame["x"] > 0.5]
    assert (len(low), len(high)) == (2, 1)
    assert low.min() > 0.4
    assert near.provenance.prior["kind"] != "none"
    assert rd.rebuild(BOOSTED).provenance.prior["kind"] == "none"
    assert schema.names == ("x",)


class _Contradictory(Boosted):
    """One that states more rows of the second class than there are rows."""

    def table_equations(self, found: Any, source: Any, rows: int | None = None) -> LinearReading:
        reading = super().table_equations(found, source, rows)
        blocks = reading.equations.blocks
        totals = blocks.totals + np.array([0.0, 5.0])
        return replace(reading, equations=replace(reading.equations, blocks=replace(blocks, totals=totals)))


def test_equations_that_contradict_one_another_give_no_confident_row() -> None:
    found = rd.rebuild(_Contradictory(BOOSTED.schema))
    quality = found.quality
    assert quality.contradicted
    assert not quality.met
    assert "they contradict one another" in quality.verdict
    assert quality.next_action is not None
    assert (found.frame["confidence"] < 0.95).all()


class _Short(Solving):
    """A search that ends after 60 s with what is no optimum, as where rows are too many to list."""

    def solve(self, *args: Any, **settings: Any) -> Solved:
        solved = super().solve(*args, **settings)
        return replace(solved, solution=replace(solved.solution, optimal=False, energy=1.0, misfit=1.0, seconds=60.0))


def test_a_search_that_ended_by_itself_does_not_say_that_its_time_was_up() -> None:
    reading = BOOSTED.table_equations(rd.inspect_model(BOOSTED), "file")
    found = Rebuilding(BOOSTED, EquationSearch(reading, "file", _Short()), 0).run(None, False)
    assert "they are not all met" in found.quality.verdict
    assert found.quality.next_action == "run it again with another --seed"
    limited = Rebuilding(BOOSTED, EquationSearch(reading, "file", _Short(seconds=60.0)), 0).run(None, False)
    assert "the time was up" in limited.quality.verdict


def test_more_rows_than_are_searched_for_are_said_to_be_so() -> None:
    assert isinstance(training_table(BOOSTED, Limits(solved=3)), Equated)
    with pytest.raises(TooLargeError, match="its equations are of 3 rows, more than the 2 searched for here"):
        training_table(BOOSTED, Limits(solved=2))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"source": "trees"}, "the source must be 'file' or 'values', got 'trees'; leave it out for the best there is"),
        ({"rows": 4}, "the file states a table of 3 rows, not of 4; leave the number out"),
        ({"rows": 0}, "the number of rows of the table must be a whole number of at least 1, got 0"),
    ],
)
def test_bad_requests(change: dict[str, Any], text: str) -> None:
    with pytest.raises(RequestError, match=text):
        rd.rebuild(BOOSTED, **change)


def test_leaf_values_are_refused_where_there_are_none() -> None:
    forest = rd.load_model(RandomForestClassifier(3, random_state=0).fit(BITS, LABELS))
    with pytest.raises(RetrodictError) as caught:
        rd.rebuild(forest, source="values")
    assert "\n" not in str(caught.value)


def test_columns_that_only_look_like_one_category_are_freed() -> None:
    """Where names lie, the search without them finds the table, and says so."""
    both = BITS.rename(columns={"a": "site_a", "b": "site_b"})
    model = rd.load_model(GradientBoostingClassifier(n_estimators=40, random_state=0).fit(both, LABELS))
    reading = model.table_equations(rd.inspect_model(model), "file")
    at = tuple(reading.codebook.features.index(name) for name in ("site_a", "site_b"))
    wrong = replace(reading, equations=replace(reading.equations, exclusive=(at,)))
    found = Rebuilding(model, EquationSearch(wrong, "file", Solving()), 0).run(None, False)
    assert found.quality.met
    assert rows(found.frame.rename(columns={"site_a": "a", "site_b": "b"})) == rows(TABLE)
    assert FREED in [note.code for note in found.notes]


def test_a_folder_that_was_written_before_equations_were_solved_is_read(found: rd.Rebuilt) -> None:
    data = found.quality.to_dict()
    for name in ("determined", "equations", "rounds", "misfit", "contradicted", "finished"):
        del data[name]
    back = type(found.quality).from_dict({**data, "source": "node counts"})
    assert (back.equations, back.determined, back.finished) == (0, None, True)


def test_a_search_that_was_killed_goes_on(boosted: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rd.rebuild(boosted, seed=3, out=tmp_path / "whole")
    monkeypatch.setattr(resumable_folder, "KEEP_SECONDS", 0.0)
    keep, kept = ResumableFolder.keep_bytes, []

    def killed(self: ResumableFolder, content: Any, now: bool = False) -> None:
        keep(self, content, now)
        kept.append(content())
        if len(kept) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(ResumableFolder, "keep_bytes", killed)
    with pytest.raises(KeyboardInterrupt):
        rd.rebuild(boosted, seed=3, out=tmp_path / "killed")
    assert not (tmp_path / "killed").exists()
    state = tmp_path / "killed.partial" / "state.bin"
    assert state.read_bytes() == kept[-1]
    found = rd.rebuild(boosted, seed=3, out=tmp_path / "killed")
    assert found.frame.equals(whole.frame)
    assert found.quality.rounds == whole.quality.rounds
    assert not state.exists()
