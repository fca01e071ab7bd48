"""Where distilling takes rows from: the prior, and what the model file itself states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from retrodict.errors import RetrodictError
from retrodict.models import Model
from retrodict.priors import Prior, fit_prior, implied_prior
from retrodict.reconstruction.provenance import describe
from retrodict.results.notes import Note
from retrodict.schema import Schema
from retrodict.tables.layout import Layout

Array = np.ndarray

PRIOR, FILE = "prior", "file"
_TRIES = 3


@dataclass(frozen=True, eq=False)
class Source:
    """A prior that rows are drawn from.

    Parameters
    ----------
    title
        `PRIOR` or `FILE`.
    prior
        Itself.
    """

    title: str
    prior: Prior

    def frame(self, schema: Schema, n: int, rng: np.random.Generator) -> pd.DataFrame:
        """Return draws, features only, in the schema's order."""
        return self.prior.schema.decode(self.prior.sample(n, rng))[list(schema.names)]

    def codes(
        self,
        layout: Layout,
        schema: Schema,
        takes: Callable[[Float[Array, "n d"]], Bool[Array, " n"]],
        n: int,
        rng: np.random.Generator,
    ) -> Float[Array, "m d"]:
        """Return draws as codes, without those that hold a value that no table has or that the model refuses.

        A number in a column that is listed counts as the category nearest to it.

        Parameters
        ----------
        layout
            Of the tables.
        schema
            Whose features.
        takes
            Which rows the model takes.
        n
            How many; fewer come back only where most are refused.
        rng
            Of the draws.
        """
        found = []
        for _ in range(_TRIES):
            frame = self.frame(schema, n, rng)
            known = np.ones(len(frame), dtype=bool)
            for column in layout.without_target.columns:
                if column.listed:
                    values = _listed(frame[column.name], column.categories)
                    frame[column.name] = values
                    known &= (values.isna() | values.isin(column.categories)).to_numpy()
            X = layout.without_target.encode(frame[known], self.title)
            found.append(X[takes(X)])
            if sum(map(len, found)) >= n:
                break
        return np.concatenate(found)[:n]


def _listed(values: pd.Series[Any], categories: tuple[Any, ...]) -> pd.Series[Any]:
    """Return values as the categories that they are nearest to, where both are numbers.

    What a file states of a column of zeros and ones is often a mean and a variance: its draws are numbers then.
    """
    plain = all(isinstance(one, int | float | np.integer | np.floating | np.bool_) for one in categories)
    if not plain or not pd.api.types.is_numeric_dtype(values):
        return values.astype(object)
    order = np.array([float(one) for one in categories])
    nearest = np.abs(values.to_numpy(dtype=np.float64)[:, None] - order).argmin(axis=1)
    taken = pd.Series([categories[i] for i in nearest], index=values.index, dtype=object)
    return taken.where(values.notna(), None)


def sources(prior: Any, model: Model, schema: Schema) -> tuple[list[Source], list[Note]]:
    """Return what rows can be drawn from, and what a user should know of it.

    Parameters
    ----------
    prior
        A prior or rows of one; ``None`` where there is none.
    model
        Whose file may state more.
    schema
        Of the tables.
    """
    found, notes = [], []
    if prior is not None:
        own = prior if isinstance(prior, Prior) else fit_prior(prior[list(schema.names)], kind="empirical")
        found.append(Source(PRIOR, own))
    try:
        stated = implied_prior(model)
    except RetrodictError as error:
        text = f"rows of what the model file states can't be asked of: {error}"
        notes.append(Note("file_states_too_little", text))
    else:
        if set(schema.names) <= set(stated.schema.names) and not (found and _same(found[0].prior, stated)):
            found.append(Source(FILE, stated))
            if prior is not None:
                text = "the base model is asked of rows of what its own file states, too, beside those of the prior"
                notes.append(Note("file_asked", text))
    return found, notes


def _same(one: Prior, other: Prior) -> bool:
    return describe(one) == describe(other)
