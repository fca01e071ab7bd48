"""Infer one column of rows that are known in all others."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pandas as pd

from retrodict.errors import RequestError
from retrodict.models import Meter
from retrodict.models.contract import about, own_schema
from retrodict.plain_text import listing
from retrodict.reconstruction.attributes.known import check_output, codes, seen_as_given, seen_in_rows
from retrodict.reconstruction.attributes.result import Inferred, InferredRow
from retrodict.reconstruction.attributes.seen import Output
from retrodict.reconstruction.attributes.splits import split_points
from retrodict.reconstruction.attributes.summary import Estimates, hits, in_blocks
from retrodict.reconstruction.outputs import listed_outputs
from retrodict.reconstruction.request import Request, resolve
from retrodict.results.arguments import check_choice, check_count, check_positive, check_share
from retrodict.results.notes import Note
from retrodict.schema import Feature
from retrodict.schema.labels import native
from retrodict.tables.labelled import read_labelled

Array = np.ndarray

KNOWN = "the known rows"
CONFIDENCE, DIGITS, TOLERANCE = 0.9, 4, 0.05
_DRAWS = 10_000
"""Rows of the prior by which the range of an unbounded number is told."""


def infer(
    model: Any,
    rows: pd.DataFrame,
    column: str,
    prior: Any = None,
    *,
    output: Output = "target",
    outputs: Any = None,
    target: str | None = None,
    confidence: float = CONFIDENCE,
    tolerance: float = TOLERANCE,
    digits: int = DIGITS,
) -> Inferred:
    """Infer one column of known rows from their other columns, the model's output and what is assumed beforehand.

    The posterior of each row is ``Q(x_j | x_-j, y)``, proportional to ``Q(y | x) Q(x_j | x_-j)``. Listed values are
    asked for one by one, so that it is exact. Numbers are integrated over: exactly between the split points that a
    model of trees states, else by quadrature whose error is estimated. Nothing is drawn at random.

    Parameters
    ----------
    model
        A loaded `Model`, a fitted estimator, or the path of a model file.
    rows
        Rows with all features but the column, which may be there too: it is then not used, but for the model's own
        output, and for saying what was right.
    column
        The feature that is inferred.
    prior
        A prior, or the path of a prior file; by default the one that the model's own disclosures imply. What it says of
        the column given the others is its own formula (`retrodict.priors.Conditional`).
    output
        What is known of each row's output: `target`, the class or value that was recorded for it; `label`, the class
        that the model says; `probabilities`, those of all its classes; `prediction`, a regressor's.
    outputs
        These outputs, one a row; by default the target column of `rows`, or what the model says of them.
    target
        The target's column in `rows`, if it is not plain.
    confidence
        Of intervals of numbers, and of lists of categories.
    tolerance
        Share of the column's range within which a number is right. The range is that of its bounds; without them, that
        of 99.8% of the prior.
    digits
        Decimals to which probabilities are known; significant digits to which a prediction is.

    Returns
    -------
    Inferred
        One entry a row, beside what the prior alone says.

    Raises
    ------
    RetrodictError
        If the model, the prior or the rows can't be read, or the request can't be met.
    """
    check_choice(output, "output", get_args(Output))
    share, within = check_share(confidence, "the confidence"), check_positive(tolerance, "the tolerance")
    places = check_count(digits, "the digits")
    job = resolve(model, prior)
    meter = Meter(job.model)
    check_output(output, meter)
    name, j, feature = _column(job, column)
    there = isinstance(rows, pd.DataFrame) and (not job.schema.named or name in [str(own) for own in rows.columns])
    if not there and outputs is None and output != "target":
        raise RequestError(
            f"the model's {output} is not known, as the rows lack column '{name}'; give what was observed as outputs"
        )
    frame = rows.assign(**{name: np.nan}) if isinstance(rows, pd.DataFrame) and not there else rows
    labelled = output == "target" and outputs is None
    loose = about(job.model).undetermined
    read = read_labelled(job.schema, {KNOWN: frame}, target, undetermined=loose, labelled=labelled)
    own = read.frames[KNOWN]
    X = job.schema.encode(own[list(job.schema.names)].set_axis(list(job.schema.names), axis="columns"))
    if outputs is not None:
        given = listed_outputs(outputs, job.schema.target)
        given = [given[place] for place in read.places(KNOWN)] if len(given) == len(rows) else given
        seen = seen_as_given(output, meter, given, job.schema.target, len(X), places)
    else:
        y = codes(own[read.schema.target.name], job.schema.target) if labelled else np.empty(len(X))
        seen = seen_in_rows(output, meter, X, y, places)
    near = None if feature.listed else within * _range(job, j, feature)
    splits = None if feature.listed else split_points(job.model).get(_own_place(job, name))
    found, method, notes = in_blocks(
        meter, job.prior, X, j, seen, splits=splits, confidence=share, tolerance=near, feature=feature
    )
    if found is None:
        raise RequestError("the time limit left no row to be inferred; give more seconds, or none")
    if len(found) < len(X):
        text = f"the time limit left {len(X) - len(found):,} of {len(X):,} rows that were not inferred"
        notes = (*notes, Note("rows_not_reached", text, rows=len(X) - len(found), of=len(X)))
    lost = int((~found.found).sum())
    if lost:
        text = f"{lost:,} rows: no value of the column was found that gives the known output; they have none here"
        notes = (*notes, Note("no_value_found", text, rows=lost))
    true = X[: len(found), j] if there else np.full(len(found), np.nan)
    lines = _lines(found, feature, true, near, read.places(KNOWN))
    told = [one for one in lines if one.hit is not None]
    return Inferred(
        column=name,
        kind="listed" if feature.listed else "number",
        output=output,
        confidence=share,
        tolerance=near,
        method=method,
        error=float(found.error.max()),
        rows=lines,
        hits=float(np.mean([bool(one.hit) for one in told])) if told else None,
        prior_hits=float(np.mean([bool(one.prior_hit) for one in told])) if told else None,
        coverage=float(np.mean([bool(one.inside) for one in told])) if told else None,
        queries=meter.queries,
        notes=(*(note for note in job.prior.notes if isinstance(note, Note)), *notes),
        warnings=read.notes,
    )


def _column(job: Request, column: str) -> tuple[str, int, Feature]:
    names = job.schema.names
    if column not in names:
        raise RequestError(f"'{column}' is no feature of the model; its features are {listing(names)}")
    j = names.index(column)
    return column, j, job.schema.features[j]


def _own_place(job: Request, name: str) -> int:
    """Return the column's place in the model's own schema."""
    own = own_schema(job.model)
    return own.names.index(name) if own.named and name in own.names else job.schema.names.index(name)


def _range(job: Request, j: int, feature: Feature) -> float:
    """Return the width of a number's range."""
    if feature.low is not None and feature.high is not None:
        return feature.high - feature.low
    drawn = job.prior.sample(_DRAWS, np.random.default_rng(0))[:, j]
    low, high = np.nanquantile(drawn, [0.001, 0.999])
    return float(high - low)


def _lines(
    found: Estimates, feature: Feature, true: Array, tolerance: float | None, places: Array
) -> tuple[InferredRow, ...]:
    right, right_before = (hits(one, true, tolerance) for one in (found.value, found.prior_value))
    inside, known = found.inside(true), ~np.isnan(true)
    return tuple(
        InferredRow(
            row=int(places[i]),
            value=_value(feature, found.value[i]),
            probability=_number(found.probability[i]),
            low=_number(found.low[i]),
            high=_number(found.high[i]),
            among=tuple(native(feature.categories[k]) for k in np.flatnonzero(found.among[i])),
            prior_value=_value(feature, found.prior_value[i]),
            prior_probability=_number(found.prior_probability[i]),
            missing=float(found.missing[i]),
            found=bool(found.found[i]),
            true=_value(feature, true[i]),
            hit=bool(right[i]) if known[i] else None,
            prior_hit=bool(right_before[i]) if known[i] else None,
            inside=bool(inside[i]) if known[i] else None,
        )
        for i in range(len(found))
    )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _value(feature: Feature, code: float) -> Any:
    if np.isnan(code):
        return None
    if feature.listed:
        return native(feature.categories[int(code)])
    return int(code) if feature.kind == "integer" else float(code)
