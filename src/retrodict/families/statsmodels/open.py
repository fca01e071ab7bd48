"""Files that hold results of statsmodels: pickles, which run code when they are read, and so must be trusted."""

from __future__ import annotations

from hashlib import sha256

from retrodict.errors import ModelError, UnsafeFileError
from retrodict.extras import extra_for
from retrodict.models.contract import Model
from retrodict.models.family import Opened, Settings, Source, Trust
from retrodict.models.file_audit import FileAudit
from retrodict.models.file_kinds import file_kind
from retrodict.models.pickle_head import first_package
from retrodict.plain_text import error_line, shown

PACKAGES = ("statsmodels", "patsy", "formulaic")  # the last two read formulas for the first
FILES = "a pickle of a statsmodels result, written by its method save"
MODELS = "a fitted result of statsmodels"

_CODE = "any code"


def recognises(source: Source) -> bool:
    """Whether a file is a pickle whose outermost object is of statsmodels."""
    content = source.content
    return bool(content) and file_kind(content) == "pickle" and first_package(content) == "statsmodels"


def audit_of(source: Source, trust: Trust) -> FileAudit:
    """Return the check of a pickle, of which nothing can be said but that it may run any code; see `Opening`."""
    content = source.content
    trusted = (_CODE,) if trust.pickle else ()
    return FileAudit("pickle", sha256(content).hexdigest(), len(content), (_CODE,), (), trusted)


def open_file(source: Source, trust: Trust) -> Opened:
    """Return the result that a pickle holds, if it is trusted; see `Opening`."""
    audit, where = audit_of(source, trust), f"'{shown(source.path)}'"
    if audit.refused:
        raise UnsafeFileError(
            f"{where} is a pickle of a statsmodels result, and reading a pickle can run any code; statsmodels has no "
            "other kind of file: if you trust its maker, say so with --trust-pickle (trust_pickle=True)"
        )
    with extra_for("reading results of statsmodels"):
        import statsmodels  # noqa: F401
    from retrodict.families.statsmodels.restore import loads

    try:
        made = loads(source.content)
    except MemoryError as error:
        raise ModelError(f"{where} takes more memory than there is") from error
    except Exception as error:  # a damaged pickle can fail anywhere in what it builds
        raise ModelError(
            f"{where} can't be read as a pickle: {error_line(error, 200)}; save the result again"
        ) from error
    return Opened(made, f"sha256:{audit.sha256}", where, audit)


def model_of(opened: Opened, settings: Settings) -> Model:
    """Return a fitted result as a model; see `Opening`."""
    with extra_for("reading results of statsmodels"):
        from retrodict.families.statsmodels.model import wrap
    return wrap(opened, settings)
