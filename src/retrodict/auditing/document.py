"""The schema of report.json: stable, versioned, and checked whenever one is written."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from retrodict.auditing.appetite import Appetite, Verdict

SCHEMA_VERSION: Literal["1.0"] = "1.0"
"""Its first number grows where a key changes or goes, its second where one is added."""

_STRICT = ConfigDict(extra="forbid", ser_json_inf_nan="null")


class DisclosureLine(BaseModel):
    """One fact that the file states; rows are counted, never repeated."""

    model_config = _STRICT

    group: str
    kind: str
    features: list[str]
    values: str
    exact: bool | str
    personal: bool
    source: str


class FindingLine(BaseModel):
    """One measure beside its thresholds."""

    model_config = _STRICT

    way: Literal["from_file", "by_query", "audit"]
    measure: str
    value: float | None
    low: float | None
    high: float | None
    review: float | None
    reject: float | None
    verdict: Verdict | None
    sentence: str


class LiftSection(BaseModel):
    """How near one extraction comes to the training rows as a distribution."""

    model_config = _STRICT

    headline: dict[str, Any] | None
    over: str
    attribution: str | None
    attribution_reason: str
    measures: list[dict[str, Any]]
    lift: list[dict[str, Any]]
    warnings: list[str]
    notes: list[str]


class LiftOf(BaseModel):
    """The lift of each way to extract, judged separately."""

    model_config = _STRICT

    by_query: LiftSection | None
    from_file: LiftSection | None


class Of(BaseModel):
    """A section for each way to extract, as its own result writes it."""

    model_config = _STRICT

    by_query: dict[str, Any] | None
    from_file: dict[str, Any] | None


class NotTested(BaseModel):
    """What was not judged, and why."""

    model_config = _STRICT

    what: str
    reason: str


class Report(BaseModel):
    """Everything that an audit found."""

    model_config = _STRICT

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    verdict: Verdict
    reasons_for: list[str]
    reasons_against: list[str]
    findings: list[FindingLine]
    disclosures: list[DisclosureLine]
    extraction: Of
    self_consistency: Of
    lift: LiftOf
    records: Of
    replicas: Of
    queries: dict[str, Any] | None
    budget: dict[str, Any] | None
    attribution: Of
    not_tested: list[NotTested]
    warnings: list[str]
    appetite: Appetite
    provenance: dict[str, Any]

    def plain(self) -> dict[str, Any]:
        """Return plain data, fit for strict JSON: numbers that are not finite are null."""
        return json.loads(self.model_dump_json())

    def text(self) -> str:
        """Return the file's text."""
        return json.dumps(self.plain(), indent=2, allow_nan=False) + "\n"
