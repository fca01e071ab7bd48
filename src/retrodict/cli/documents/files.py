"""What the commands print that show a model file or a prior."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict

from retrodict.auditing.sections import NoteLine, UnreadLine
from retrodict.cli.documents.base import SCHEMA, Document, PriorPart, SchemaPart


class AuditPart(Document):
    """What was checked of a model file before anything in it was built."""

    format: str
    sha256: str
    size: int
    untrusted: list[str]
    reviewed: list[str]
    trusted: list[str]
    written_by: str | None
    read_by: str | None
    refused: list[str]


class InspectedModel(Document):
    """The model in a file."""

    path: str
    kind: Literal["classifier", "regressor"]
    family: str
    likelihood: str
    fingerprint: str
    noise: str | None
    noise_scale: float | None
    noise_source: str | None
    warnings: list[NoteLine]


class Fact(BaseModel):
    """One fact that the model states of its training data, with its values, which differ by kind.

    `personal` is whether it is of one row, and null where the count of its rows is not known.
    """

    model_config = ConfigDict(extra="allow")

    kind: str
    features: list[str]
    source: str
    exact: bool | str
    personal: bool | None


class Inspected(Document):
    """A model file; `model` and `schema` are null, and all is unread, where the file was refused."""

    model: InspectedModel | None
    audit: AuditPart | None
    schema_: Annotated[SchemaPart | None, SCHEMA]
    undetermined: list[str]
    unread: list[UnreadLine]
    disclosures: list[Fact]


class NumberLine(Document):
    """A number as draws of a prior show it: its 5%, 50% and 95% quantiles."""

    feature: str
    kind: Literal["continuous", "integer"]
    missing: float
    low: float
    median: float
    high: float


class ListedLine(Document):
    """A listed feature as draws of a prior show it."""

    feature: str
    kind: Literal["ordinal", "categorical", "binary"]
    missing: float
    shares: dict[str, float]


class NewPrior(Document):
    """A prior file that was begun: its features, and those that are left to be written."""

    out: str
    features: list[str]
    open: list[str]


class PriorSummary(Document):
    """A prior, and what so many draws of it (`rows`) show of each feature."""

    prior: PriorPart
    schema_: Annotated[SchemaPart, SCHEMA]
    class_shares: dict[str, float] | None
    rows: int
    features: list[NumberLine | ListedLine]
    out: str | None = None
