"""MLflow folders: the file `MLmodel` names the model file inside, which the family that knows it opens."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from retrodict.errors import ModelError
from retrodict.families.mlflow.description import MOST, NAME, Description, described
from retrodict.families.mlflow.members import inside, read_small
from retrodict.models.contract import Model
from retrodict.models.family import Opened, Opening, Settings, Source, Trust
from retrodict.models.file_audit import FileAudit
from retrodict.models.opening import opening_of, read_source
from retrodict.plain_text import shown

PACKAGES = ("mlflow",)
FILES = "an MLflow folder: log the model with MLflow, and give the folder in which MLmodel is"
MODELS = "an MLflow folder"


def recognises(source: Source) -> bool:
    """Whether it is a folder in which MLflow describes a model."""
    return not source.content and NAME in source.members


def audit_of(source: Source, trust: Trust) -> FileAudit:
    """Return the check of the model file inside; see `Opening`."""
    description, opening, inner = _inner(source)
    audit = opening.audit_of(inner, trust)
    return replace(audit, format=f"MLflow folder ({description.flavour}: {audit.format})")


def open_file(source: Source, trust: Trust) -> Opened:
    """Return what the model file inside holds, and with it what the folder adds; see `Opening`."""
    from retrodict.families.mlflow.folder import Folder
    from retrodict.families.mlflow.model import in_folder

    description, opening, inner = _inner(source)
    opened = opening.open_file(inner, trust)
    folder = Folder.read(source.path, description)
    audit = opened.audit
    if audit is not None:
        audit = replace(audit, format=f"MLflow folder ({description.flavour}: {audit.format})")
    return replace(opened, audit=audit, around=partial(in_folder, folder=folder))


def model_of(opened: Opened, settings: Settings) -> Model:
    """Refuse objects of MLflow, which are handles of models elsewhere; see `Opening`."""
    del settings
    where = opened.origin or "what was given"
    raise ModelError(f"{where} is a {type(opened.object).__name__} of MLflow; give the folder of the model instead")


def _inner(source: Source) -> tuple[Description, Opening, Source]:
    """Return what the folder says, and the model file with the way to open it."""
    content = read_small(source.path, NAME, MOST)
    if content is None:
        inside(source.path, NAME)  # says what is wrong with it, if it is not its size
        raise ModelError(f"'{shown(source.path)}' has an {NAME} of more than {MOST:,} bytes; log the model again")
    description = described(source.path, content)
    inner = read_source(inside(source.path, description.model))
    if not inner.content:
        raise ModelError(f"'{shown(inner.path)}' is an empty file; log the model again")
    return description, opening_of(inner), inner
