"""The risk appetite: how much of each measure an organisation accepts, as a YAML file."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from retrodict.errors import RequestError
from retrodict.plain_text import one_line, shown
from retrodict.schema.yaml_text import read_yaml

Verdict = Literal["release", "review", "reject"]

_STRICT = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Threshold(BaseModel):
    """Above `review` a person decides; above `reject` the model is not released; no number is no limit."""

    model_config = _STRICT

    review: float | None = None
    reject: float | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.review is not None and self.reject is not None and self.reject < self.review:
            raise ValueError(f"reject ({self.reject:g}) is below review ({self.review:g})")
        return self


class LiftThreshold(BaseModel):
    """A threshold of lift, which never rejects: its intervals leave out how the model would come out if refitted."""

    model_config = _STRICT

    review: float | None = None
    reject: None = None


class FromFile(BaseModel):
    """Limits on what a holder of the model file can do; `near_rows` is `exact_rows` where it is left out."""

    model_config = _STRICT

    stored_rows: Threshold = Threshold()
    personal_facts: Threshold = Threshold()
    facts_of_unknown_count: Threshold = Threshold()
    gradient_sums: Verdict = "review"
    table_not_searched: Verdict = "review"
    node_sums: Verdict = "review"
    split_values: Verdict = "review"
    cross_products: Verdict = "review"
    category_hashes: Verdict = "review"
    training_settings: Threshold = Threshold()
    training_date: Threshold = Threshold()
    confident_rows: Threshold = Threshold()
    exact_rows: Threshold = Threshold()
    near_rows: Threshold | None = None
    membership_advantage: Threshold = Threshold()
    membership_auc: Threshold = Threshold()
    membership_tpr_at_fpr_01: Threshold = Threshold()
    membership_tpr_at_fpr_001: Threshold = Threshold()
    subgroup_auc: Threshold = Threshold()
    lift: LiftThreshold = LiftThreshold()


class ByQuery(BaseModel):
    """Limits on what someone can do who may ask for predictions only; `near_rows` as in `FromFile`."""

    model_config = _STRICT

    exact_rows: Threshold = Threshold()
    near_rows: Threshold | None = None
    membership_advantage: Threshold = Threshold()
    membership_auc: Threshold = Threshold()
    membership_tpr_at_fpr_01: Threshold = Threshold()
    membership_tpr_at_fpr_001: Threshold = Threshold()
    subgroup_auc: Threshold = Threshold()
    attribute_lift: Threshold = Threshold()
    shadow_models: Verdict = "review"
    lift: LiftThreshold = LiftThreshold()
    agreement: Threshold = Threshold()


class Appetite(BaseModel):
    """Thresholds of every measure that a verdict rests on."""

    model_config = _STRICT

    name: str = Field(min_length=1)
    from_file: FromFile = FromFile()
    by_query: ByQuery = ByQuery()
    unjudged: Verdict = "review"


DEFAULT = "default"
PROFILES: dict[str, str] = {
    DEFAULT: "appetite.yaml",
    **{name: f"profiles/{name}.yaml" for name in ("internal", "safe-setting", "public-release")},
}
"""Appetites that come with the package, by name: for a model that is given to others; that stays where its rows are;
that is used in a safe setting; that anyone may have."""


def load_appetite(source: str | Path | None = None) -> Appetite:
    """Read a risk appetite.

    Parameters
    ----------
    source
        The name of one that comes with the package (`PROFILES`), or a file; by default ``default``. A `Path`, and a
        text with a separator of folders in it, is always a file.

    Raises
    ------
    RequestError
        If it can't be read, a line has no meaning, or a name could be either.
    """
    text, where = _read(source)
    try:
        data = read_yaml(text)
    except yaml.YAMLError as error:
        raise RequestError(f"appetite file {where} is no YAML: {one_line(error, 200)}") from error
    if not isinstance(data, dict):
        raise RequestError(f"appetite file {where} holds no thresholds; start from the default in the documentation")
    try:
        return Appetite.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise RequestError(f"appetite file {where}: {place}: {first['msg']}") from error


def _read(source: str | Path | None) -> tuple[str, str]:
    """Return the text of an appetite, and what to call it."""
    if source is None:
        return _packaged(DEFAULT), "the default"
    if isinstance(source, str) and source in PROFILES:
        if Path(source).is_file():
            raise RequestError(
                f"appetite '{source}' is a profile's name, and a file here is called so, too; give './{source}' for "
                "the file, or rename it to mean the profile"
            )
        return _packaged(source), f"'{source}'"
    where = f"'{shown(source)}'"
    try:
        return Path(source).read_text(encoding="utf-8"), where
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        known = ", ".join(PROFILES)
        raise RequestError(
            f"appetite file {where} can't be read: {reason}; give a YAML file, or the name of a profile: {known}"
        ) from error


def _packaged(name: str) -> str:
    return files("retrodict.auditing").joinpath(PROFILES[name]).read_text(encoding="utf-8")
