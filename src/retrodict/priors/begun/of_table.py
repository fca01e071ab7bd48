"""What a table says of its columns, as the beginning of a prior file."""

from __future__ import annotations

import pandas as pd

from retrodict.priors.begun.text import Begun
from retrodict.priors.file.table_one import characteristics

_NAMES_ITS_ROWS = 0.5
"""Share of rows from which on different values of a listed column look like names of single rows."""


def begun_of_table(frame: pd.DataFrame, source: str, target: str | None = None, *, by_class: bool = False) -> Begun:
    """Return the beginning of a prior file from a public sample.

    Parameters
    ----------
    frame
        The sample.
    source
        What it is called.
    target
        A column that is no feature.
    by_class
        Whether each class of the target is written, too.

    Raises
    ------
    PriorError
        As `write_prior_file`.
    """
    data = characteristics(frame, target, 0.0, by_class=by_class)
    features = data["features"]
    comments = {name: _comment(frame[name], "shares" in entry) for name, entry in features.items()}
    head = (
        f"What is assumed of the features, as --prior takes it: begun from {source}, {len(frame):,} rows.",
        "It says what a paper's table would say of all rows together, and whoever reads this file knows that. But min "
        "and max are values of single rows, the smallest and the largest, and a rare category may be one person: round "
        "them, or leave them out, where that is not yours to tell.",
    )
    return Begun(
        head,
        features,
        comments,
        data.get("correlations", ()),
        data.get("target"),
        data.get("class_shares"),
        data.get("classes", {}),
    )


def _comment(column: pd.Series, listed: bool) -> str:
    present = column.dropna()
    different = int(present.nunique())
    told = f"{different:,} different values in {len(present):,} rows"
    if listed and different >= _NAMES_ITS_ROWS * len(present):
        return f"{told}: are these names or numbers of persons? Then leave the column out of the table"
    return told
