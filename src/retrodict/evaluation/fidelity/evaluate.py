"""Judge a reconstruction as a distribution, beside its controls."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retrodict.errors import RequestError
from retrodict.evaluation.beside import FEWEST, compared
from retrodict.evaluation.fidelity.assumed import assumed, feature_codes, model_labels, prior_frame
from retrodict.evaluation.fidelity.attribution import attribution
from retrodict.evaluation.fidelity.measures import Found, averaged, measure
from retrodict.evaluation.fidelity.result import Fidelity
from retrodict.evaluation.fidelity.scopes import OVERALL, WITHIN, Sources
from retrodict.evaluation.fidelity.summary import lifts, values
from retrodict.models import Model
from retrodict.priors import Prior
from retrodict.reconstruction import LabelledRows
from retrodict.results.arguments import check_count, check_seed
from retrodict.results.notes import Note
from retrodict.results.progress import counted
from retrodict.tables.encoded import Inputs
from retrodict.tables.titles import HOLDOUT, TRAIN

Array = np.ndarray

MOST = 10_000
LIMIT = 2_000
_FED = 4 * MOST  # so that a class of a quarter of them still fills a table
_SHUFFLE, _PRIOR, _SCOPES, _MEASURES = range(4)


def evaluate(
    rec: LabelledRows | pd.DataFrame,
    train: pd.DataFrame,
    holdout: pd.DataFrame | None = None,
    prior: Prior | pd.DataFrame | str | Path | None = None,
    model: Any = None,
    *,
    target: str | None = None,
    limit: int = LIMIT,
    seed: int = 0,
) -> Fidelity:
    """Say how near a reconstruction comes to the training rows as a distribution, and what of that the prior gives.

    Every measure stands beside three controls of as many rows: draws of the prior alone, whose labels (in the shares
    of the reconstruction) know nothing of their features; cells uniform over their ranges; and held-out rows. `Lift`
    is the way from the prior alone (0) to held-out rows (1).

    Parameters
    ----------
    rec
        A reconstruction, or a table with its target.
    train
        The training rows.
    holdout
        Other rows of the same source. Without them, half of the training rows stand for them, and the other half alone
        are compared with.
    prior
        The prior that the reconstruction was drawn under: a `Prior`, a prior file, or rows drawn from it. By default
        what `model` discloses; without either there is no lift.
    model
        The base model: then the prior's rows labelled by it are a table of their own, which shows what predictions
        alone reach.
    target
        The target's column in `train` and `holdout`; by default the reconstruction's name of it.
    limit
        Rows of a table, at most, for measures of whole rows, whose cost grows with the square; those of single columns
        take 10,000.
    seed
        Of samples, controls, folds and resampling.

    Returns
    -------
    Fidelity
        Values and lifts with 95% intervals, overall (the target being one of the columns), for each class, and within
        classes (their mean, weighted by the classes' shares of the training rows).

    Raises
    ------
    RetrodictError
        If the tables can't be compared.
    """
    check_seed(seed)
    check_count(limit, "the limit", least=FEWEST)
    _, inputs = compared(rec, train, holdout, target)
    rng = np.random.default_rng([seed, _SHUFFLE])
    inputs = replace(inputs, tables={title: rng.permutation(X) for title, X in inputs.tables.items()})
    notes: list[Note] = []
    if HOLDOUT not in inputs.tables:
        inputs = _halved(inputs)
        text = "no held-out rows are given: half of the training rows are held out, and the others compared with"
        notes.append(Note("halved", text))
    source, loaded, said = assumed(prior, model, rec)
    drawn, labelled, queries = _of_prior(source, loaded, inputs, np.random.default_rng([seed, _PRIOR]))
    sources, layout = Sources(inputs, drawn, labelled, MOST, notes + said), inputs.layout
    parts: dict[str, Found] = {}
    sizes, shares = {}, {}
    scopes = list(sources.scopes(np.random.default_rng([seed, _SCOPES])))
    with counted("comparing tables", sum(len(scope.others) for scope in scopes)) as tell:
        for i, scope in enumerate(scopes):
            columns = layout if scope.name == OVERALL else layout.without_target
            parts[scope.name] = measure(columns, scope, limit, [seed, _MEASURES, i], tell)
            sizes[scope.name] = (len(scope.real), len(next(iter(scope.others.values()))))
            shares[scope.name] = scope.share
    classes = [name for name in parts if name != OVERALL]
    if classes:
        parts[WITHIN] = averaged([(shares[name], parts[name]) for name in classes])
        sizes[WITHIN] = (sum(sizes[name][0] for name in classes), sum(sizes[name][1] for name in classes))
    owed, why = attribution(rec)
    return Fidelity(
        measures=values(parts, sizes, limit),
        lift=lifts(parts),
        attribution=owed,
        attribution_reason=why,
        rows={title.removeprefix("the "): len(X) for title, X in inputs.tables.items()},
        limit=limit,
        queries=queries,
        seed=int(seed),
        warnings=inputs.warnings,
        notes=tuple(sources.notes),
    )


def _halved(inputs: Inputs) -> Inputs:
    """Let half of the training rows stand for held-out ones, class by class."""
    X = inputs.tables[TRAIN]
    if len(X) < 2 * FEWEST:
        raise RequestError(
            f"without held-out rows the training rows are halved, and {len(X)} are too few for that; give held-out rows"
        )
    X = X[np.argsort(X[:, -1], kind="stable")]  # every second row: each class is halved
    rng = np.random.default_rng(0)
    halves = {TRAIN: rng.permutation(X[::2]), HOLDOUT: rng.permutation(X[1::2])}
    return replace(inputs, tables={**inputs.tables, **halves})


def _of_prior(
    prior: Prior | pd.DataFrame | None, model: Model | None, inputs: Inputs, rng: np.random.Generator
) -> tuple[Array | None, Array | None, int]:
    """Return rows of the prior, others labelled by the model, and the calls that took."""
    if prior is None:
        return None, None, 0
    drawn = feature_codes(prior_frame(prior, inputs.schema, MOST, rng), inputs.layout)
    if model is None:
        return drawn, None, 0
    fed = prior_frame(prior, inputs.schema, _FED, rng)
    labels, queries = model_labels(model, fed, inputs.schema, rng)
    return drawn, np.column_stack([feature_codes(fed, inputs.layout), labels]), queries
