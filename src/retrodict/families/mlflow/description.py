"""The file `MLmodel` of an MLflow folder: which file holds the model, and what else it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from retrodict.errors import ModelError
from retrodict.plain_text import listing, one_line, shown
from retrodict.schema.yaml_text import read_yaml

NAME = "MLmodel"
"""What the file is called."""

MOST = 4 * 2**20
"""Bytes of it: a signature of ten thousand columns takes one million."""

FLAVOURS = {
    "sklearn": "pickled_model",
    "xgboost": "data",
    "lightgbm": "data",
    "catboost": "data",
    "onnx": "data",
    "statsmodels": "data",
}
"""Flavours whose model is a file that a family may read, and the key that names it."""

_ENTRIES = frozenset(
    {
        *("flavors", "mlflow_version", "model_id", "model_size_bytes", "model_uuid", "prompts", "run_id"),
        *("artifact_path", "databricks_runtime", "saved_input_example_info", "signature", "type_hint_from_example"),
        *("is_signature_from_type_hint", "utc_time_created", "metadata", "env_vars"),
    }
)
"""Entries that are read, or hold nothing of the data: versions, sizes and names of columns."""

_OF_FLAVOURS = frozenset(
    {
        *("code", "data", "model_class", "model_format", "model_type", "save_format", "serialization_format"),
        *("pickled_model", "skops_trusted_types", "onnx_session_options", "providers", "loader_module", "model_path"),
        *("predict_fn", "python_version", "env", "streamable"),
    }
)
_VERSION = "_version"


@dataclass(frozen=True)
class Description:
    """What an `MLmodel` file says.

    Parameters
    ----------
    flavour
        The library that made the model, as MLflow calls it.
    model
        Path of the model file, inside the folder.
    entries
        All that it says.
    left
        Entries that are not known.
    """

    flavour: str
    model: str
    entries: Mapping[str, Any]
    left: tuple[str, ...]

    @property
    def example(self) -> tuple[str, ...]:
        """Paths of files with rows that were given as an example."""
        told = self.entries.get("saved_input_example_info")
        names = [told.get(key) for key in ("artifact_path", "serving_input_path")] if isinstance(told, dict) else []
        return tuple(name for name in names if isinstance(name, str))


def described(folder: Path, content: bytes) -> Description:
    """Return what an `MLmodel` file says.

    Parameters
    ----------
    folder
        Where it is, for errors.
    content
        All its bytes.

    Raises
    ------
    ModelError
        If it is no such file, of a flavour that is not read, or would run code of its own.
    """
    where = f"'{shown(folder)}'"
    entries = _entries(where, content)
    flavours = entries.get("flavors")
    if not isinstance(flavours, dict) or not all(isinstance(own, dict) for own in flavours.values()):
        raise ModelError(f"{where} is an MLflow folder whose {NAME} names no flavour; log the model again")
    names = [name for name in FLAVOURS if name in flavours]
    generic = flavours.get("python_function", {})
    if not names:
        raise ModelError(_unread(where, flavours, generic))
    flavour = names[0]
    own = flavours[flavour]
    loader = generic.get("loader_module")
    if loader is not None and loader != f"mlflow.{flavour}":
        raise ModelError(
            f"{where} is an MLflow folder that is loaded by {shown(loader, 60)}, which is code of its own; give the "
            "model file inside"
        )
    code = [part for part in (own, generic) if part.get("code")]
    if code:
        raise ModelError(
            f"{where} is an MLflow folder with code of its own ({shown(code[0]['code'], 60)}), which its model may "
            "need; give the model file inside"
        )
    model = own.get(FLAVOURS[flavour])
    if not isinstance(model, str) or not model:
        raise ModelError(f"{where} is an MLflow folder whose {NAME} names no model file; log the model again")
    return Description(flavour, model, entries, tuple(_left(entries, flavours)))


def _entries(where: str, content: bytes) -> dict[str, Any]:
    if len(content) > MOST:
        raise ModelError(f"{where} has an {NAME} of {len(content):,} bytes, and at most {MOST:,} are read")
    try:
        read = read_yaml(content.decode("utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        reason = one_line(error, 120)
        raise ModelError(f"{where} has an {NAME} that can't be read: {reason}; log the model again") from error
    if not isinstance(read, dict) or not all(isinstance(key, str) for key in read):
        raise ModelError(f"{where} has an {NAME} that is no list of entries; log the model again")
    return read


def _unread(where: str, flavours: Mapping[str, Any], generic: Mapping[str, Any]) -> str:
    others = [shown(name, 40) for name in flavours if name != "python_function"]
    if others:
        return f"{where} is an MLflow folder of {listing(others)}, which is not read; these are: {listing(FLAVOURS)}"
    loader = shown(generic.get("loader_module"), 60)
    return (
        f"{where} is an MLflow folder of a Python function, loaded by {loader}: it is code, which is never run; "
        f"log the model as one of {listing(FLAVOURS)}"
    )


def _left(entries: Mapping[str, Any], flavours: Mapping[str, Any]) -> list[str]:
    left = [f"{NAME}: {shown(name, 60)}" for name in entries if name not in _ENTRIES]
    for flavour, own in flavours.items():
        if flavour not in FLAVOURS and flavour != "python_function":
            left.append(f"{NAME}: flavors: {shown(flavour, 60)}")
            continue
        known = {name for name in own if name in _OF_FLAVOURS or str(name).endswith(_VERSION)}
        left += [f"{NAME}: flavors: {shown(flavour, 60)}: {shown(name, 60)}" for name in own if name not in known]
    return left
