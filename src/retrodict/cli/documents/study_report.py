"""What the report of a study prints."""

from __future__ import annotations

from typing import Literal

from retrodict.auditing.sections import NoteLine
from retrodict.cli.documents.base import Document


class Estimate(Document):
    """A value with its interval over datasets; null where it is undefined, with the reason."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    datasets: int
    reason: NoteLine | None


class Figure(Document):
    """A number that a claim rests on, and whether it is as claimed."""

    name: str
    estimate: Estimate
    right: bool | None


class Claim(Document):
    """One claim, judged."""

    name: str
    statement: str
    rule: str
    verdict: str
    words: str
    where_not: list[str]
    figures: list[Figure]


class OfDataset(Document):
    """The correlation in one dataset alone."""

    dataset: str
    value: float | None
    n: int


class Correlation(Estimate):
    """One pair of columns, in one scope, by one method; what one scope alone has is absent from the others."""

    x: str
    y: str
    scope: str
    method: Literal["pearson", "spearman"]
    claimed_sign: int
    held: str | None = None
    by_dataset: list[OfDataset] | None = None
    median_of_datasets: float | None = None
    datasets_of_claimed_sign: int | None = None


class Term(Document):
    """A coefficient with its interval."""

    name: str
    value: float | None
    low: float | None
    high: float | None


class MixedFit(Document):
    """One regression over all cells, datasets being random."""

    response: str
    prior: str
    model: str
    n: int
    datasets: int
    random: str | None
    terms: list[Term]
    warnings: list[NoteLine]
    reason: NoteLine | None


class Ladder(Document):
    """How divergence falls as the prior gets better, in one dataset."""

    dataset: str
    estimator: str
    steps: list[float]
    means: list[float | None]
    ladders: int
    tau: float | None
    falling: float | None
    monotone: float | None
    within_noise: float | None
    page: float | None
    reason: NoteLine | None
    by_algorithm: dict[str, float | None]


class Ladders(Document):
    """The mean tau over datasets by estimator, and all ladders."""

    mean_tau: dict[str, Estimate]
    by_dataset: list[Ladder]


class ReplicaGap(Document):
    """How far replicas fall behind their base models, by one score."""

    score: str
    kind: Literal["replica", "alone", "distilled"]
    base: Estimate
    replica: Estimate
    gap: Estimate
    agreement: Estimate | None
    near: float | None
    by: dict[str, dict[str, float | None]]


class FailedCells(Document):
    """Cells that failed for one reason."""

    reason: str
    cells: int
    datasets: dict[str, int]
    algorithms: dict[str, int]
    priors: dict[str, int]
    example: str


class WrongSign(Document):
    """Where a correlation has not the sign that is claimed."""

    x: str
    y: str
    by: str
    name: str
    value: float
    n: int
    why: list[NoteLine]


class Failures(Document):
    """What limits the study."""

    failed: list[FailedCells]
    wrong_sign: list[WrongSign]
    at_ceiling: dict[str, float]


class Report(Document):
    """What the cells of a study say."""

    name: str
    cells: dict[str, int | None]
    claims: list[Claim]
    correlations: list[Correlation]
    mixed: list[MixedFit]
    ladders: Ladders
    replicas: list[ReplicaGap]
    failures: Failures
    out: str
