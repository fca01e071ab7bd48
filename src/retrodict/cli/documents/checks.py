"""What the command prints that looks at settings before training."""

from __future__ import annotations

from typing import Literal

from retrodict.auditing.sections import NoteLine
from retrodict.cli.documents.base import Document


class FiguresPart(Document):
    """What was measured of one model: its file, the attacks on its outputs, and how well it predicts."""

    settings: str
    stored_rows: int
    single_row_facts: int
    one_row_leaves: float | None
    auc: float
    low: float
    high: float
    right: float


class EvidenceLine(Document):
    """A rule's setting beside its remedy, on one table."""

    rule: str
    family: str
    estimator: str
    table: str
    rows: int
    columns: int
    as_is: FiguresPart
    lowered: FiguresPart | None
    shadows: int


class RuleLine(Document):
    """One rule, held against one estimator; `path` is where in the whole that stands, empty for the whole."""

    rule: str
    estimator: str
    path: str
    measure: str
    severity: Literal["note", "review", "reject"]
    answer: Literal["yes", "maybe", "no"]
    says: str
    settings: str
    remedy: str
    lowered: str
    evidence: list[EvidenceLine]


class Check(Document):
    """What a model with these settings would store or expose; what is not covered is not known to be safe."""

    verdict: Literal["nothing_known", "note", "review", "reject"]
    plain_words: list[str]
    estimator: str
    rows: int | None
    columns: int | None
    rules: list[RuleLine]
    not_covered: list[NoteLine]
    notes: list[NoteLine]
