"""Real skops files of all families of scikit-learn, small, from which mutated files are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn import (
    calibration,
    compose,
    cross_decomposition,
    discriminant_analysis,
    dummy,
    ensemble,
    gaussian_process,
    impute,
    isotonic,
    kernel_approximation,
    kernel_ridge,
    linear_model,
    model_selection,
    multiclass,
    naive_bayes,
    neighbors,
    neural_network,
    pipeline,
    preprocessing,
    svm,
    tree,
)
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA, KernelPCA, TruncatedSVD
from sklearn.feature_selection import SelectKBest

_ROWS = 60
_RNG = np.random.default_rng(0)
_X = _RNG.normal(size=(_ROWS, 4)).round(2)
_LABEL = np.where(_X[:, 0] + 0.5 * _RNG.normal(size=_ROWS) > 0.4, "yes", np.where(_X[:, 1] > 0, "no", "maybe"))
_VALUE = (2 * _X[:, 0] - _X[:, 1] + 0.1 * _RNG.normal(size=_ROWS)).round(3)
_FRAME = pd.DataFrame(_X[:, :3], columns=["age", "dose", "bmi"]).assign(
    age=_RNG.integers(20, 80, _ROWS), sex=_RNG.choice(["f", "m"], _ROWS), site=_RNG.choice(["a", "b", "c"], _ROWS)
)
_GAPS = np.where(_RNG.random(_X.shape) < 0.1, np.nan, _X)


def _mixed(end: Any) -> Any:
    numbers = pipeline.make_pipeline(impute.SimpleImputer(add_indicator=True), preprocessing.StandardScaler())
    columns = compose.make_column_transformer(
        (numbers, ["age", "dose", "bmi"]), (preprocessing.OneHotEncoder(handle_unknown="ignore"), ["sex", "site"])
    )
    return pipeline.make_pipeline(columns, end).fit(_FRAME, _LABEL)


def _selected() -> Any:
    columns = compose.make_column_transformer(
        (preprocessing.RobustScaler(), compose.make_column_selector(dtype_include=np.number)),
        (preprocessing.OrdinalEncoder(), compose.make_column_selector(dtype_exclude=np.number)),
    )
    return pipeline.make_pipeline(columns, tree.DecisionTreeClassifier(max_depth=3, random_state=0)).fit(_FRAME, _LABEL)


def _after(*steps: Any) -> Callable[[], Any]:
    return lambda: pipeline.make_pipeline(*steps, linear_model.LogisticRegression(max_iter=200)).fit(_X, _LABEL)


def _labels(model: Any, rows: Any = _X) -> Callable[[], Any]:
    return lambda: model.fit(rows, _LABEL)


def _values(model: Any, rows: Any = _X) -> Callable[[], Any]:
    return lambda: model.fit(rows, _VALUE)


def _sparsified() -> Any:
    return linear_model.SGDClassifier(loss="log_loss", penalty="l1", random_state=0).fit(_X, _LABEL).sparsify()


def _categories() -> Any:
    frame = _FRAME.astype({"sex": "category", "site": "category"})
    return ensemble.HistGradientBoostingClassifier(categorical_features="from_dtype", max_iter=3, max_leaf_nodes=5).fit(
        frame, _LABEL
    )


FAMILIES: dict[str, Callable[[], Any]] = {
    "linear regression": _values(linear_model.LinearRegression()),
    "ridge": _values(linear_model.RidgeCV()),
    "lasso": _values(linear_model.LassoCV(cv=2)),
    "bayesian ridge": _values(linear_model.BayesianRidge()),
    "poisson": lambda: linear_model.PoissonRegressor().fit(_X, np.exp(_VALUE / 3)),
    "logistic": _labels(linear_model.LogisticRegression(max_iter=200)),
    "sgd": _labels(linear_model.SGDClassifier(loss="log_loss", random_state=0)),
    "sparse coefficients": _sparsified,
    "linear svc": _labels(svm.LinearSVC()),
    "svc": _labels(svm.SVC()),
    "svc on sparse rows": _labels(svm.SVC(kernel="linear"), sparse.csr_matrix(_X)),
    "nu-svc": _labels(svm.NuSVC(nu=0.2, kernel="poly", degree=2)),
    "svr": _values(svm.SVR()),
    "k-neighbours kd": _labels(neighbors.KNeighborsClassifier(3, algorithm="kd_tree", leaf_size=5)),
    "k-neighbours ball": _values(neighbors.KNeighborsRegressor(3, algorithm="ball_tree", leaf_size=5, p=3)),
    "k-neighbours brute": _labels(neighbors.KNeighborsClassifier(3, algorithm="brute")),
    "radius": _labels(neighbors.RadiusNeighborsClassifier(1.5, outlier_label="yes")),
    "nearest centroid": _labels(neighbors.NearestCentroid()),
    "tree": _labels(tree.DecisionTreeClassifier(max_depth=4, random_state=0)),
    "tree regression": _values(tree.DecisionTreeRegressor(max_depth=3, random_state=0), _GAPS),
    "forest": _labels(ensemble.RandomForestClassifier(5, max_depth=4, random_state=0)),
    "forest regression": _values(ensemble.RandomForestRegressor(4, max_depth=3, random_state=0)),
    "extra trees": _labels(ensemble.ExtraTreesClassifier(4, max_depth=3, random_state=0)),
    "gradient boosting": _labels(ensemble.GradientBoostingClassifier(n_estimators=3, max_depth=2, random_state=0)),
    "gradient boosting regression": _values(ensemble.GradientBoostingRegressor(n_estimators=4, max_depth=2)),
    "histogram boosting": _labels(ensemble.HistGradientBoostingClassifier(max_iter=3, max_leaf_nodes=5)),
    "histogram boosting regression": _values(ensemble.HistGradientBoostingRegressor(max_iter=4), _GAPS),
    "histogram boosting, categories": _categories,
    "adaboost": _labels(ensemble.AdaBoostClassifier(n_estimators=4, random_state=0)),
    "bagging": _labels(ensemble.BaggingClassifier(tree.DecisionTreeClassifier(max_depth=3), 4, max_features=0.5)),
    "calibration": _labels(calibration.CalibratedClassifierCV(svm.LinearSVC(), cv=2)),
    "search": _labels(model_selection.GridSearchCV(tree.DecisionTreeClassifier(), {"max_depth": [2, 3]}, cv=2)),
    "voting": _labels(
        ensemble.VotingClassifier(
            [("a", linear_model.LogisticRegression()), ("b", naive_bayes.GaussianNB())], voting="soft"
        )
    ),
    "stacking": _values(
        ensemble.StackingRegressor([("a", linear_model.Ridge()), ("b", tree.DecisionTreeRegressor(max_depth=2))], cv=2)
    ),
    "one against the rest": _labels(multiclass.OneVsRestClassifier(linear_model.LogisticRegression())),
    "gaussian bayes": _labels(naive_bayes.GaussianNB()),
    "multinomial bayes": lambda: naive_bayes.MultinomialNB().fit(np.abs(_X), _LABEL),
    "categorical bayes": lambda: naive_bayes.CategoricalNB().fit(np.abs(_X).round(), _LABEL),
    "lda": _labels(discriminant_analysis.LinearDiscriminantAnalysis()),
    "qda": _labels(discriminant_analysis.QuadraticDiscriminantAnalysis(reg_param=0.1)),
    "gaussian process": _values(gaussian_process.GaussianProcessRegressor(random_state=0)),
    "gaussian process classes": lambda: gaussian_process.GaussianProcessClassifier(random_state=0).fit(
        _X, _LABEL == "yes"
    ),
    "kernel ridge": _values(kernel_ridge.KernelRidge(kernel="rbf")),
    "mlp": _labels(neural_network.MLPClassifier((4,), max_iter=20, random_state=0)),
    "isotonic": lambda: isotonic.IsotonicRegression(out_of_bounds="clip").fit(_X[:, 0], _VALUE),
    "pls": _values(cross_decomposition.PLSRegression(2)),
    "dummy": _labels(dummy.DummyClassifier(strategy="prior")),
    "transformed target": _values(
        compose.TransformedTargetRegressor(linear_model.LinearRegression(), transformer=preprocessing.StandardScaler())
    ),
    "mixed columns": lambda: _mixed(linear_model.LogisticRegression(max_iter=200)),
    "mixed columns, forest": lambda: _mixed(ensemble.RandomForestClassifier(3, max_depth=3, random_state=0)),
    "selected columns": _selected,
    "scalers": _after(preprocessing.MinMaxScaler(), preprocessing.PowerTransformer(), preprocessing.MaxAbsScaler()),
    "quantiles and bins": _after(
        preprocessing.QuantileTransformer(n_quantiles=10), preprocessing.KBinsDiscretizer(3, encode="ordinal")
    ),
    "imputer": lambda: pipeline.make_pipeline(impute.KNNImputer(), linear_model.LogisticRegression()).fit(
        _GAPS, _LABEL
    ),
    "polynomials": _after(preprocessing.PolynomialFeatures(2)),
    "components": _after(PCA(3), SelectKBest(k=2)),
    "kernel components": _after(KernelPCA(2, kernel="rbf")),
    "landmarks": _after(kernel_approximation.Nystroem(n_components=5, random_state=0)),
    "clusters": _after(KMeans(3, n_init=1, random_state=0)),
    "sparse steps": _after(preprocessing.OneHotEncoder(handle_unknown="ignore"), TruncatedSVD(2)),
}
"""How to fit a model of each family."""

WITH_TREES = frozenset(
    ("tree", "tree regression", "forest", "forest regression", "extra trees", "gradient boosting", "bagging")
)
"""Those whose table can be looked for from node counts."""
