"""What every job starts from: a model, a prior that fits it, and one schema for both."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from retrodict.disclosures import Disclosures
from retrodict.errors import PriorError, RequestError
from retrodict.models import Meter, Model, Regressor, load_model
from retrodict.models.contract import about
from retrodict.models.noise import noise_of
from retrodict.priors import Prior, implied_prior, load_prior
from retrodict.schema import Schema, Target, free_name, reconcile

_log = logging.getLogger(__name__)

_PILOT = 1_000
_ASSUMED_NOISE = 0.1


@dataclass(frozen=True)
class Request:
    """A model and a prior that fit each other.

    Parameters
    ----------
    model
        Bound to `schema`.
    prior
        Draws rows of `schema`.
    schema
        The features in the prior's order, and the target.
    columns
        The feature columns of tables, in the model's order.
    """

    model: Model
    prior: Prior
    schema: Schema
    columns: tuple[str, ...]


def resolve(model: Any, prior: Any = None, disclosed: Disclosures | None = None) -> Request:
    """Load and fit together what a user gave.

    Parameters
    ----------
    model
        A `Model`, a fitted estimator, or a path.
    prior
        A `Prior`, the path of a prior file, or ``None``: what the model's own disclosures imply.
    disclosed
        These disclosures, where they are at hand; else the model is inspected for them.

    Raises
    ------
    RetrodictError
        If either can't be read, or the prior does not fit the model.
    """
    model = load_model(model)
    if isinstance(prior, str | Path):
        prior = load_prior(prior)
    elif prior is None:
        prior = _default_prior(model, disclosed)
        _log.info("no prior was given: the one that the model implies is taken, %s", type(prior).__name__)
    elif not isinstance(prior, Prior):
        raise PriorError(
            f"a prior must come from load_prior, fit_prior or retrodict.priors, got {type(prior).__name__}"
        )
    schema = reconcile(model.schema, prior.schema, about(model).undetermined, about(model).tolerant)
    target = prior.schema.target.name if prior.schema.target.name != Target.name else schema.target.name
    schema = schema.with_target(Target(free_name(target, schema.names), schema.target.classes))
    return Request(model.bind(schema), prior, schema, model.schema.names if model.schema.named else schema.names)


def _default_prior(model: Model, disclosed: Disclosures | None) -> Prior:
    """Return the prior that the model's own disclosures imply; one of no known family discloses its schema alone."""
    try:
        return implied_prior(model) if disclosed is None else implied_prior(disclosed, model.schema, model=model)
    except PriorError as error:
        raise PriorError(f"no prior was given, and {error}") from error


def with_known_noise(job: Request, meter: Meter, seed: np.random.SeedSequence) -> Request:
    """Return a job whose regressor has a noise scale: its own, or a tenth of its predictions' spread under the prior.

    A scale that is in another unit is the one that such distances from the mean prediction show.

    Parameters
    ----------
    job
        Its model is a regressor.
    meter
        The model, counted and capped: a pilot takes at most a tenth of what it still allows.
    seed
        Of the pilot.

    Raises
    ------
    RequestError
        If the predictions do not vary, or the budget is too small for a pilot.
    """
    noise = noise_of(job.model)
    if noise is None or noise.known or not isinstance(job.model, Regressor):
        return job
    n = meter.affordable(10 * _PILOT) // 10
    if n < 2:
        raise RequestError(
            "the query budget is too small to find how the model's predictions vary, so no noise scale can be assumed; "
            "state one with --noise-scale, or raise --max-queries"
        )
    output = meter.output(job.prior.sample(n, np.random.default_rng(seed)))
    spread = float(np.std(output))
    off = _ASSUMED_NOISE * spread
    scale = noise.scale_of(np.array([off, -off]), np.full(2, output.mean()))
    if scale is None or not (np.isfinite(scale) and scale > 0):
        raise RequestError(
            f"the model's predictions do not vary under this prior (sd {spread:g}), so no noise scale can be assumed; "
            "state one with --noise-scale"
        )
    source = f"assumed: {_ASSUMED_NOISE:g} of the sd of predictions under the prior"
    return replace(job, model=job.model.with_noise(scale, source))
