"""Where the truth ranks among draws, by what is asked of a row: a feature, its likelihood, how far it lies from a row.

Over rows of the prior with outputs of the model the rank is uniform, whatever is asked, where the draws are of the
posterior (Talts et al., arXiv:1804.06788, 2018). Features alone can't tell: draws of the prior pass. The likelihood,
which asks of the output too, can (Modrák et al., Bayesian Analysis, 2023), and so can the distance from a row that
depends on the output (Lemos et al., ICML 2023: accuracy tested with random points), which looks at all features.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.errors import RequestError
from retrodict.evaluation.simulated.drawing import Behind
from retrodict.evaluation.simulated.simulation import Simulated
from retrodict.models import Meter
from retrodict.plain_text import error_line, shown
from retrodict.reconstruction.request import Request
from retrodict.reconstruction.rows import storable

Array = np.ndarray

LIKELIHOOD, TOGETHER = "likelihood of the output", "all features together"
"""Names of what is asked beside the features."""

_ALIKE = 1e-9
"""Likelihoods and distances nearer than this count as equal: scored in other batches, the last digits differ."""

Kind = Literal["number", "ordered", "listed", "likelihood", "distance", "own"]
Asked = Mapping[str, Callable[[pd.DataFrame], Any]]
"""Functions of a table of rows, features under their own names, that return a number a row."""


@dataclass(frozen=True)
class Positions:
    """Where the truth lies among the draws of each simulation, 0 (below all) to 1, by one quantity.

    Parameters
    ----------
    name, kind
        What is asked of a row.
    u
        Uniform and independent where the draws are right; shape (n,).
    """

    name: str
    kind: Kind
    u: Float[Array, " n"]


def positions(
    job: Request,
    meter: Meter,
    worlds: Simulated,
    behind: Sequence[Behind],
    asked: Asked,
    rng: np.random.Generator,
) -> list[Positions]:
    """Return the truth's place by every quantity.

    Parameters
    ----------
    job
        Model and prior.
    meter
        Scores true rows and draws, a call each.
    worlds, behind
        Simulations, all of which have draws.
    asked
        Quantities of a user's own.
    rng
        Breaks ties, evenly.

    Raises
    ------
    RequestError
        If a quantity of a user's own can't be used.
    """
    rows = [np.vstack([truth[None], draws.X]) for truth, draws in zip(worlds.X, behind, strict=True)]
    kinds: dict[str, Kind] = {"categorical": "listed", "binary": "listed", "ordinal": "ordered"}
    found = [
        Positions(f.name, kinds.get(f.kind, "number"), _ranked([one[:, j] for one in rows], 0.0, rng))
        for j, f in enumerate(job.schema.features)
    ]
    fits = [seen.log_likelihood(meter.output(one)) for seen, one in zip(worlds.observed, rows, strict=True)]
    found.append(Positions(LIKELIHOOD, "likelihood", _ranked(fits, _ALIKE, rng)))
    if len(job.schema) > 1:
        listed = np.array([f.listed for f in job.schema.features])
        far = [_distance(one, to, worlds.scale, listed) for one, to in zip(rows, worlds.reference, strict=True)]
        found.append(Positions(TOGETHER, "distance", _ranked(far, _ALIKE, rng)))
    if asked:
        table = storable(job.schema).decode(np.concatenate(rows))[list(job.columns)]
        ends = np.cumsum([len(one) for one in rows])[:-1]
        for name, function in asked.items():
            values = np.split(_own(name, function, table), ends)
            found.append(Positions(name, "own", _ranked(values, _ALIKE, rng)))
    return found


def check_asked(given: Any) -> dict[str, Callable[[pd.DataFrame], Any]]:
    """Return a user's own quantities; none where none are given.

    Raises
    ------
    RequestError
        If they are no functions by name.
    """
    named = {} if given is None else given
    if not isinstance(named, Mapping):
        raise RequestError(f"quantities must be functions by name, as {{'name': function}}; got {type(given).__name__}")
    for name, function in named.items():
        if not isinstance(name, str) or not callable(function):
            text = "has no text for a name" if callable(function) else f"is no function but a {type(function).__name__}"
            raise RequestError(f"quantities must be functions by name; {shown(repr(name), 60)} {text}")
    return dict(named)


def _ranked(values: Sequence[Array], alike: float, rng: np.random.Generator) -> Float[Array, " n"]:
    """Return the first value's place among the others of each array, ties broken evenly and spread to all of 0 to 1."""
    out = np.empty(len(values))
    for i, one in enumerate(values):
        known = np.where(np.isnan(one), -np.inf, one)  # a missing value is one of its own, below all others
        truth, others = known[0], known[1:]
        with np.errstate(invalid="ignore"):
            tied = (others == truth) | (np.abs(others - truth) <= alike * max(1.0, abs(truth)))
        below = int(((others < truth) & ~tied).sum())
        out[i] = (below + rng.random() * (int(tied.sum()) + 1)) / (len(others) + 1)
    return out


def _distance(rows: Array, to: Array, scale: Array, listed: Array) -> Float[Array, " l"]:
    """Return how far rows lie from one: standard deviations of numbers, 1 where a category, or missing, differs."""
    gone = np.isnan(rows) | np.isnan(to)
    both = np.isnan(rows) & np.isnan(to)
    apart = np.where(gone, ~both, np.where(listed, rows != to, np.abs(rows - to) / scale))
    return np.asarray(apart.astype(np.float64).sum(axis=1))


def _own(name: str, function: Callable[[pd.DataFrame], Any], table: pd.DataFrame) -> Float[Array, " n"]:
    wants = "let it take a table of rows and return one number a row"
    try:
        values = np.asarray(function(table.copy()), dtype=np.float64)
    except Exception as error:  # whatever a user's function raises
        raise RequestError(f"the quantity '{shown(name)}' fails on rows: {error_line(error, 200)}; {wants}") from error
    if values.shape != (len(table),):
        raise RequestError(f"the quantity '{shown(name)}' returned shape {values.shape} for {len(table)} rows; {wants}")
    if np.isnan(values).all():  # every row would be tied with every other, and any draws pass
        raise RequestError(f"the quantity '{shown(name)}' is missing in every row; {wants}")
    return values
