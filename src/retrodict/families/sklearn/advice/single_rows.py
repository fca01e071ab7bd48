"""Facts of single rows that files state: leaves of one row, and arrays with an entry for each row."""

from __future__ import annotations

from retrodict.checking.rules import LEAST_ROWS, Answer, Planned, Rule, always, perhaps, sometimes, whenever

FORESTS = ("RandomForestClassifier", "ExtraTreesClassifier", "RandomForestRegressor", "ExtraTreesRegressor")
TREES = ("DecisionTreeClassifier", "ExtraTreeClassifier", "DecisionTreeRegressor", "ExtraTreeRegressor")
BOOSTED = ("GradientBoostingClassifier", "GradientBoostingRegressor")
_PERSONAL, _UNKNOWN = "from_file.personal_facts", "from_file.facts_of_unknown_count"
_SANITISE = "`retrodict sanitize` takes it out of the file: predictions do not need it"


def least_rows(planned: Planned) -> float | None:
    """Return how many rows a leaf has at least; ``None`` where that is a share, and the rows are not known."""
    least = planned["min_samples_leaf"]
    if isinstance(least, float):
        return None if planned.rows is None else max(1.0, least * planned.rows)
    return float(least)


def one_row_leaves(planned: Planned) -> Answer:
    """Say whether leaves of one row come about: as a rule where nothing limits a tree, and never of two rows a leaf."""
    least = least_rows(planned)
    if least is not None and least >= 2:
        return "no"
    limits = ("max_depth", "max_leaf_nodes")
    free = all(planned[name] is None for name in limits) and planned["min_samples_split"] == 2
    free = free and not planned["ccp_alpha"] and not planned["min_impurity_decrease"]
    return "yes" if free and least == 1 and not planned["min_weight_fraction_leaf"] else "maybe"


LEAF_SETTINGS = (
    *("min_samples_leaf", "max_depth", "max_leaf_nodes", "min_samples_split", "min_weight_fraction_leaf"),
    *("ccp_alpha", "min_impurity_decrease"),
)

RULES = (
    Rule(
        "one_row_leaves",
        _PERSONAL,
        "review",
        (*FORESTS, *TREES, *BOOSTED),
        "state facts of single rows: leaves of one row, whose path and value are that row's",
        one_row_leaves,
        LEAF_SETTINGS,
        f"train with min_samples_leaf={LEAST_ROWS}, so that no leaf is of fewer rows; stripping takes the counts out, "
        "and leaves the leaves",
        {"min_samples_leaf": LEAST_ROWS},
    ),
    Rule(
        "one_row_leaves_unlabelled",
        _PERSONAL,
        "review",
        ("RandomTreesEmbedding", "IsolationForest"),
        "state facts of single rows: leaves of one row",
        always,
        (),
        "give its outputs and not the file",
    ),
    Rule(
        "out_of_bag",
        _PERSONAL,
        "review",
        (*FORESTS, "BaggingClassifier", "BaggingRegressor"),
        "keep an array with a prediction for every training row (out-of-bag estimates)",
        whenever(lambda planned: bool(planned["oob_score"])),
        ("oob_score",),
        f"train with oob_score=False and judge on held-out rows; {_SANITISE}",
        {"oob_score": False},
        example={"oob_score": True, "bootstrap": True, "min_samples_leaf": LEAST_ROWS},
        stripped=True,
    ),
    Rule(
        "outlier_marks",
        _PERSONAL,
        "review",
        ("HuberRegressor", "RANSACRegressor"),
        "keep a mark for every training row: whether it was taken for an outlier",
        always,
        (),
        _SANITISE,
        stripped=True,
    ),
    Rule(
        "errors_of_each_row",
        _PERSONAL,
        "review",
        ("RidgeCV", "RidgeClassifierCV"),
        "keep the error of every training row at each penalty",
        whenever(lambda planned: bool(planned["store_cv_results"])),
        ("store_cv_results",),
        "train with store_cv_results=False",
        {"store_cv_results": False},
        example={"store_cv_results": True},
    ),
    Rule(
        "quantiles_of_single_rows",
        _PERSONAL,
        "review",
        ("QuantileTransformer",),
        "keep so many quantiles of each column that they are the rows' own values",
        perhaps(lambda planned: planned.rows is None or planned.number("n_quantiles", 1) * LEAST_ROWS > planned.rows),
        ("n_quantiles",),
        "train with so few quantiles that ten rows lie between each two, such as n_quantiles=10",
        {"n_quantiles": 10},
    ),
    Rule(
        "scores_of_each_row",
        _PERSONAL,
        "review",
        ("PLSRegression", "PLSCanonical", "CCA", "EllipticEnvelope", "MinCovDet", "TfidfTransformer"),
        "keep numbers of single rows: scores, distances or counts",
        always,
        (),
        "`retrodict sanitize` takes out what predictions do not need",
        stripped=True,
    ),
    Rule(
        "places_of_each_row",
        _PERSONAL,
        "review",
        (
            *("KMeans", "MiniBatchKMeans", "BisectingKMeans", "MeanShift", "Birch", "AffinityPropagation", "DBSCAN"),
            *("HDBSCAN", "OPTICS", "AgglomerativeClustering", "SpectralClustering", "SpectralEmbedding", "TSNE", "MDS"),
            *("KernelPCA", "Isomap", "LocallyLinearEmbedding", "LocalOutlierFactor"),
        ),
        "keep the cluster or the place of every training row",
        always,
        (),
        "give its outputs and not the file",
    ),
    Rule(
        "counts_of_values",
        _PERSONAL,
        "review",
        ("CategoricalNB",),
        "state how many rows of each class had each value: one where a value is rare",
        sometimes,
        (),
        "merge rare values before training, so that each has at least ten rows a class",
    ),
    Rule(
        "steps_of_calibration",
        _UNKNOWN,
        "review",
        ("CalibratedClassifierCV",),
        "state scores of training rows: the steps of an isotonic curve",
        whenever(lambda planned: planned["method"] == "isotonic"),
        ("method",),
        "train with method='sigmoid', whose curve has two numbers",
        {"method": "sigmoid"},
        example={"method": "isotonic"},
    ),
    Rule(
        "centres_of_few_rows",
        _UNKNOWN,
        "review",
        ("GaussianMixture", "BayesianGaussianMixture"),
        "state centres of which the file does not tell of how many rows they are",
        always,
        (),
        "use few components, each of many rows",
    ),
)
