"""Begin a prior file, from a table or from a model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from retrodict.errors import PriorError
from retrodict.models import load_model
from retrodict.priors.begun.of_model import begun_of_model
from retrodict.priors.begun.of_table import begun_of_table
from retrodict.results.disk import writing
from retrodict.schema.csv_numbers import AS_WRITTEN
from retrodict.tables.files import read_file


@dataclass(frozen=True)
class NewPrior:
    """A prior file that was begun.

    Parameters
    ----------
    path
        The file.
    features
        Their names, in its order.
    open
        Those of which nothing is stated: they are left to be written.
    """

    path: Path
    features: tuple[str, ...]
    open: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {"out": str(self.path), "features": list(self.features), "open": list(self.open)}


def new_prior(
    source: Any, path: str | Path = "prior.yaml", *, target: str | None = None, by_class: bool = False, **settings: Any
) -> NewPrior:
    """Write a commented prior file to go on with, from a public sample or from what a model states.

    The file says of each feature what is known and where it comes from, teaches how features are written, and says what
    of it may not be public. What a model does not state stands in it as a comment, marked ``TODO``. `load_prior` reads
    it back; a feature that is still open is then missing, and using the prior with the model says so.

    Parameters
    ----------
    source
        A frame, or the path of one (CSV or Parquet, told by its ending), which `write_prior_file` would take; else what
        `load_model` takes.
    path
        The new file.
    target
        Of a frame: the column that is no feature.
    by_class
        Of a frame: whether rows of each class of the target are described, too.
    settings
        For the path of a model: the settings of `load_model`, such as `trust_pickle`.

    Returns
    -------
    NewPrior
        The file, and the features that are still open.

    Raises
    ------
    PriorError
        If there is a file of that name, it can't be written, or the source gives no prior; or if a target is named and
        the source is a model.
    ModelError, RequestError
        If the source can't be read.
    """
    path = Path(path)
    name = Path(source).name if isinstance(source, str | Path) else type(source).__name__
    frame = _frame(source)
    if frame is None and (target is not None or by_class):
        raise PriorError("a target and its classes are those of a table, and a model was given; leave them out")
    if frame is not None:
        begun = begun_of_table(frame, name, target, by_class=by_class)
    else:
        begun = begun_of_model(load_model(source, **settings), name)
    with writing(path):
        try:
            with path.open("x", encoding="utf-8") as stream:
                stream.write(begun.text())
        except FileExistsError:
            raise PriorError(f"'{path}' is there already; give another name") from None
    return NewPrior(path, tuple(begun.features), begun.open)


def _frame(source: Any) -> pd.DataFrame | None:
    if isinstance(source, pd.DataFrame):
        return source
    if not isinstance(source, str | Path) or Path(source).suffix.lower() not in (".csv", ".parquet"):
        return None
    return read_file(Path(source), "sample", lambda path: pd.read_csv(path, **AS_WRITTEN))
