"""How a model of CatBoost is trained."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_TREES, _FEW, _DEPTH = 200, 40, 4


def new_estimator(classes: bool) -> Any:
    """Return an unfitted estimator, of labels or of values.

    Raises
    ------
    ImportError
        If CatBoost is not installed.
    """
    return _new(classes, iterations=_TREES)


def weaker_estimator(classes: bool, capacity: float, seed: int) -> Any:
    """Return an unfitted estimator of a study.

    Parameters
    ----------
    classes
        Whether it is to learn labels.
    capacity
        In (0, 1]: fewer trees below 1.
    seed
        Of what is random in it.

    Raises
    ------
    ImportError
        If CatBoost is not installed.
    """
    return _new(classes, iterations=max(1, round(_FEW * capacity)), depth=_DEPTH, random_seed=seed)


def native_suffixes() -> tuple[str, ...]:
    """Return how the names of CatBoost's own files end."""
    return (".cbm", ".json")


def native_content(estimator: Any, suffix: str, names: list[str]) -> bytes:
    """Return a fitted estimator as the content of a file of CatBoost's.

    Parameters
    ----------
    estimator
        Of `new_estimator`.
    suffix
        One of `native_suffixes`.
    names
        Of its columns.
    """
    own = estimator.copy()
    own.set_feature_names(names)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        own.save_model(str(path), format=suffix.removeprefix("."))
        return path.read_bytes()


def _new(classes: bool, **settings: Any) -> Any:
    import catboost

    kind = catboost.CatBoostClassifier if classes else catboost.CatBoostRegressor
    return kind(verbose=False, thread_count=1, allow_writing_files=False, **settings)
