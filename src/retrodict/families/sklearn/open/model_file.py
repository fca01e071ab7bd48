"""A model file on its way to an estimator: read once, audited, tried where it is not proved, built, checked."""

from __future__ import annotations

import hashlib
import io
import json
import os
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import joblib
from sklearn.exceptions import InconsistentVersionWarning

from retrodict import threads
from retrodict.errors import ModelError, UnsafeFileError
from retrodict.families.sklearn.open.built_check import check_built
from retrodict.families.sklearn.open.guest_state import check_of
from retrodict.families.sklearn.open.releases import (
    differs,
    installed,
    missing_module,
    release_in_pickle,
    release_named,
    unreadable,
)
from retrodict.families.sklearn.open.reviewed import REVIEWED
from retrodict.families.sklearn.open.skops_file import SkopsFile, open_skops
from retrodict.families.sklearn.open.trial_rows import ask
from retrodict.models.family import Source, Trust
from retrodict.models.file_audit import FileAudit
from retrodict.models.file_kinds import file_kind
from retrodict.models.trial import can_fork, endured, endured_apart
from retrodict.models.trial_child import INSIDE
from retrodict.plain_text import error_line, few, one_line, shown
from retrodict.results.notes import Note

HOSTILE = "it is damaged, or made to do harm"
_SAVE = "save the model again with skops.io.dump"
_MOST_NAMED = 5
_CODE = "any code"
_PATIENCE = 30.0
"""Seconds by the clock that a copy of this process gets; a handful of rows takes a fraction of one."""


@dataclass(frozen=True)
class ModelFile:
    """A model file that was read and audited; nothing of it is built yet.

    Parameters
    ----------
    path
        Where it is.
    content
        All its bytes: what is built is what was checked.
    audit
        The check.
    skops
        Its measured parts, where it is a skops file.
    """

    path: Path
    content: bytes
    audit: FileAudit
    skops: SkopsFile | None

    @classmethod
    def open(cls, source: Source, trust: Trust) -> Self:
        """Audit a file.

        Parameters
        ----------
        source
            A skops or pickle file.
        trust
            Names of types to accept, and whether a pickle is accepted.

        Raises
        ------
        ModelError
            If it is damaged, or larger or more entangled than a model is.
        """
        path, content = source.path, source.content
        kind, digest = file_kind(content), hashlib.sha256(content).hexdigest()
        if kind == "pickle":
            code = (_CODE,) if trust.pickle else ()
            by = release_in_pickle(content)
            return cls(path, content, FileAudit(kind, digest, len(content), (_CODE,), (), code, by, _here(by)), None)
        where = shown(path)
        try:
            file = open_skops(content)
            untrusted, misbuilt, vouched = file.untrusted(), file.misbuilt(), file.vouched()
        except ModelError as error:
            raise ModelError(f"'{where}' holds {error}; {HOSTILE}: {_SAVE}") from error
        except MemoryError as error:
            raise ModelError(f"'{where}' takes more memory than there is, before anything of it is built") from error
        except Exception as error:  # a damaged archive fails in zipfile, zlib, json or any node of skops
            raise ModelError(f"'{where}' is damaged: {error_line(error, 200)}; {_SAVE}") from error
        known = vouched | (REVIEWED.keys() - set(misbuilt))
        reviewed = tuple(name for name in untrusted if name in known)
        accepted = tuple(name for name in untrusted if name in trust.names and name not in reviewed)
        by = release_named(file.releases)
        audit = FileAudit(kind, digest, len(content), untrusted, reviewed, accepted, by, _here(by))
        return cls(path, content, audit, file)

    def build(self) -> tuple[Any, tuple[Note, ...], FileAudit]:
        """Return what the file holds, a note for each warning that building it gave, and the audit.

        Raises
        ------
        UnsafeFileError
            If it holds types that are not trusted, or is a pickle that is not.
        ModelError
            If it can't be built, or a part of it does not hold what it says.
        """
        self._refuse()
        guests = any(check_of(name) is not None for name in self.audit.reviewed)
        if (self.audit.trusted or guests) and self.skops is not None:
            self._try_whole(guests)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                estimator = self._built()
            except ModelError as error:
                raise ModelError(f"'{shown(self.path)}' holds {error}") from error
            except MemoryError as error:
                raise ModelError(f"'{shown(self.path)}' takes more memory than there is") from error
            except Exception as error:  # a damaged file can fail anywhere in what it builds
                raise ModelError(
                    f"'{shown(self.path)}' can't be read as {self.audit.format}: {self._why(error)}"
                ) from error
        if os.environ.get(INSIDE) and guests:
            ask(estimator)
        audit = self.audit
        for warning in caught:
            if audit.written_by is None and isinstance(warning.message, InconsistentVersionWarning):
                by = f"scikit-learn {shown(warning.message.original_sklearn_version, 30)}"
                audit = replace(audit, written_by=by, read_by=_here(by))
        return estimator, tuple(dict.fromkeys(_note(warning.message) for warning in caught)), audit

    def _built(self) -> Any:
        if self.skops is None:
            estimator = joblib.load(io.BytesIO(self.content))
        else:
            estimator = self.skops.build((*self.audit.reviewed, *self.audit.trusted))
        check_built(estimator)
        return estimator

    def _try_whole(self, guests: bool) -> None:
        """Build and ask in a child first where compiled code is not scikit-learn's: what it follows is not known here.

        A copy of this process lacks the threads that a library has had here, and may wait for them: what a copy does
        not endure is tried in a new process, which takes seconds to start.
        """
        if os.environ.get(INSIDE):
            return
        apart = [str(self.path), json.dumps(self.audit.trusted)]
        if not can_fork():
            ended = endured_apart(apart)
        elif guests:
            ended = endured(self._asked, wall=_PATIENCE)
            ended = None if ended is None else endured_apart(apart)
        else:
            ended = endured(self._built)
        if ended is not None:
            raise ModelError(f"'{shown(self.path)}' can't be built: in a process of its own {ended}; {HOSTILE}")

    def _asked(self) -> None:
        """Build what the file holds, as a model, and ask it for some rows, on one thread."""
        with threads.capped(1):
            ask(self._built())

    def _refuse(self) -> None:
        refused, where = self.audit.refused, shown(self.path)
        if not refused:
            return
        if self.skops is None:
            raise UnsafeFileError(
                f"'{where}' is a pickle, and reading a pickle can run any code; if you trust its maker, say so with "
                "--trust-pickle (trust_pickle=True), or have it saved with skops.io.dump"
            )
        missing = dict.fromkeys(said for name in refused if (said := missing_module(name)) is not None)
        if missing:
            by = "" if self.audit.written_by is None else f", written by {self.audit.written_by},"
            raise ModelError(f"'{where}'{by} needs what is not here: {few(list(missing), _MOST_NAMED)}")
        misbuilt = [name for name in refused if name in REVIEWED]
        if misbuilt:
            raise ModelError(
                f"'{where}' builds {few([shown(name, 100) for name in misbuilt], _MOST_NAMED)} in another way than "
                f"skops writes; {HOSTILE}: {_SAVE}"
            )
        names = [shown(name, 100) for name in refused]
        flags = " ".join(f"--trust {name}" for name in names[:_MOST_NAMED]) + (
            " ..." if len(names) > _MOST_NAMED else ""
        )
        raise UnsafeFileError(
            f"'{where}' holds types that skops does not know to be safe: {few(names, _MOST_NAMED)}; if you trust "
            f"them, say so with {flags} (trusted={names[:_MOST_NAMED]})"
        )

    def _why(self, error: Exception) -> str:
        return unreadable(error, self.audit.written_by) or f"{error_line(error, 200)}; save it again"


def _here(written_by: str | None) -> str | None:
    return installed() if differs(written_by) else None


def _note(message: Warning | str) -> Note:
    if isinstance(message, InconsistentVersionWarning):
        by, here = shown(message.original_sklearn_version, 30), str(message.current_sklearn_version)
        text = f"{message.estimator_name} was saved by scikit-learn {by} and read by {here}; its outputs may differ"
        return Note("other_release", text, estimator=str(message.estimator_name), written_by=by, read_by=here)
    return Note("while_reading", one_line(message, 200), category=type(message).__name__)
