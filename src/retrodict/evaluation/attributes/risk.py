"""Judge what a model gives away of single columns of its training rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import pandas as pd
from jaxtyping import Bool

from retrodict import time_limit
from retrodict.errors import RequestError
from retrodict.evaluation.attributes.asked import Asked, ask
from retrodict.evaluation.attributes.lift import gained, lifted
from retrodict.evaluation.attributes.result import AttributeLine, AttributeRisk
from retrodict.models import load_model
from retrodict.plain_text import listing
from retrodict.reconstruction.attributes.infer import CONFIDENCE, DIGITS, TOLERANCE
from retrodict.reconstruction.attributes.known import check_output, seen_in_rows
from retrodict.reconstruction.attributes.posterior import Method
from retrodict.reconstruction.attributes.seen import Output
from retrodict.reconstruction.attributes.splits import split_points
from retrodict.reconstruction.attributes.summary import Some, added, hits, in_blocks, least_exact
from retrodict.results.arguments import check_choice, check_count, check_positive, check_seed, check_share
from retrodict.results.notes import Note
from retrodict.results.progress import counted
from retrodict.schema import Feature

Array = np.ndarray

LIMIT = 500
"""Rows of either kind, at most: the standard error of a lift is then about 0.03."""

MOST_CATEGORIES = 50
"""A listed column of more is left out unless it is named: it is rather a name than a property."""

FEWEST_JUDGED = 10
"""Rows of either kind with a value, at least."""

_RANGE = (0.01, 0.99)  # a few outliers would make a range within a share of which everything is right


def attribute_risk(
    model: Any,
    train: pd.DataFrame,
    holdout: pd.DataFrame,
    prior: Any = None,
    columns: Sequence[str] | None = None,
    *,
    output: Output = "target",
    target: str | None = None,
    limit: int = LIMIT,
    confidence: float = CONFIDENCE,
    tolerance: float = TOLERANCE,
    digits: int = DIGITS,
    seed: int = 0,
) -> AttributeRisk:
    """Say what a model gives away of single columns of its training rows to one who knows all other columns.

    Each column is inferred as `infer` does it, for training rows and for rows that the model did not see. What is
    inferred of both is what the model has learned of people in general; by how much more is right of training rows is
    what it gives away of them (Yeom et al. 2018, doi:10.1109/CSF.2018.00027, section 5).

    Parameters
    ----------
    model
        What `load_model` takes, or any `Model`.
    train
        The training rows with their target.
    holdout
        Other rows of the same source, which the model did not see.
    prior
        What is assumed of the columns: a prior or the path of a prior file. By default a normal copula of the held-out
        rows, which stand for what anyone knows: one of each half, which judges the other half.
    columns
        Features; by default all numbers, and all listed ones of up to `MOST_CATEGORIES` categories, that vary.
    output
        What is known of each row's output; see `infer`.
    target
        The target's column in both; by default the model's name of it, or the only column that is no feature.
    limit
        Rows of either table, at most; of more, so many are taken at random.
    confidence
        Of intervals and lists.
    tolerance
        Share of a number's range (of the central 98% of held-out rows) within which it is right.
    digits
        As of `infer`.
    seed
        Of the rows taken, and of the halves.

    Returns
    -------
    AttributeRisk
        One line a column, in the order of the columns.

    Raises
    ------
    RetrodictError
        If the model can't be asked, the tables or the prior can't be read, or hold fewer than 20 rows.

    Notes
    -----
    Intervals cover which rows were sampled, not how the model would come out if it were fitted again. Within a time
    limit each column gets an equal share of what is left; what was not reached is among `left_out`.
    """
    check_choice(output, "output", get_args(Output))
    share, within = check_share(confidence, "the confidence"), check_positive(tolerance, "the tolerance")
    root, places = check_seed(seed), check_count(digits, "the digits")
    most = check_count(limit, "the limit", least=FEWEST_JUDGED)
    loaded = load_model(model)
    asked = ask(loaded, train, holdout, prior, target, most, root)
    check_output(output, asked.meter)
    names, left_out = _columns(asked, columns)
    splits = split_points(loaded) if any(not asked.schema[name].listed for name in names) else {}
    own = list(loaded.schema.names if loaded.schema.named else asked.schema.names)
    seen = seen_in_rows(output, asked.meter, asked.X, asked.y, places)
    lines, notes, gains = list[AttributeLine](), list[Note](), list[tuple[Array, Array]]()
    with counted("inferring columns", len(names)) as tell:
        for k, name in enumerate(names):
            with time_limit.within(time_limit.left() / (len(names) - k)):
                found = _judged(asked, name, seen, splits.get(own.index(name)), share, within)
            tell()
            if isinstance(found, Note):
                left_out.append((name, found))
                continue
            lines.append(found[0])
            gains.append(found[1])
            notes += found[2]
    low = high = None
    if lines:
        at = int(np.argmax([one.lift for one in lines]))
        widest = lifted(*gains[at], 1.0 - (1.0 - 0.95) / len(lines))
        low, high = widest.low, widest.high
    return AttributeRisk(
        lines=tuple(lines),
        low=low,
        high=high,
        output=output,
        confidence=share,
        left_out=tuple(left_out),
        queries=asked.meter.queries,
        seed=int(seed),
        warnings=asked.warnings,
        notes=(*asked.notes, *added(tuple(notes))),
    )


def _columns(asked: Asked, columns: Sequence[str] | None) -> tuple[list[str], list[tuple[str, Note]]]:
    """Return the columns that are judged, and those that are not with the reason."""
    known, left_out = asked.schema.names, list[tuple[str, Note]]()
    strange = [name for name in columns or () if name not in known]
    if strange:
        raise RequestError(f"no features of the model: {listing(strange)}; its features are {listing(known)}")
    kept = []
    for name in known if columns is None else columns:
        values = asked.X[:, known.index(name)]
        n = len(np.unique(values[~np.isnan(values)]))
        if n < 2:
            left_out.append((name, Note("constant_column", "it has one value in these rows", column=name)))
        elif columns is None and asked.schema[name].listed and n > MOST_CATEGORIES:
            text = f"it has {n:,} categories in these rows; name it among the columns to have it judged"
            left_out.append((name, Note("many_categories", text, column=name, categories=n)))
        else:
            kept.append(name)
    return kept, left_out


def _judged(
    asked: Asked, name: str, seen: Any, splits: Array | None, confidence: float, tolerance: float
) -> tuple[AttributeLine, tuple[Array, Array], tuple[Note, ...]] | Note:
    """Return one column's line, what was gained with rows of either kind, and notes; or why there is none."""
    j, feature = asked.schema.names.index(name), asked.schema[name]
    near = None
    if not feature.listed:
        low, high = np.nanquantile(asked.holdout[:, j], _RANGE)
        near = tolerance * float(high - low)
        if not near > 0.0:
            return Note("constant_column", "nearly all held-out rows have the same value of it", column=name)
    found = _inferred(asked, j, feature, seen, splits, confidence, near)
    counts = [own.shape[1] for own in found.right]
    if min(counts) < FEWEST_JUDGED:
        if found.reached < found.rows:
            return Note("no_time", "the time limit was reached before it", column=name)
        text = f"{counts[0]} training rows and {counts[1]} others have a value of it: fewer than {FEWEST_JUDGED}"
        return Note("few_values", text, column=name, members=counts[0], others=counts[1])
    notes = found.notes
    if found.reached < found.rows:
        left = found.rows - found.reached
        text = f"'{name}': the time limit left {left:,} of {found.rows:,} rows that were not inferred"
        notes = (*notes, Note("rows_not_reached", text, column=name, rows=left, of=found.rows))
    (hit, before, inside), (other_hit, other_before, other_inside) = found.right
    gains = gained(hit, before), gained(other_hit, other_before)
    lift = lifted(*gains)
    line = AttributeLine(
        column=name,
        kind="listed" if feature.listed else "number",
        members=float(hit.mean()),
        others=float(other_hit.mean()),
        prior=float(before.mean()),
        other_prior=float(other_before.mean()),
        lift=lift.value,
        low=lift.low,
        high=lift.high,
        coverage=float(inside.mean()),
        other_coverage=float(other_inside.mean()),
        tolerance=near,
        rows=counts[0],
        other_rows=counts[1],
        method=least_exact(found.methods),
        error=found.error,
    )
    return line, gains, notes


@dataclass(frozen=True, eq=False)
class _Inferred:
    """What was inferred of one column.

    Parameters
    ----------
    right
        For training rows and for others: whether the value is right, whether the prior's is, and whether the interval
        or list holds the true one.
    rows, reached
        Rows with a value, and those of them that there was time for.
    methods, error
        How it was computed, and the largest estimate of its error.
    notes
        What is to be said of it.
    """

    right: tuple[Bool[Array, "3 m"], Bool[Array, "3 n"]]
    rows: int
    reached: int
    methods: tuple[Method, ...]
    error: float
    notes: tuple[Note, ...]


def _inferred(
    asked: Asked, j: int, feature: Feature, seen: Any, splits: Array | None, confidence: float, near: float | None
) -> _Inferred:
    """Infer one column of the rows of both kinds that have a value of it."""
    kinds, right = list[Array](), list[Array]()
    notes, methods, error, total = list[Note](), list[Method](), 0.0, 0
    for turn, group in enumerate(asked.groups):
        rows, kind = _in_turn([own[~np.isnan(asked.X[own, j])] for own in group.rows])
        total += len(rows)
        with time_limit.within(time_limit.left() / (len(asked.groups) - turn)):
            found, method, said = in_blocks(
                asked.meter,
                group.prior,
                asked.X[rows],
                j,
                Some(seen, rows),
                splits=splits,
                confidence=confidence,
                tolerance=near,
                gaps=False,
                feature=feature,
            )
        notes += said
        if found is not None:
            true = asked.X[rows[: len(found)], j]
            right.append(
                np.stack([hits(found.value, true, near), hits(found.prior_value, true, near), found.inside(true)])
            )
            kinds.append(kind[: len(found)])
            methods.append(method)
            error = max(error, float(found.error.max()))
    kind = np.concatenate(kinds) if kinds else np.zeros(0)
    held = np.concatenate(right, axis=1) if right else np.zeros((3, 0), dtype=bool)
    return _Inferred((held[:, kind == 0], held[:, kind == 1]), total, len(kind), tuple(methods), error, tuple(notes))


def _in_turn(kinds: Sequence[Array]) -> tuple[Array, Array]:
    """Return the rows of both kinds in turn, so that a time limit leaves neither without; and the kind of each."""
    place = np.concatenate([(np.arange(len(rows)) + 0.5) / max(len(rows), 1) for rows in kinds])
    order = np.argsort(place, kind="stable")
    return np.concatenate(kinds)[order], np.repeat([0, 1], [len(rows) for rows in kinds])[order]
