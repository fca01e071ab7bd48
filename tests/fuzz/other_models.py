"""Real files of the libraries beside scikit-learn, small, from which mutated files are made."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.fuzz.formats import CBM, JSON, LINES, ONNX, SKOPS, UBJ, Content, FolderFormat, Format, Seed

_ROWS = 60
_RNG = np.random.default_rng(0)
_X = _RNG.normal(size=(_ROWS, 4)).round(2)
_GAPS = np.where(_RNG.random(_X.shape) < 0.1, np.nan, _X)
_TWO = (_X[:, 0] + 0.5 * _RNG.normal(size=_ROWS) > 0.2).astype(int)
_THREE = np.where(_TWO == 1, 2, (_X[:, 1] > 0).astype(int))
_VALUE = (2 * _X[:, 0] - _X[:, 1] + 0.1 * _RNG.normal(size=_ROWS)).round(3)
_FRAME = pd.DataFrame(_X[:, :2], columns=["age", "dose"]).assign(
    sex=pd.Categorical(_RNG.choice(["f", "m"], _ROWS)), town=pd.Categorical(_RNG.choice([*"abcdefg"], _ROWS))
)
_TEXTS = _FRAME.astype({"sex": str, "town": str})
_TOWN = (_TEXTS["town"].isin([*"abc"]) ^ (_RNG.random(_ROWS) < 0.1)).astype(int)


def xgboost_file(kind: str, X: Any, y: Any, form: str, **settings: Any) -> Callable[[], Content]:
    def make() -> Content:
        import xgboost

        made = getattr(xgboost, kind)(n_jobs=1, **{"n_estimators": 3, "max_depth": 3, **settings}).fit(X, y)
        return bytes(made.get_booster().save_raw(form))

    return make


def lightgbm_file(kind: str, X: Any, y: Any, **settings: Any) -> Callable[[], Content]:
    def make() -> Content:
        import lightgbm

        usual = {"n_estimators": 3, "num_leaves": 5, "min_child_samples": 4, "verbose": -1, "n_jobs": 1}
        made = getattr(lightgbm, kind)(**{**usual, **settings}).fit(X, y)
        return str(made.booster_.model_to_string()).encode()

    return make


def catboost_file(kind: str, X: Any, y: Any, form: str, **settings: Any) -> Callable[[], Content]:
    def make() -> Content:
        import catboost

        usual = {"iterations": 3, "depth": 2, "verbose": 0, "allow_writing_files": False, "thread_count": 1}
        texts = [name for name in getattr(X, "columns", ()) if not pd.api.types.is_numeric_dtype(X[name])]
        made = getattr(catboost, kind)(**{**usual, "cat_features": texts, **settings}).fit(X, y)
        made.get_metadata()["model_guid"] = "0-0-0-0"  # the same file whenever it is made
        made.get_metadata()["train_finish_time"] = "2025-01-01T00:00:00Z"
        return _saved(lambda path: made.save_model(str(path), format=form, pool=catboost.Pool(X, cat_features=texts)))

    return make


def _saved(save: Callable[[Path], Any]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        save(path)
        return path.read_bytes()


def _onnx(made: Callable[[], Any], **options: Any) -> Callable[[], Content]:
    def make() -> Content:
        from skl2onnx import to_onnx

        model = made()
        kept = {id(model): options} if options else None
        content: bytes = to_onnx(model, _X[:1].astype(np.float32), options=kept).SerializeToString()
        return content

    return make


def _logistic() -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression()).fit(_X, _THREE)


def _forest() -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(3, max_depth=3, random_state=0).fit(_X, _TWO)


def _boosted() -> Any:
    from sklearn.ensemble import GradientBoostingRegressor

    return GradientBoostingRegressor(n_estimators=3, max_depth=2, random_state=0).fit(_X, _VALUE)


def _network() -> Any:
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier((4,), max_iter=20, random_state=0).fit(_X, _TWO)


def _skops(make: Callable[[], Any], X: Any = _X, y: Any = _TWO) -> Callable[[], Content]:
    def made() -> Content:
        import skops.io
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        content: bytes = skops.io.dumps(make_pipeline(StandardScaler(), make()).fit(X, y))
        return content

    return made


def _xgb() -> Any:
    import xgboost

    return xgboost.XGBClassifier(n_estimators=2, max_depth=2, n_jobs=1)


def _lgb() -> Any:
    import lightgbm

    return lightgbm.LGBMRegressor(n_estimators=2, num_leaves=4, verbose=-1, n_jobs=1)


def _cat() -> Any:
    import catboost

    return catboost.CatBoostClassifier(iterations=2, depth=2, verbose=0, allow_writing_files=False, thread_count=1)


_CLASSES = {"enable_categorical": True, "tree_method": "hist", "max_cat_to_onehot": 2}
_BOTH: dict[str, Callable[[str], Callable[[], Content]]] = {
    "two classes": lambda form: xgboost_file("XGBClassifier", _X, _TWO, form),
    "classes": lambda form: xgboost_file("XGBClassifier", _GAPS, _THREE, form),
    "values": lambda form: xgboost_file("XGBRegressor", _GAPS, _VALUE, form, tree_method="exact"),
    "categories": lambda form: xgboost_file("XGBClassifier", _FRAME, _TWO, form, **_CLASSES),
    "dart": lambda form: xgboost_file("XGBClassifier", _X, _TWO, form, booster="dart", rate_drop=0.5),
    "linear": lambda form: xgboost_file("XGBRegressor", _X, _VALUE, form, booster="gblinear"),
    "forest": lambda form: xgboost_file("XGBRFClassifier", _X, _TWO, form),
}
_CAT: dict[str, Callable[[str], Callable[[], Content]]] = {
    "two classes": lambda form: catboost_file("CatBoostClassifier", _X, _TWO, form),
    "classes": lambda form: catboost_file("CatBoostClassifier", _GAPS, _THREE, form),
    "values": lambda form: catboost_file("CatBoostRegressor", _GAPS, _VALUE, form),
    "categories": lambda form: catboost_file("CatBoostClassifier", _TEXTS, _TOWN, form, one_hot_max_size=2),
    "leaf by leaf": lambda form: catboost_file(
        "CatBoostRegressor", _X, _VALUE, form, grow_policy="Lossguide", max_leaves=5
    ),
}

OTHERS: dict[str, Seed] = {
    **{
        f"xgboost {form}, {name}": Seed(make(form), JSON if form == "json" else UBJ, ("xgboost",))
        for form in ("json", "ubj")
        for name, make in _BOTH.items()
    },
    **{
        f"lightgbm, {name}": Seed(make, LINES, ("lightgbm",))
        for name, make in {
            "two classes": lightgbm_file("LGBMClassifier", _X, _TWO),
            "classes": lightgbm_file("LGBMClassifier", _GAPS, _THREE),
            "values": lightgbm_file("LGBMRegressor", _GAPS, _VALUE),
            "categories": lightgbm_file("LGBMClassifier", _FRAME, _TWO, cat_smooth=1, min_data_per_group=2),
            "dart": lightgbm_file("LGBMClassifier", _X, _TWO, boosting_type="dart"),
            "forest": lightgbm_file("LGBMRegressor", _X, _VALUE, boosting_type="rf", subsample=0.7, subsample_freq=1),
            "linear trees": lightgbm_file("LGBMRegressor", _X, _VALUE, linear_tree=True),
        }.items()
    },
    **{
        f"catboost {form}, {name}": Seed(make(form), JSON if form == "json" else CBM, ("catboost",))
        for form in ("cbm", "json")
        for name, make in _CAT.items()
    },
    **{
        f"onnx, {name}": Seed(make, ONNX, ("onnx", "onnxruntime", "skl2onnx"))
        for name, make in {
            "logistic": _onnx(_logistic),
            "forest": _onnx(_forest),
            "forest as a matrix": _onnx(_forest, zipmap=False),
            "boosted": _onnx(_boosted),
            "network": _onnx(_network),
        }.items()
    },
    "skops, xgboost": Seed(_skops(_xgb), SKOPS, ("xgboost",)),
    "skops, lightgbm": Seed(_skops(_lgb, y=_VALUE), SKOPS, ("lightgbm",)),
    "skops, catboost": Seed(_skops(_cat), SKOPS, ("catboost",)),
}
"""How to make a file of each kind, and how it is mutated."""


def _folder(model: str, loader: str, own: dict[str, str], inner: str) -> tuple[str, Seed]:
    """Return a folder of MLflow around a file of another seed."""
    seed = OTHERS[inner]
    assert isinstance(seed.form, Format)

    def make() -> Content:
        flavours = {"python_function": {"loader_module": loader, "data": model, "env": {"conda": "conda.yaml"}}}
        flavours[loader.partition(".")[2]] = own  # type: ignore[assignment]
        lines = [
            "artifact_path: model\nmlflow_version: 2.22.0\nutc_time_created: '2025-05-05 10:00:00.000000'\nflavors:"
        ]
        for name, told in flavours.items():
            lines.append(f"  {name}:")
            lines += [f"    {key}: {value}" for key, value in told.items() if not isinstance(value, dict)]
        content = seed.make()
        assert isinstance(content, bytes)
        return {
            "MLmodel": "\n".join(lines).encode() + b"\n",
            model: content,
            "requirements.txt": b"mlflow==2.22.0\n",
            "python_env.yaml": b"python: 3.11.7\n",
        }

    return f"mlflow, {inner}", Seed(make, FolderFormat(seed.form, model), seed.packages)


OTHERS |= dict(
    (
        _folder("model.json", "mlflow.xgboost", {"data": "model.json", "model_format": "json"}, "xgboost json, values"),
        _folder(
            "model.ubj", "mlflow.xgboost", {"data": "model.ubj", "model_format": "ubj"}, "xgboost ubj, two classes"
        ),
        _folder("model.lgb", "mlflow.lightgbm", {"data": "model.lgb"}, "lightgbm, classes"),
        _folder("model.cb", "mlflow.catboost", {"data": "model.cb", "save_format": "cbm"}, "catboost cbm, two classes"),
        _folder("model.onnx", "mlflow.onnx", {"data": "model.onnx", "onnx_version": "1.17.0"}, "onnx, forest"),
    )
)
