"""What a fitted transformer makes of its columns: each output column with its way back to the raw features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from sklearn import compose, decomposition, impute, pipeline, preprocessing
from sklearn.feature_extraction import DictVectorizer, text
from sklearn.impute._iterative import IterativeImputer  # its public name is there only after an experimental import

from retrodict.disclosures.columns import Block, Column, Columns, distinct
from retrodict.families.sklearn.structure.containers import branches_of, resamples
from retrodict.families.sklearn.structure.imputed import IMPUTERS, doubtful, imputed
from retrodict.families.sklearn.structure.output_names import inputs_of_outputs, keeps_names
from retrodict.models.type_lookup import faithful_of_type

Array = np.ndarray

MOST_NUMBERED = 100_000
"""Columns without a way back that are told apart: hashed words are a million, a damaged file may claim any number."""


def passed(step: Any, columns: Columns, label: str) -> Columns:
    """Return the output columns of one fitted transformer.

    Parameters
    ----------
    step
        A fitted transformer, ``None``, ``"passthrough"`` or ``"drop"``.
    columns
        Its input.
    label
        What its outputs are called where they have no way back: its name in the pipeline.
    """
    if step is None or isinstance(step, str):
        return () if step == "drop" else columns
    columns = aligned(step, columns, label)
    known = faithful_of_type(type(step), _KNOWN)
    if known is not None:
        try:
            out = known(step, columns, label)
        except Exception:  # arrays that do not fit together: its own reader says so, and what follows has no names
            return _opaque(step, columns, label)
        sure = isinstance(step, _SURE) or keeps_names(step, len(columns))
        return out if sure else _agreed(step, columns, out, label)
    if resamples(step):
        return columns
    if hasattr(step, "get_support"):
        return _agreed(step, columns, tuple(columns[i] for i in step.get_support(indices=True)), label)
    return _opaque(step, columns, label)


def _agreed(step: Any, columns: Columns, out: Columns, label: str) -> Columns:
    """Return the output columns without those that the step itself gives another name than their input's."""
    named = inputs_of_outputs(step, len(columns))
    if named is None:
        return out
    if len(named) != len(out):
        return _nameless(len(named), label)
    kept = []
    for i, (column, j) in enumerate(zip(out, named, strict=True)):
        alone = column.raw and not column.indicator and column.block is None
        other = alone and (j is None or columns[j].name != column.name)
        kept.append(Column.derived(f"{label}[{i}]") if other else column)
    return tuple(kept)


def aligned(step: Any, columns: Columns, label: str) -> Columns:
    """Return the columns, or nameless ones where the step takes another number of them."""
    try:
        width = getattr(step, "n_features_in_", len(columns))
    except Exception:  # a wrapper asks what it holds, which may be anything
        width = len(columns)
    return columns if len(columns) == width else _nameless(width, f"{label}.input")


def _opaque(step: Any, columns: Columns, label: str) -> Columns:
    named = inputs_of_outputs(step, len(columns))
    return () if named is None else _nameless(len(named), label)  # the next step knows how many columns it takes


def _nameless(width: int, label: str) -> Columns:
    if width > MOST_NUMBERED:
        return (Column.derived(f"{label}[...]"),) * width
    return tuple(Column.derived(f"{label}[{i}]") for i in range(width))


def _branches(step: Any, columns: Columns, label: str) -> Columns:
    del label
    out: Columns = ()
    for branch in branches_of(step, columns):
        made = passed(branch.step, branch.columns, branch.name)
        if branch.width is not None and branch.width != len(made):
            made = _nameless(branch.width, branch.name)
        if branch.width is None and not made and branch.step != "drop":
            return ()  # it is not told how many columns this branch makes
        weight = (step.transformer_weights or {}).get(branch.name, 1.0)
        if not weight:
            made = _nameless(len(made), branch.name)
        elif weight != 1.0:
            made = tuple(c.affine(1.0 / weight, 0.0) for c in made)
        out += made
    return out


def _pipeline(step: pipeline.Pipeline, columns: Columns, label: str) -> Columns:
    del label
    for name, inner in step.steps:
        columns = passed(inner, columns, name)
    return columns


def _affine(way_back: Callable[[Any], tuple[Any, Any]]) -> Callable[[Any, Columns, str], Columns]:
    """Return what passes columns on through steps whose input was ``offset + scale * output``."""

    def out(step: Any, columns: Columns, label: str) -> Columns:
        del label
        scale, offset = way_back(step)
        scales = np.broadcast_to(1.0 if scale is None else scale, len(columns))
        offsets = np.broadcast_to(0.0 if offset is None else offset, len(columns))
        return tuple(c.affine(a, b) for c, a, b in zip(columns, scales.tolist(), offsets.tolist(), strict=True))

    return out


def _curves(step: Any, columns: Columns, label: str) -> Columns:
    """Return columns whose way back is the step's own inverse, one column at a time."""

    def inverse_of(i: int) -> Callable[[Array], Array]:
        def inverse(values: Array) -> Array:
            filled = np.zeros((len(values), len(columns)))
            filled[:, i] = values
            return np.asarray(step.inverse_transform(filled))[:, i]

        return inverse

    return tuple(c.curved(inverse_of(i), f"{label}({c.label})") for i, c in enumerate(columns))


def _one_hot(step: preprocessing.OneHotEncoder, columns: Columns, label: str) -> Columns:
    infrequent = getattr(step, "infrequent_categories_", [None] * len(columns))
    drops = step.drop_idx_ if step.drop_idx_ is not None else [None] * len(columns)
    out: list[Column] = []
    for column, values, rare, drop in zip(columns, step.categories_, infrequent, drops, strict=True):
        rare_set = set() if rare is None else set(rare)
        shown = [c for c in np.asarray(values, dtype=object).tolist() if c not in rare_set]
        dropped = None if drop is None else np.asarray(values, dtype=object).tolist()[drop]
        made = _indicators(column, (*shown, *(["(infrequent)"] if rare_set else [])), dropped, label)
        out += [*made[:-1], replace(made[-1], merged=True)] if rare_set and made else made
    return tuple(out)


def _indicators(column: Column, categories: tuple[Any, ...], dropped: Any, label: str) -> list[Column]:
    made = []
    for category in categories:
        if dropped is not None and category == dropped:
            continue
        indicator = Column(
            column.name,
            f"{column.name}={category}",
            categories=categories,
            category=category,
            indicator=True,
            filled=column.filled,
        )
        made.append(indicator if column.untouched else Column.derived(f"{label}({column.label})={category}"))
    return made


def _ordinal(step: preprocessing.OrdinalEncoder, columns: Columns, label: str) -> Columns:
    rare = getattr(step, "infrequent_categories_", None) or [None] * len(columns)  # these share one code
    return tuple(
        Column(
            c.name, f"{label}({c.label})", categories=tuple(np.asarray(values, dtype=object).tolist()), filled=c.filled
        )
        if c.untouched and merged is None
        else Column.derived(f"{label}({c.label})")
        for c, values, merged in zip(columns, step.categories_, rare, strict=True)
    )


def _bins(step: preprocessing.KBinsDiscretizer, columns: Columns, label: str) -> Columns:
    """Return codes or indicators of intervals."""
    out: list[Column] = []
    for column, edges in zip(columns, step.bin_edges_, strict=True):
        ends = column.raw_numbers(edges)
        if ends is None:
            return _opaque(step, columns, label)
        names = tuple(f"[{low:.6g}, {high:.6g})" for low, high in pairwise(ends))
        if step.encode == "ordinal":
            out.append(Column(column.name, f"{label}({column.name})", categories=names))
        else:
            out += [
                Column(column.name, f"{column.name}={n}", categories=names, category=n, indicator=True) for n in names
            ]
    return tuple(out)


def _imputer(step: Any, columns: Columns, label: str) -> Columns:
    """Return the columns that are put out, then the flags of those that had gaps."""
    kept, empty = imputed(step, len(columns))
    zero = doubtful(step) if isinstance(step, impute.SimpleImputer) else empty
    guessed = isinstance(step, IterativeImputer)
    out = tuple(
        Column.derived(f"{label}({columns[i].label})")
        if empty[i]
        else replace(columns[i], filled=True, estimated=columns[i].estimated or guessed or bool(zero[i]))
        for i in kept
    )
    return out + (_flags(step.indicator_, (), label) if step.add_indicator else ())


def _flags(step: impute.MissingIndicator, columns: Columns, label: str) -> Columns:
    del columns
    return tuple(Column.derived(f"{label}.missing[{i}]") for i in step.features_)


def _polynomial(step: preprocessing.PolynomialFeatures, columns: Columns, label: str) -> Columns:
    powers = step.powers_
    single, first = (powers.sum(axis=1) == 1).tolist(), (powers != 0).argmax(axis=1).tolist()
    return tuple(
        columns[j] if one else Column.derived(f"{label}[{i}]")
        for i, (one, j) in enumerate(zip(single, first, strict=True))
    )


def _projection(step: Any, columns: Columns, label: str) -> Columns:
    """Return components, which go back together by the step's own inverse."""
    width = len(step.components_)
    filled = any(column.filled for column in columns)
    whole = isinstance(step, decomposition.PCA | decomposition.IncrementalPCA) and width == len(columns)
    block = Block(width, lambda values: np.asarray(step.inverse_transform(values)), columns, whole)
    return tuple(replace(Column.derived(f"{label}[{i}]"), block=block, position=i, filled=filled) for i in range(width))


def _worded(step: Any, columns: Columns, label: str) -> Columns:
    """Return a column for each word."""
    del columns
    return tuple(Column.derived(f"{label}[{word!r}]") for word in sorted(step.vocabulary_, key=step.vocabulary_.get))


def _one_each(step: Any, columns: Columns, label: str) -> Columns:
    """Return one column for each, without a way back."""
    del step
    made = {column: Column.derived(f"{label}({column.label})") for column in distinct(columns)}
    return tuple(made[column] for column in columns)


def _function(step: preprocessing.FunctionTransformer, columns: Columns, label: str) -> Columns:
    if step.func is None:
        return columns
    if isinstance(step.func, np.ufunc):  # it takes each value on its own
        return _one_each(step, columns, label)
    return _opaque(step, columns, label)


_SURE = (
    *(pipeline.Pipeline, pipeline.FeatureUnion, compose.ColumnTransformer),
    *(preprocessing.PolynomialFeatures, *IMPUTERS),
)
"""Steps whose own parts are asked; powers, which names are made of; and imputers, whose names lack empty columns."""

_KNOWN: dict[type, Callable[[Any, Columns, str], Columns]] = {
    pipeline.Pipeline: _pipeline,
    **dict.fromkeys((pipeline.FeatureUnion, compose.ColumnTransformer), _branches),
    preprocessing.StandardScaler: _affine(lambda step: (step.scale_, step.mean_ if step.with_mean else None)),
    preprocessing.MinMaxScaler: _affine(lambda step: (1.0 / step.scale_, -step.min_ / step.scale_)),
    preprocessing.MaxAbsScaler: _affine(lambda step: (step.scale_, None)),
    preprocessing.RobustScaler: _affine(lambda step: (step.scale_, step.center_)),
    **dict.fromkeys((preprocessing.PowerTransformer, preprocessing.QuantileTransformer), _curves),
    preprocessing.OneHotEncoder: _one_hot,
    preprocessing.OrdinalEncoder: _ordinal,
    preprocessing.KBinsDiscretizer: _bins,
    preprocessing.PolynomialFeatures: _polynomial,
    preprocessing.FunctionTransformer: _function,
    **dict.fromkeys((text.CountVectorizer, text.TfidfVectorizer, DictVectorizer), _worded),
    text.TfidfTransformer: _one_each,  # rows are scaled to one length
    **dict.fromkeys(IMPUTERS, _imputer),
    impute.MissingIndicator: _flags,
    **dict.fromkeys((decomposition.PCA, decomposition.IncrementalPCA, decomposition.TruncatedSVD), _projection),
    **dict.fromkeys((decomposition.FastICA, decomposition.NMF), _projection),
}
