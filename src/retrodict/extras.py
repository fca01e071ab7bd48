"""Optional libraries: which extra brings them, and what is said where one is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from retrodict.errors import MissingExtraError

EXTRA_OF = {
    "arviz": "arviz",
    "catboost": "catboost",
    "fsspec": "remote",
    "jinja2": "report",
    "lightgbm": "lightgbm",
    "matplotlib": "plot",
    "numba": "rebuild",
    "onnx": "onnx",
    "onnxruntime": "onnx",
    "python_multipart": "app",
    "ray": "ray",
    "starlette": "app",
    "statsmodels": "statsmodels",
    "uvicorn": "app",
    "xgboost": "xgboost",
}
"""The extra of retrodict that installs a library, by the name it is imported under."""

USES = {
    "app": "the audit in a browser",
    "arviz": "draws as ArviZ's InferenceData",
    "plot": "pictures",
    "ray": "studies and large tables on a cluster",
    "rebuild": "tables rebuilt from node counts; record risk",
    "remote": "results on S3 and other stores (with the store's own package, such as s3fs)",
    "report": "the report of an audit; record risk",
    "study": "the report of a study",
}
"""What an extra is for beside the models of a family."""


@contextmanager
def extra_for(what: str, extra: str | None = None) -> Iterator[None]:
    """Import optional libraries inside; say in one line what needs the one that is missing, and how to get it.

    Parameters
    ----------
    what
        What they are for, as the subject of the sentence.
    extra
        What installs all that it needs; by default the extra of the library that is missing.

    Raises
    ------
    MissingExtraError
        If a library of `EXTRA_OF` is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name not in EXTRA_OF:
            raise
        raise MissingExtraError(
            f"{what} needs {name}, which is not installed; pip install 'retrodict[{extra or EXTRA_OF[name]}]'"
        ) from error
