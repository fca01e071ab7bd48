"""Rows of both kinds, and what is assumed of their columns without having seen either."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from retrodict.errors import RequestError
from retrodict.evaluation.replicas.base_model import Base
from retrodict.evaluation.rows_asked import some_of, taken_by
from retrodict.models import Meter, Model
from retrodict.models.contract import about
from retrodict.models.noise import noise_of
from retrodict.priors import Prior, fit_prior
from retrodict.reconstruction.request import resolve
from retrodict.results.notes import Note
from retrodict.schema import Schema
from retrodict.schema.feature import ALWAYS_MISSING
from retrodict.tables.encoded import encoded
from retrodict.tables.labelled import RealRows, read_labelled
from retrodict.tables.titles import HOLDOUT, TRAIN

Array = np.ndarray

FEWEST = 20
"""Rows of either kind, at least: the prior is that of one half of the held-out rows."""


@dataclass(frozen=True, eq=False)
class Group:
    """Rows that are judged by one prior, which owes nothing to them.

    Parameters
    ----------
    prior
        What is assumed.
    rows
        For training rows and for others, which of `Asked.X` they are.
    """

    prior: Prior
    rows: tuple[Int[Array, " m"], Int[Array, " n"]]


@dataclass(frozen=True, eq=False)
class Asked:
    """Training rows beside rows that the model did not see.

    Parameters
    ----------
    meter
        The model, bound to `schema`; its calls counted.
    schema
        Of the rows and the priors.
    X, y
        Rows and targets of both kinds, in the schema's encoding; the target as a place of the model's classes.
    groups
        The rows by the prior that judges them.
    holdout
        All held-out rows that the model takes: what ranges of columns are told by.
    notes, warnings
        What was assumed and left out; what is doubtful about the tables.
    """

    meter: Meter
    schema: Schema
    X: Float[Array, "n d"]
    y: Float[Array, " n"]
    groups: tuple[Group, ...]
    holdout: Float[Array, "h d"]
    notes: tuple[Note, ...]
    warnings: tuple[Note, ...]


def ask(
    model: Model, train: Any, holdout: Any, prior: Any, target: str | None, most: int, seed: np.random.SeedSequence
) -> Asked:
    """Read both tables, and say what is assumed of their columns.

    Without a prior, a normal copula of held-out rows is: one of each half of them, which judges the other half and one
    half of the training rows, so that rows of either kind are judged by a prior that has not seen them.

    Parameters
    ----------
    model
        The model under study.
    train, holdout
        Frames with their target.
    prior
        A prior or the path of a prior file; ``None``: see above.
    target
        Its column in both, if it is not plain.
    most
        Rows of either table; of more, so many are taken at random.
    seed
        Of rows and halves.

    Raises
    ------
    RetrodictError
        If the tables or the prior can't be read, or too few rows are left.
    """
    given: dict[str, pd.DataFrame] = {TRAIN: train, HOLDOUT: holdout}
    read = read_labelled(model.schema, given, target, undetermined=about(model).undetermined)
    inputs, notes = encoded(read), list[Note]()
    base = Base.of(model, inputs)
    kept = {title: _kept(base, inputs.rows(title).X, title, notes) for title in (TRAIN, HOLDOUT)}
    rng = np.random.default_rng(seed)
    taken = {title: some_of(len(places), most, title, "inferred", rng, notes) for title, places in kept.items()}
    frames = {title: read.frames[title].iloc[places] for title, places in kept.items()}
    if prior is None:
        halves, meter = rng.permutation(len(kept[HOLDOUT])) % 2, base.meter
        X = {title: inputs.rows(title).X[places] for title, places in kept.items()}
        schema = _reaching(meter.model.schema, np.concatenate(list(X.values())))
        priors = [_fitted(schema, frames[HOLDOUT][halves == side], X[HOLDOUT][halves == side]) for side in (0, 1)]
        text = (
            "what is assumed of the columns is a normal copula of held-out rows, which stand for what anyone knows; "
            "each half of them judges the other half, and half of the training rows"
        )
        notes.append(Note("prior_of_holdout", text, rows=len(kept[HOLDOUT])))
        sides = rng.permutation(len(taken[TRAIN])) % 2, 1 - halves[taken[HOLDOUT]]
    else:
        job = resolve(model, prior)
        schema, meter, priors = job.schema, Meter(job.model), [job.prior]
        X = {title: schema.encode(_named(read, frame, schema)) for title, frame in frames.items()}
        sides = tuple(np.zeros(len(one), dtype=np.intp) for one in taken.values())  # type: ignore[assignment]
    y = [inputs.rows(title).y[kept[title]][taken[title]] for title in (TRAIN, HOLDOUT)]
    first = len(taken[TRAIN])
    groups = tuple(
        Group(one, (np.flatnonzero(sides[0] == side), first + np.flatnonzero(sides[1] == side)))
        for side, one in enumerate(priors)
    )
    codes = np.concatenate(y)
    return Asked(
        _with_noise(meter, X[HOLDOUT], inputs.rows(HOLDOUT).y[kept[HOLDOUT]], notes),
        schema,
        np.concatenate([X[title][taken[title]] for title in (TRAIN, HOLDOUT)]),
        codes if base.classes is None else base.classes[codes.astype(np.intp)].astype(np.float64),
        groups,
        X[HOLDOUT],
        tuple(notes),
        inputs.warnings,
    )


def _kept(base: Base, X: Array, title: str, notes: list[Note]) -> Array:
    kept = taken_by(base, X, title, notes)
    if len(kept) < FEWEST:
        raise RequestError(f"{title}: {len(kept)} rows say nothing of single columns; give at least {FEWEST}")
    return kept


def _reaching(schema: Schema, X: Array) -> Schema:
    """Return features whose bounds hold the rows: those of a file that states ranges are of its training rows alone."""
    features = []
    for feature, column in zip(schema.features, X.T, strict=True):
        values = column[~np.isnan(column)]
        if not feature.listed and len(values):
            low = None if feature.low is None else min(feature.low, float(values.min()))
            high = None if feature.high is None else max(feature.high, float(values.max()))
            feature = replace(feature, low=low, high=high)
        features.append(feature)
    return replace(schema, features=tuple(features))


def _fitted(schema: Schema, frame: pd.DataFrame, X: Array) -> Prior:
    """Fit a copula to rows; a column without values among them is held to be always missing."""
    features, columns = [], {}
    for feature, codes in zip(schema.features, X.T, strict=True):
        missing, empty = float(np.isnan(codes).mean()), bool(np.isnan(codes).all())
        features.append(replace(feature, missing=ALWAYS_MISSING if empty else missing))
        # in the place of a value that is never drawn: any that the column may hold
        held = feature.categories[0] if feature.listed else np.clip(0.0, feature.low, feature.high)
        columns[feature.name] = held if empty else frame[feature.name]
    return fit_prior(pd.DataFrame(columns, index=frame.index), schema=replace(schema, features=tuple(features)))


def _named(read: RealRows, frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Return features under the names that the prior has for them: of a model without names the places are the same."""
    names = list(schema.names if set(schema.names) <= set(frame.columns) else read.schema.names)
    return frame[names].set_axis(list(schema.names), axis="columns")


def _with_noise(meter: Meter, X: Array, y: Array, notes: list[Note]) -> Meter:
    """Return the model with a noise scale: a regressor's own, else that of held-out rows."""
    model, noise = meter.model, noise_of(meter.model)
    if noise is None or noise.known:
        return meter
    told = meter.output(X)
    scale = noise.scale_of(y - told, told)
    if scale is None or not (np.isfinite(scale) and scale > 0):
        raise RequestError("the model predicts held-out rows without error, so that no noise scale is told; state one")
    text = f"the noise scale, {scale:.4g}, is that of the model's errors on held-out rows"
    notes.append(Note("noise_of_holdout", text, scale=float(scale)))
    again = Meter(model.with_noise(float(scale), "errors on held-out rows"))  # type: ignore[attr-defined]
    again.spend(meter.queries)
    return again
