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


class ActionLine(Section):
    """One thing to do next: why, and the command to copy, if there is one."""

    action: str
    sentence: str
    command: str | None
    answers: list[str]


class ChangeLine(Section):
    """One measure in an earlier report, and in this one.

    `change` is `within chance` where the intervals overlap; a larger number is worse.
    """

    way: Literal["from_file", "by_query", "audit"]
    measure: str
    before: float | None
    before_low: float | None
    before_high: float | None
    after: float | None
    after_low: float | None
    after_high: float | None
    verdict_before: Literal["release", "review", "reject"] | None
    verdict_after: Literal["release", "review", "reject"] | None
    change: Literal["better", "worse", "within chance", "same", "new", "gone"]


class FactChange(Section):
    """Facts of one kind that are no longer the same: how many, of single rows, of how many that is not known."""

    kind: str
    before: int
    after: int
    single_before: int
    single_after: int
    unknown_before: int
    unknown_after: int
    new: int
    gone: int


class SettingChange(Section):
    """What differs of model, request and releases; null where one has none."""

    what: str
    before: str | None
    after: str | None


class BaselineSection(Section):
    """What changed since an earlier report; where `comparable` is false, numbers may differ for other reasons, too."""

    report: str
    verdict_before: Literal["release", "review", "reject"]
    verdict_after: Literal["release", "review", "reject"]
    comparable: bool
    not_comparable: list[NoteLine]
    measures: list[ChangeLine]
    facts: list[FactChange]
    new_unread: list[str]
    gone_unread: list[str]
    new_untested: list[str]
    gone_untested: list[str]
    settings: list[SettingChange]


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


class ReplicaSection(Section):
    """Models trained on an extraction, beside their controls."""

    measures: list[ReplicaLine]
    rows: dict[str, int]
    target: str
    classes: list[Label]
    estimators: list[str]
    queries: int
    seed: int
    warnings: list[NoteLine]
    notes: list[NoteLine]


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
    """How near one extraction comes to the training rows as a distribution."""

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
    """Whether an extraction agrees with its own model; `determined`: the share of rows that no solution is without."""

    agreement: float | None
    energy: float | None
    confident: int | None
    confident_share: float | None
    determined: float | None


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
