"""From disclosures to a prior: stored rows, classes of their own, or marginals and their correlations."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from retrodict.disclosures import (
    Disclosures,
    Gaps,
    Rows,
    SampleSize,
    inspect_model,
)
from retrodict.disclosures.stated import load_stated
from retrodict.errors import ModelError, PriorError, RetrodictError, SchemaError
from retrodict.models import Model
from retrodict.models.contract import ignored
from retrodict.plain_text import error_line, listing
from retrodict.priors.classes import ClassPrior
from retrodict.priors.contract import Prior
from retrodict.priors.copula import CopulaPrior
from retrodict.priors.empirical import EmpiricalPrior
from retrodict.priors.implied.facts import (
    BY_CLASS,
    Facts,
    by_trust,
    class_shares,
    inside,
    of_feature,
    overall,
    schema_of,
    told_by_class,
)
from retrodict.priors.implied.joint import tied
from retrodict.priors.implied.ladder import marginal_of
from retrodict.priors.implied.limits import grid_of, shown_by_rows, shown_by_values
from retrodict.priors.implied.raked_classes import raked_classes
from retrodict.priors.implied.raking import raked
from retrodict.priors.implied.remainder import others
from retrodict.priors.implied.unread import UnknownValuesError, fillers, unread_note
from retrodict.priors.independent import IndependentPrior
from retrodict.priors.marginals import Marginal
from retrodict.priors.mixture import MixturePrior
from retrodict.results.notes import Note
from retrodict.schema import Feature, Schema

Array = np.ndarray
Shares = Mapping[Hashable, float] | None

MISSING = 0.1
"""The share of missing values where the file says that there were some and not how many."""

_LONGEST_REASON = 200  # characters of another library's error
_MOST_MISSING = 1.0 - 1e-9  # a share that leaves values to draw from
_EDGE = 8.5  # latents beyond it are met once in 10**17
_SAME_END = 1e-9  # of its size: one end that came back by two ways

FROM = Note("implied_by_the_model", "prior implied by the model file")

OF_STORED_ROWS = frozenset(("stored_rows", "others_taken_as_alike", "others_follow_facts"))
"""Codes of the notes of a prior that draws training rows which the file holds, as they are or smoothed."""


def implied_prior(found: Any, schema: Schema | None = None, *, model: Model | None = None) -> Prior:
    """Return the prior that a model's own disclosures imply.

    Whole rows, where the file holds them, are drawn as they are (smoothed, where they are only part of the table; the
    other facts stand for the rest, where the file states how many rows there were). Where each class has its own
    means and variances, the prior is a mixture of the classes. Otherwise each feature takes the sharpest of: counts of
    its values, quantiles, bins of equal shares, mean and variance, split points with the rows between them, its range;
    and features go together as the covariances say that the file states, or, without any, as the leaves of its trees
    count all rows together (`raked`). No row leaves a range or a grid that the file
    states, and a spread that is merely assumed ends at zero where all split points lie on one side of it. The `notes`
    say which, feature by feature.

    Parameters
    ----------
    found
        The disclosures of `inspect_model`, or what that takes.
    schema
        The model's features (`model.schema`); by default those of the model given, or what the facts show of them.
    model
        Whose disclosures they are, where these are given. Features of whose values nothing is known, and which it
        provably never reads, are one number in every row, and a note of code `columns_not_read` names them; any value
        has the same likelihood.

    Returns
    -------
    Prior
        An `EmpiricalPrior`, `MixturePrior`, `CopulaPrior`, `RakedPrior` or `IndependentPrior` with notes and, where the
        file states them, class shares.

    Raises
    ------
    PriorError
        If nothing is disclosed of the values of some feature that the model may read, naming all of them; or if what
        is disclosed contradicts itself, as a damaged file's facts do.
    """
    try:
        return _implied(found, schema, model)
    except RetrodictError:
        raise
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # facts of a file need not fit together
        reason = error_line(error, _LONGEST_REASON)
        raise PriorError(
            f"what the model states of its training data does not fit together ({reason}); give a prior"
        ) from error


def _implied(found: Any, schema: Schema | None, model: Any) -> Prior:
    model = found if model is None else model
    if not isinstance(found, Disclosures):
        if isinstance(found, Model):
            schema = schema or found.schema
        found = _inspected(found)
    found = replace(found, facts=shown_by_values(found.facts))
    own = schema_of(found, schema)
    shares = class_shares(found.facts, own.target.classes)
    stored = stored_rows(found.facts, own)
    if stored is None:
        try:
            return _without_rows(found.facts, own, shares, frozenset())
        except UnknownValuesError:
            if isinstance(model, Disclosures):
                raise
            # Asked only now: a model may have to be read whole for it.
            return _without_rows(found.facts, own, shares, ignored(load_stated(model)))
    rows, matrix = stored
    # Rows come back through a scaler's inverse: they may miss a stated bound by a rounding error.
    own = _widened(own, matrix)
    facts = found.facts
    total = max((fact.n for fact in by_trust(found.facts, SampleSize) if fact.exact is True), default=None)
    if total is None or total > len(matrix):
        own, facts = shown_by_rows(own, matrix, rows.source, facts)
    if total is None or total <= len(matrix):
        told = "all" if total == len(matrix) else "an unknown part of"
        text = f"{len(matrix)} rows stored in {rows.source}, {told} the table"
        note = Note("stored_rows", text, rows=len(matrix), of=total, source=rows.source)
        if total is None:
            return _smoothed(facts, own, matrix, note, shares)
        return EmpiricalPrior(own, matrix, 0.0, notes=(FROM, note), class_shares=shares)
    text = f"{len(matrix)} of {total} rows stored in {rows.source}, smoothed"
    note = Note("stored_rows", text, rows=len(matrix), of=total, source=rows.source)
    part = _smoothed(facts, own, matrix, note, shares)
    try:
        rest = _without_rows(others(facts, own, matrix, total), own, shares, frozenset())
    except PriorError:
        alike = f"{note}; the others taken to be like them, as nothing else is stated"
        return replace(part, notes=(FROM, Note("others_taken_as_alike", alike, **note.values)))
    known = len(matrix) / total
    follow = "the other rows follow the other facts, less what the stored ones account for"
    notes = (FROM, Note("others_follow_facts", follow))
    return MixturePrior((part, rest), (known, 1.0 - known), notes, shares)


def _inspected(model: Any) -> Disclosures:
    """Return what a model discloses; one of which no reader knows anything discloses its schema alone."""
    try:
        return inspect_model(model)
    except ModelError:
        if not isinstance(model, Model):
            raise
        return Disclosures((), model.schema.names)


def stored_rows(facts: Facts, schema: Schema) -> tuple[Rows, Array] | None:
    """Return the largest set of stored rows that covers all features, and its matrix, shape (n, d), if there is one.

    Parameters
    ----------
    facts
        What a model states.
    schema
        Its features.
    """
    whole = [fact for fact in by_trust(facts, Rows) if set(schema.names) <= set(fact.features) and fact.n]
    for fact in sorted(whole, key=lambda fact: -fact.n):
        frame = pd.DataFrame(fact.rows, columns=list(fact.features))[list(schema.names)].infer_objects()
        try:
            return fact, schema.encode(frame)
        except SchemaError:  # a way back that was not exact can leave the lists
            continue
    return None


def _smoothed(facts: Facts, schema: Schema, rows: Array, note: Note, shares: Shares) -> EmpiricalPrior:
    """Return rows that are a part of a table, smoothed for the others within their bounds and on their grids."""
    grids = tuple(
        None if feature.listed else grid_of(feature, of_feature(overall(facts), feature.name))
        for feature in schema.features
    )
    return EmpiricalPrior(
        schema, rows, notes=(FROM, note), class_shares=shares, balanced=True, grids=grids if any(grids) else None
    )


def _widened(schema: Schema, rows: Array) -> Schema:
    def widened(feature: Feature, column: Array) -> Feature:
        present = column[~np.isnan(column)]
        missing = 1.0 - len(present) / len(column)
        if feature.listed or not len(present):
            return replace(feature, missing=min(missing, _MOST_MISSING))
        low = None if feature.low is None else min(feature.low, float(present.min()))
        high = None if feature.high is None else max(feature.high, float(present.max()))
        return replace(feature, low=low, high=high, missing=missing)

    return replace(schema, features=tuple(widened(f, rows[:, j]) for j, f in enumerate(schema.features)))


def _without_rows(facts: Facts, schema: Schema, shares: Shares, unread: frozenset[str]) -> Prior:
    labels = list(dict.fromkeys(f.within for f in facts if isinstance(f, BY_CLASS)))
    labels = [label for label in labels if label is not None]
    if shares and len(labels) > 1 and set(labels) == set(shares):
        try:
            found = [_alone(inside(facts, label), schema, None, unread) for label in shares]
        except PriorError:  # some feature is not told by class, and not of all rows
            pass
        else:
            text = f"a mixture of {len(found)} classes, each with the facts of its own rows"
            note = Note("mixture_of_classes", text, classes=len(found))
            weights, gaps = tuple(shares.values()), frozenset(name for _, own in found for name in own)
            parts = raked_classes([part for part, _ in found], weights, facts, gaps, told_by_class(facts))
            return ClassPrior(parts, weights, (FROM, note), shares, classes=tuple(shares))
    prior, gaps = _alone(overall(facts), schema, shares, unread)
    return raked(prior, overall(facts), gaps) if isinstance(prior, IndependentPrior) else prior


def _alone(
    facts: Facts, schema: Schema, shares: Shares, unread: frozenset[str]
) -> tuple[IndependentPrior | CopulaPrior, frozenset[str]]:
    """Return the prior of each feature's own facts and their covariances, and features whose gaps are only assumed."""
    found = {feature.name: marginal_of(feature, of_feature(facts, feature.name)) for feature in schema.features}
    unknown = [feature for feature in schema.features if found[feature.name] is None]
    if names := [feature.name for feature in unknown if feature.name not in unread]:
        raise UnknownValuesError(names)
    rungs = {name: rung for name, rung in (found | fillers(unknown)).items() if rung is not None}
    sources: dict[str, list[str]] = {}
    for name in schema.names:
        if found[name] is not None:
            sources.setdefault(rungs[name][1], []).append(name)
    notes = (
        FROM,
        *((unread_note(unknown),) if unknown else ()),
        *(Note("feature_from", f"{listing(names)}: {told}", features=names) for told, names in sources.items()),
    )
    marginals = tuple(rungs[name][0] for name in schema.names)
    features = tuple(_reached(f, marginal) for f, marginal in zip(schema.features, marginals, strict=True))
    gaps = [f.name for f in features if not f.missing and _had_gaps(f, facts)]
    if gaps:
        features = tuple(replace(f, missing=MISSING) if f.name in gaps else f for f in features)
        text = f"{listing(gaps)}: values were missing, the file does not say how many; begun with {MISSING:.0%}"
        notes = (*notes, Note("gaps_assumed", text, features=gaps))
    return tied(replace(schema, features=features), marginals, facts, notes, shares), frozenset(gaps)


def _had_gaps(feature: Feature, facts: Facts) -> bool:
    return any(feature.name in fact.features for fact in by_trust(facts, Gaps) if not fact.every)


def _reached(feature: Feature, marginal: Marginal) -> Feature:
    """Return a feature whose bounds hold its marginal: the same end comes back from two steps with two roundings."""
    if feature.listed:
        return feature
    low, high = marginal.quantile_z(np.array([-_EDGE, _EDGE])).tolist()
    slack = _SAME_END * max(abs(low), abs(high))
    if feature.low is not None and feature.low - slack <= low < feature.low:
        feature = replace(feature, low=low)
    if feature.high is not None and feature.high < high <= feature.high + slack:
        feature = replace(feature, high=high)
    return feature
