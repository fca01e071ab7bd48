"""Parts that documents share."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from retrodict.auditing.sections import Label, NoteLine


class Document(BaseModel):
    """An object of which all keys are named; a number that is not finite is null."""

    model_config = ConfigDict(extra="forbid")


class FeatureLine(Document):
    """What is known of a feature."""

    kind: Literal["continuous", "integer", "ordinal", "categorical", "binary"]
    min: float | None = None
    max: float | None = None
    categories: list[Label] | None = None
    missing: float | None = None
    dtype: str | None = None


class TargetLine(Document):
    """The target; without classes it is a real value."""

    name: str
    classes: list[Label]


class SchemaPart(Document):
    """Features by name, and the target; `named` is false where the model stores no names."""

    features: dict[str, FeatureLine]
    target: TargetLine
    named: bool = True


class PriorPart(BaseModel):
    """A prior by its own description, which differs by kind."""

    model_config = ConfigDict(extra="allow")

    kind: str
    notes: list[NoteLine]


class ModelPart(Document):
    """The model that was asked."""

    family: str
    likelihood: str
    fingerprint: str
    warnings: list[NoteLine]


class ProvenancePart(Document):
    """Where a result comes from: enough to make it again."""

    model: ModelPart
    prior: PriorPart
    request: dict[str, Any]
    seed: int
    queries: int
    versions: dict[str, str]


class EngineReport(Document):
    """How one observation's draws were made, and how good they are."""

    observation: str
    engine: str
    exact: bool
    requested: int
    reached: int
    evidence: float | None
    evidence_se: float | None
    log_evidence: float | None
    acceptance: float | None
    ess: float | None
    queries: int
    seconds: float | None
    reason: NoteLine
    verdict: NoteLine
    evidence_is: str
    relative_evidence: float | None
    nearest: float | list[float] | None
    distance: float | None
    in_reach: bool


SCHEMA = Field(alias="schema")
"""The key `schema`, which is taken as a name of ours."""
