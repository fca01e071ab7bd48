"""Trees of no library: what a family hands over as arrays is a problem, and its table is found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from retrodict.disclosures import Disclosures
from retrodict.disclosures.columns import Column
from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.tree import Tree
from retrodict.disclosures.trees.tree_facts import node_counts, split_points
from retrodict.errors import ModelError
from retrodict.matching import Codebook, Ensemble, GrownTree, Matching
from retrodict.matching.assembly import reading_of
from retrodict.matching.assumed import as_cut
from retrodict.matching.axes import ListedAxis, NumberAxis
from retrodict.priors.marginals import Uniform
from retrodict.results.notes import of_code
from retrodict.schema import Feature, Schema, Target

COLUMNS = (Column.start("a"), Column.start("b"))
SCHEMA = Schema((Feature("a"), Feature("b")), Target("y", ("no", "yes")))
NOTHING = Disclosures(())


def stump(column: int, threshold: float, rows: tuple[int, int], sums: tuple[list[float], list[float]]) -> GrownTree:
    """Return a tree of one split, grown on all rows once."""
    tree = Tree(
        COLUMNS,
        feature=np.array([column, -1, -1]),
        threshold=np.array([threshold, 0.0, 0.0]),
        left=np.array([1, -1, -1]),
        right=np.array([2, -1, -1]),
        rows=np.array([sum(rows), *rows]),
        midpoints=True,
    )
    counts = np.array([np.sum(sums, axis=0), *sums])
    return GrownTree(tree, np.ones(sum(rows), dtype=np.int64), counts)


# Rows (a, label): (1, no), (2, no), (3, yes), (4, yes); nothing splits b.
TREES = (stump(0, 2.5, (2, 2), ([2.0, 0.0], [0.0, 2.0])), stump(0, 1.5, (1, 3), ([1.0, 0.0], [1.0, 2.0])))
ENSEMBLE = Ensemble(Place("trees", COLUMNS), TREES, ("no", "yes"))


def test_its_table_is_found() -> None:
    reading = reading_of(SCHEMA, [ENSEMBLE], NOTHING, ())
    found = Matching(sweeps=50).solve(reading.problem, np.random.SeedSequence(0))
    assert found.energy == 0.0
    table = sorted(zip(found.codes[:, 0].tolist(), found.labels.tolist(), strict=True))
    assert table == [(0, 0), (1, 0), (2, 1), (2, 1)]
    values = np.sort(reading.rows(found.codes, found.labels, np.random.default_rng(0))[:, 0])
    assert values[0] <= 1.5 < values[1] <= 2.5 < values[2]
    assert (values[0] + values[1]) / 2 == pytest.approx(1.5, abs=1e-6)
    assert reading.paths == ("trees",)
    assert [note.values["features"] for note in of_code(reading.notes, "unsplit_features")] == [["b"]]


def test_a_set_of_trees_of_another_table_is_left_out() -> None:
    other = replace(ENSEMBLE, trees=(stump(0, 2.5, (3, 2), ([3.0, 0.0], [0.0, 2.0])),))
    reading = reading_of(SCHEMA, [other, ENSEMBLE], NOTHING, ())
    assert reading.problem.table.n == 4
    assert [note.values["rows"] for note in of_code(reading.notes, "other_tables")] == [4]


def test_columns_without_a_way_back_are_refused() -> None:
    lost = replace(TREES[0], tree=replace(TREES[0].tree, columns=(Column.derived("pca[0]"), COLUMNS[1])))
    with pytest.raises(ModelError, match=r"pca\[0\].*can't be carried back"):
        reading_of(SCHEMA, [replace(ENSEMBLE, trees=(lost,))], NOTHING, ())


def test_its_facts() -> None:
    trees, place = [grown.tree for grown in TREES], Place("", COLUMNS)
    facts = Disclosures((*node_counts(trees, place, "trees"), *split_points(trees, place, "trees")))
    (counts,) = facts.of("NodeCounts")
    assert [each.tolist() for each in counts.counts] == [[4, 2, 2], [4, 1, 3]]
    assert counts.personal  # one leaf holds one row
    (points,) = facts.of("Thresholds")
    assert points.thresholds.tolist() == [1.5, 2.5]
    stripped = replace(trees[0], rows=np.zeros(3, dtype=np.int64))
    assert not list(node_counts([stripped], place, "trees"))


def test_a_cell_that_was_cut_out_is_likelier_than_its_width_says() -> None:
    number = NumberAxis("length", np.array([1.0, 2.0, 3.0]), gaps=True)
    listed = ListedAxis("kind", np.array([0, 1]), ("a", "b"))
    kind = Feature("kind", "categorical", categories=("a", "b"))
    schema = Schema((Feature("length", "continuous", missing=0.2), kind))
    book = Codebook(schema, (number, listed), (Uniform(0.0, 4.0), Uniform(0.0, 1.0)))
    stated = (np.array([0.6, 0.2, 0.0, 0.0, 0.2]), np.array([0.9, 0.1]))
    found = as_cut(book, stated)
    np.testing.assert_allclose(found[0], [0.4, 0.2, 0.1, 0.1, 0.2])
    np.testing.assert_array_equal(found[1], stated[1])
