"""Files that hold graphs of ONNX, told by their bytes: checked, then tried in a process of its own, then run."""

from __future__ import annotations

import hashlib
from typing import Any

from retrodict.errors import ModelError
from retrodict.extras import extra_for
from retrodict.families.onnx.wire import is_model, producer, too_many_parts
from retrodict.models.contract import Model
from retrodict.models.family import Opened, Settings, Source, Trust
from retrodict.models.file_audit import FileAudit
from retrodict.models.guard import check_endured
from retrodict.plain_text import error_line, shown

PACKAGES = ("onnx", "onnxruntime")
FILES = "an .onnx file: export the fitted model with skl2onnx, onnxmltools or its own library"
MODELS = "an onnx.ModelProto that predicts a class or a value of tables"

_WHAT = "reading ONNX models"
_LARGEST = 2**31 - 1
"""Bytes of a protocol buffer: no library reads more."""
_NAME = 60


def recognises(source: Source) -> bool:
    """Whether a file is an ONNX model, by the outermost fields of its protocol buffer."""
    return is_model(source.content)


def audit_of(source: Source, trust: Trust) -> FileAudit:
    """Return the check of a file, which holds numbers, texts and names of operators: none of it can run by itself."""
    by = producer(source.content)
    told = None if by is None else shown(by.split("\n")[0], _NAME)
    return FileAudit("onnx", hashlib.sha256(source.content).hexdigest(), len(source.content), written_by=told)


def check_content(content: bytes) -> None:
    """Check a model's bytes wherever they stand, without running anything.

    Raises
    ------
    ModelError
        If it is damaged, made to do harm, or holds what is not run; it names no file.
    """
    with extra_for(_WHAT):
        from retrodict.families.onnx.check import check_model
    check_model(_parsed(content))


def open_file(source: Source, trust: Trust) -> Opened:
    """Return the graph that a file holds, after it was tried in a process of its own; see `Opening`."""
    with extra_for(_WHAT):
        import onnxruntime  # noqa: F401

        from retrodict.families.onnx.model import prepared
    audit, where = audit_of(source, trust), f"'{shown(source.path)}'"
    if len(source.content) > _LARGEST:
        raise ModelError(f"{where} holds more than 2 GB, which no protocol buffer may; export the model again")

    if too_many_parts(source.content):
        raise ModelError(f"{where} holds a graph of more parts than any model has; it is damaged, or made to do harm")

    def work() -> None:
        prepared(_parsed(source.content))

    check_endured(source, trust, work)
    try:
        made = _parsed(source.content)
    except ModelError as error:
        raise ModelError(f"{where} holds {error}") from error
    except MemoryError as error:
        raise ModelError(f"{where} takes more memory than there is") from error
    return Opened(made, f"sha256:{audit.sha256}", where, audit)


def _parsed(content: bytes) -> Any:
    import onnx
    from google.protobuf.message import DecodeError

    try:
        return onnx.ModelProto.FromString(content)
    except (DecodeError, RuntimeError, ValueError) as error:
        raise ModelError(f"no whole ONNX model: {error_line(error, 100)}; it is damaged: export it again") from error


def model_of(opened: Opened, settings: Settings) -> Model:
    """Return a graph as a model over its columns; see `Opening`."""
    with extra_for(_WHAT):
        from retrodict.families.onnx.model import wrap
    return wrap(opened, settings, _graph_of)


def _graph_of(made: Any) -> Any:
    """Return the graph of what was opened or given: a model, or a session of onnxruntime that still knows its own."""
    import onnx

    if isinstance(made, onnx.ModelProto):
        return made
    content = getattr(made, "_model_bytes", None)
    if content is None and getattr(made, "_model_path", None):
        raise ModelError("a session that was opened from a file; give the path of that file instead")
    if not isinstance(content, bytes):
        raise ModelError(f"a {type(made).__name__}; {MODELS} is needed, or the path of its file")
    return _parsed(content)
