"""What the commands print that judge a model, or make it safer."""

from __future__ import annotations

from retrodict.auditing.appetite import Verdict
from retrodict.auditing.document import Report
from retrodict.auditing.sections import UnreadLine
from retrodict.cli.documents.base import Document


class Audit(Report):
    """The content of report.json, and where it lies."""

    out: str


class Battery(Document):
    """On what the outputs of model and copy were compared."""

    rows: int
    outputs: list[str]
    seed: int


class RemovedPart(Document):
    """What was taken out."""

    path: str
    what: str
    count: int


class KeptPart(Document):
    """What stays, and why."""

    path: str
    why: str


class BriefFact(Document):
    """One fact, its values in short."""

    kind: str
    features: str
    values: str
    source: str
    personal: bool | None


class Verdicts(Document):
    """Of the model, and of its copy."""

    before: Verdict
    after: Verdict


class Comparison(Document):
    """Both audits."""

    verdict: Verdicts
    measures: list[dict[str, float | str | None]]
    facts: list[dict[str, int | str]]
    out: str


class Sanitized(Document):
    """A copy of a model without the facts that prediction does not need."""

    out: str
    family: str
    fingerprint: str
    identical: bool
    battery: Battery
    removed: list[RemovedPart]
    kept: list[KeptPart]
    unjudged: list[UnreadLine]
    comparison: list[dict[str, int | str]]
    before: list[BriefFact]
    after: list[BriefFact]
    audit: Comparison | None = None
