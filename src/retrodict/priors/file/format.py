"""What a prior file may hold, checked entry by entry."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from retrodict.priors.correlation import MEASURES
from retrodict.priors.rounding import half_unit
from retrodict.priors.shares import share
from retrodict.schema.feature import KINDS

_N = r"([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)"
_MEAN_SD = re.compile(rf"^{_N}\s*(?:\(\s*{_N}\s*\)|±\s*{_N})$")  # 44.2 (12.1), 44.2 ± 12.1
_MEDIAN_IQR = re.compile(rf"^{_N}\s*\[\s*{_N}\s*(?:,|;|to|–|-)\s*{_N}\s*\]$")  # 26.1 [23.0, 30.2]
_RANGE = re.compile(rf"^{_N}\s*(?:to|–)\s*{_N}$")  # 30 to 200


class UnknownFieldError(ValueError):
    """A field that no prior file has.

    Parameters
    ----------
    name
        What it is called.
    known
        The fields that there are at its place.
    """

    def __init__(self, name: Any, known: Sequence[str]) -> None:
        super().__init__(f"unknown field '{name}'{_near(name, known) or '; use ' + ', '.join(known)}")
        self.name = name


def _check_fields(value: Mapping[Any, Any], known: Sequence[str]) -> None:
    for name in value:
        if name not in known:
            raise UnknownFieldError(name, known)


def _number(value: Any, info: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{info.field_name} must be a number, got {value!r}")
    if not math.isfinite(value):
        raise ValueError(f"{info.field_name} must be a finite number, got {value}")
    return float(value)


def _iqr(value: Any) -> Any:
    numbers = isinstance(value, list) and len(value) == 2 and all(_is_number(item) for item in value)
    # Rounding makes quartiles equal, and no more: so does a column half of whose values are one.
    if not numbers or not value[0] - value[1] < half_unit(value[0]) + half_unit(value[1]):
        raise ValueError(f"iqr must be two increasing numbers, got {value!r}")
    return (float(value[0]), float(value[1]))


def _points(value: Any) -> Any:
    if not isinstance(value, dict) or not value:
        raise ValueError(f"quantiles must map probabilities to values, such as {{0.05: 80, 0.5: 117}}, got {value!r}")
    out = {}
    for key, x in value.items():
        if not _is_number(key) or not 0 <= key <= 1:
            raise ValueError(f"quantiles: a probability must be a number from 0 to 1, got {key!r}")
        if not _is_number(x):
            raise ValueError(f"quantiles: the value at {key} must be a finite number, got {x!r}")
        out[float(key)] = float(x)
    return out


def _kind(value: Any) -> Any:
    return _one_of(value, KINDS, "kind")


def _prior_kind(value: Any) -> Any:
    return _one_of(value, ("independent", "copula"), "kind")


def _one_of(value: Any, allowed: tuple[str, ...], name: str) -> Any:
    if value is not None and value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}{_near(value, allowed)}")
    return value


def _categories(value: Any) -> Any:
    if not isinstance(value, list) or not value or any(isinstance(item, list | dict) or item is None for item in value):
        raise ValueError(f"categories must be a list of names or numbers, got {value!r}")
    if len({(type(item), item) for item in value}) < len(value):
        raise ValueError(f"categories must differ, got {value!r}")
    return value


def _table(value: Any, info: Any) -> Any:
    if not isinstance(value, dict) or not value:
        raise ValueError(f"{info.field_name} must map names to numbers, got {value!r}")
    if None in value:
        raise ValueError(f"{info.field_name}: a name is empty; quote it or give it a name")
    return value


def _text(value: Any, info: Any) -> Any:
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{info.field_name} must be a name, got {value!r}")
    return value


def _missing(value: Any) -> Any:
    rate = share(value, "missing")
    if rate >= 1:
        raise ValueError(f"missing must be below 1, got {value!r}")
    return rate


Number = Annotated[float | None, BeforeValidator(_number)]
Table = Annotated[dict[Any, Any] | None, BeforeValidator(_table)]
Text = Annotated[str | None, BeforeValidator(_text)]


class FeatureSpec(BaseModel):
    """One feature, as a table of characteristics tells it; other fields are a distribution's parameters."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: Annotated[str | None, BeforeValidator(_kind)] = None
    mean: Number = None
    sd: Number = None
    min: Number = None
    max: Number = None
    median: Number = None
    iqr: Annotated[tuple[float, float] | None, BeforeValidator(_iqr)] = None
    quantiles: Annotated[dict[float, float] | None, BeforeValidator(_points)] = None
    distribution: Text = None
    shares: Table = None
    counts: Table = None
    categories: Annotated[list[Any] | None, BeforeValidator(_categories)] = None
    missing: Annotated[float, BeforeValidator(_missing)] = 0.0

    @model_validator(mode="before")
    @classmethod
    def _written_out(cls, value: Any) -> Any:
        """Write out a shorthand; check the names of the fields."""
        value = _shorthand(value) if isinstance(value, str) else value
        if not isinstance(value, dict):
            raise ValueError(f"fields such as {{mean: 44.2, sd: 12.1}} or '44.2 (12.1)' were expected, got {value!r}")
        known = tuple(cls.model_fields)
        if "distribution" not in value:
            _check_fields(value, known)
        return value


class CorrelationSpec(BaseModel):
    """One stated correlation between two features."""

    model_config = ConfigDict(frozen=True)

    between: tuple[str, str]
    measure: Literal["pearson", "spearman", "kendall"]
    value: float

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError(f"fields such as {{between: [age, bmi], pearson: 0.21}} were expected, got {value!r}")
        known = ("between", *MEASURES)
        _check_fields(value, known)
        pair = value.get("between")
        if not isinstance(pair, list) or len(pair) != 2:
            raise ValueError(f"between must be a list of two features, got {pair!r}")
        given = [measure for measure in MEASURES if measure in value]
        if len(given) != 1:
            raise ValueError(f"give one of {', '.join(MEASURES)}, got {' and '.join(given) or 'none'}")
        number = value[given[0]]
        if not _is_number(number):
            raise ValueError(f"{given[0]} must be a finite number, got {number!r}")
        return {"between": tuple(str(name) for name in pair), "measure": given[0], "value": number}


class ClassSpec(BaseModel):
    """What is known of the rows of one class; what it does not say is as in all rows."""

    model_config = ConfigDict(frozen=True)

    features: dict[str, FeatureSpec] = Field(default_factory=dict)
    correlations: list[CorrelationSpec] | None = None

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        if not isinstance(value, dict) or not value:
            raise ValueError(f"features and correlations of the class were expected, got {value!r}")
        _check_fields(value, tuple(cls.model_fields))
        features = value.get("features", {})
        if not isinstance(features, dict):
            raise ValueError(f"'features:' must map names to what is known of them, got {features!r}")
        if not isinstance(value.get("correlations", []), list):
            raise ValueError(f"correlations must be a list, got {value['correlations']!r}")
        return {**value, "features": {str(name): fields for name, fields in features.items()}}


class PriorSpec(BaseModel):
    """A prior file."""

    model_config = ConfigDict(frozen=True)

    features: dict[str, FeatureSpec]
    correlations: list[CorrelationSpec] = Field(default_factory=list)
    class_shares: Table = None
    classes: dict[Any, ClassSpec] = Field(default_factory=dict)
    target: Text = None
    kind: Annotated[str | None, BeforeValidator(_prior_kind)] = None

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: dict[Any, Any]) -> Any:
        known = tuple(cls.model_fields)
        _check_fields(value, known)
        features = value.get("features")
        if not isinstance(features, dict) or not features:
            raise ValueError(f"'features:' must map names to what is known of them, got {features!r}")
        stated = value.get("correlations")
        if stated is not None and not isinstance(stated, list):
            raise ValueError(f"correlations must be a list, got {stated!r}")
        features = {str(name): fields for name, fields in features.items()}
        classes = value.get("classes", {})
        if not isinstance(classes, dict):
            raise ValueError(f"'classes:' must map classes to what is known of their rows, got {classes!r}")
        return {**value, "features": features, "correlations": stated or [], "classes": classes}

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.kind == "independent" and any(
            [self.correlations, *(one.correlations for one in self.classes.values())]
        ):
            raise ValueError("kind independent has no correlations; leave out one of them")
        if self.target is not None and self.target in self.features:
            raise ValueError(f"target '{self.target}' is also a feature; leave it out of the features")
        if self.classes and self.class_shares is None:
            raise ValueError("classes are described, and not how common they are; add class_shares")
        return self


def _shorthand(text: str) -> dict[str, Any]:
    """Return what a shorthand stands for: mean (sd), median [IQR] or a range."""
    told = {path: float(number) for path, number in shorthand_texts(text).items()}
    if ("median",) in told:
        return {"median": told["median",], "iqr": [told["iqr", "0"], told["iqr", "1"]]}
    if told:
        return {path[0]: number for path, number in told.items()}
    raise ValueError(
        f"can't read '{text.strip()}'; write '44.2 (12.1)' for mean (sd), '26.1 [23.0, 30.2]' for median [IQR], "
        "'30 to 200' for a range, or fields"
    )


def shorthand_texts(text: str) -> dict[tuple[str, ...], str]:
    """Return the numbers of a shorthand as they are written, by the paths of the fields that they stand for."""
    text = text.strip()
    if match := _MEAN_SD.match(text):
        return {("mean",): match[1], ("sd",): match[2] or match[3]}
    if match := _MEDIAN_IQR.match(text):
        return {("median",): match[1], ("iqr", "0"): match[2], ("iqr", "1"): match[3]}
    if match := _RANGE.match(text):
        return {("min",): match[1], ("max",): match[2]}
    return {}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _near(given: Any, known: Sequence[str]) -> str:
    near = get_close_matches(str(given), known, 1)
    return f"; did you mean {near[0]}?" if near else ""
