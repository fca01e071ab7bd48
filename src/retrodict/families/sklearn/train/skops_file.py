"""A trained pipeline as a skops file that was read back and found to be the same."""

from __future__ import annotations

from typing import Any
from zipfile import ZIP_DEFLATED

import numpy as np
import pandas as pd

from retrodict.families.sklearn.open.reviewed import REVIEWED
from retrodict.families.sklearn.open.same_bytes import skops_bytes
from retrodict.families.sklearn.open.skops_file import open_skops


def checked_bytes(pipeline: Any, rows: pd.DataFrame) -> tuple[bytes | None, tuple[str, ...]]:
    """Return the content of a file, and the types that a reader must be told to trust; none for scikit-learn's own.

    Parameters
    ----------
    pipeline
        A fitted pipeline.
    rows
        That it and what comes back are asked of.

    Returns
    -------
    tuple of bytes or None and tuple of str
        ``None`` where what comes back does not give the very same outputs.
    """
    content = skops_bytes(pipeline, ZIP_DEFLATED)
    file = open_skops(content)
    known = file.vouched() | REVIEWED.keys()
    untrusted = tuple(name for name in file.untrusted() if name not in known)
    again = file.build((*untrusted, *known))
    same = all(
        np.array_equal(getattr(again, way)(rows), getattr(pipeline, way)(rows))
        for way in ("predict", "predict_proba")
        if hasattr(pipeline, way)
    )
    return content if same else None, untrusted
