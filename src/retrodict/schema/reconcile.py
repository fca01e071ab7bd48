"""Fit what the prior says of the features to what the model knows of them."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable
from dataclasses import replace

from retrodict.errors import SchemaError
from retrodict.schema.feature import Feature
from retrodict.schema.labels import label_text
from retrodict.schema.table import Schema


def reconcile(
    model: Schema, prior: Schema, undetermined: Collection[str] = (), tolerant: Collection[str] = ()
) -> Schema:
    """Return the schema that inference uses: the prior's features with the model's target.

    Columns match by name, or by position where the model was fitted without names.

    Parameters
    ----------
    model
        What the model knows of its features.
    prior
        What the prior draws.
    undetermined
        Features of the model whose kind its transformers do not tell; any kind of prior fits them.
    tolerant
        Listed features of the model that may also take categories it does not know.

    Returns
    -------
    Schema
        In the prior's order.

    Raises
    ------
    SchemaError
        One line naming every column that is absent, unexpected, or of another kind or category.
    """
    if not model.named:
        if len(model) != len(prior):
            raise SchemaError(
                f"the model takes {len(model)} features (unnamed) but the prior has {len(prior)}; "
                "give the prior exactly the model's columns, in the order of its training array"
            )
        partners = dict(zip(prior.names, model.features, strict=True))
        undetermined, tolerant = (
            {name for name, feature in partners.items() if feature.name in names} for names in (undetermined, tolerant)
        )
    else:
        _check_names(model, prior)
        partners = {feature.name: feature for feature in model.features}
    problems = [
        problem
        for feature in prior.features
        if feature.name not in undetermined
        and (problem := _conflict(partners[feature.name], feature, feature.name in tolerant))
    ]
    if problems:
        raise SchemaError("the prior does not fit the model: " + "; ".join(problems))
    features = tuple(_merged(partners[feature.name], feature) for feature in prior.features)
    return Schema(features, model.target, prior.named)


def filled(own: Schema, given: Schema) -> Schema:
    """Return what a user states of a model's columns, with the model's own for those that are left out.

    Parameters
    ----------
    own
        The model's columns.
    given
        What is stated; columns of a model without names match by position, so that none may be left out.
    """
    left_out = [feature for feature in own.features if feature.name not in given.names]
    if not own.named or not given.named or len(left_out) + len(given) != len(own):
        return given
    return Schema((*given.features, *left_out), given.target)


def _check_names(model: Schema, prior: Schema) -> None:
    absent = [name for name in model.names if name not in prior.names]
    extra = [name for name in prior.names if name not in model.names]
    if absent or extra:
        parts = [f"the prior lacks {', '.join(absent)}"] if absent else []
        parts += [f"the prior has {', '.join(extra)}, which the model does not take"] if extra else []
        raise SchemaError("; ".join(parts) + f"; the model's columns are {', '.join(model.names)}")


def _conflict(model: Feature, prior: Feature, tolerant: bool) -> str | None:
    if model.listed:
        if not prior.listed:
            return None if _covers(model, prior) else _not_listed(model, prior)
        unknown = [category for category in prior.categories if category not in model.categories]
        if unknown and not tolerant:
            remedy = _written_otherwise(unknown, model) or "leave the others out of the prior"
            told = f"has categories {unknown} that the model does not know; it knows {_list(model)}"
            return f"'{prior.name}' {told}: {remedy}"
    elif prior.listed and not all(isinstance(c, int | float) for c in prior.categories):
        return f"'{prior.name}' has categories {_list(prior)} in the prior but the model takes numbers there"
    return None


def _written_otherwise(unknown: list[Hashable], model: Feature) -> str | None:
    """Return the remedy where a category is one of the model's, but for quotes or leading zeros."""
    for category in unknown:
        for known in model.categories:
            if _bare(category) == _bare(known) is not None:
                if isinstance(known, str):
                    return f"the model's are text: write '{known}' in quotes"
                return f"the model's are numbers: write {known} without quotes or leading zeros"
    return None


def _bare(value: Hashable) -> str | None:
    text = label_text(value)
    return None if text is None else text.lstrip("0") or "0" if text.isdigit() else text


def _covers(model: Feature, prior: Feature) -> bool:
    """Return whether every value of an integer prior is one of the model's categories, which then need no list."""
    if prior.kind != "integer" or prior.low is None or prior.high is None:
        return False
    low, high = math.ceil(prior.low), math.floor(prior.high)
    numbers = {c for c in model.categories if isinstance(c, int | float) and low <= c <= high and c == int(c)}
    return len(numbers) == high - low + 1


def _not_listed(model: Feature, prior: Feature) -> str:
    return (
        f"'{prior.name}' is {prior.kind} in the prior but the model encodes categories {_list(model)}: list them "
        "('categories: [...]' in a prior file, astype('category') in a sample)"
    )


def check_classes(model: Schema, bound: Schema) -> None:
    """Refuse to bind a model to a schema of other classes than its own.

    Raises
    ------
    SchemaError
        If they are not the same, in the same order.
    """
    if bound.target.classes != model.target.classes:
        raise SchemaError(
            f"the schema's classes {list(bound.target.classes)} are not the model's {list(model.target.classes)}; bind "
            "the schema that reconcile() returns"
        )


def _merged(model: Feature, prior: Feature) -> Feature:
    """Return the prior's feature; a listed one takes the dtype of the column that the model was trained on.

    An encoder's list does not tell text from pandas' categories of text: a prior that says so knows better.
    """
    if prior.listed and model.listed and model.dtype is not None and prior.dtype != "category":
        return replace(prior, dtype=model.dtype)
    return prior


def _list(feature: Feature, limit: int = 8) -> str:
    shown = list(feature.categories[:limit])
    return f"{shown}" if len(feature.categories) <= limit else f"{shown} and {len(feature.categories) - limit} more"
