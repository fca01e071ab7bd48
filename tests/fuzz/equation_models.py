"""Files of boosted trees whose table follows from the equations that they state, small, for mutated ones to be made of.

Columns hold zeros and ones, so that whole files are solved at once: what comes after the reading is met as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.fuzz.formats import CBM, JSON, LINES, ONNX, PLAIN_SKOPS, UBJ, Content, Seed
from tests.fuzz.other_models import catboost_file, lightgbm_file, xgboost_file

_ROWS = 40
_RNG = np.random.default_rng(1)
_X = _RNG.integers(0, 2, size=(_ROWS, 5)).astype(np.float64)
_TWO = ((_X[:, 0] + _X[:, 1] + (_RNG.random(_ROWS) < 0.3)) > 1).astype(int)
_THREE = (_TWO + _X[:, 2] * (_RNG.random(_ROWS) < 0.7)).astype(int)
_VALUE = (_X[:, 0] - 2 * _X[:, 1] + _RNG.integers(0, 5, _ROWS) / 4).round(2)
_TREES = 12


def _xgboost(form: str, kind: str, y: Any, **settings: Any) -> Callable[[], Content]:
    return xgboost_file(kind, _X, y, form, n_estimators=_TREES, **settings)


def _lightgbm(kind: str, y: Any, **settings: Any) -> Callable[[], Content]:
    return lightgbm_file(kind, _X, y, n_estimators=_TREES, **settings)


def _catboost(form: str, kind: str, y: Any, **settings: Any) -> Callable[[], Content]:
    return catboost_file(kind, _X, y, form, iterations=_TREES, **settings)


def _sklearn(kind: str, y: Any, **settings: Any) -> Callable[[], Content]:
    def make() -> Content:
        import skops.io
        from sklearn import ensemble

        content: bytes = skops.io.dumps(getattr(ensemble, kind)(random_state=0, **settings).fit(_X, y))
        return content

    return make


def _onnx(kind: str, y: Any, **settings: Any) -> Callable[[], Content]:
    def make() -> Content:
        from skl2onnx import to_onnx
        from sklearn import ensemble

        model = getattr(ensemble, kind)(random_state=0, **settings).fit(_X, y)
        content: bytes = to_onnx(model, _X[:1].astype(np.float32)).SerializeToString()
        return content

    return make


_XGBOOST: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "two classes": ("XGBClassifier", _TWO, {}),
    "classes": ("XGBClassifier", _THREE, {}),
    "values": ("XGBRegressor", _VALUE, {"tree_method": "exact"}),
    "draws": ("XGBClassifier", _TWO, {"subsample": 0.7, "tree_method": "hist"}),
    "dart": ("XGBClassifier", _TWO, {"booster": "dart", "rate_drop": 0.3}),
}
_LIGHTGBM: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "two classes": ("LGBMClassifier", _TWO, {}),
    "classes": ("LGBMClassifier", _THREE, {}),
    "values": ("LGBMRegressor", _VALUE, {}),
    "counts of events": ("LGBMRegressor", np.abs(_VALUE).round(), {"objective": "poisson"}),
    "draws": ("LGBMClassifier", _TWO, {"subsample": 0.7, "subsample_freq": 1}),
    "dart": ("LGBMClassifier", _TWO, {"boosting_type": "dart", "drop_rate": 0.3}),
    "smoothed": ("LGBMClassifier", _TWO, {"path_smooth": 2.0}),
}
_CATBOOST: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "two classes": ("CatBoostClassifier", _TWO, {}),
    "classes": ("CatBoostClassifier", _THREE, {}),
    "values": ("CatBoostRegressor", _VALUE, {}),
    "several steps": ("CatBoostClassifier", _TWO, {"leaf_estimation_iterations": 3}),
    "leaf by leaf": ("CatBoostClassifier", _TWO, {"grow_policy": "Lossguide", "max_leaves": 4}),
}
_HISTOGRAM: dict[str, Any] = {"max_iter": _TREES, "max_leaf_nodes": 5, "min_samples_leaf": 4}
_GRADIENT: dict[str, Any] = {"n_estimators": _TREES, "max_depth": 2}
_SKLEARN: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "histogram boosting, two classes": ("HistGradientBoostingClassifier", _TWO, _HISTOGRAM),
    "histogram boosting, classes": ("HistGradientBoostingClassifier", _THREE, _HISTOGRAM),
    "histogram boosting, values": ("HistGradientBoostingRegressor", _VALUE, _HISTOGRAM),
    "gradient boosting, two classes": ("GradientBoostingClassifier", _TWO, _GRADIENT),
    "gradient boosting, classes": ("GradientBoostingClassifier", _THREE, _GRADIENT),
    "gradient boosting, values": ("GradientBoostingRegressor", _VALUE, _GRADIENT),
    "gradient boosting, draws": ("GradientBoostingClassifier", _TWO, {**_GRADIENT, "subsample": 0.7}),
    "extra trees": ("ExtraTreesClassifier", _THREE, {"n_estimators": 4, "max_depth": 3}),
    "forest without draws": ("RandomForestRegressor", _VALUE, {"n_estimators": 4, "bootstrap": False}),
}
_CONVERTED: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "two classes": ("GradientBoostingClassifier", _TWO, _GRADIENT),
    "values": ("GradientBoostingRegressor", _VALUE, _GRADIENT),
    "histogram boosting": ("HistGradientBoostingClassifier", _TWO, _HISTOGRAM),
}
EQUATIONS: dict[str, Seed] = {
    **{
        f"equations, xgboost {form}, {name}": Seed(_xgboost(form, kind, y, **own), how, ("xgboost",))
        for form, how in (("json", JSON), ("ubj", UBJ))
        for name, (kind, y, own) in _XGBOOST.items()
    },
    **{
        f"equations, lightgbm, {name}": Seed(_lightgbm(kind, y, **own), LINES, ("lightgbm",))
        for name, (kind, y, own) in _LIGHTGBM.items()
    },
    **{
        f"equations, catboost {form}, {name}": Seed(_catboost(form, kind, y, **own), how, ("catboost",))
        for form, how in (("json", JSON), ("cbm", CBM))
        for name, (kind, y, own) in _CATBOOST.items()
    },
    **{
        f"equations, sklearn, {name}": Seed(_sklearn(kind, y, **own), PLAIN_SKOPS)
        for name, (kind, y, own) in _SKLEARN.items()
    },
    **{
        f"equations, onnx, {name}": Seed(_onnx(kind, y, **own), ONNX, ("onnx", "onnxruntime", "skl2onnx"))
        for name, (kind, y, own) in _CONVERTED.items()
    },
}
"""How to make a file of each kind."""
