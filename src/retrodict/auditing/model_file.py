"""The model file as the report names it: what a reader holds beside the file before anybody signs."""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from retrodict.errors import RequestError
from retrodict.models import Model
from retrodict.models.contract import about

_BLOCK = 1 << 20


@dataclass(frozen=True)
class ModelFile:
    """The file, or the folder, that a model was read from.

    Parameters
    ----------
    name
        Without the folders that it lies in.
    sha256
        Of its bytes, hexadecimal; of a folder that of the names and hashes of all files in it.
    modified
        When it was last written, as an ISO date and time in UTC.
    bytes
        Its size.
    """

    name: str
    sha256: str
    modified: str
    bytes: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def model_file(path: str | Path, model: Model | None = None) -> ModelFile:
    """Describe a model file.

    Parameters
    ----------
    path
        A file, or a folder that holds one model.
    model
        What was read from it: its hash is that of the very bytes that were read.

    Raises
    ------
    RequestError
        If it can't be read.
    """
    path = Path(path)
    try:
        modified = path.stat().st_mtime
        if path.is_dir():
            digest, size = _folder_hash(path)
        else:
            seen = None if model is None else about(model).audit
            digest, size = _file_hash(path) if seen is None else (seen.sha256, seen.size)
    except OSError as error:
        raise RequestError(f"model file '{path}' can't be read: {error.strerror or error}") from error
    written = datetime.fromtimestamp(modified, UTC).isoformat(timespec="seconds")
    return ModelFile(path.resolve().name, digest, written, size)


def made_file(path: str | Path, content: bytes) -> ModelFile:
    """Describe a model file that is about to be written.

    Parameters
    ----------
    path
        Where it will lie.
    content
        Its bytes.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return ModelFile(Path(path).name, hashlib.sha256(content).hexdigest(), now, len(content))


def _file_hash(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


def _folder_hash(folder: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(root, name)
            if not path.is_file():  # a pipe or a link to nothing: never opened
                continue
            own, n = _file_hash(path)
            digest.update(f"{own} {path.relative_to(folder).as_posix()}\n".encode(errors="surrogateescape"))
            size += n
    return digest.hexdigest(), size
