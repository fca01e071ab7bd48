"""Rows of the prior alone, and the same rows labelled by the model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retrodict.errors import PriorError, RequestError, RetrodictError, SchemaError
from retrodict.evaluation.beside import FEWEST
from retrodict.evaluation.filled import filled_columns
from retrodict.inference.observation import Label
from retrodict.models import Meter, Model, load_model
from retrodict.models.contract import about
from retrodict.models.noise import drawn_targets
from retrodict.plain_text import listing
from retrodict.priors import Prior, implied_prior, load_prior
from retrodict.reconstruction import LabelledRows
from retrodict.reconstruction.provenance import describe
from retrodict.results.notes import Note
from retrodict.schema import Schema, reconcile
from retrodict.tables.layout import Layout
from retrodict.tables.titles import PRIOR

Array = np.ndarray

NO_PRIOR = Note(
    "no_prior", "no prior is given, so there is no prior-only control and lift is undefined; give the prior"
)


def assumed(prior: Any, model: Any, rec: Any) -> tuple[Prior | pd.DataFrame | None, Model | None, list[Note]]:
    """Return the prior, or rows of it; the model; and what a user should know of them.

    Parameters
    ----------
    prior
        A prior, the path of a prior file, a table of rows drawn from it, or ``None``: what `model` discloses.
    model
        A model, what `load_model` takes, or ``None``.
    rec
        Whose prior it should be, where it has one.
    """
    notes: list[Note] = []
    model = None if model is None else load_model(model)
    if isinstance(prior, str | Path):
        prior = load_prior(prior)
    if prior is None and model is not None:
        try:
            prior = implied_prior(model)
        except RetrodictError as error:
            notes.append(Note("no_prior", f"no prior is given, and {error}"))
        else:
            text = "no prior is given: the prior-only control is the prior that the model file implies"
            notes.append(Note("implied_prior", text))
    elif prior is None:
        notes.append(NO_PRIOR)
    elif not isinstance(prior, Prior | pd.DataFrame):
        raise PriorError(f"a prior, its file or a table of its rows is needed, got {type(prior).__name__}")
    if isinstance(rec, LabelledRows):
        about = rec.provenance
        if isinstance(prior, Prior) and about.prior["kind"] != "none" and not _same(describe(prior), about.prior):
            text = "the prior is not the one that the reconstruction was drawn under: this one is compared with"
            notes.append(Note("other_prior", text))
        if model is not None and model.fingerprint != about.model["fingerprint"]:
            notes.append(Note("other_model", "the model is not the one that the reconstruction comes from"))
    return prior, model, [*notes, *filled_columns(rec, prior)]


def _same(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True, default=str) == json.dumps(other, sort_keys=True, default=str)


def prior_frame(prior: Prior | pd.DataFrame, schema: Schema, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return at most `n` rows of the prior, features only, in the schema's order.

    Raises
    ------
    SchemaError
        If the prior lacks a feature.
    """
    if isinstance(prior, pd.DataFrame):
        frame = prior.iloc[rng.permutation(len(prior))[:n]].reset_index(drop=True)
        frame = frame.set_axis([str(name) for name in frame.columns], axis="columns")
    else:
        frame = prior.schema.decode(prior.sample(n, rng))
    absent = [name for name in schema.names if name not in frame.columns]
    if absent:
        raise SchemaError(f"the prior lacks {listing(absent)}, which the reconstruction has")
    if len(frame) < FEWEST:
        raise RequestError(f"{PRIOR} are {len(frame)}; at least {FEWEST} are needed to compare distributions")
    return frame[list(schema.names)]


def feature_codes(frame: pd.DataFrame, layout: Layout) -> Array:
    """Return rows of the prior as codes of the features."""
    return layout.without_target.encode(frame, PRIOR)


def model_labels(model: Model, frame: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> tuple[Array, int]:
    """Return a label, or a value, that the model gives each row, drawn from ``p(y|x)``; and how many calls it took.

    Parameters
    ----------
    model
        Reads the rows.
    frame
        Rows of the prior.
    schema
        Of the reconstruction.
    """
    fitting = reconcile(model.schema, schema, about(model).undetermined, about(model).tolerant)
    meter = Meter(model.bind(fitting))
    output = meter.output(fitting.encode(frame))
    if not model.schema.target.is_class:
        return drawn_targets(model, output, rng), meter.queries
    drawn = (output + rng.gumbel(size=output.shape)).argmax(axis=1)  # the Gumbel trick draws from exp(output)
    order = [Label.of(label, schema.target).index for label in model.schema.target.classes]
    return np.array(order, dtype=np.float64)[drawn], meter.queries
