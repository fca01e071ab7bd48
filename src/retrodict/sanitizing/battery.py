"""A battery of rows that two models must give the same outputs for, bit by bit."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict import threads
from retrodict.disclosures import Disclosures
from retrodict.errors import ModelError
from retrodict.models import Model
from retrodict.models.contract import about, own_schema
from retrodict.models.metering import score, score_name
from retrodict.sanitizing.capability import Outputs, Strippable
from retrodict.schema import Feature

Array = np.ndarray

_WIDER = 0.1
_GAPS = 0.03


def battery(model: Model, found: Disclosures, n: int, seed: int, *, at_points: bool = True) -> Float[Array, "n d"]:
    """Return rows in the encoding of the model's own schema on which it predicts.

    A number is drawn over its range and somewhat beyond, at its split points and edges, and one step of 32 or of 64
    bits from them; a list gives all its values; some numbers are missing where the model takes that. Rows on which the
    model itself fails are left out.

    Parameters
    ----------
    model
        The model.
    found
        Its disclosures, which tell ranges and split points.
    n
        Rows.
    seed
        Of the draws.
    at_points
        Whether numbers are drawn at its split points and beside them, too: no split point can move then.

    Raises
    ------
    ModelError
        If the model predicts for none of the rows.
    """
    rng = np.random.default_rng(seed)
    told = _told(found)
    schema = own_schema(model)
    columns = [_column(one, told.get(one.name, np.empty(0)), n, rng, at_points) for one in schema.features]
    X = np.column_stack(columns)
    gaps = np.array([not feature.listed for feature in schema.features]) & (rng.random(X.shape) < _GAPS)
    for trial in (np.where(gaps, np.nan, X), X):
        if outputs_of(model, trial):
            return trial
    rows = X[[i for i in range(n) if outputs_of(model, X[i : i + 1])]]
    if not len(rows) or not outputs_of(model, rows):
        remedy = about(model).remedy or "give a schema of its columns"
        raise ModelError(
            f"the {model.family} predicts for none of {n:,} rows drawn over its columns' ranges, so that nothing can "
            f"be compared; {remedy}"
        )
    return rows


def outputs_of(model: Model, X: Float[Array, "n d"]) -> Outputs:
    """Return all that a model puts out for rows in the encoding of its own schema; empty where it fails on them."""
    if isinstance(model, Strippable):
        return model.outputs(X)
    with warnings.catch_warnings(), threads.capped(1), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return {score_name(model): (np.asarray(score(model)(X)),)}
        except Exception:  # what a model raises on rows that it can't take is its own affair
            return {}


def same(one: Outputs, other: Outputs) -> bool:
    """Whether outputs are equal bit by bit, NaN being equal to NaN."""
    if one.keys() != other.keys():
        return False
    return all(
        a.dtype == b.dtype
        and a.shape == b.shape
        and (a.tobytes() == b.tobytes() if a.dtype != object else _equal(a, b))
        for name in one
        for a, b in zip(one[name], other[name], strict=True)
    )


def _equal(a: Array, b: Array) -> bool:
    return bool(pd.Series(a.ravel()).equals(pd.Series(b.ravel())))


def _told(found: Disclosures) -> dict[str, Array]:
    """Return the values that facts name, by feature."""
    out: dict[str, list[Array]] = {}
    for fact in found:
        if len(fact.features) != 1:
            continue
        values: list[Any] = []
        for name in ("thresholds", "edges", "taken", "quantiles", "low", "high", "mean"):
            value = getattr(fact, name, None)
            if value is not None:
                values.append(np.ravel(np.asarray(value, dtype=np.float64)))
        if values:
            out.setdefault(fact.features[0], []).extend(values)
    for fact in found.of("Rows"):
        for j, name in enumerate(fact.features):
            column = pd.to_numeric(pd.Series(fact.rows[:, j]), errors="coerce").to_numpy(dtype=np.float64)
            out.setdefault(name, []).append(column)
    stacked = {name: np.concatenate(values) for name, values in out.items()}
    return {name: np.unique(values[np.isfinite(values)]) for name, values in stacked.items()}


def _column(feature: Feature, points: Array, n: int, rng: np.random.Generator, at_points: bool) -> Float[Array, " n"]:
    if feature.listed:
        return rng.integers(0, len(feature.categories), n).astype(np.float64)
    low = feature.low if feature.low is not None else points.min(initial=np.inf)
    high = feature.high if feature.high is not None else points.max(initial=-np.inf)
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        middle = low if np.isfinite(low) else high if np.isfinite(high) else 0.0
        low, high = middle - 3.0, middle + 3.0
    wide = _WIDER * (high - low)
    drawn = rng.uniform(low - wide, high + wide, n)
    if len(points) and at_points:
        taken = rng.choice(points, n)
        to = rng.choice([-np.inf, np.inf])  # models compare in 32 bits or in 64
        single = np.nextafter(taken.astype(np.float32), np.float32(to)).astype(np.float64)
        beside = np.where(rng.random(n) < 0.5, single, np.nextafter(taken, to))
        kind = rng.integers(0, 4, n)
        drawn = np.where(kind == 2, taken, np.where(kind == 3, beside, drawn))
    if feature.kind == "integer":
        drawn = np.round(drawn)
        if feature.low is not None:
            drawn = np.clip(drawn, feature.low, feature.high)
    return drawn
