"""Whole tables rebuilt from the node counts that trees store.

One word for each thing, here and in `families/*/trees`:

================ ======================================================================================================
word             what it is
================ ======================================================================================================
tree             one fitted tree as arrays over its nodes (`disclosures.trees.tree.Tree`)
grown tree       a tree with the rows that it was grown on, and its sums (`GrownTree`)
ensemble         a set of trees grown together on one table, as the file holds it (`Ensemble`)
multiplicity     how often a row was drawn for a tree: 1 without a bootstrap (a *draw* is a sample of a posterior)
count            how many different rows reached a node
sum              over a node's rows, by their multiplicities: of each class, or of the target
axis             one feature's codes (`NumberAxis`, `ListedAxis`)
cell             a stretch of a number's values that no split point parts
code             the number of a cell, or of a category
entry            the code of one feature of one row
label            a row's class, or the index of its target among the levels
level            one of the targets that a regressor's rows may have
table            what rows may hold (`Table`); the rows themselves are codes and labels
problem          the table, the trees and the targets that a search is to make agree (`Problem`)
codebook         what codes stand for, from rows to codes and back (`Codebook`)
reading          a model read as a problem, and the way back from codes to rows (`Reading`)
energy           how far a table's counts and sums are from those stated; 0 where all are met
excess           a node's count and sums less those stated
chain            one table under search; annealed by sweeps of moves, in rounds, at falling temperatures
attempt          all rounds from the first temperature to the last; a restart is another one
================ ======================================================================================================

Nothing here knows a model library: its family reads `Ensemble`s and hands them to `assembly.reading_of`. Nothing is
compiled until a search runs.
"""

from retrodict.matching.capability import TreeTable, read_problem
from retrodict.matching.codebook import Codebook
from retrodict.matching.ensemble import Ensemble, GrownTree
from retrodict.matching.problem import Problem, Table, Targets, Trees
from retrodict.matching.reading import Reading
from retrodict.matching.reference import energy
from retrodict.matching.search.engine import Matching
from retrodict.matching.search.matched import Matched

__all__ = [
    "Codebook",
    "Ensemble",
    "GrownTree",
    "Matched",
    "Matching",
    "Problem",
    "Reading",
    "Table",
    "Targets",
    "TreeTable",
    "Trees",
    "energy",
    "read_problem",
]
