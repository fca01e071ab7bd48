"""Priors kept in YAML files, in the words of a paper's table of characteristics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from retrodict.errors import PriorError, SchemaError
from retrodict.priors.copula import CopulaPrior
from retrodict.priors.correlation import Correlation, latent_correlation
from retrodict.priors.file.features import feature_of_spec
from retrodict.priors.file.format import PriorSpec, UnknownFieldError, shorthand_texts
from retrodict.priors.file.yaml_lines import Document, read_document
from retrodict.priors.independent import IndependentPrior
from retrodict.priors.marginals import Marginal
from retrodict.priors.rounding import Written, half_unit
from retrodict.priors.shares import scaled_shares
from retrodict.results.notes import Note
from retrodict.schema import Feature, Schema, Target

Array = np.ndarray


def load_prior(path: str | Path) -> IndependentPrior | CopulaPrior:
    """Read a prior from a YAML file.

    Parameters
    ----------
    path
        ``features``: name -> ``{mean, sd, min, max}``, ``{median, iqr}``, ``{quantiles}``, ``{distribution, ...}``
        with scipy's parameter names, ``{shares}``, ``{counts}``, ``{categories}`` or ``{min, max}`` alone (uniform);
        besides, ``kind`` and ``missing``; or a shorthand: ``44.2 (12.1)`` is mean (sd), ``26.1 [23.0, 30.2]`` median
        [IQR], ``30 to 200`` a range. ``correlations``: a list of ``{between: [a, b], pearson|spearman|kendall: r}``.
        Optional: ``class_shares``, ``target`` (its name) and ``kind`` (``independent`` or ``copula``).
        Numbers are read within half a unit of their last digit, as published ones are rounded: what contradicts by no
        more is taken as the nearest that is possible, with a note. Bounds that are whole are exact. Names such as
        ``01`` and ``no`` are text.

    Returns
    -------
    Prior
        A `CopulaPrior` where there are correlations, else an `IndependentPrior`.

    Raises
    ------
    PriorError
        One line with the file, the line, the feature, what is wrong and the remedy.
    """
    document = read_document(path)
    try:
        spec = PriorSpec.model_validate(document.data)
    except ValidationError as error:
        raise _readable(document, error) from None
    schema, marginals, notes = _features(document, spec)
    shares: dict[Any, float] | None = None
    if spec.class_shares is not None:
        try:
            texts = document.written(("class_shares",))
            shares, note = scaled_shares(spec.class_shares, "class_shares", texts=texts)
        except ValueError as error:
            raise _located(document, ("class_shares",), str(error)) from None
        notes = (*notes, note) if note else notes
    schema = schema.with_target(Target(spec.target or "target", tuple(shares or ())))
    if not spec.correlations and spec.kind != "copula":
        return IndependentPrior(schema, marginals, notes, shares)
    return CopulaPrior(schema, marginals, _correlation(document, spec, schema, marginals), notes, shares)


def _features(document: Document, spec: PriorSpec) -> tuple[Schema, tuple[Marginal, ...], tuple[Note, ...]]:
    features: list[Feature] = []
    marginals: list[Marginal] = []
    notes: list[Note] = []
    for name, fields in spec.features.items():
        try:
            feature, marginal, note = feature_of_spec(name, fields, _written(document, name))
        except ValueError as error:  # PriorError and SchemaError are ValueErrors, by design
            raise _located(document, ("features", name), str(error)) from None
        features.append(feature)
        marginals.append(marginal)
        notes += [note] if note else []
    try:
        return Schema(tuple(features)), tuple(marginals), tuple(notes)
    except SchemaError as error:
        raise _located(document, ("features",), str(error)) from None


def _written(document: Document, name: str) -> Written:
    texts = document.written(("features", name))
    return Written(shorthand_texts(texts[()]) if () in texts else texts)


def _correlation(document: Document, spec: PriorSpec, schema: Schema, marginals: tuple[Marginal, ...]) -> Array:
    stated: list[Correlation] = []
    for position, entry in enumerate(spec.correlations):
        try:
            digits = document.texts.get(("correlations", str(position), entry.measure), entry.value)
            stated.append(Correlation(entry.between, entry.value, entry.measure, half_unit(digits)))
        except PriorError as error:
            raise _located(document, ("correlations", position), str(error)) from None
    try:
        return latent_correlation(schema, marginals, stated)
    except PriorError as error:
        for position in range(len(stated)):  # which one it was: the first after which the list is refused
            try:
                latent_correlation(schema, marginals, stated[: position + 1])
            except PriorError:
                raise _located(document, ("correlations", position), str(error)) from None
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
    if len(path) > 1 and path[0] == "features":
        where += f", feature '{path[1]}'"
        text = text.removeprefix(f"feature '{path[1]}': ")
    elif len(path) > 1 and path[0] == "correlations":
        where += f", correlation {int(path[1]) + 1}"
    return PriorError(f"{where}: {' '.join(text.split())}")
