"""Load a model from a file or a fitted estimator; a file that could run code is refused until it is trusted."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import joblib

from retrodict.models.base import Model
from retrodict.models.file_audit import FileAudit
from retrodict.models.model_file import ModelFile
from retrodict.models.quiet import silence
from retrodict.models.sklearn_wrap import wrap
from retrodict.plain_text import shown
from retrodict.schema import Schema


def load_model(
    source: Any,
    *,
    schema: Schema | None = None,
    noise_scale: float | None = None,
    error_rate: float | None = None,
    link_slope: float | None = None,
    trusted: Collection[str] = (),
    trust_pickle: bool = False,
) -> Model:
    """Load a trained model as a likelihood over its columns.

    Parameters
    ----------
    source
        Path of a skops file (or, if trusted, a pickle or joblib file), or a fitted scikit-learn estimator.
    schema
        Names, kinds, bounds and categories of the features, where they override or complete what the model stores.
    noise_scale
        Regressors: standard deviation of the target around the prediction, in target units. By default it is read
        from what the estimator stores, if anything.
    error_rate
        Classifiers that give labels only: the share of labels taken to differ from the prediction; 0.05 by default.
    link_slope
        Classifiers that give margins only: log-odds for each unit of `decision_function`; 2 by default.
    trusted
        Dotted names of types outside skops' list of safe ones that a skops file may build.
    trust_pickle
        Read a pickle or joblib file, which can run any code: only for files whose maker you trust.

    Returns
    -------
    Model
        A `SklearnClassifier` or `SklearnRegressor`.

    Raises
    ------
    UnsafeFileError
        If the file holds types that are not trusted, or is a pickle that is not.
    ModelError
        If the file can't be read, is damaged or made to do harm, or holds no fitted classifier or regressor of one
        output.
    SchemaError
        If the given schema does not fit the model.
    RequestError
        If a given scale, rate or slope is out of range.
    """
    audit: FileAudit | None = None
    notes: tuple[str, ...] = ()
    estimator, origin = source, None
    if isinstance(source, str | Path):
        origin = Path(source)
        file = ModelFile.open(origin, tuple(trusted), trust_pickle)
        estimator, notes, audit = file.build()
        silence(estimator)
    return wrap(
        estimator,
        origin=None if origin is None else f"'{shown(origin)}'",
        fingerprint=_fingerprint(estimator) if audit is None else f"sha256:{audit.sha256}",
        audit=audit,
        warnings=notes,
        schema=schema,
        noise_scale=noise_scale,
        error_rate=error_rate,
        link_slope=link_slope,
    )


def audit_file(path: str | Path, trusted: Collection[str] = ()) -> FileAudit:
    """List what a model file would build, without building anything.

    Parameters
    ----------
    path
        A skops or pickle file.
    trusted
        Dotted names of types to accept.

    Raises
    ------
    ModelError
        If the file can't be read, is of neither kind, or is damaged.
    """
    return ModelFile.open(Path(path), tuple(trusted), trust_pickle=False).audit


def _fingerprint(estimator: Any) -> str:
    try:
        return f"joblib-md5:{joblib.hash(estimator)}"
    except Exception:  # what can't be pickled (a lambda in a step) can't be hashed, and still is a model
        return "none: the estimator can't be pickled"
