"""The sections of report.json that repeat what a measure's own result writes."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

Label = bool | int | float | str | None
"""A value of the user's own table, as JSON has it."""


class Section(BaseModel):
    """What all sections have in common: no key but those named, and null for numbers that are not finite."""

    model_config = ConfigDict(extra="forbid", ser_json_inf_nan="null")


S = TypeVar("S", bound=Section)


class NoteLine(Section):
    """A warning, note or reason: a code and the numbers that its text is made of."""

    code: str
    text: str
    values: dict[str, Any]


class Share(Section):
    """A share of the training rows less the same share of other rows, with its 95% interval."""

    value: float
    low: float
    high: float
    members: float
    others: float


class Nearer(Section):
    """How often a training row is the nearer one; 0.5 by chance."""

    share: float
    low: float
    high: float
    rows: int


class Match(Section):
    """Rows paired one to one."""

    error: float
    exact_rows: float
    n: int
    per_feature: dict[str, float]
    label_agreement: float | None
    tolerance: float
    pairing: str
    warnings: list[NoteLine]


class Attribute(Section):
    """How many pairs agree in one feature."""

    feature: str
    tolerance: float
    train: float
    holdout: float | None = None


class SingledRow(Section):
    """A training row that an extracted row agrees with, alone in the table."""

    row: Label
    rebuilt: int
    exact: bool
    label: bool | None
    difference: float
    confidence: float | None


class Singled(Section):
    """The rows singled out; the surest are listed."""

    count: int
    share: float
    exact: int
    control: int | None
    chance: float | None
    listed: list[SingledRow]


class RecordSection(Section):
    """How near single extracted rows come to single training rows."""

    matched: Match
    matched_low: float
    control: Match | None
    attributes: list[Attribute]
    closest: dict[str, float]
    closest_holdout: dict[str, dict[str, float]] | None
    nearer: Nearer | None
    membership: Share | None
    hits: Share | None
    exact_hits: Share | None
    singled_out: Singled
    rows: dict[str, int]
    tolerance: float
    seed: int
    warnings: list[NoteLine]
    notes: list[NoteLine]


class ActionLine(Section):
    """One thing to do next: why, and the command to copy, if there is one."""

    action: str
    sentence: str
    command: str | None
    answers: list[str]


class UnreadLine(Section):
    """A part of the model of which it is not known what it states."""

    path: str
    type: str
    why: str
    reason: str


class ReplicaLine(Section):
    """One measure of one estimator; `gap` is how much worse than the base model it is."""

    estimator: str
    table: str
    rows: str
    measure: str
    value: float | None
    low: float | None
    high: float | None
    gap: float | None
    gap_low: float | None
    gap_high: float | None


class RoundLine(Section):
    """One round of distilling one estimator; `queries` are its model calls so far."""

    estimator: str
    round: int
    learned_from: str
    rows: int
    queries: int
    agreement: float


class ReplicaSection(Section):
    """Models trained on an extraction, beside their controls; `rounds` where they were distilled, too."""

    measures: list[ReplicaLine]
    rows: dict[str, int]
    target: str
    classes: list[Label]
    estimators: list[str]
    queries: int
    seed: int
    warnings: list[NoteLine]
    notes: list[NoteLine]
    rounds: list[RoundLine] | None = None


class CurveLine(Section):
    """One measure at one number of model calls."""

    queries: int
    what: str
    measure: str
    estimator: str
    value: float | None
    low: float | None
    high: float | None


class CurveSection(Section):
    """Fidelity, lift and replicas against the number of model calls."""

    curve: list[CurveLine]
    base: dict[str, float | None]
    ladder: list[int]
    scope: str | None
    seed: int
    warnings: list[NoteLine]
    notes: list[NoteLine]


class MeasureLine(Section):
    """One measure of one table beside the training rows."""

    scope: str
    measure: str
    feature: str
    table: str
    value: float | None
    low: float | None
    high: float | None
    rows: int
    real_rows: int


class LiftLine(Section):
    """One lift; null with its reason where it is undefined."""

    scope: str
    measure: str
    feature: str
    table: str
    lift: float | None
    low: float | None
    high: float | None
    reason: str


class Headline(Section):
    """The lift that is shown first."""

    scope: str
    measure: str
    lift: float
    low: float
    high: float


class LiftSection(Section):
    """How near one extraction comes to the training rows as a distribution.

    `measures` and `lift` hold all columns together in every scope, and single columns over all rows: those within
    classes are left out here, and stand in what `evaluate` returns.
    """

    headline: Headline | None
    over: str
    attribution: str | None
    attribution_reason: NoteLine
    measures: list[MeasureLine]
    lift: list[LiftLine]
    warnings: list[NoteLine]
    notes: list[NoteLine]


class ExtractionSection(Section):
    """How an extraction came about."""

    method: str
    rows: int
    queries: int
    complete: bool
    notes: list[NoteLine]
    shortfalls: list[str]


class ConsistencySection(Section):
    """Whether an extraction agrees with its own model.

    `determined` is the share of rows that no solution is without, `cells_determined` that of cells which are the same
    in every table that was found.
    """

    agreement: float | None
    energy: float | None
    confident: int | None
    confident_share: float | None
    determined: float | None
    cells_determined: float | None = None


class DefenceLine(Section):
    """One defence that was tried on a boosted model, as `retrodict sanitize --defend` takes it."""

    defence: str
    outcome: Literal["passed", "failed", "not judged"]
    reason: NoteLine
    mean_change: float
    largest_change: float
    other_class: float | None


class DefenceSection(Section):
    """The defences that were tried; `cheapest`: the one that passed; `left`: how many there was no time for."""

    cheapest: str | None
    left: int
    trials: list[DefenceLine]


class OwedSection(Section):
    """What a lift is owed to: the file, the predictions or both."""

    to: str | None
    reason: NoteLine


class Of(Section, Generic[S]):
    """A section for each way to extract; null where there is none."""

    by_query: S | None
    from_file: S | None
