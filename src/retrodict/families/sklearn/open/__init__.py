"""Files that hold scikit-learn estimators, skops files and pickles: checked before anything is built."""

from __future__ import annotations

from retrodict.families.sklearn import MODELS as MODELS
from retrodict.models.contract import Model
from retrodict.models.family import Opened, Settings, Source, Trust
from retrodict.models.file_audit import FileAudit
from retrodict.models.file_kinds import file_kind
from retrodict.plain_text import shown

PACKAGES = ("sklearn",)
FILES = "a skops file: save the fitted estimator with skops.io.dump"


def recognises(source: Source) -> bool:
    """Whether a file is skops or a pickle, by its bytes."""
    return bool(source.content) and file_kind(source.content) in ("skops", "pickle")


def audit_of(source: Source, trust: Trust) -> FileAudit:
    """Return what a file would build, without building anything; see `Opening`."""
    from retrodict.families.sklearn.open.model_file import ModelFile

    return ModelFile.open(source, trust).audit


def open_file(source: Source, trust: Trust) -> Opened:
    """Return the estimator that a file holds, after it was checked; see `Opening`."""
    from retrodict.families.sklearn.model.quiet import silence
    from retrodict.families.sklearn.open.model_file import ModelFile

    estimator, notes, audit = ModelFile.open(source, trust).build()
    silence(estimator)
    return Opened(estimator, f"sha256:{audit.sha256}", f"'{shown(source.path)}'", audit, notes)


def model_of(opened: Opened, settings: Settings) -> Model:
    """Return a fitted estimator as a model; see `Opening`."""
    from retrodict.families.sklearn.model.adapter import wrap

    return wrap(opened, settings)
