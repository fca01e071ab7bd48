"""How a model of LightGBM is trained."""

from __future__ import annotations

import re
from typing import Any

_TREES, _FEW = 200, 40
_WORD = re.compile(r"[\w.+-]+")


def new_estimator(classes: bool) -> Any:
    """Return an unfitted estimator, of labels or of values.

    Raises
    ------
    ImportError
        If LightGBM is not installed.
    """
    return _new(classes, n_estimators=_TREES)


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
        If LightGBM is not installed.
    """
    return _new(classes, n_estimators=max(1, round(_FEW * capacity)), num_leaves=15, random_state=seed)


def native_suffixes() -> tuple[str, ...]:
    """Return how the names of LightGBM's own files end."""
    return (".txt",)


def native_content(estimator: Any, suffix: str, names: list[str]) -> bytes:
    """Return a fitted estimator as the content of a file of LightGBM's.

    Parameters
    ----------
    estimator
        Of `new_estimator`.
    suffix
        One of `native_suffixes`.
    names
        Of its columns; where one is no word, LightGBM has no place for them, and columns are numbered.
    """
    del suffix
    text: str = estimator.booster_.model_to_string()
    if not all(_WORD.fullmatch(name) for name in names):
        return text.encode()
    own = estimator.booster_.feature_name()
    return text.replace(f"feature_names={' '.join(own)}", f"feature_names={' '.join(names)}", 1).encode()


def _new(classes: bool, **settings: Any) -> Any:
    import lightgbm

    kind = lightgbm.LGBMClassifier if classes else lightgbm.LGBMRegressor
    return kind(verbose=-1, n_jobs=1, deterministic=True, force_row_wise=True, **settings)
