"""A trained pipeline as a file of its last step's own library, where that step takes the columns as they are."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.errors import RequestError
from retrodict.families.sklearn.train.algorithms import guest_algorithms, of_guest
from retrodict.families.sklearn.train.preprocessing import LISTS
from retrodict.models.contract import Classifier, Regressor, own_schema
from retrodict.models.opening import load_model

Array = np.ndarray


def is_native(name: str, suffix: str) -> bool:
    """Whether files of a suffix are an algorithm's own."""
    return name in guest_algorithms() and suffix in of_guest(name, "native_suffixes")


def native_bytes(pipeline: Any, name: str, suffix: str, rows: pd.DataFrame) -> bytes | None:
    """Return the content of a file of an algorithm's own library.

    Parameters
    ----------
    pipeline
        Fitted, as `member` makes it.
    name
        One of `guest_algorithms`.
    suffix
        For which `is_native` holds.
    rows
        That it and what comes back are asked of.

    Returns
    -------
    bytes or None
        ``None`` where what comes back does not give the very same outputs.

    Raises
    ------
    RequestError
        If such a file can't hold it.
    """
    lists = [columns for part, _, columns in pipeline[0].transformers_ if part == LISTS]
    if lists:
        raise RequestError(
            f"a file of {name} holds the trees alone, and {', '.join(map(str, lists[0]))} are lists that were made "
            "numbers before; give a path that ends in .skops"
        )
    names = [str(one) for one in pipeline[0].feature_names_in_]
    content: bytes | None = of_guest(name, "native_content", pipeline[-1], suffix, names)
    if content is None:
        raise RequestError(
            f"a file of {name} holds one model, and this is one for each class; give a path that ends in .skops"
        )
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"model{suffix}"
        path.write_bytes(content)
        same = np.array_equal(_said(load_model(path), rows), _said(load_model(pipeline), rows), equal_nan=True)
    return content if same else None


def _said(model: Any, rows: pd.DataFrame) -> Float[Array, "n ..."]:
    """Return what a model says of rows, whatever it calls columns and classes."""
    own = own_schema(model)
    X = own.encode(rows.set_axis(list(own.names), axis=1))
    if isinstance(model, Classifier):
        return model.log_proba(X)
    assert isinstance(model, Regressor)
    return model.predict(X)
