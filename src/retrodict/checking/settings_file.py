"""Settings files: YAML or JSON that names an estimator, and what it is to be trained with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from retrodict.errors import RequestError
from retrodict.models.family import openings
from retrodict.models.opening import read_source
from retrodict.plain_text import one_line, shown
from retrodict.schema.yaml_text import read_yaml

LARGEST = 2**20
"""Bytes of a settings file: thousands of times what settings need."""

_ENDINGS = (".yaml", ".yml", ".json")


def read_settings_file(path: Path) -> Mapping[str, Any] | None:
    """Return what a settings file holds; ``None`` where the file is none, but may be a model.

    Parameters
    ----------
    path
        Of a file that is there. A model file, told by its bytes, is none.

    Raises
    ------
    RequestError
        If it is named as a settings file and is none, or names no estimator.
    ModelError
        If it can't be read.
    """
    source = read_source(path)
    if any(opening.recognises(source) for _, opening in openings()):
        return None
    where, named_so = f"settings file '{shown(path)}'", path.suffix.lower() in _ENDINGS
    if len(source.content) > LARGEST:
        if named_so:
            raise RequestError(f"{where} has more than {LARGEST:,} bytes; give the settings alone")
        return None
    try:
        data = read_yaml(source.content.decode("utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        if named_so:
            raise RequestError(f"{where} can't be read: {one_line(error, 200)}; write it as YAML or JSON") from error
        return None
    if isinstance(data, Mapping) and "estimator" in data:
        return data
    if named_so:
        raise RequestError(f"{where} names no estimator; write `estimator: NAME`, and `settings:` with what it takes")
    return None
