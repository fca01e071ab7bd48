"""Files that hold models of XGBoost: JSON and UBJSON, checked whole and then written anew for the library."""

from __future__ import annotations

import struct
from hashlib import sha256
from typing import TYPE_CHECKING

from retrodict import threads
from retrodict.errors import ModelError
from retrodict.extras import extra_for
from retrodict.families.xgboost.read_learner import is_json, read_learner, written
from retrodict.families.xgboost.sections import ContentError, OtherKindError
from retrodict.models.contract import Model
from retrodict.models.family import Opened, Settings, Source, Trust
from retrodict.models.file_audit import FileAudit
from retrodict.models.guard import check_endured
from retrodict.plain_text import few, shown

if TYPE_CHECKING:
    from retrodict.families.xgboost.learner import Learner

PACKAGES = ("xgboost",)
FILES = "an XGBoost file in JSON or UBJSON: save the model with save_model('model.ubj')"
MODELS = "a fitted XGBoost booster, classifier or regressor"

_HOSTILE = "it is damaged, or made to do harm"
_SAVE = "save the model again with save_model('model.ubj')"
_KEYS = (b"learner", b"gradient_booster")
_PARAM = 136
"""Bytes before the objective's name in the binary format that XGBoost gave up."""
_LONGEST_NAME = 64
_MOST_NAMED = 5


def recognises(source: Source) -> bool:
    """Whether a file is XGBoost's, by its bytes: JSON or UBJSON with a learner in it, or its old binary format."""
    content = source.content
    whole = content[:1_000].lstrip()[:1] == b"{" and all(key in content for key in _KEYS)
    return whole or _is_old(content)


def _is_old(content: bytes) -> bool:
    """Whether the names of an objective and of a booster stand where the old binary format has them."""
    start = content[4:] if content[:4] == b"binf" else content
    names = []
    at = _PARAM
    for _ in range(2):
        if len(start) < at + 8:
            return False
        (length,) = struct.unpack_from("<Q", start, at)
        if not 0 < length <= _LONGEST_NAME:
            return False
        names.append(start[at + 8 : at + 8 + length])
        at += 8 + length
    return b":" in names[0] and names[1] in (b"gbtree", b"gblinear", b"dart")


def audit_of(source: Source, trust: Trust) -> FileAudit:
    """Return the check of a file, which holds numbers and texts alone: none of it can run; see `Opening`."""
    del trust
    return _audit(source, _read(source))


def _audit(source: Source, learner: Learner) -> FileAudit:
    kind = "XGBoost JSON" if is_json(source.content) else "XGBoost UBJSON"
    by = f"xgboost {'.'.join(str(number) for number in learner.version)}"
    return FileAudit(kind, sha256(source.content).hexdigest(), len(source.content), written_by=by)


def _read(source: Source) -> Learner:
    where = f"'{shown(source.path)}'"
    if _is_old(source.content):
        raise ModelError(
            f"{where} is of the binary format that XGBoost has given up; load it with an XGBoost before 3.1 and "
            "save it with save_model('model.ubj')"
        )
    try:
        return read_learner(source.content)
    except OtherKindError as error:
        raise ModelError(f"{where} holds {error}") from error
    except ContentError as error:
        raise ModelError(f"{where} holds {shown(str(error), 200)}; {_HOSTILE}: {_SAVE}") from error
    except MemoryError as error:
        raise ModelError(f"{where} takes more memory than there is") from error


def check_content(content: bytes) -> None:
    """Check the bytes of one model, wherever they stand.

    Parameters
    ----------
    content
        JSON or UBJSON, alone or with a configuration beside it, as a pickled booster has it.

    Raises
    ------
    ModelError
        If it is damaged, would do harm to compiled code that follows it, or has parts that no reader knows.
    """
    try:
        unknown = read_learner(content).unknown
    except ContentError as error:
        raise ModelError(f"an XGBoost model that holds {shown(str(error), 200)}; {_HOSTILE}: {_SAVE}") from error
    if unknown:  # the library passes over them: nobody would say that they are there
        raise ModelError(
            f"an XGBoost model with parts that no reader knows ({few(list(unknown), _MOST_NAMED)}); save it alone, "
            "with save_model('model.ubj'), and look at that file"
        )


def open_file(source: Source, trust: Trust) -> Opened:
    """Return the booster that a file holds, made of what was read and checked; see `Opening`."""
    learner = _read(source)
    audit = _audit(source, learner)
    with extra_for("reading XGBoost models"):
        from retrodict.families.xgboost.booster import FileBooster, Head
    from retrodict.families.xgboost.objectives import check_known
    from retrodict.families.xgboost.trial_rows import ask, tried

    where = f"'{shown(source.path)}'"
    check_known(learner.objective, where)
    content = bytearray(written(learner, as_json=False))
    head = Head.of(learner)
    check_endured(source, trust, lambda: tried(content, head))
    try:
        with threads.asking(1, 1):
            made = FileBooster.made(learner, content, is_json(source.content))
            ask(made, head)
    except Exception as error:  # the library's own reading may refuse what is checked here
        raise ModelError(f"{where} can't be read by the XGBoost that is installed; {_SAVE}") from error
    return Opened(made, f"sha256:{audit.sha256}", where, audit, left=learner.unknown)


def model_of(opened: Opened, settings: Settings) -> Model:
    """Return a booster or an estimator of XGBoost as a model; see `Opening`."""
    from retrodict.families.xgboost.model import wrap

    return wrap(opened, settings)


def scored_of(opened: Opened, settings: Settings, reason: str) -> Model:
    """Return a fitted booster or estimator that has no likelihood as a model of margins; see `Scoring`."""
    from retrodict.families.xgboost.model import scored

    return scored(opened, settings, reason)
