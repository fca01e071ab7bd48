"""What files of boosted trees state: sums over the rows of leaves and nodes, and edges of bins."""

from __future__ import annotations

from retrodict.checking.boosted import leaf_values, node_sums, values_between_splits
from retrodict.checking.rules import LEAST_ROWS, Rule, perhaps, sometimes
from retrodict.families.sklearn.advice.single_rows import BOOSTED, FORESTS, TREES

HISTOGRAMS = ("HistGradientBoostingClassifier", "HistGradientBoostingRegressor")

MIDWAY = tuple(name for name in (*FORESTS, *TREES, *BOOSTED) if not name.startswith("Extra"))
"""Trees that split midway between two values; extra-trees draw their split points."""

RULES = (
    values_between_splits(MIDWAY),
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
        stripped=True,
    ),
    Rule(
        "one_row_leaves_of_histograms",
        "from_file.personal_facts",
        "review",
        HISTOGRAMS,
        "state facts of single rows: leaves of one row",
        perhaps(lambda planned: planned.number("min_samples_leaf", 20) < 2),
        ("min_samples_leaf",),
        f"train with min_samples_leaf={LEAST_ROWS} or more (20 is the default)",
        {"min_samples_leaf": LEAST_ROWS},
        example={"min_samples_leaf": 1},
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
        stripped=True,
    ),
)
