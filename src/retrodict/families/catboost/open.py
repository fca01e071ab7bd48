"""Files that hold models of CatBoost, cbm and json: read, checked and written again before CatBoost sees any."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from retrodict.errors import ModelError, RetrodictError
from retrodict.models.contract import Model
from retrodict.models.family import Opened, Settings, Source, Trust
from retrodict.models.file_audit import FileAudit
from retrodict.models.guard import check_endured
from retrodict.plain_text import shown

if TYPE_CHECKING:
    from retrodict.families.catboost.content import Content
    from retrodict.families.catboost.own_columns import Beside

PACKAGES = ("catboost", "_catboost")
FILES = "a cbm or json file of CatBoost: save the model with its save_model"
MODELS = "a fitted CatBoost classifier or regressor"

_MAGIC = b"CBM1"
_RELEASE = re.compile(r"\bv(\d{1,4}(?:\.\d{1,4}){1,3})\b|CatBoost release (\d{1,4}(?:\.\d{1,4}){1,3})")
_SAVE = "it is damaged, or made to do harm: save the model again with save_model"


@dataclass(frozen=True)
class _OpenedFile(Opened):
    """What a file held, and whatever stands in it beside what CatBoost holds."""

    as_json: bool = False
    content: Content | None = None


def recognises(source: Source) -> bool:
    """Whether a file is a cbm file, or a json file with trees and columns as CatBoost writes them."""
    return source.content.startswith(_MAGIC) or _as_json(source.content)


def _as_json(content: bytes) -> bool:
    trees = b'"oblivious_trees"' in content or b'"trees"' in content
    return content[:64].lstrip().startswith(b"{") and b'"features_info"' in content and trees


def check_content(content: bytes) -> None:
    """Check the bytes of a model, wherever they stand.

    Raises
    ------
    ModelError
        If they are damaged, or made to do harm.
    """
    _read(content, "the model of CatBoost")


def _read(content: bytes, where: str) -> tuple[Content, tuple[str, ...]]:
    from retrodict.families.catboost.cbm_file import read_cbm
    from retrodict.families.catboost.checks import checked
    from retrodict.families.catboost.flat_reader import DamagedError
    from retrodict.families.catboost.json_file import read_json

    try:
        found, left = (read_cbm(content), ()) if content.startswith(_MAGIC) else read_json(content)
        return checked(found), left
    except DamagedError as fault:
        raise ModelError(f"{where} can't be read as a model of CatBoost: it has {shown(fault)}; {_SAVE}") from fault
    except (MemoryError, OverflowError) as error:
        raise ModelError(f"{where} takes more memory than there is, or has too large numbers; {_SAVE}") from error


def audit_of(source: Source, trust: Trust) -> FileAudit:
    """Return the check of a file, which holds numbers and texts alone; see `Opening`."""
    return _audit(source, _read(source.content, f"'{shown(source.path)}'")[0])


def _audit(source: Source, found: Content) -> FileAudit:
    told = _RELEASE.search(found.info.get("catboost_version_info", ""))
    form = "cbm" if source.content.startswith(_MAGIC) else "catboost json"
    by = None if told is None else f"CatBoost {told[1] or told[2]}"
    return FileAudit(form, sha256(source.content).hexdigest(), len(source.content), written_by=by)


def open_file(source: Source, trust: Trust) -> Opened:
    """Return the model that a file holds, after it was checked; see `Opening`."""
    from retrodict.families.catboost.cbm_file import write_cbm
    from retrodict.families.catboost.native import asked

    where = f"'{shown(source.path)}'"
    found, left = _read(source.content, where)
    audit = _audit(source, found)
    blob = write_cbm(found)
    check_endured(source, trust, lambda: asked(found, blob))
    try:
        made = asked(found, blob)
    except RetrodictError:
        raise
    except MemoryError as error:
        raise ModelError(f"{where} takes more memory than there is") from error
    except Exception as error:  # CatBoost's own, and whatever its Python side meets in settings of others
        reason = f"{type(error).__name__}: {shown(' '.join(str(error).split()))}"
        raise ModelError(f"{where} can't be read by CatBoost: {reason}; {_SAVE}") from error
    as_json = not source.content.startswith(_MAGIC)
    return _OpenedFile(
        made,
        f"sha256:{audit.sha256}",
        origin=where,
        audit=audit,
        left=left,
        as_json=as_json,
        content=found,
    )


def model_of(opened: Opened, settings: Settings) -> Model:
    """Return a fitted model of CatBoost over its columns; see `Opening`."""
    from retrodict.families.catboost.wrap import wrap

    return wrap(opened, settings, *_beside(opened))


def scored_of(opened: Opened, settings: Settings, reason: str) -> Model:
    """Return a fitted model that has no likelihood as a model of raw outputs; see `Scoring`."""
    from retrodict.families.catboost.wrap import scored

    return scored(opened, settings, reason, *_beside(opened))


def _beside(opened: Opened) -> tuple[Beside, Content | None]:
    from retrodict.families.catboost.own_columns import Beside

    if isinstance(opened, _OpenedFile) and opened.content is not None:
        return Beside(opened.as_json, opened.content.names_by_hash), opened.content
    return Beside(), None
