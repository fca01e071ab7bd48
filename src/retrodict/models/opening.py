"""Load a model from a file or from what its library made; what could run code is refused until it is trusted."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import joblib

from retrodict.errors import ModelError, RequestError
from retrodict.models.contract import Model, has_likelihood
from retrodict.models.family import Opened, Opening, Settings, Source, Trust, family_of, openings
from retrodict.models.file_audit import FileAudit
from retrodict.models.file_kinds import file_kind
from retrodict.plain_text import article, shown
from retrodict.schema import Schema

_log = logging.getLogger(__name__)


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
        Path of a model file of any family, which is told by its bytes (a pickle or joblib file only if trusted); or
        what a family's library fitted; or any object that satisfies `Model`, which is returned as it is.
    schema
        Names, kinds, bounds and categories of the features, where they override or complete what the model stores.
    noise_scale
        Regressors: standard deviation of the target around the prediction, in target units; of one whose objective
        states another likelihood, the scale of that (see `retrodict.models.noise`). By default it is read from what
        the estimator stores, if anything.
    error_rate
        Classifiers that give labels only: the share of labels taken to differ from the prediction; 0.05 by default.
    link_slope
        Classifiers that give margins only: log-odds for each unit of `decision_function`; 2 by default.
    trusted
        Dotted names of types, not known to be safe, that a file may build.
    trust_pickle
        Read a pickle or joblib file, which can run any code: only for files whose maker you trust.

    Returns
    -------
    Model
        A `Classifier` or a `Regressor`.

    Raises
    ------
    UnsafeFileError
        If the file holds types that are not trusted, or is a pickle that is not.
    ModelError
        If the file can't be read, is damaged or made to do harm, or holds no trained classifier or regressor of one
        output.
    SchemaError
        If the given schema does not fit the model.
    RequestError
        If a given scale, rate or slope is out of range.
    """
    began = time.perf_counter()
    model = model_of(
        opened_of(source, Trust(tuple(trusted), trust_pickle)), Settings(schema, noise_scale, error_rate, link_slope)
    )
    if isinstance(source, str | Path):
        _log.info("%s: %s, read in %.2f s", source, article(model.family), time.perf_counter() - began)
    return model


def opened_of(source: Any, trust: Trust) -> Opened:
    """Return what a file holds, after it was checked, or what was given, on its way to a model.

    Parameters
    ----------
    source
        As in `load_model`.
    trust
        What the user accepts of a file.

    Raises
    ------
    UnsafeFileError, ModelError
        As in `load_model`, of the file alone.
    """
    if not isinstance(source, str | Path):
        return Opened(source, "")
    read = read_source(Path(source))
    return opening_of(read).open_file(read, trust)


def audit_file(path: str | Path, trusted: Collection[str] = ()) -> FileAudit:
    """List what a model file would build, without building anything.

    Parameters
    ----------
    path
        Of a model file.
    trusted
        Dotted names of types to accept.

    Raises
    ------
    ModelError
        If the file can't be read, is of no kind that is known, or is damaged.
    """
    source = read_source(Path(path))
    return opening_of(source).audit_of(source, Trust(tuple(trusted)))


def opening_of(source: Source) -> Opening:
    """Return the way to open a file, told by its bytes.

    Parameters
    ----------
    source
        A file that was read, or a folder that was listed.

    Raises
    ------
    ModelError
        If it is of no kind that is known.
    """
    for _, opening in openings():
        if opening.recognises(source):
            return opening
    where = shown(source.path)
    if source.members or (not source.content and source.path.is_dir()):
        raise ModelError(f"'{where}' is a folder; give the path of a model file")
    kind = file_kind(source.content)
    files = " or ".join(opening.FILES for _, opening in openings())
    raise ModelError(f"'{where}' is no model file but {kind}; give {files}")


def is_model_folder(path: Path) -> bool:
    """Whether a folder is itself a model, as MLflow's are, and no folder of models.

    Raises
    ------
    ModelError
        If it can't be listed.
    """
    source = read_source(path)
    return bool(source.members) and any(opening.recognises(source) for _, opening in openings())


def model_of(opened: Opened, settings: Settings) -> Model:
    """Return what was opened or given as a model: as it is, or as its family takes it.

    Parameters
    ----------
    opened
        What `opened_of` returns.
    settings
        What a user states of it.

    Raises
    ------
    ModelError, SchemaError, RequestError
        As in `load_model`.
    """
    made = opened.object
    if isinstance(made, Model) and not isinstance(made, type):
        if not has_likelihood(made):
            raise ModelError(
                f"the {made.family} has no likelihood ({made.likelihood}): it can be inspected, audited and sanitized, "
                "and no more; give a classifier or a regressor"
            )
        if settings != Settings():
            raise RequestError("a model that was loaded is as it is; give such settings when it is loaded")
        return made if opened.around is None else opened.around(made)
    family = family_of(type(made))
    if family is None:
        where = "got" if opened.origin is None else f"{opened.origin} holds"
        needed = " or ".join(opening.MODELS for _, opening in openings())
        if isinstance(made, type):
            raise ModelError(f"{where} the class {made.__name__}; {needed} is needed: build and fit it")
        raise ModelError(f"{where} {article(type(made).__name__)}; {needed} is needed")
    opening: Opening = import_module(f"{family}.open")
    model = opening.model_of(hashed(opened), settings)
    return model if opened.around is None else opened.around(model)


def hashed(opened: Opened) -> Opened:
    """Return what was opened or given with a fingerprint."""
    return opened if opened.fingerprint else replace(opened, fingerprint=fingerprint_of(opened.object))


def read_source(path: Path) -> Source:
    """Return all bytes of a file, or the names of what a folder holds.

    Parameters
    ----------
    path
        Of a model file.

    Raises
    ------
    ModelError
        If it is not there, or can't be read.
    """
    where = repr(shown(path))
    try:
        if path.is_dir():
            return Source(path, b"", tuple(sorted(entry.name for entry in path.iterdir())))
        odd = path.exists() and not path.is_file()  # a pipe may never end, and nor does a device
        content = b"" if odd else path.read_bytes()
    except FileNotFoundError as error:
        raise ModelError(f"model file {where} does not exist; give the path of a model file") from error
    except OSError as error:
        raise ModelError(f"model file {where} can't be read: {error.strerror}; check its permissions") from error
    except ValueError as error:
        raise ModelError(f"model file {where} is no path: {error}; give the path of a model file") from error
    except MemoryError as error:
        raise ModelError(f"model file {where} is larger than the memory there is") from error
    if odd:
        raise ModelError(f"model file {where} is a pipe or a device; copy what comes of it into a file first")
    return Source(path, content)


def fingerprint_of(made: Any) -> str:
    """Return a hash of what a library made, with the name of the hash."""
    try:
        return f"joblib-md5:{joblib.hash(made)}"
    except Exception:  # what can't be pickled (a lambda in a step) can't be hashed, and still is a model
        return "none: the estimator can't be pickled"
