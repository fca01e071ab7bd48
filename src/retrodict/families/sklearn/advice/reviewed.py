"""Estimators of which the rules say all that their files state, and settings that change none of it.

The conformance suite trains each, and compares what its file states with what the rules say of it.
"""

from __future__ import annotations

_MODELS = (
    *("RandomForestClassifier", "ExtraTreesClassifier", "RandomForestRegressor", "ExtraTreesRegressor"),
    *("DecisionTreeClassifier", "ExtraTreeClassifier", "DecisionTreeRegressor", "ExtraTreeRegressor"),
    *("GradientBoostingClassifier", "GradientBoostingRegressor"),
    *("HistGradientBoostingClassifier", "HistGradientBoostingRegressor"),
    *("SVC", "NuSVC", "OneClassSVM", "SVR", "NuSVR", "LinearSVC", "LinearSVR"),
    *("KNeighborsClassifier", "RadiusNeighborsClassifier", "KNeighborsRegressor", "RadiusNeighborsRegressor"),
    *("GaussianProcessClassifier", "GaussianProcessRegressor", "KernelRidge", "NearestCentroid"),
    *("LogisticRegression", "LogisticRegressionCV", "RidgeClassifier", "RidgeClassifierCV", "Perceptron"),
    *("SGDClassifier", "SGDRegressor", "PassiveAggressiveClassifier", "PassiveAggressiveRegressor"),
    *("LinearRegression", "Ridge", "RidgeCV", "Lasso", "LassoCV", "ElasticNet", "ElasticNetCV", "BayesianRidge"),
    *("ARDRegression", "Lars", "LarsCV", "LassoLars", "LassoLarsCV", "OrthogonalMatchingPursuit", "HuberRegressor"),
    *("RANSACRegressor", "TheilSenRegressor", "PoissonRegressor", "GammaRegressor", "TweedieRegressor"),
    *("QuantileRegressor", "PLSRegression", "GaussianNB", "BernoulliNB", "MultinomialNB", "ComplementNB"),
    *("CategoricalNB", "LinearDiscriminantAnalysis", "MLPClassifier", "MLPRegressor"),
    *("DummyClassifier", "DummyRegressor"),
)
_HOLDERS = (
    *("Pipeline", "ColumnTransformer", "FeatureUnion", "BaggingClassifier", "BaggingRegressor"),
    *("AdaBoostClassifier", "AdaBoostRegressor", "VotingClassifier", "VotingRegressor", "StackingClassifier"),
    *("StackingRegressor", "CalibratedClassifierCV", "OneVsRestClassifier", "OneVsOneClassifier"),
    *("TransformedTargetRegressor",),
)
_TRANSFORMERS = (
    *("StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler", "QuantileTransformer", "PowerTransformer"),
    *("KBinsDiscretizer", "SplineTransformer", "PolynomialFeatures", "Normalizer", "Binarizer"),
    *("OneHotEncoder", "OrdinalEncoder", "TargetEncoder", "SimpleImputer", "KNNImputer"),
    *("Nystroem", "RBFSampler", "PCA", "TruncatedSVD", "KernelPCA", "VarianceThreshold", "SelectKBest"),
)
REVIEWED = frozenset((*_MODELS, *_HOLDERS, *_TRANSFORMERS))

NEUTRAL = frozenset(
    (
        *("n_jobs", "verbose", "random_state", "tol", "copy", "copy_X", "cache_size", "memory", "pre_dispatch"),
        *("transform_input", "verbose_feature_names_out", "feature_name_combiner", "set_output"),
        # what is held is looked at by itself
        *("estimator", "estimators", "final_estimator", "steps", "transformers", "transformer_list", "remainder"),
        *("base_estimator", "regressor", "transformer"),
        # how a model is fitted, of which its file keeps no more: how closely it fits is what rules on outputs look at
        *("solver", "max_iter", "criterion", "splitter", "max_features", "loss", "penalty", "l1_ratio", "dual"),
        *("fit_intercept", "learning_rate", "learning_rate_init", "class_weight", "priors", "shrinkage", "algorithm"),
        *("leaf_size", "metric", "metric_params", "shrinking", "degree", "coef0", "break_ties", "max_samples"),
        *("n_estimators", "max_depth", "max_leaf_nodes", "min_samples_leaf", "subsample", "l2_regularization"),
        *("hidden_layer_sizes", "activation", "batch_size", "strategy", "fill_value", "drop", "sparse_output"),
        *("handle_unknown", "dtype", "with_mean", "with_std", "feature_range", "clip", "n_components", "gamma", "C"),
        *("alpha", "weights", "n_neighbors", "kernel", "nu", "epsilon", "cv", "voting", "stack_method", "passthrough"),
        *("flatten_transform", "bootstrap", "bootstrap_features", "max_bins", "max_features", "replacement"),
    )
)
"""Settings that add nothing to what a file states."""
