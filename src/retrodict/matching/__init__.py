"""Whole tables rebuilt from what trees state: node counts, which are searched for, and equations, which are solved.

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
component        one part of the mixture that is assumed of rows (`RowPrior`); each label has its own shares of them
latent           a standard normal, or the number itself, behind a feature's code; features with one are *tied* together
slot             a stretch of latents that means one code
draw             one table that a chain held (`Drawn`); agreement is over draws, confidence is what agreement was worth
================ ======================================================================================================

And where equations are solved:

================ ======================================================================================================
word             what it is
================ ======================================================================================================
loss             what a row adds to sums: its gradient ``g`` and hessian ``h`` at a score, by its label (`Loss`)
turn             trees that saw the same scores: of several outputs, or side by side
start            the scores before the first tree, one an output
step             how leaf values were made of sums: rate, penalty, start (`inferring.steps.Steps`)
statement        one linear equation a node about its rows, in 1, g, h and g squared: the *terms* (`Statement`)
site             a node that states something; its rows share its equations
block            one tree with sites of which none lies below another (`Blocks`)
state            all possible rows that no tree tells apart; of a search, what a checkpoint keeps
column           what a possible row with its label adds to every equation (`linear.columns.Columns`); else a model's
pool             the columns that the least squares of numbers of rows chooses from
price            how fast the misfit falls as a column enters, per its length; a leaf's terms have their *worth* in it
part             columns of codes that move as one, such as a category's indicators; it holds one of its *options*
misfit           what a solution in parts of rows leaves of the equations, squared and in rows
rounding         how far the sums of the true rows may be from those stated; *slack*: that, and of 64-bit sums
================ ======================================================================================================

Nothing here knows a model library: its family reads `Ensemble`s and hands them to `assembly.reading_of`, or a
`boosting.Boosting`, which it hands to `linear_reading.linear_reading_of`. Nothing is compiled until a search runs.
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
