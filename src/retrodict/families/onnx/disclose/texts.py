"""What the texts of a model file state: CatBoost writes its settings, dates and losses; others may write anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx

from retrodict.disclosures.kinds import Disclosure, TrainingDate, TrainingErrors, TrainingSettings
from retrodict.disclosures.place import Place
from retrodict.disclosures.unread import Unread
from retrodict.families.onnx.graph import text
from retrodict.families.onnx.inputs import NAMES
from retrodict.models.json_text import read_json

_SETTINGS = ("params", "output_options")
_DATE, _LOSSES = "train_finish_time", "training"
_SILENT = (*NAMES, "catboost_version_info", "model_guid", "class_params")
"""What names the columns, the classes and the library."""
_DEEPEST = 20
_LONGEST = 1_000_000
"""Characters of a text that is read as JSON."""


def metadata_path(key: str) -> str:
    """Return the path of an entry of a model's metadata."""
    return f"metadata_props[{text(key)!r}]"


def texts(model: onnx.ModelProto, place: Place) -> Iterator[Disclosure | Unread]:
    """Yield what metadata and descriptions state, and which of them are not read."""
    for entry in model.metadata_props:
        key, value, source = text(entry.key), text(entry.value), place.at(metadata_path(entry.key))
        found = None if key in _SILENT else list(_entry(key, value, source))
        if found == []:
            yield _text(source, value)
        yield from found or ()
    for path, value in descriptions(model):
        yield _text(place.at(path), value)
    spare = unknown_bytes(model)
    if spare:
        reason = f"{spare:,} bytes in fields that the installed onnx does not know"
        yield Unread(place.at("unknown fields"), "onnx.ModelProto", "unknown", reason)
    if len(model.training_info):
        yield Unread(place.at("training_info"), "onnx.TrainingInfoProto", "unknown", "no reader knows training graphs")


def descriptions(model: onnx.ModelProto) -> Iterator[tuple[str, str]]:
    """Yield the free texts of a model with their paths: descriptions and metadata of what it is made of."""
    yield from (("doc_string", model.doc_string),) if model.doc_string else ()
    yield from (("graph.doc_string", model.graph.doc_string),) if model.graph.doc_string else ()
    for name in ("node", "initializer", "input", "output", "value_info"):
        for one in getattr(model.graph, name):
            told = [text(one.doc_string), *(text(entry.value) for entry in one.metadata_props)]
            if any(told):
                yield f"graph.{name}[*].doc_string", "\n".join(told)
    for entry in model.graph.metadata_props:
        yield f"graph.{metadata_path(entry.key)}", entry.value


def unknown_bytes(model: onnx.ModelProto) -> int:
    """Return how many bytes of a model stand in fields that its library does not know, and passes on."""
    known = onnx.ModelProto()
    known.CopyFrom(model)
    known.DiscardUnknownFields()
    return int(model.ByteSize() - known.ByteSize())


def _text(source: str, value: str) -> Unread:
    return Unread(source, "builtins.str", "unknown", f"a text of {len(value):,} characters that no reader knows")


def _entry(key: str, value: str, source: str) -> Iterator[Disclosure]:
    shared: dict[str, Any] = {"features": (), "source": source}
    if key == _DATE:
        yield TrainingDate(value[:100], **shared)
        return
    if key not in (*_SETTINGS, _LOSSES) or len(value) > _LONGEST:
        return
    try:
        found = read_json(value)
    except (ValueError, RecursionError):
        return
    if key == _LOSSES:
        history = found.get("metrics", {}).get("learn_metrics_history") if isinstance(found, dict) else None
        first = [next(iter(one.values()), None) for one in history or () if isinstance(one, dict)]
        errors = [float(one) for one in first if isinstance(one, int | float)]
        if errors:
            yield TrainingErrors(np.array(errors), **shared)
        return
    settings = dict(_flat(found, "", 0))
    if settings:
        yield TrainingSettings(settings, **shared)


def _flat(found: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
    if isinstance(found, dict) and depth < _DEEPEST:
        for key, value in found.items():
            yield from _flat(value, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(found, str | int | float | bool):
        yield path, found
    elif isinstance(found, list) and all(isinstance(one, str | int | float | bool) for one in found):
        yield path, tuple(found)
