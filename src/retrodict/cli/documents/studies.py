"""What the demo and the commands of a study print."""

from __future__ import annotations

from retrodict.cli.documents.base import Document, EngineReport


class Interval(Document):
    """A value with its 95% interval."""

    value: float
    low: float
    high: float


class Accuracies(Document):
    """Accuracies on the rows held back."""

    base: Interval
    replica: Interval
    control: Interval


class Distances(Document):
    """Mean Kolmogorov-Smirnov distance to the real rows."""

    rebuilt: float
    prior: float


class Seconds(Document):
    """What it took."""

    reconstruction: float
    whole: float


class Demo(Document):
    """What the demonstration found."""

    rows: int
    queries: int
    seed: int
    holdout_rows: int
    controls: int
    accuracy: Accuracies
    larger_class: float
    lift: Interval
    agreement: float
    distance: Distances
    seconds: Seconds
    classes: dict[str, EngineReport]
    out: str
    picture: str | None


class Written(Document):
    """A file that was written."""

    out: str


class Exported(Written):
    """A table of cells that was written."""

    cells: int


class Status(Document):
    """How far a study is."""

    name: str
    cells: int
    done: int
    failed: int
    left: int
    seconds: float
    rate: float | None
    seconds_left: float | None
    started_at: str
    last_at: str | None
    failures: dict[str, int]
    out: str
