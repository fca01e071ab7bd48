"""Fit what the prior says of the features to what the model knows of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from retrodict.errors import SchemaError
from retrodict.schema.feature import Feature
from retrodict.schema.table import Schema


def reconcile(model: Schema, prior: Schema, undetermined: Collection[str] = ()) -> Schema:
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
        undetermined = {name for name, feature in partners.items() if feature.name in undetermined}
    else:
        _check_names(model, prior)
        partners = {feature.name: feature for feature in model.features}
    problems = [
        problem
        for feature in prior.features
        if (problem := _conflict(partners[feature.name], feature, feature.name in undetermined))
    ]
    if problems:
        raise SchemaError("the prior does not fit the model: " + "; ".join(problems))
    features = tuple(_merged(partners[feature.name], feature) for feature in prior.features)
    return Schema(features, model.target, prior.named)


def _check_names(model: Schema, prior: Schema) -> None:
    absent = [name for name in model.names if name not in prior.names]
    extra = [name for name in prior.names if name not in model.names]
    if absent or extra:
        parts = [f"the prior lacks {', '.join(absent)}"] if absent else []
        parts += [f"the prior has {', '.join(extra)}, which the model does not take"] if extra else []
        raise SchemaError("; ".join(parts) + f"; the model's columns are {', '.join(model.names)}")


def _conflict(model: Feature, prior: Feature, undetermined: bool) -> str | None:
    if undetermined:
        return None
    if model.listed:
        if not prior.listed:
            known = _list(model)
            return f"'{prior.name}' is {prior.kind} in the prior but the model encodes categories {known}: list them"
        unknown = [category for category in prior.categories if category not in model.categories]
        if unknown:
            return f"'{prior.name}' has categories {unknown} that the model does not know; it knows {_list(model)}"
    elif prior.listed and not all(isinstance(c, int | float) for c in prior.categories):
        return f"'{prior.name}' has categories {_list(prior)} in the prior but the model takes numbers there"
    return None


def _merged(model: Feature, prior: Feature) -> Feature:
    """Return the prior's feature; a listed one takes the dtype of the column that the model was trained on."""
    if model.listed and model.dtype is not None:
        return replace(prior, dtype=model.dtype)
    return prior


def _list(feature: Feature, limit: int = 8) -> str:
    shown = list(feature.categories[:limit])
    return f"{shown}" if len(feature.categories) <= limit else f"{shown} and {len(feature.categories) - limit} more"
