"""`error_budget`: where the posterior divergence of a model and a prior comes from, estimated from real rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from retrodict.budget.assembly import class_estimates, expected_posterior, gap_of, sum_of_terms
from retrodict.budget.estimate import Estimate
from retrodict.budget.learners import ENVELOPE_LEARNERS, RATIO_LEARNERS, check_learners
from retrodict.budget.measure import PURPOSES, Settings, measure
from retrodict.budget.pool import draw_pool
from retrodict.budget.result import EstimatedBudget
from retrodict.budget.sources import (
    Rows,
    encoded_rows,
    grid_steps,
    mark_impossible,
    require_classes,
    shared_rows,
)
from retrodict.models import Meter
from retrodict.plain_text import few
from retrodict.reconstruction.request import resolve
from retrodict.results.arguments import check_count, check_seed
from retrodict.results.notes import Note
from retrodict.tables.labelled import read_labelled
from retrodict.tables.titles import HOLDOUT, TRAIN

Array = np.ndarray

_LEAST_DRAWS, _MOST_DRAWS = 20_000, 100_000
_DRAWS_A_ROW = 40


def error_budget(
    model: Any,
    prior: Any = None,
    *,
    holdout: pd.DataFrame,
    train: pd.DataFrame | None = None,
    target: str | None = None,
    seed: int = 0,
    draws: int | None = None,
    limit: int = 4_000,
    repeats: int = 1,
    learners: Sequence[str] = RATIO_LEARNERS,
    envelope: Sequence[str] = ENVELOPE_LEARNERS,
) -> EstimatedBudget:
    """Estimate ``E KL(P(x|y)||Q(x|y)) = KL(P(x)||Q(x)) + E KL(P(y|x)||Q(y|x)) - KL(P(y)||Q(y))`` from real rows.

    Parameters
    ----------
    model
        A loaded `Model`, a fitted classifier, or the path of a model file.
    prior
        A prior, or the path of a prior file; by default the one that the model's own disclosures imply.
    holdout
        Rows of the population with labels that the model did not see.
    train
        More rows of the same population: they serve the prior term, and train the learners that the model is held
        against. May be those that the model was trained on.
    target
        The column of labels; by default the target's name, or the only column that is no feature.
    seed
        The same seed gives the same budget.
    draws
        Prior draws, each scored once; by default forty a held-out row, between 20,000 and 100,000.
    limit
        Of either table, more rows are sampled down to this many.
    repeats
        How often classifiers for density ratios are fitted anew with other splits; more narrows intervals a little.
    learners, envelope
        Names of classifiers for density ratios, and for the model term; see `retrodict.budget.learners`.

    Returns
    -------
    EstimatedBudget
        Terms with 95% intervals, in nats. A term that cannot be trusted has no value but a reason, and a bound where
        one is known.

    Raises
    ------
    RetrodictError
        If the model is a regressor, or model, prior, rows or settings do not fit one another.

    Notes
    -----
    Density ratios by classification: Sugiyama, Suzuki & Kanamori (2012); the Donsker-Varadhan form: Donsker &
    Varadhan (1983). Accuracy on cases with known truth is measured in the project's page on the error budget.
    """
    root = check_seed(seed)
    rngs = {name: np.random.default_rng(child) for name, child in zip(PURPOSES, root.spawn(len(PURPOSES)), strict=True)}
    ratio_learners, envelope_learners = check_learners(tuple(learners)), check_learners(tuple(envelope))
    repeats, limit = check_count(repeats, "repeats"), check_count(limit, "limit")
    job = resolve(model, prior)
    require_classes(job.schema)
    given = {HOLDOUT: holdout} | ({} if train is None else {TRAIN: train})
    read = read_labelled(job.schema, given, target)
    notes: list[Note] = list(read.notes)
    tested = _sampled(encoded_rows(read.schema, read.frames[HOLDOUT]), limit, HOLDOUT, rngs["rows"], notes)
    trained = tested.take(np.arange(0))
    if train is not None:
        full = encoded_rows(read.schema, read.frames[TRAIN])
        shared = shared_rows(full, tested)
        notes += [] if shared is None else [shared]
        trained = _sampled(full, limit, TRAIN, rngs["rows"], notes)
    wanted = min(max(_DRAWS_A_ROW * len(tested), _LEAST_DRAWS), _MOST_DRAWS)
    wanted = wanted if draws is None else check_count(draws, "draws", least=2_000)
    meter = Meter(job.model)
    steps = grid_steps(job.schema, np.concatenate([tested.X, trained.X]))
    if steps:
        names = few([f"{job.schema.names[j]} ({decimals} decimals)" for j, decimals in steps.items()], 8)
        notes.append(Note("rounded_draws", f"draws are rounded as the real rows are: {names}"))
    pool = draw_pool(job.prior, meter, wanted, steps, rngs["pool"])
    n_holdout, n_train = len(tested), len(trained)
    both = Rows(*(np.concatenate([getattr(tested, a), getattr(trained, a)]) for a in ("X", "y", "impossible")))
    both, blamed = mark_impossible(job.schema, both, pool.X)
    tested, trained = both.take(np.arange(n_holdout)), both.take(np.arange(n_holdout, n_holdout + n_train))
    outside = int(both.impossible.sum())
    support = None
    if outside:
        text = (
            f"{outside} of {len(both):,} rows cannot be drawn from the prior ({'; '.join(blamed[:4])}"
            f"{'; ...' if len(blamed) > 4 else ''})"
        )
        support = Note("outside_prior", text, rows=outside, of=len(both))
        notes.append(Note("outside_prior", f"{support}; all but the sums is estimated on the others", rows=outside))
        tested, trained = tested.take(~tested.impossible), trained.take(~trained.impossible)
    classes = tuple(str(label) for label in job.schema.target.classes)
    settings = Settings(ratio_learners, envelope_learners, repeats, rngs)
    sizes = np.array([len(feature.categories) for feature in job.schema.features])
    found = measure(tested, trained, pool, meter, sizes, classes, settings, notes)
    total, posterior = sum_of_terms(found, support), expected_posterior(found, support)
    return EstimatedBudget(
        prior=found.prior if support is None else _infinite_prior(found.prior, support),
        model=found.model,
        label=found.label,
        total=total,
        posterior=posterior,
        gap=gap_of(posterior, total),
        classes=class_estimates(found, classes),
        notes=tuple(notes),
        family=job.model.family,
        n_train=n_train,
        n_holdout=n_holdout,
        draws=wanted,
        seed=int(seed),
    )


def _infinite_prior(within: Estimate, support: Note) -> Estimate:
    """Return the prior term where rows lie outside the prior's support, with what it is over the others."""
    if not within.finite:
        return Estimate.infinite(support, details=within.details)
    others = f"over the others it is {within.value:.3f} ({within.low:.3f} to {within.high:.3f})"
    return Estimate.infinite(Note(support.code, f"{support}; {others}", **support.values), details=within.details)


def _sampled(rows: Rows, most: int, title: str, rng: np.random.Generator, notes: list[Note]) -> Rows:
    if len(rows) <= most:
        return rows
    text = f"{most:,} of {len(rows):,} of {title} were taken at random"
    notes.append(Note("rows_taken", text, title=title, rows=most, of=len(rows)))
    return rows.take(np.sort(rng.choice(len(rows), most, replace=False)))
