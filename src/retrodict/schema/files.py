"""Schemas kept in YAML or JSON files."""

from __future__ import annotations

from pathlib import Path

import yaml

from retrodict.errors import SchemaError
from retrodict.plain_text import one_line
from retrodict.schema.table import Schema
from retrodict.schema.yaml_text import read_yaml


def load_schema(path: str | Path) -> Schema:
    """Read a schema from a YAML or JSON file of the form that `Schema.to_dict` gives.

    Parameters
    ----------
    path
        ``features: {age: {kind: integer, min: 17, max: 90}, sex: {categories: [f, m]}}``, and optionally
        ``target: {name: income, classes: [low, high]}``. For a model with names of its own, features that are left
        out are as it has them.

    Raises
    ------
    SchemaError
        If the file can't be read, is no YAML, or describes no schema.
    """
    path = Path(path)
    try:
        data = read_yaml(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SchemaError(f"schema file '{path}' can't be read: {error.strerror}; check the path") from error
    except UnicodeDecodeError as error:
        raise SchemaError(f"schema file '{path}' can't be read: it is not UTF-8 text") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:  # lists nested too deep, numbers of too many digits
        raise SchemaError(f"schema file '{path}' is no YAML: {one_line(error)}") from error
    try:
        return Schema.from_dict(data)
    except SchemaError as error:
        raise SchemaError(f"schema file '{path}': {error}") from error
