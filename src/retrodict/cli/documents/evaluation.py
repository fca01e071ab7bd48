"""What the commands print that compare with real rows."""

from __future__ import annotations

from typing import Literal

from pydantic import RootModel

from retrodict.auditing.guess_sections import AttackLine, SubgroupLine
from retrodict.auditing.sections import (
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


class Curve(Document):
    """The ROC of one attack: shares of other rows, and of training rows, above one threshold after another."""

    attack: str
    false: list[float]
    true: list[float]


class Largest(Document):
    """The largest of one measure over all attacks of one way; `harmless` is what that is below by chance alone."""

    way: Literal["by_query", "from_file"]
    measure: Literal["auc", "tpr_at_fpr_01", "tpr_at_fpr_001", "subgroup_auc"]
    attack: str
    where: str
    value: float
    low: float
    high: float
    members: int
    others: int
    harmless: float


class Fewer(Document):
    """What an attack reaches with so many shadow models."""

    attack: str
    shadows: int
    auc: float
    low: float
    high: float


class Membership(Document):
    """How well training rows are told from others; `low` to `high` is of the worst attack's AUC.

    `left_out` has attacks that were not made, each with the reason. `out` is the table with a line a row, where one was
    asked for.
    """

    worst: str
    low: float
    high: float
    distinct: int
    queries: int
    seed: int
    attacks: list[AttackLine]
    subgroups: list[SubgroupLine]
    curves: list[Curve]
    largest: list[Largest]
    by_shadows: list[Fewer]
    left_out: list[tuple[str, NoteLine]]
    out: str | None = None
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
