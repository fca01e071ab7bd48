"""What the commands print that compare with real rows."""

from __future__ import annotations

from pydantic import RootModel

from retrodict.auditing.sections import (
    AttackLine,
    CurveSection,
    LiftLine,
    Match,
    MeasureLine,
    NoteLine,
    RecordSection,
    ReplicaSection,
)
from retrodict.cli.documents.base import Document


class Fidelity(Document):
    """How near a reconstruction comes as a distribution; undefined lifts are null, with their reason."""

    measures: list[MeasureLine]
    lift: list[LiftLine]
    attribution: str | None
    attribution_reason: NoteLine
    rows: dict[str, int]
    limit: int
    queries: int
    seed: int
    warnings: list[NoteLine]
    notes: list[NoteLine]


class RecordRisk(RecordSection):
    """How near single rows come to single training rows."""


class Matched(Match):
    """Rows beside real ones, one to one."""


class Bin(Document):
    """Rows, or cells, whose stated confidence lies in one stretch, and how many of their cells are right."""

    low: float
    high: float
    count: int
    stated: float
    actual: float
    se: float
    exact: float | None = None


class Calibration(Document):
    """Stated confidence beside what it is worth."""

    bins: list[Bin]


class Controls(RootModel[dict[str, Match]]):
    """What tables reach that know nothing of the single rows, by control."""


class Membership(Document):
    """How well the model's own outputs tell training rows from others; `low` to `high` is of the worst attack's AUC."""

    worst: str
    low: float
    high: float
    distinct: int
    queries: int
    seed: int
    attacks: list[AttackLine]
    warnings: list[NoteLine]
    notes: list[NoteLine]


class Replicas(ReplicaSection):
    """Models trained on a reconstruction, beside their controls."""


class Migration(ReplicaSection):
    """A new model of another kind; `trust` names the types that a reader of its file must be told to trust."""

    to: str
    out: str
    trust: list[str]


class QueryCurve(CurveSection):
    """What a model gives away for so many calls."""
