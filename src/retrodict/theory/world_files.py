"""Worlds by file or by name."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from retrodict.errors import RequestError
from retrodict.plain_text import one_line
from retrodict.schema.yaml_text import read_yaml
from retrodict.theory.examples import EXAMPLES
from retrodict.theory.random_worlds import random_world
from retrodict.theory.world import DiscreteWorld

ARRAYS = ("p_x", "p_y_given_x", "q_x", "q_y_given_x")

_SETTINGS: dict[str, type] = {
    "states": int,
    "classes": int,
    "seed": int,
    "prior_error": float,
    "model_error": float,
    "concentration": float,
    "zeros": float,
}


def read_world(given: str | Path) -> DiscreteWorld:
    """Read a world.

    Parameters
    ----------
    given
        A file: JSON or YAML with the arrays `p_x`, `p_y_given_x`, `q_x` and `q_y_given_x` (and, optionally, lists of
        names `states` and `classes`), or an NPZ archive of the same; or ``random:states=50,classes=3,seed=0`` with the
        settings of `random_world`; or a name of `EXAMPLES`.

    Raises
    ------
    RequestError
        If the file can't be read or holds no world, or a setting is unknown.
    """
    text = str(given)
    if text == "random" or text.startswith("random:"):
        return random_world(**_settings(text.removeprefix("random").removeprefix(":")))
    path = Path(given)
    if not path.exists() and text in EXAMPLES:
        return EXAMPLES[text]()
    data = _read(path)
    lacking = [name for name in ARRAYS if name not in data]
    if lacking:
        raise RequestError(f"world file '{path}' lacks {', '.join(lacking)}; give {', '.join(ARRAYS)}")
    unknown = sorted(map(str, set(data) - {*ARRAYS, "states", "classes"}))
    if unknown:
        raise RequestError(f"world file '{path}' has '{unknown[0]}', which is no part of a world; take it out")
    states, classes = (_names(path, name, data.get(name)) for name in ("states", "classes"))
    try:
        p_x, p_y_given_x, q_x, q_y_given_x = (data[name] for name in ARRAYS)
        return DiscreteWorld(p_x, p_y_given_x, q_x, q_y_given_x, states, classes)
    except RequestError as error:
        raise RequestError(f"world file '{path}': {error}") from error


def _names(path: Path, name: str, value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str) or np.ndim(value) != 1:
        raise RequestError(f"world file '{path}': {name} must be a list of names, got {value!r}")
    return tuple(map(str, value))


def _read(path: Path) -> dict[str, Any]:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise RequestError(
            f"world file '{path}' does not exist; give a JSON, YAML or NPZ file, random:states=50,classes=3,seed=0, or "
            f"one of {', '.join(EXAMPLES)}"
        ) from error
    except IsADirectoryError as error:
        raise RequestError(f"'{path}' is a folder; give a JSON, YAML or NPZ file of a world") from error
    except OSError as error:
        raise RequestError(f"world file '{path}' can't be read: {error.strerror}; check the path") from error
    if content[:2] == b"PK":
        try:
            with np.load(path) as archive:
                return {name: archive[name] for name in archive.files}
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise RequestError(f"world file '{path}' is no NPZ archive of arrays: {error}") from error
    try:
        data = read_yaml(content.decode("utf-8"))  # JSON is YAML too
    except UnicodeDecodeError as error:
        raise RequestError(f"world file '{path}' is neither UTF-8 text nor an NPZ archive") from error
    except yaml.YAMLError as error:
        raise RequestError(f"world file '{path}' is neither JSON nor YAML: {one_line(error)}") from error
    if not isinstance(data, dict):
        raise RequestError(f"world file '{path}' holds no mapping; give {', '.join(ARRAYS)}")
    return data


def _settings(text: str) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or name not in _SETTINGS:
            raise RequestError(
                f"unknown setting '{part}' of a random world; use {', '.join(_SETTINGS)}, each as name=value"
            )
        try:
            out[name] = _SETTINGS[name](value)
        except ValueError as error:
            kind = "a whole number" if _SETTINGS[name] is int else "a number"
            raise RequestError(f"setting {name} of a random world must be {kind}, got '{value}'") from error
    if out.get("seed", 0) < 0:
        raise RequestError(f"setting seed of a random world must be 0 or more, got {out['seed']}")
    return out
