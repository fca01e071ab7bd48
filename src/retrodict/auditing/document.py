"""The schema of report.json: stable, versioned, and checked whenever one is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from retrodict.auditing.appetite import Appetite, Verdict
from retrodict.auditing.change_sections import BaselineSection
from retrodict.auditing.guess_sections import AttackLine, FewerLine, InferredLine, SubgroupLine
from retrodict.auditing.sections import (
    ActionLine,
    ConsistencySection,
    CurveSection,
    DefenceSection,
    ExtractionSection,
    LiftSection,
    NoteLine,
    Of,
    OwedSection,
    RecordSection,
    ReplicaSection,
    UnreadLine,
)
from retrodict.plain_text import json_text, shown
from retrodict.results.documents import OddError, holding, read_document

SCHEMA_VERSION: Literal["3.0"] = "3.0"
"""Its first number grows where a key changes or goes, its second where one is added."""

_STRICT = ConfigDict(extra="forbid", ser_json_inf_nan="null")


class DisclosureLine(BaseModel):
    """One fact that the file states; rows are counted, never repeated.

    `personal` is whether it is of one row, and null where the count of its rows is not known.
    """

    model_config = _STRICT

    group: str
    kind: str
    features: list[str]
    values: str
    exact: bool | str
    personal: bool | None
    source: str


class FindingLine(BaseModel):
    """One measure beside its thresholds; `remedy` is what can be done about it, if anything of its own can.

    `harmless` is what a model that gives nothing away would show.
    """

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
    rows: str
    remedy: str
    harmless: float | None
    inconclusive: bool


class NotTested(BaseModel):
    """What was not judged, and why."""

    model_config = _STRICT

    what: str
    reason: NoteLine


class Report(BaseModel):
    """Everything that an audit found.

    `summary` says why in plain words, `next_actions` what to do, `unread` what was not read of the model, `membership`
    and `subgroups` who can be told to be a member, `attributes` what can be inferred of known rows, and `cautions` what
    speaks for release though so few rows can't exclude the contrary; `baseline` is what changed since an earlier
    report, and null where none was given.
    """

    model_config = _STRICT

    schema_version: Literal["3.0"] = SCHEMA_VERSION
    verdict: Verdict
    summary: list[str]
    next_actions: list[ActionLine]
    reasons_for: list[str]
    reasons_against: list[str]
    cautions: list[str]
    findings: list[FindingLine]
    unread: list[UnreadLine]
    disclosures: list[DisclosureLine]
    extraction: Of[ExtractionSection]
    self_consistency: Of[ConsistencySection]
    lift: Of[LiftSection]
    records: Of[RecordSection]
    membership: list[AttackLine]
    subgroups: list[SubgroupLine]
    by_shadows: list[FewerLine]
    attributes: list[InferredLine]
    replicas: Of[ReplicaSection]
    queries: CurveSection | None
    budget: dict[str, Any] | None
    attribution: Of[OwedSection]
    defences: DefenceSection | None
    not_tested: list[NotTested]
    warnings: list[NoteLine]
    appetite: Appetite
    baseline: BaselineSection | None
    provenance: dict[str, Any]

    def plain(self) -> dict[str, Any]:
        """Return plain data, fit for strict JSON: numbers that are not finite are null."""
        return json.loads(self.model_dump_json())

    def text(self) -> str:
        """Return the file's text."""
        return json_text(self.plain()) + "\n"

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a report.json.

        Raises
        ------
        RequestError
            If the file holds none of this version.
        """
        with holding(path := Path(path), "audit report"):
            try:
                return cls.model_validate(read_document(path))
            except ValidationError as error:
                first = error.errors()[0]
                raise OddError(f"'{shown('.'.join(map(str, first['loc'])))}': {first['msg']}") from error


def report_schema() -> dict[str, Any]:
    """Return the JSON schema of report.json."""
    return Report.model_json_schema(mode="serialization")
