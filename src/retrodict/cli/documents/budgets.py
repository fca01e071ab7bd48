"""What the commands print that say where a divergence comes from."""

from __future__ import annotations

from retrodict.auditing.sections import Label, NoteLine
from retrodict.cli.documents.base import Document


class Estimate(Document):
    """A number of nats with its 95% interval; null where no number can be given, with the reason and what bounds it."""

    estimate: float | None
    low: float | None
    high: float | None
    trustworthy: bool
    infinite: bool
    reason: NoteLine | None
    at_least: float | None
    at_most: float | None
    details: dict[str, float | None]


class ClassBudget(Document):
    """The budget of one class: its true share, the model's, and its terms."""

    rows: int
    share: float
    model_share: float | None
    prior: Estimate
    model: Estimate
    label: Estimate
    total: Estimate
    posterior: Estimate


class EstimatedBudget(Document):
    """An error budget on real rows: posterior = prior + model - label; `total` is the sum, `gap` the rest."""

    prior: Estimate
    model: Estimate
    label: Estimate
    total: Estimate
    posterior: Estimate
    gap: Estimate
    agree: bool | None
    trustworthy: bool
    classes: dict[str, ClassBudget]
    notes: list[NoteLine]
    model_family: str
    train_rows: int
    holdout_rows: int
    draws: int
    seed: int
    out: str | None = None


class TablePart(Document):
    """The table that a world was fitted to."""

    rows: int
    features: dict[str, list[Label]]
    prior: str
    model: str


class Shares(Document):
    """Class shares."""

    true: list[float]
    assumed: list[float]


class ClassTerms(Document):
    """The exact budget of one class; null where it is undefined or infinite."""

    name: str
    share: float
    posterior: float | None
    prior: float | None
    model: float | None
    label: float | None


class ExactBudget(Document):
    """The exact budget of a world; null where it is infinite."""

    posterior: float | None
    prior: float | None
    model: float | None
    label: float | None
    by_class: list[ClassTerms]


class Divergences(Document):
    """Posterior divergences by their kind."""

    by_class: dict[str, list[float | None]]
    expected: dict[str, float | None]


class Agreement(Document):
    """How far posterior divergence moves the same way as another quantity."""

    against: str
    of: str
    coordinates: int
    differ: int
    share: float | None
    mass_share: float | None
    cosine: float | None
    must_share: float | None


class ConcurrencePart(Document):
    """Sign agreement of derivatives, in expectation (`of` all) and by class."""

    coordinates: str
    comparisons: list[Agreement]


class PathPart(Document):
    """A way to the truth: the budget at each step."""

    moving: str
    kind: str
    falling_share: float | None
    net: float | None
    t: list[float]
    posterior: list[float | None]
    prior: list[float | None]
    model: list[float | None]
    label: list[float | None]
    by_class: list[list[float | None]]
    prior_share: list[float | None]
    model_share: list[float | None]


class Theory(Document):
    """A world in which all is known."""

    states: int
    classes: list[str]
    table: TablePart | None
    class_shares: Shares
    budget: ExactBudget
    divergences: Divergences
    concurrence: ConcurrencePart
    paths: dict[str, PathPart]
    out: str | None = None
