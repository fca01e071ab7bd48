"""Priors kept in YAML files, in the words of a paper's table of characteristics."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from retrodict.errors import PriorError, SchemaError
from retrodict.plain_text import listing
from retrodict.priors.classes import TAKEN_AS_ALL, ClassPrior
from retrodict.priors.contract import Prior
from retrodict.priors.copula import CopulaPrior
from retrodict.priors.correlation import Correlation, latent_correlation
from retrodict.priors.file.features import feature_of_spec
from retrodict.priors.file.format import CorrelationSpec, FeatureSpec, PriorSpec, UnknownFieldError, shorthand_texts
from retrodict.priors.file.yaml_lines import Document, read_document
from retrodict.priors.independent import IndependentPrior
from retrodict.priors.marginals import Marginal
from retrodict.priors.rounding import Written, half_unit
from retrodict.priors.shares import scaled_shares
from retrodict.results.notes import Note
from retrodict.schema import Feature, Schema, Target
from retrodict.schema.labels import class_of

Array = np.ndarray

_log = logging.getLogger(__name__)


def load_prior(path: str | Path) -> IndependentPrior | CopulaPrior | ClassPrior:
    """Read a prior from a YAML file.

    Parameters
    ----------
    path
        ``features``: name -> ``{mean, sd, min, max}``, ``{median, iqr}``, ``{quantiles}``, ``{distribution, ...}``
        with scipy's parameter names, ``{shares}``, ``{counts}``, ``{categories}`` or ``{min, max}`` alone (uniform);
        besides, ``kind`` and ``missing``; or a shorthand: ``44.2 (12.1)`` is mean (sd), ``26.1 [23.0, 30.2]`` median
        [IQR], ``30 to 200`` a range. ``correlations``: a list of ``{between: [a, b], pearson|spearman|kendall: r}``.
        Optional: ``class_shares``, ``target`` (its name), ``kind`` (``independent`` or ``copula``), and ``classes``:
        class -> ``features`` and ``correlations`` of its rows; what is not said of a class is as in all rows.
        Numbers are read within half a unit of their last digit, as published ones are rounded: what contradicts by no
        more is taken as the nearest that is possible, with a note. Bounds that are whole are exact. Names such as
        ``01`` and ``no`` are text.

    Returns
    -------
    Prior
        A `CopulaPrior` where there are correlations, else an `IndependentPrior`; with classes, a `ClassPrior` of these.

    Raises
    ------
    PriorError
        One line with the file, the line, the feature, what is wrong and the remedy.
    """
    document = read_document(path)
    prior = _built(document)
    _log.info("%s: a prior of %d features, %s", path, len(prior.schema), type(prior).__name__)
    return prior


def _built(document: Document) -> IndependentPrior | CopulaPrior | ClassPrior:
    try:
        spec = PriorSpec.model_validate(document.data)
    except ValidationError as error:
        raise _readable(document, error) from None
    schema, marginals, notes = _features(document, spec.features)
    shares: dict[Any, float] | None = None
    if spec.class_shares is not None:
        try:
            texts = document.written(("class_shares",))
            shares, note = scaled_shares(spec.class_shares, "class_shares", texts=texts)
        except ValueError as error:
            raise _located(document, ("class_shares",), str(error)) from None
        notes = (*notes, note) if note else notes
    schema = schema.with_target(Target(spec.target or "target", tuple(shares or ())))
    if spec.classes:
        return _by_class(document, spec, (schema, marginals), notes, shares or {})
    if not spec.correlations and spec.kind != "copula":
        return IndependentPrior(schema, marginals, notes, shares)
    return CopulaPrior(schema, marginals, _correlation(document, spec.correlations, schema, marginals), notes, shares)


def _by_class(
    document: Document,
    spec: PriorSpec,
    pooled: tuple[Schema, tuple[Marginal, ...]],
    notes: tuple[Note, ...],
    shares: Mapping[Any, float],
) -> ClassPrior:
    """Return a prior of each class: of what the file says of its rows, and of all rows where it says nothing."""
    named: dict[int, Any] = {}
    for label in spec.classes:
        place = class_of(label, tuple(shares))
        if place is None:
            raise _located(
                document, ("classes", label), f"it is none of class_shares ({listing(shares)}); name it alike"
            )
        named[place] = label
    silent = [str(label) for place, label in enumerate(shares) if place not in named]
    if silent:
        text = f"the file does not say what rows of {listing(silent)} are like: taken to be like all rows"
        notes = (*notes, Note(TAKEN_AS_ALL, text, classes=silent))
    parts: list[Prior] = []
    for place in range(len(shares)):
        at: tuple[Any, ...] = ()
        (schema, marginals), own = pooled, spec.correlations
        if place in named:
            at = ("classes", named[place])
            told = spec.classes[named[place]]
            schema, marginals, more = _class_features(document, told.features, pooled, at)
            notes = (*notes, *more)
            own, at = (own, ()) if told.correlations is None else (told.correlations, at)
        if own or spec.kind == "copula":
            parts.append(CopulaPrior(schema, marginals, _correlation(document, own, schema, marginals, at)))
        else:
            parts.append(IndependentPrior(schema, marginals))
    return ClassPrior(tuple(parts), tuple(shares.values()), notes, shares, classes=tuple(shares))


def _class_features(
    document: Document,
    told: Mapping[str, FeatureSpec],
    pooled: tuple[Schema, tuple[Marginal, ...]],
    at: tuple[Any, ...],
) -> tuple[Schema, tuple[Marginal, ...], tuple[Note, ...]]:
    """Return the features of a class: what it tells, each with the kind, categories and bounds of all rows."""
    schema, marginals = pooled
    if not told:
        return schema, marginals, ()
    unknown = [name for name in told if name not in schema.names]
    if unknown:
        text = f"it is no feature; the features are {listing(schema.names)}"
        raise _located(document, (*at, "features", unknown[0]), text)
    specs = {name: _alike(spec, schema[name]) for name, spec in told.items()}
    found, own, notes = _features(document, specs, at)
    for feature in found.features:
        whole = schema[feature.name]
        if (feature.kind, feature.categories) != (whole.kind, whole.categories):
            text = f"it is {_kind_of(feature)} here and {_kind_of(whole)} in all rows; write both alike"
            raise _located(document, (*at, "features", feature.name), text)
    features = tuple(found[f.name] if f.name in told else f for f in schema.features)
    values = dict(zip(found.names, own, strict=True))
    named = tuple(values.get(name, marginal) for name, marginal in zip(schema.names, marginals, strict=True))
    return Schema(features, schema.target, schema.named), named, notes


def _kind_of(feature: Feature) -> str:
    return f"{feature.kind} of {listing(feature.categories)}" if feature.listed else feature.kind


def _alike(spec: FeatureSpec, whole: Feature) -> FeatureSpec:
    """Return what is told of a feature in one class, with what it leaves out of what the feature is."""
    told: dict[str, Any] = {} if spec.kind else {"kind": whole.kind}
    for name in ("shares", "counts"):
        own = getattr(spec, name)
        if own is not None and whole.listed and set(own) <= set(whole.categories):
            told[name] = {category: own.get(category, 0.0) for category in whole.categories}
    if not whole.listed:
        bounds = {"min": (spec.min, whole.low), "max": (spec.max, whole.high)}
        told |= {name: known for name, (own, known) in bounds.items() if own is None and known is not None}
    if "missing" not in spec.model_fields_set:
        told["missing"] = whole.missing
    return spec.model_copy(update=told)


def _features(
    document: Document, specs: Mapping[str, FeatureSpec], at: tuple[Any, ...] = ()
) -> tuple[Schema, tuple[Marginal, ...], tuple[Note, ...]]:
    features: list[Feature] = []
    marginals: list[Marginal] = []
    notes: list[Note] = []
    for name, fields in specs.items():
        try:
            feature, marginal, note = feature_of_spec(name, fields, _written(document, (*at, "features", name)))
        except ValueError as error:  # PriorError and SchemaError are ValueErrors, by design
            raise _located(document, (*at, "features", name), str(error)) from None
        features.append(feature)
        marginals.append(marginal)
        notes += [note] if note else []
    try:
        return Schema(tuple(features)), tuple(marginals), tuple(notes)
    except SchemaError as error:
        raise _located(document, (*at, "features"), str(error)) from None


def _written(document: Document, path: tuple[Any, ...]) -> Written:
    texts = document.written(path)
    return Written(shorthand_texts(texts[()]) if () in texts else texts)


def _correlation(
    document: Document,
    entries: Sequence[CorrelationSpec],
    schema: Schema,
    marginals: tuple[Marginal, ...],
    at: tuple[Any, ...] = (),
) -> Array:
    stated: list[Correlation] = []
    for position, entry in enumerate(entries):
        path = (*at, "correlations", position)
        try:
            digits = document.texts.get((*map(str, path), entry.measure), entry.value)
            stated.append(Correlation(entry.between, entry.value, entry.measure, half_unit(digits)))
        except PriorError as error:
            raise _located(document, path, str(error)) from None
    try:
        return latent_correlation(schema, marginals, stated)
    except PriorError as error:
        for position in range(len(stated)):  # which one it was: the first after which the list is refused
            try:
                latent_correlation(schema, marginals, stated[: position + 1])
            except PriorError:
                raise _located(document, (*at, "correlations", position), str(error)) from None
        raise


def _readable(document: Document, error: ValidationError) -> PriorError:
    """Return the first problem, by line, as one line; say how many follow."""
    problems = []
    for item in error.errors(include_url=False):
        own = item.get("ctx", {}).get("error")
        path = tuple(item["loc"])
        field = path[-1] if path else "file"
        text = str(own) if own is not None else f"{field}: {item['msg']}, got {item['input']!r}"
        problems.append((document.line(path or _field_of(own)), path, text))
    problems.sort(key=lambda problem: problem[0])
    line, path, text = problems[0]
    more = len(problems) - 1
    text += f" ({more} more problem{'s' * (more > 1)} after it)" if more else ""
    return _located(document, path, text, line)


def _field_of(error: Exception | None) -> tuple[str, ...]:
    """Return the path of the top-level field that an error on the whole file is of."""
    return (str(error.name),) if isinstance(error, UnknownFieldError) else ()


def _located(document: Document, path: tuple[Any, ...], text: str, line: int | None = None) -> PriorError:
    line = document.line(path) if line is None else line
    where = f"{document.name}, line {line}"
    if len(path) > 1 and path[0] == "classes":
        where += f", class '{path[1]}'"
        path = path[2:]
    if len(path) > 1 and path[0] == "features":
        where += f", feature '{path[1]}'"
        text = text.removeprefix(f"feature '{path[1]}': ")
    elif len(path) > 1 and path[0] == "correlations":
        where += f", correlation {int(path[1]) + 1}"
    return PriorError(f"{where}: {' '.join(text.split())}")
