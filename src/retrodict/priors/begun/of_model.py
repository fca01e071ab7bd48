"""What a model file states of its features, as the beginning of a prior file; what it does not state is left open."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from retrodict.disclosures import BinEdges, CategoryCounts, Covariance, Disclosures, Moments, Quantiles, inspect_model
from retrodict.models import Model
from retrodict.plain_text import listing
from retrodict.priors.begun.text import TODO, Begun
from retrodict.priors.file.features import feature_of_spec
from retrodict.priors.file.format import FeatureSpec
from retrodict.priors.file.table_one import characteristics, stated_correlations
from retrodict.priors.implied.build import stored_rows
from retrodict.priors.implied.facts import (
    BY_CLASS,
    Facts,
    by_trust,
    class_shares,
    inside,
    of_feature,
    overall,
    rows_variance,
    schema_of,
)
from retrodict.priors.implied.ladder import marginal_of
from retrodict.priors.implied.limits import shown_by_values
from retrodict.priors.marginals import Cells, Discrete, Marginal
from retrodict.schema import Feature, Schema
from retrodict.schema.labels import native

Array = np.ndarray
Entry = dict[str, Any]

_POINTS = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
_DIGITS = 6
_PAIR = 2


def begun_of_model(model: Model, source: str) -> Begun:
    """Return the beginning of a prior file from what a model states of its training data.

    Parameters
    ----------
    model
        The model.
    source
        What its file is called.

    Raises
    ------
    PriorError
        If the model states not even which features it has.
    """
    found = inspect_model(model)
    facts = shown_by_values(found.facts)
    schema = schema_of(Disclosures(facts, found.names), model.schema)
    shares = class_shares(facts, schema.target.classes)
    stated = None if shares is None else {native(label): float(share) for label, share in shares.items()}
    target = schema.target.name if schema.target.is_class else None
    stored = stored_rows(facts, schema)
    if stored is not None:
        rows = stored[1]
        data = characteristics(schema.decode(rows), None, 0.0)
        head = (
            _head(model, source),
            f"The file holds {len(rows):,} training rows themselves. What stands here is of all of them together; "
            "without --prior the rows are drawn as they are.",
        )
        return Begun(head, data["features"], {}, data.get("correlations", ()), target, stated)
    entries, comments = _entries(schema, overall(facts))
    classes: dict[Any, dict[str, Any]] = {}
    labels = {fact.within for fact in facts if isinstance(fact, BY_CLASS)} - {None}
    if stated is not None and len(labels) > 1 and labels == set(shares or ()):
        told = {label: _entries(schema, inside(facts, label))[0] for label in shares or ()}
        classes = {native(label): {"features": _told(one)} for label, one in told.items()}
        _pool(schema, entries, comments, classes, stated)
    return Begun(
        (_head(model, source), _open(entries, found)),
        entries,
        comments,
        _correlations(schema, facts, entries),
        target,
        stated,
        classes,
    )


def _head(model: Model, source: str) -> str:
    return (
        f"What is assumed of the features, as --prior takes it: begun from {source} ({model.family}), with what the "
        "file itself states of its training data."
    )


def _open(entries: dict[str, Entry | None], found: Disclosures) -> str:
    """Say of which features nothing is stated, and whether that is sure."""
    names = [name for name, entry in entries.items() if entry is None]
    if not names:
        return "It states something of each feature."
    sure = ""
    if found.unread:
        sure = f", as far as it was read: {len(found.unread):,} parts of it were not (retrodict inspect lists them)"
    return f"Of {listing(names)} it states nothing{sure}: each is marked {TODO}."


def _told(entries: dict[str, Entry | None]) -> dict[str, Entry]:
    return {name: entry for name, entry in entries.items() if entry is not None}


def _entries(schema: Schema, facts: Facts) -> tuple[dict[str, Entry | None], dict[str, str]]:
    """Return of each feature what a file can say of it, and where that comes from."""
    entries: dict[str, Entry | None] = {}
    comments: dict[str, str] = {}
    for feature in schema.features:
        own = of_feature(facts, feature.name)
        rung = marginal_of(feature, own)
        entries[feature.name] = None if rung is None else _entry(feature, own, rung[0])
        if rung is not None:
            comments[feature.name] = f"from {rung[1]}"
    return entries, comments


def _entry(feature: Feature, facts: Facts, marginal: Marginal) -> Entry | None:
    gone = {"missing": round(feature.missing, _DIGITS)} if feature.missing else {}
    if feature.listed:
        assert isinstance(marginal, Discrete)  # what a ladder gives a listed feature
        p = dict(zip(marginal.support.astype(int).tolist(), marginal.shares.tolist(), strict=True))
        shares = {native(category): p.get(i, 0.0) for i, category in enumerate(feature.categories)}
        return {"kind": feature.kind, "shares": shares, **gone}
    low, high = _bounds(feature, marginal)
    ends = {name: end for name, end in (("min", low), ("max", high)) if end is not None}
    moments = _moments(facts)
    for told in (*([moments] if moments else []), {"quantiles": _quantiles(marginal, low, high)}, {}):
        entry = {"kind": feature.kind, **told, **ends, **gone}
        if _loads(feature.name, entry):
            return entry
    return None


def _bounds(feature: Feature, marginal: Marginal) -> tuple[float | None, float | None]:
    """Return the bounds that are known, else those of the cells that split points leave."""
    low, high = feature.low, feature.high
    if isinstance(marginal, Cells):
        low = float(marginal.edges[0]) if low is None else low
        high = float(marginal.edges[-1]) if high is None else high
    return low, high


def _moments(facts: Facts) -> Entry:
    """Return mean and sd, where nothing sharper is stated."""
    if any(
        isinstance(fact, CategoryCounts | Quantiles) or (isinstance(fact, BinEdges) and fact.equal) for fact in facts
    ):
        return {}
    stated = [fact for fact in by_trust(facts, Moments) if fact.category is None]
    means = [fact.mean for fact in stated if fact.mean is not None]
    variances = [value for fact in stated if (value := rows_variance(fact)) is not None]
    return {"mean": _rounded(means[0]), "sd": _rounded(variances[0] ** 0.5)} if means and variances else {}


def _quantiles(marginal: Marginal, low: float | None, high: float | None) -> dict[float, float]:
    values = np.clip(marginal.quantile_z(ndtri(np.array(_POINTS))), low, high).tolist()
    least, most = -np.inf if low is None else low, np.inf if high is None else high
    return {p: min(max(_rounded(x), least), most) for p, x in zip(_POINTS, values, strict=True)}


def _loads(name: str, entry: Entry) -> bool:
    if len(entry) == 1 or entry.get("quantiles") == {}:
        return False
    try:
        feature_of_spec(name, FeatureSpec.model_validate(entry))
    except ValueError:
        return False
    return True


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def _pool(
    schema: Schema,
    entries: dict[str, Entry | None],
    comments: dict[str, str],
    classes: dict[Any, dict[str, Any]],
    shares: dict[Any, float],
) -> None:
    """Fill in what is told by class alone: the mean and sd of all rows follow from those of the classes."""
    for feature in schema.features:
        own = {label: one["features"].get(feature.name, {}) for label, one in classes.items()}
        if entries[feature.name] is not None or not all("mean" in each for each in own.values()):
            continue
        weights = np.array([shares[label] for label in own])
        means, sds = (np.array([each[name] for each in own.values()]) for name in ("mean", "sd"))
        mean = float(weights @ means / weights.sum())
        variance = float(weights @ (sds**2 + (means - mean) ** 2) / weights.sum())
        entry = {"kind": feature.kind, "mean": _rounded(mean), "sd": _rounded(variance**0.5)}
        if _loads(feature.name, entry):
            entries[feature.name] = entry
            comments[feature.name] = "from the means and variances of the classes"


def _correlations(schema: Schema, facts: Facts, entries: dict[str, Entry | None]) -> list[dict[str, Any]]:
    """Return the correlations of features that are told, from covariances of all rows."""
    features = tuple(feature for feature in schema.features if entries[feature.name] is not None)
    if len(features) < _PAIR:
        return []
    pairwise = pd.DataFrame(np.nan, index=[f.name for f in features], columns=[f.name for f in features])
    for fact in by_trust(overall(facts), Covariance):
        sd = np.sqrt(np.diag(fact.matrix))
        with np.errstate(divide="ignore", invalid="ignore"):
            matrix = pd.DataFrame(fact.matrix / np.outer(sd, sd), index=fact.features, columns=fact.features)
        pairwise = pairwise.fillna(matrix.reindex(index=pairwise.index, columns=pairwise.columns))
    return stated_correlations(Schema(features, schema.target), pairwise.to_numpy(), _told(entries), 0.0)
