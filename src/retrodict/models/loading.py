"""Load a model from a file or a fitted estimator; a file that could run code is refused until it is trusted."""

from __future__ import annotations

import hashlib
import io
import warnings
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

import joblib
import skops.io
from sklearn.exceptions import InconsistentVersionWarning

from retrodict.errors import ModelError, UnsafeFileError
from retrodict.models.base import Model
from retrodict.models.file_audit import FileAudit
from retrodict.models.file_kinds import file_kind
from retrodict.models.sklearn_wrap import wrap
from retrodict.models.tree_check import REVIEWED, check_trees
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
        If the file can't be read, or holds no fitted classifier or regressor of one output.
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
        estimator, audit, notes = _read(origin, tuple(trusted), trust_pickle)
    return wrap(
        estimator,
        origin=None if origin is None else f"'{origin}'",
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
        If the file can't be read or is of neither kind.
    """
    return _audit(Path(path), _bytes(Path(path)), tuple(trusted), trust_pickle=False)


def _read(path: Path, trusted: tuple[str, ...], trust_pickle: bool) -> tuple[Any, FileAudit, tuple[str, ...]]:
    content = _bytes(path)  # read once: what is built is what was checked
    audit = _audit(path, content, trusted, trust_pickle)
    if audit.refused and audit.format == "pickle":
        raise UnsafeFileError(
            f"'{path}' is a pickle, and reading a pickle can run any code; if you trust its maker, say so with "
            "--trust-pickle (trust_pickle=True), or have it saved with skops.io.dump"
        )
    if audit.refused:
        names = ", ".join(audit.refused)
        flags = " ".join(f"--trust {name}" for name in audit.refused)
        raise UnsafeFileError(
            f"'{path}' holds types that skops does not know to be safe: {names}; if you trust them, say so with "
            f"{flags} (trusted={list(audit.refused)})"
        )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            if audit.format == "pickle":
                estimator = joblib.load(io.BytesIO(content))
            else:
                estimator = skops.io.loads(content, trusted=[*audit.reviewed, *audit.trusted])
                check_trees(estimator)
        except ModelError as error:
            raise ModelError(f"'{path}' holds {error}") from error
        except Exception as error:  # a damaged file can fail anywhere in what it builds
            raise ModelError(f"'{path}' can't be read as {audit.format}: {_reason(error)}; save it again") from error
    return estimator, audit, tuple(dict.fromkeys(_line(warning.message) for warning in caught))


def _bytes(path: Path) -> bytes:
    shown = _short(repr(str(path)))
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ModelError(f"model file {shown} does not exist; give the path of a skops file") from error
    except IsADirectoryError as error:
        raise ModelError(f"{shown} is a folder; give the path of a model file") from error
    except OSError as error:
        raise ModelError(f"model file {shown} can't be read: {error.strerror}; check its permissions") from error
    except ValueError as error:
        raise ModelError(f"model file {shown} is no path: {error}; give the path of a skops file") from error


def _audit(path: Path, content: bytes, trusted: tuple[str, ...], trust_pickle: bool) -> FileAudit:
    kind, digest = file_kind(content), hashlib.sha256(content).hexdigest()
    if kind == "pickle":
        code = ("any code",)
        return FileAudit(kind, digest, len(content), code, (), code if trust_pickle else ())
    if kind != "skops":
        raise ModelError(f"'{path}' is no model file but {kind}; save the fitted estimator with skops.io.dump")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            damaged = archive.testzip()  # skops does not read every member to its end, where the checksum is
        if damaged is not None:
            raise zipfile.BadZipFile(f"checksum of '{damaged}' is wrong")
        untrusted = tuple(skops.io.get_untrusted_types(data=content))
    except Exception as error:  # a damaged archive fails in zipfile, zlib, json or any node of skops
        raise ModelError(f"'{path}' is damaged: {_reason(error)}; save it again with skops.io.dump") from error
    reviewed = tuple(name for name in untrusted if name in REVIEWED)
    accepted = tuple(name for name in untrusted if name in trusted and name not in REVIEWED)
    return FileAudit(kind, digest, len(content), untrusted, reviewed, accepted)


def _fingerprint(estimator: Any) -> str:
    try:
        return f"joblib-md5:{joblib.hash(estimator)}"
    except Exception:  # what can't be pickled (a lambda in a step) can't be hashed, and still is a model
        return "none: the estimator can't be pickled"


def _line(message: Warning | str) -> str:
    if isinstance(message, InconsistentVersionWarning):
        return (
            f"{message.estimator_name} was saved by scikit-learn {message.original_sklearn_version} and read by "
            f"{message.current_sklearn_version}; its outputs may differ"
        )
    return _short(str(message))


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {_short(str(error))}"


def _short(text: str, limit: int = 200) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[:limit] + "..."
