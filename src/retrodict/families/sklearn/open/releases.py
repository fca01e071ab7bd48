"""What release wrote a model file, and what to install where something of it is not here."""

from __future__ import annotations

import bz2
import importlib
import importlib.util
import lzma
import re
import zlib
from collections.abc import Callable

import sklearn

from retrodict.models.file_audit import FileAudit
from retrodict.plain_text import error_line, shown

_MOVED = (
    ("sklearn.externals", "0.23"),
    ("sklearn.cross_validation", "0.20"),
    ("sklearn.grid_search", "0.20"),
    ("sklearn.learning_curve", "0.20"),
    ("sklearn.lda", "0.19"),
    ("sklearn.qda", "0.19"),
)
"""Modules of scikit-learn that were removed, and the first release without them."""

_PRIVATE = "0.22"
"""The release from which modules such as `sklearn.ensemble.forest` had a leading underscore; their old names were kept
until 0.24."""

_PACKAGES = {
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "category_encoders": "category_encoders",
    "catboost": "retrodict[catboost]",
    "cv2": "opencv-python",
    "feature_engine": "feature-engine",
    "imblearn": "imbalanced-learn",
    "lightgbm": "retrodict[lightgbm]",
    "mlxtend": "mlxtend",
    "pytorch_tabnet": "pytorch-tabnet",
    "quantile_forest": "quantile-forest",
    "sklearn": "scikit-learn",
    "sklearn_pandas": "sklearn-pandas",
    "sksurv": "scikit-survival",
    "skopt": "scikit-optimize",
    "statsmodels": "retrodict[statsmodels]",
    "xgboost": "retrodict[xgboost]",
}
"""What to install for a module, where that has another name, or is an extra of this package."""

_MOST_UNPACKED = 2**26
_VERSION = re.compile(rb"_sklearn_version.{1,16}?(\d+\.\d+[0-9A-Za-z.]{0,12})", re.DOTALL)
_UNPACKERS: tuple[tuple[bytes, Callable[[], object]], ...] = (
    (b"\x1f\x8b", lambda: zlib.decompressobj(31)),
    (b"x", zlib.decompressobj),
    (b"BZh", bz2.BZ2Decompressor),
    (b"\xfd7zXZ", lzma.LZMADecompressor),
    (b"]\x00\x00", lzma.LZMADecompressor),
)


def installed() -> str:
    """Return the release of scikit-learn that is installed here, with its name."""
    return f"scikit-learn {sklearn.__version__}"


def release_in_pickle(content: bytes) -> str | None:
    """Return the release of scikit-learn that a pickle names (`scikit-learn 1.2.2`); nothing in it is run.

    Parameters
    ----------
    content
        All bytes of the file, compressed as joblib does or not.
    """
    found = _VERSION.search(_plain(content))
    return None if found is None else f"scikit-learn {found.group(1).decode('ascii').rstrip('.')}"


def release_named(versions: tuple[str, ...]) -> str | None:
    """Return the first release that a skops file names, with its name; ``None`` where it names none."""
    fit = [version for version in versions if re.fullmatch(r"\d+\.\d+[0-9A-Za-z.]{0,12}", version)]
    return f"scikit-learn {fit[0]}" if fit else None


def differs(written_by: str | None) -> bool:
    """Whether a file was written by another minor release of scikit-learn than is installed here."""
    return written_by is not None and _minor(written_by) != _minor(installed())


def cannot_predict(audit: FileAudit | None) -> str | None:
    """Say why a model of another release fails, and what helps; ``None`` where it is of the installed one.

    Parameters
    ----------
    audit
        The check of the model's file; ``None`` where it came from memory.
    """
    if not isinstance(audit, FileAudit) or audit.written_by is None or not differs(audit.written_by):
        return None
    first = audit.written_by.replace(" ", "==")
    return (
        f"its file was written by {audit.written_by}, and {installed()} is installed here, which can't "
        f"predict with it: use {first}, or fit and save the model again"
    )


def missing_module(name: str) -> str | None:
    """Say what is missing where a module (or a type in one) can't be imported; ``None`` where it can.

    Nothing is imported but modules of scikit-learn: a file must not choose what code runs.

    Parameters
    ----------
    name
        A dotted name, as a file has it.
    """
    top, _, rest = name.partition(".")
    try:
        present = importlib.util.find_spec(top) is not None if top.isidentifier() else False
    except (ImportError, ValueError):
        present = False
    if not present:
        return f"{shown(top, 60)} is not installed: install {shown(_PACKAGES.get(top, top), 60)} to read it"
    if top == "sklearn" and rest and not _in_sklearn(name):
        first = next((release for module, release in _MOVED if name.startswith(module)), _PRIVATE)
        if any(part.startswith("_") for part in name.split(".")[1:-1]):
            return f"{shown(name, 100)} is of another release than {installed()}"
        return f"{shown(name, 100)} is of scikit-learn before {first}: an older release wrote it"
    return None


def unreadable(error: BaseException, written_by: str | None) -> str | None:
    """Say why a pickle can't be read, where that is its release or a missing package; ``None`` where it is not.

    Parameters
    ----------
    error
        What reading it raised.
    written_by
        The release that it names, where it names one.
    """
    name = error.name if isinstance(error, ModuleNotFoundError) else None
    said = missing_module(name) if name else None
    if said is not None and name is not None and name.partition(".")[0] != "sklearn":
        return f"it needs a package that is missing: {said}"
    if said is not None or (written_by is not None and differs(written_by)):
        by = written_by or "an older release of scikit-learn"
        reason = said or error_line(error, 120)
        first = written_by.replace(" ", "==") if written_by else "that release"
        return (
            f"it was written by {by} and {installed()} is installed here, which can't read it ({reason}); "
            f"read it with {first}, or fit and save the model again"
        )
    if name is not None:
        top = name.partition(".")[0]
        return (
            f"it needs the module {shown(name, 100)}, which the installed {shown(top, 60)} lacks: install the release "
            "of it that the model was saved with"
        )
    return None


def _in_sklearn(name: str) -> bool:
    """Whether a module of scikit-learn, or a name in one, is there."""
    module, last = name, None
    for _ in range(2):
        try:
            found = importlib.import_module(module)
        except ImportError:
            module, _, last = module.rpartition(".")
            continue
        return last is None or hasattr(found, last)
    return False


def _minor(release: str) -> tuple[str, ...]:
    return tuple(release.rpartition(" ")[2].split(".")[:2])


def _plain(content: bytes) -> bytes:
    for magic, unpacker in _UNPACKERS:
        if content.startswith(magic):
            try:
                return unpacker().decompress(content, _MOST_UNPACKED)  # type: ignore[attr-defined]
            except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError):
                return b""
    return content
