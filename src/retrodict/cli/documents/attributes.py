"""What the commands print that infer single columns."""

from __future__ import annotations

from typing import Literal

from retrodict.auditing.guess_sections import InferredLine
from retrodict.auditing.sections import Label, NoteLine
from retrodict.cli.documents.base import Document


class InferredRow(Document):
    """What is inferred of one row, beside what the prior alone says; null where nothing is known."""

    row: int
    value: Label
    probability: float | None
    low: float | None
    high: float | None
    among: list[Label]
    prior_value: Label
    prior_probability: float | None
    missing: float
    found: bool
    true: Label
    hit: bool | None
    prior_hit: bool | None
    inside: bool | None


class Inferred(Document):
    """One column of known rows; `error` is how far a posterior may be off, as a share of its evidence."""

    column: str
    kind: Literal["listed", "number"]
    output: Literal["target", "label", "probabilities", "prediction"]
    confidence: float
    tolerance: float | None
    method: Literal["listed", "between split points", "quadrature"]
    error: float
    rows: list[InferredRow]
    hits: float | None
    prior_hits: float | None
    coverage: float | None
    queries: int
    notes: list[NoteLine]
    warnings: list[NoteLine]
    out: str | None = None


class AttributeRisk(Document):
    """By how much more columns are inferred of training rows; `low` to `high` is of the largest lift."""

    largest: str | None
    lines: list[InferredLine]
    low: float | None
    high: float | None
    output: Literal["target", "label", "probabilities", "prediction"]
    confidence: float
    left_out: list[tuple[str, NoteLine]]
    queries: int
    seed: int
    warnings: list[NoteLine]
    notes: list[NoteLine]
