"""Tables from counts with noise, and what is known of rows: what is asked, what is told, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingClassifier, RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier

import retrodict as rd
from retrodict.auditing.extraction import NOT_SEARCHED, from_file
from retrodict.errors import ModelError, RequestError, TimeLimitError
from retrodict.matching import Matching, read_problem
from retrodict.matching.count_noise import CountNoise
from retrodict.models import load_model
from retrodict.reconstruction.count_search import CountSearch
from retrodict.reconstruction.known_cells import knowing
from retrodict.reconstruction.noisy_table import noisy_table

QUICK = Matching(sweeps=120, chains=2)
N = 30


def made() -> tuple[pd.DataFrame, pd.Series[Any]]:
    """Return rows whose columns go together, and labels that follow the first."""
    rng = np.random.default_rng(0)
    base = rng.integers(0, 2, N)
    columns = {name: np.where(rng.random(N) < 0.85, base, 1 - base) for name in "abcd"}
    return pd.DataFrame(columns), pd.Series(np.where(rng.random(N) < 0.9, base, 1 - base)).map({0: "no", 1: "yes"})


def private(epsilon: float, trees: int = 6) -> tuple[Any, pd.DataFrame]:
    """Return a forest of random trees whose leaves state class counts with noise, and its table."""
    X, y = made()
    forest = ExtraTreesClassifier(trees, max_depth=3, max_features=1, random_state=0).fit(X, y)
    noise = np.random.default_rng(1)
    for each in forest.estimators_:
        tree = each.tree_
        counts = tree.value[:, 0] * tree.weighted_n_node_samples[:, None]
        counts += np.trunc(noise.laplace(scale=trees / epsilon, size=counts.shape))
        tree.value[:, 0] = np.where(tree.children_left[:, None] < 0, counts, 0.0)
    return forest, X.assign(target=y)


@pytest.mark.slow
def test_a_private_forest() -> None:
    forest, table = private(30.0)
    found = rd.rebuild(forest, noise="truncated:epsilon:30", rows=N, search=QUICK, tables=2)
    assert found.quality.noise == "truncated:epsilon:30"
    assert found.quality.verdict.startswith("30 rows rebuilt from counts with noise (truncated:epsilon:30)")
    assert len(found.drawn_tables) == 2
    assert found.quality.synthetic == 0
    assert found.quality.cells_determined is not None
    assert found.quality.cells_determined < 1.0
    assert "with noise in counts no cell is certain" in found.what_is_open[0]
    columns = list("abcd")
    near = found.frame.assign(**{name: found.frame[name].round() for name in columns})
    rng = np.random.default_rng(2)
    shuffled = table.assign(**{name: rng.permutation(table[name]) for name in columns})
    ours = rd.matched_error(near[[*columns, "target"]], table, target="target").error
    assert ours < 0.6 * rd.matched_error(shuffled, table, target="target").error


@pytest.mark.slow
def test_rows_that_are_not_told_are_counted() -> None:
    forest, _ = private(30.0)
    found = rd.rebuild(forest, noise=CountNoise("truncated", budget=30.0), search=QUICK)
    told = next(note for note in found.notes if note.code == "rows_estimated")
    assert told.values["low"] <= found.n_rows <= told.values["high"]
    assert abs(found.n_rows - N) <= 2


def test_time_that_is_up_before_rows_are_counted() -> None:
    forest, _ = private(30.0)
    with pytest.raises(TimeLimitError, match="before the number of rows was found; give more seconds, or none"):
        rd.rebuild(forest, noise="truncated:epsilon:30", seconds=0.01)


@pytest.mark.slow
def test_chains_that_were_stopped_are_not_said_to_be_done() -> None:
    forest, _ = private(30.0)
    found = rd.rebuild(forest, noise="truncated:epsilon:30", rows=N, search=Matching(sweeps=8_000, seconds=1e-3))
    assert not found.quality.finished
    assert found.quality.verdict.endswith("the time was up before the chains had ended")
    assert found.next_action == "run it again with more --seconds, or none"


@pytest.mark.slow
def test_another_number_of_rows_is_another_table() -> None:
    forest = load_model(private(6.0)[0])
    one, two = (CountSearch(noisy_table(forest, CountNoise("truncated", 1.0), None, n, 0, 1), QUICK) for n in (30, 31))
    assert one.request != two.request


def test_counts_that_such_noise_does_not_leave() -> None:
    forest, _ = private(6.0)
    found = rd.rebuild(forest, noise="laplace:1", rows=N, search=Matching(sweeps=4, chains=2))
    assert any(note.code == "counts_whole" for note in found.notes)
    forest.estimators_[0].tree_.value[-1, 0, 0] += 0.25
    with pytest.raises(RequestError, match="counts with fractions, of which truncated noise leaves none"):
        rd.rebuild(forest, noise="truncated:1", rows=N)


@pytest.mark.slow
def test_no_table_is_made_up_under_noise() -> None:
    with pytest.raises(RequestError, match="no tables are made up to test confidence; leave calibrate out"):
        rd.rebuild(private(6.0)[0], noise="laplace:1", rows=N, calibrate=2)


@pytest.mark.slow
def test_what_is_known_stays() -> None:
    forest, table = private(6.0)
    known = table[["a", "target"]].astype(object).head(20)
    known.iloc[3, 0] = None
    found = rd.rebuild(forest, noise="truncated:1", rows=N, known=known, search=QUICK)
    told = known["a"].notna().to_numpy()
    assert (found.frame["a"].head(20)[told] == known["a"][told]).all()
    assert (found.frame["target"].head(20) == known["target"]).all()
    assert (found.cell_confidence["a"].head(20)[told] == 1.0).all()


def test_known_columns_tell_the_others_without_noise() -> None:
    X, y = made()
    forest = RandomForestClassifier(30, random_state=0).fit(X, y)
    found = rd.rebuild(forest, known=X[["b"]], search=QUICK)
    assert (found.frame["b"] == X["b"]).all()
    assert found.quality.met
    assert found.cell_confidence is not None
    assert (found.cell_confidence["b"] == 1.0).all()
    assert sum(each.cells for each in found.quality.deserved) == N * 3, "what is known shows nothing of the search"


@pytest.mark.parametrize(
    ("noise", "text"),
    [
        ("laplace", "noise must be a text such as 'laplace:2' or 'epsilon:5', got 'laplace'"),
        ("cauchy:2", "the kind of noise must be one of laplace, truncated, rounded, geometric, gaussian, got 'cauchy'"),
        ("laplace:-1", "the scale of noise must be a positive number, got -1.0"),
        ("gaussian:epsilon:5", "epsilon alone does not tell the scale of Gauss's noise; give its standard deviation"),
        (3.0, "noise must be a text such as 'laplace:2' or 'epsilon:5', got float"),
    ],
)
def test_no_noise(noise: Any, text: str) -> None:
    with pytest.raises(RequestError) as error:
        CountNoise.of(noise)
    assert str(error.value) == text


def test_noise_of_no_number() -> None:
    with pytest.raises(RequestError, match="the scale of noise must be a positive number, got '2'"):
        CountNoise("laplace", "2")  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["laplace:2", "geometric:0.5", "truncated:epsilon:5"])
def test_noise_reads_what_it_says(text: str) -> None:
    assert str(CountNoise.of(text)) == text


def test_what_has_no_such_counts() -> None:
    X, y = made()
    with pytest.raises(ModelError, match="which the GradientBoostingClassifier does not state; leave the noise out"):
        rd.rebuild(GradientBoostingClassifier(n_estimators=2).fit(X, y), noise="laplace:1", rows=N)
    forest = ExtraTreesClassifier(2, max_depth=2, random_state=0).fit(X, y)
    for each in forest.estimators_:  # the label that a leaf votes for, as diffprivlib's forests have it
        state = each.tree_.__getstate__()
        state["values"][:, 0] = np.eye(2)[state["values"][:, 0].argmax(axis=1)]
        state["nodes"]["n_node_samples"] = state["nodes"]["weighted_n_node_samples"] = 0
        each.tree_.__setstate__(state)
    with pytest.raises(ModelError, match="state the label they vote for and no counts, noisy or not"):
        rd.rebuild(forest, noise="epsilon:5", rows=N)


def test_counts_of_leaves_alone_are_not_passed_over() -> None:
    forest, _ = private(30.0)
    for each in forest.estimators_:
        state = each.tree_.__getstate__()
        state["nodes"]["n_node_samples"] = state["nodes"]["weighted_n_node_samples"] = 0
        each.tree_.__setstate__(state)
    text = "states class counts in its leaves alone, as private forests do"
    with pytest.raises(ModelError, match=text):
        rd.rebuild(forest)
    _, why = from_file(load_model(forest), 50, 0, True)
    assert why is not None
    assert why.code == NOT_SEARCHED, "a table follows from them that an audit does not look for"
    assert text in why


def test_trees_that_count_other_numbers_of_all_rows_have_noise() -> None:
    forest, _ = private(30.0)
    for at, each in enumerate(forest.estimators_):
        state = each.tree_.__getstate__()
        state["nodes"]["n_node_samples"] += at
        each.tree_.__setstate__(state)
    with pytest.raises(ModelError, match="all saw all rows and count other numbers of them"):
        rd.rebuild(forest)
    _, why = from_file(load_model(forest), 50, 0, True)
    assert why is not None
    assert why.code == NOT_SEARCHED


@pytest.mark.parametrize(
    ("known", "text"),
    [
        ({"z": [1]}, "the model knows no column z; it has a, b, c, d, target"),
        ({"a": [None]}, "nothing is known: every cell is empty; leave it out"),
        ({"a": [1] * 31}, "31 rows are known of a table of 30; leave out those that are not its own"),
        ({"target": ["maybe"]}, "no class is called maybe; the model's are no, yes"),
    ],
)
def test_nothing_of_the_table(known: dict[str, Any], text: str) -> None:
    forest, _ = private(6.0)
    with pytest.raises(RequestError) as error:
        rd.rebuild(forest, noise="laplace:1", rows=N, known=pd.DataFrame(known))
    assert str(error.value) == text


@pytest.mark.parametrize("classes", [[0.0, 1.0], [0, 1], [False, True]])
def test_known_labels_are_read_as_files_write_them(classes: list[Any]) -> None:
    X, y = made()
    forest = RandomForestClassifier(3, max_depth=2, random_state=0).fit(X, [classes[each == "yes"] for each in y])
    known = pd.DataFrame({"target": [1.0, None, 0.0]})
    found = rd.rebuild(forest, known=known, calibrate=0, search=Matching(sweeps=2, chains=2, restarts=0))
    assert [classes.index(found.frame["target"][i]) for i in (0, 2)] == [1, 0]


def test_what_is_known_in_another_order_is_told() -> None:
    X, y = made()
    forest = RandomForestClassifier(30, random_state=0).fit(X, y)
    turned = X[["a", "b"]].iloc[::-1].reset_index(drop=True)
    found = rd.rebuild(forest, known=turned, calibrate=0, search=Matching(sweeps=10, chains=2, restarts=0))
    assert any(note.code == "known_may_be_misplaced" for note in found.notes)


def test_known_labels_are_those_that_are_stored() -> None:
    X, y = made()
    reading = read_problem(load_model(RandomForestClassifier(2, max_depth=1, random_state=0).fit(X, y)))
    stored = replace(reading, stored_labels=np.array([reading.classes.index(one) for one in y]))
    labels = y.to_frame("target")
    assert knowing(stored, labels).problem.known is not None
    labels.loc[4, "target"] = {"no": "yes", "yes": "no"}[labels.loc[4, "target"]]
    with pytest.raises(RequestError, match=r"1 known labels .* the first that of row 4"):
        knowing(stored, labels)


def test_what_is_known_is_a_table_of_columns_with_names() -> None:
    forest, _ = private(6.0)
    twice = pd.DataFrame([[1, 0]], columns=["a", "a"])
    for known, text in ([1], "must be a table"), (twice, "two columns of what is known have the same name"):
        with pytest.raises(RequestError, match=text):
            rd.rebuild(forest, noise="truncated:1", rows=N, known=known)


def test_stored_rows_need_nothing_known() -> None:
    X, y = made()
    with pytest.raises(RequestError, match="cells that are known are held in a search for node counts"):
        rd.rebuild(KNeighborsClassifier().fit(X, y), known=X[["a"]])
