"""Many models, one index: each audited into a folder of its own, the worst first, and finished ones kept."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from retrodict.auditing import AuditRequest, Report, compute_audit
from retrodict.auditing.finding import ORDER
from retrodict.auditing.model_file import ModelFile, model_file
from retrodict.errors import RequestError, RetrodictError
from retrodict.models import Model
from retrodict.models.opening import is_model_folder
from retrodict.plain_text import cut, error_line, json_text, one_line, shown
from retrodict.report.audit.file_names import HTML, JSON
from retrodict.report.audit.write import check_extras, write_audit
from retrodict.report.pages import write_page
from retrodict.results.claim import claimed
from retrodict.results.disk import writing
from retrodict.results.folder import replace_text
from retrodict.results.result import Result, ShownTable

INDEX_HTML, INDEX_JSON = "index.html", "index.json"
INDEX_VERSION: Literal["1.0"] = "1.0"
_NAME = 60
"""Characters of a model's name that its folder is called by."""
_SHOWN = 34
"""Characters of a name in a printed table."""
_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")
_WORST_FIRST = ("reject", None, "review", "release")
"""What could not be judged stands before what a person must decide: nothing is known of it."""

_APART = frozenset(("prior", "appetite", "cache", "workers"))
"""Options whose names say nothing of what is in them, or that change no result."""

Verdict = Literal["release", "review", "reject"]


@dataclass(frozen=True)
class ModelLine:
    """One model of the folder.

    Parameters
    ----------
    name
        Its path in the folder.
    folder
        Where its audit lies beside the index; ``None`` where there is none.
    verdict
        ``None`` where it could not be audited, which is no all-clear.
    why
        Why in plain words, or why it could not be audited.
    family, sha256, modified, bytes
        What it is, where that is known.
    kept
        Whether its audit is that of an earlier run.
    """

    name: str
    folder: str | None
    verdict: Verdict | None
    why: str
    family: str | None = None
    sha256: str | None = None
    modified: str | None = None
    bytes: int | None = None
    kept: bool = False


@dataclass(frozen=True, eq=False, repr=False)
class FolderAudit(Result):
    """The audits of all models of a folder.

    Parameters
    ----------
    lines
        One a model, the worst first.
    """

    lines: tuple[ModelLine, ...]

    @property
    def unread(self) -> tuple[ModelLine, ...]:
        """Models that could not be audited."""
        return tuple(one for one in self.lines if one.verdict is None)

    @property
    def verdicts(self) -> list[str]:
        """Those that were reached."""
        return [one.verdict for one in self.lines if one.verdict is not None]

    def content(self) -> dict[str, Any]:
        """Return the content of index.json."""
        counts = {word: self.verdicts.count(word) for word in reversed(ORDER)}
        models = [asdict(one) for one in self.lines]
        return {"schema_version": INDEX_VERSION, "models": models, "counts": {**counts, "not_read": len(self.unread)}}

    def to_frame(self) -> pd.DataFrame:
        """Return one line a model, the worst first."""
        return pd.DataFrame([asdict(one) for one in self.lines], columns=[one.name for one in fields(ModelLine)])

    @property
    def head(self) -> str:
        """How many there are of each verdict."""
        counts = self.content()["counts"]
        told = ", ".join(f"{n:,} {word.replace('_', ' ')}" for word, n in counts.items() if n)
        return f"Audits of {len(self.lines):,} models: {told or 'none'}"

    def tables(self) -> list[ShownTable]:
        """Return one line a model."""
        lines = [
            [one.verdict or "NOT READ", cut(one.name, _SHOWN), cut(one.family or "", _SHOWN)] for one in self.lines
        ]
        heads = ("verdict", "model", "family")
        return [ShownTable(pd.DataFrame(lines, columns=list(heads)), index=False, left=heads)]

    def remarks(self) -> list[str]:
        """Return why, a line a model."""
        return [f"{one.name}: {one.why}" for one in self.lines]


@dataclass(frozen=True)
class Asked:
    """What is asked of every model of a folder.

    Parameters
    ----------
    opened
        Loads a model from its path.
    tables
        Reads the real rows for a model: ``train`` and ``holdout``.
    options
        What `AuditRequest.of` is asked beside them.
    command
        Returns the command that audits one model into one folder.
    apart
        What else decides the result, as text: how models are opened.
    """

    opened: Callable[[Path], Model]
    tables: Callable[[Model], Mapping[str, Any]]
    options: Mapping[str, Any]
    command: Callable[[Path, Path], str]
    apart: str = ""


def audit_folder(
    folder: str | Path, asked: Asked, *, out: str | Path, say: Callable[[str], None] = lambda line: None
) -> FolderAudit:
    """Audit every model in a folder and the folders in it; hidden files and links to folders aside.

    Parameters
    ----------
    folder
        Where the models lie.
    asked
        The same of each of them.
    out
        A new folder, or one that an earlier run of the same kind has left: what was finished there with the same file
        and the same request is kept.
    say
        Is told what is done next.

    Returns
    -------
    FolderAudit
        Also written: ``index.html`` and ``index.json`` in the folder, after each model.

    Raises
    ------
    RetrodictError
        If there is no model, or the folder can't be written. What ends the audit of one model is a line of its own.
    """
    folder, out = Path(folder), Path(out)
    check_extras()
    found = list(_models(folder, out))
    if not found:
        raise RequestError(f"'{shown(folder)}' holds no file that could be a model; give a folder with model files")
    with claimed(out), writing(out):
        _check_ours(out)
        out.mkdir(parents=True, exist_ok=True)
        lines: list[ModelLine] = []
        for at, path in enumerate(found):
            name = path.relative_to(folder).as_posix()
            head = f"{at + 1}/{len(found)} {shown(name)}"
            lines.append(_one(path, name, out, asked, lambda line, head=head: say(f"{head}: {line}")))  # type: ignore[misc]
            left = [_waiting(other.relative_to(folder).as_posix()) for other in found[at + 1 :]]
            result = FolderAudit(tuple(sorted([*lines, *left], key=_rank)))
            _write(result, out)
    return result


def _one(path: Path, name: str, out: Path, asked: Asked, say: Callable[[str], None]) -> ModelLine:
    """Audit one model; whatever ends that is its line."""
    place = out / folder_name(name)
    file: ModelFile | None = None
    try:
        model = asked.opened(path)
        file = model_file(path, model)
        given: dict[str, Any] = {**asked.tables(model), **asked.options}
        request = AuditRequest.of(model, **given, file=path)
        digest = _digest(request, asked)
        kept = _kept(place, file, digest)
        if kept is not None:
            say("kept: it was audited before, of the same file and for the same request")
            return _line(name, place, kept, kept=True)
        result = compute_audit(request, say)
        told = {"command": asked.command(path, place), "request_sha256": digest}
        result = replace(result, provenance={**result.provenance, **told})
        _clear(place)
        write_audit(result, place, request.records)
        return _line(name, place, result.report)
    except RetrodictError as error:
        why = one_line(error, 400)
    except MemoryError:
        why = "memory ran out"
    except Exception as error:  # a fault ends one audit, and is said; the others go on
        why = f"failed by a fault in the software ({error_line(error, 200)}); please report it"
    say(f"not audited: {why}")
    line = ModelLine(shown(name), None, None, f"not audited: {why}")
    return line if file is None else replace(line, sha256=file.sha256, modified=file.modified, bytes=file.bytes)


def _models(folder: Path, out: Path) -> Iterator[Path]:
    """Yield what may be a model, by name; the folder that the audits go to is not looked into."""
    if not folder.is_dir():
        raise RequestError(f"'{shown(folder)}' is no folder; give one with model files")
    own = out.resolve()

    def refused(error: OSError) -> None:
        raise RequestError(f"'{shown(error.filename)}' can't be read: {error.strerror}; check its permissions")

    for root, folders, names in os.walk(folder, onerror=refused):
        inner = sorted(one for one in folders if not one.startswith(".") and Path(root, one).resolve() != own)
        whole = [one for one in inner if is_model_folder(Path(root, one))]
        folders[:] = [one for one in inner if one not in whole]
        yield from (Path(root, one) for one in sorted([*whole, *(n for n in names if not n.startswith("."))]))


def folder_name(name: str) -> str:
    """Return what a model's folder is called: its name as far as any disk takes it, and a hash of all of it."""
    digest = hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()[:8]
    return f"{_PLAIN.sub('_', name).strip('._')[:_NAME] or 'model'}-{digest}"


def _digest(request: AuditRequest, asked: Asked) -> str:
    """Return a hash of all that decides an audit but the model file."""
    from retrodict import __version__
    from retrodict.tables.fingerprint import table_hash

    rows = {name: getattr(request, name) for name in ("train", "holdout")}
    given = {name: value for name, value in asked.options.items() if name not in _APART}
    prior = request.prior
    content = {
        "given": given,
        "appetite": request.appetite.model_dump(),
        "prior": _content(prior) if isinstance(prior, str | Path) else repr(prior),
        "tables": {name: None if frame is None else table_hash(frame) for name, frame in rows.items()},
        "opening": asked.apart,
        "retrodict": __version__,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def _content(path: str | Path) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError as error:
        raise RequestError(f"'{shown(path)}' can't be read: {error.strerror}") from error


def _kept(place: Path, file: ModelFile, digest: str) -> Report | None:
    """Return the report of an earlier run, if it is of the same bytes and the same request, and is whole."""
    try:
        report = Report.load(place / JSON)
    except RetrodictError:
        return None
    seen = report.provenance
    same = (seen.get("file") or {}).get("sha256") == file.sha256 and seen.get("request_sha256") == digest
    return report if same else None


def _clear(place: Path) -> None:
    """Take away the audit of an earlier run; what is none is left, and said."""
    if not place.exists():
        return
    try:
        Report.load(place / JSON)
    except RetrodictError as error:
        if any(place.iterdir()):
            raise RequestError(f"'{shown(place)}' holds something else than an audit; remove it first") from error
    shutil.rmtree(place)


def _check_ours(out: Path) -> None:
    if not out.exists() or not any(out.iterdir()):
        return
    try:
        ours = out.is_dir() and json.loads((out / INDEX_JSON).read_text(encoding="utf-8"))["schema_version"]
    except (OSError, ValueError, KeyError, TypeError):
        ours = None
    if ours != INDEX_VERSION:
        raise RequestError(f"'{shown(out)}' holds something else than audits of a folder; give a new folder")


def _line(name: str, place: Path, report: Report, kept: bool = False) -> ModelLine:
    about, file = report.provenance["model"], report.provenance.get("file") or {}
    why = " ".join(report.summary) or next(iter(report.reasons_against), "nothing that was tested speaks against it")
    facts = {key: file.get(key) for key in ("sha256", "modified", "bytes")}
    return ModelLine(shown(name), place.name, report.verdict, why, about["family"], **facts, kept=kept)


def _waiting(name: str) -> ModelLine:
    return ModelLine(shown(name), None, None, "not audited yet: the run was not finished; start it again to go on")


def _rank(line: ModelLine) -> tuple[int, str]:
    return _WORST_FIRST.index(line.verdict), line.name


def _write(found: FolderAudit, out: Path) -> None:
    from retrodict.report.templates import page_of

    replace_text(out / INDEX_JSON, json_text(found.to_dict()) + "\n")
    write_page(out / INDEX_HTML, page_of("folder.html.j2", lines=found.lines, head=found.head, report=HTML))
