"""The sections of report.json on what is guessed of single rows: membership, and single columns."""

from __future__ import annotations

from typing import Literal

from retrodict.auditing.sections import Section


class AttackLine(Section):
    """One attack on membership; `shadows` is how many shadow models it used."""

    attack: str
    way: Literal["by_query", "from_file"]
    auc: float
    low: float
    high: float
    tpr_at_fpr_01: float
    tpr_low: float
    tpr_high: float
    tpr_at_fpr_001: float
    tpr_001_low: float
    tpr_001_high: float
    advantage: float
    advantage_low: float
    advantage_high: float
    shadows: int
    members: int
    others: int
    seconds: float


class SubgroupLine(Section):
    """The worst attack on some of the rows: a class, a value of a listed feature, or the more outlying ones."""

    attack: str
    way: Literal["by_query", "from_file"]
    kind: Literal["class", "feature", "outlyingness"]
    feature: str
    value: str
    auc: float
    low: float
    high: float
    members: int
    others: int


class FewerLine(Section):
    """What an attack reaches with so many shadow models: what their number buys."""

    attack: str
    shadows: int
    auc: float
    low: float
    high: float


class InferredLine(Section):
    """One column, inferred for known rows from their other columns, the model's output and the prior.

    `members` and `others` are hits (listed columns: the likeliest value is right) or closeness (numbers: the median is
    within the tolerance) of training rows and of held-out rows, `prior` and `other_prior` the same by the prior alone;
    `lift` is members less others, each beyond what the prior alone gives; `coverage` and `other_coverage` that of 90%
    intervals; `method` and `error` say how it was computed, and by how much it may be off.
    """

    column: str
    kind: Literal["listed", "number"]
    members: float
    others: float
    prior: float
    other_prior: float
    lift: float
    low: float
    high: float
    coverage: float | None
    other_coverage: float | None
    tolerance: float | None
    rows: int
    other_rows: int
    method: str
    error: float | None
