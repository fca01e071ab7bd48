"""What files of boosted trees state: sums over the rows of leaves and nodes, and edges of bins."""

from __future__ import annotations

from retrodict.checking.boosted import leaf_values, node_sums
from retrodict.checking.rules import Rule, sometimes
from retrodict.families.sklearn.advice.single_rows import BOOSTED, FORESTS, TREES

HISTOGRAMS = ("HistGradientBoostingClassifier", "HistGradientBoostingRegressor")

RULES = (
    leaf_values((*BOOSTED, *HISTOGRAMS)),
    node_sums((*BOOSTED, *HISTOGRAMS)),
    Rule(
        "bin_edges",
        "from_file.facts_of_unknown_count",
        "review",
        HISTOGRAMS,
        "keep the edges of its bins, which are values of training rows or lie between two",
        sometimes,
        ("max_bins",),
        "`retrodict sanitize` takes out the edges of number columns",
    ),
    Rule(
        "counts_determine_the_table",
        "from_file.confident_rows",
        "reject",
        (*FORESTS, *TREES),
        "state how many rows reach each node, from which a small training table can be searched for; without bootstrap "
        "each tree counts every row once",
        sometimes,
        ("bootstrap", "min_samples_leaf"),
        "`retrodict sanitize` takes the counts out: predictions do not need them",
    ),
)
