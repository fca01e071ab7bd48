"""The schema of a fitted scikit-learn estimator, as far as it knows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.pipeline import Pipeline

from retrodict.errors import ModelError, SchemaError
from retrodict.families.sklearn.model.columns import facts_of_columns
from retrodict.families.sklearn.open.widths import width_of
from retrodict.families.sklearn.structure.delegates import delegate_of
from retrodict.families.sklearn.structure.guests import model_of_guest
from retrodict.models.contract import own_schema
from retrodict.schema import Schema, Target, filled, reconcile

MOST_COLUMNS = 100_000
"""Columns of a model. Each has a name, a kind and a marginal of its own: more is no table, and takes gigabytes."""


@dataclass(frozen=True)
class Known:
    """What an estimator knows of its columns, in the order of its input.

    Parameters
    ----------
    schema
        The features and the target.
    undetermined
        Features whose kind nothing tells: what a custom step reads, or what is dropped.
    tolerant
        Listed features whose encoder also takes categories that it does not know.
    none_tokens
        Positions of the columns where ``None``, not NaN, stands for missing.
    framed
        Whether the estimator was fitted on a frame, and so expects one.
    of_pandas
        Columns of pandas' categories that it was fitted on, with their categories in order.
    """

    schema: Schema
    undetermined: frozenset[str]
    tolerant: frozenset[str]
    none_tokens: frozenset[int]
    framed: bool
    of_pandas: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


def known_of(estimator: Any, given: Schema | None = None) -> Known:
    """Infer what a fitted estimator knows of its columns, completed by what the user states.

    Parameters
    ----------
    estimator
        A fitted classifier or regressor.
    given
        Names, kinds, bounds and categories that override what was inferred; its classes must be the estimator's.

    Raises
    ------
    ModelError
        If the estimator does not say how many columns it takes and no schema is given.
    SchemaError
        If the given schema has other columns, categories or classes than the estimator.
    """
    stored = getattr(estimator, "feature_names_in_", None)
    stored = names_of_guest(estimator) if stored is None else stored
    names = names_of(estimator, stored, given)
    facts = facts_of_columns(estimator, names)
    schema = Schema(tuple(facts.feature(name) for name in names), _target(estimator), named=stored is not None)
    undetermined = facts.undetermined(names)
    none_tokens = frozenset(i for i, name in enumerate(names) if name in facts.none_tokens)
    if given is not None:
        open_ = undetermined - set(given.names) if schema.named else frozenset()
        schema, undetermined = _completed(schema, given, undetermined), open_
    tolerant = frozenset(facts.tolerant - facts.strict)
    return Known(schema, undetermined, tolerant, none_tokens, stored is not None, facts.of_pandas)


def names_of_guest(estimator: Any) -> tuple[str, ...] | None:
    """Return the names that a predictor of another library knows, where rows reach it as they come."""
    delegate = delegate_of(estimator)
    while delegate is not None and (delegate.reach is None or _of_one_step(estimator)):
        estimator = delegate.estimator
        delegate = delegate_of(estimator)
    held = vars(estimator) if hasattr(estimator, "__dict__") else {}
    first = next(iter(held.get("estimators_", held.get("calibrated_classifiers_", ()))), None)
    if first is not None and "estimators_features_" not in held:  # members of bagging get arrays
        return names_of_guest(getattr(first, "estimator", first) if "estimators_" not in held else first)
    model = model_of_guest(estimator)
    own = None if model is None else own_schema(model)
    return own.names if own is not None and own.named else None


def _of_one_step(estimator: Any) -> bool:
    return isinstance(estimator, Pipeline) and len(estimator.steps) == 1


def names_of(estimator: Any, stored: Any, given: Schema | None) -> list[str]:
    """Return the names of an estimator's columns, made up where it stores none.

    Parameters
    ----------
    estimator
        A fitted estimator.
    stored
        Its own names, if it has any.
    given
        A schema whose names stand in where it does not even say how many columns it takes.

    Raises
    ------
    ModelError
        If neither tells.
    """
    if stored is not None:
        return [str(name) for name in stored]
    count = 1 if isinstance(estimator, IsotonicRegression) else width_of(estimator)
    if count is not None and count > MOST_COLUMNS:
        raise ModelError(
            f"a {type(estimator).__name__} that takes {count:,} columns; at most {MOST_COLUMNS:,} are "
            "gone through one by one"
        )
    if count is not None:
        return [f"x{i}" for i in range(count)]
    if given is not None:
        return list(given.names)
    raise ModelError(
        f"a {type(estimator).__name__} that does not store how many columns it takes; give its columns as a schema"
    )


def _target(estimator: Any) -> Target:
    classes = getattr(estimator, "classes_", None)
    return Target() if classes is None else Target(classes=tuple(np.asarray(classes).tolist()))


def _completed(schema: Schema, given: Schema, undetermined: frozenset[str]) -> Schema:
    """Return the given features in the estimator's order, with the estimator's classes."""
    given = filled(schema, given)
    classes = given.target.classes
    if classes and classes != schema.target.classes:
        raise SchemaError(
            f"the schema's classes {list(classes)} are not the model's {list(schema.target.classes)}; leave them out"
        )
    if schema.named and set(given.names) != set(schema.names):
        absent = [name for name in schema.names if name not in given.names]
        extra = [name for name in given.names if name not in schema.names]
        parts = [f"lacks {', '.join(absent)}"] if absent else []
        parts += [f"has {', '.join(extra)}, which the model does not take"] if extra else []
        raise SchemaError(f"the given schema {' and '.join(parts)}; the model's columns are {', '.join(schema.names)}")
    if len(given) != len(schema):
        raise SchemaError(
            f"the given schema has {len(given)} features but the model takes {len(schema)}; "
            "list the columns of its training array in their order"
        )
    ordered = Schema(tuple(given[name] for name in schema.names), given.target) if schema.named else given
    merged = reconcile(schema, ordered, undetermined)
    return Schema(merged.features, Target(given.target.name, schema.target.classes), ordered.named)
