"""What the commands print that give rows."""

from __future__ import annotations

from typing import Annotated, Literal

from retrodict.auditing.sections import Label, NoteLine
from retrodict.cli.documents.base import SCHEMA, Document, EngineReport, ProvenancePart, SchemaPart
from retrodict.reconstruction.rebuild_quality import QualitySource


class PartSizes(Document):
    """The files of a table that many workers drew, in order."""

    rows: list[int]
    bytes: list[int]


class Reconstructed(Document):
    """Labelled rows that were drawn; `classes` has a report for each class, or one of the name `rows`.

    `parts` is there where many workers drew them; times are null then, since workers have times of their own.
    """

    rows: int
    complete: bool
    queries: int
    seed: int
    notes: list[NoteLine]
    classes: dict[str, EngineReport]
    schema_: Annotated[SchemaPart, SCHEMA]
    provenance: ProvenancePart
    parts: PartSizes | None = None
    out: str


class ConfidenceLine(Document):
    """Rows and cells whose stated confidence lies in one stretch."""

    low: float
    high: float
    rows: int
    row_confidence: float | None
    cells: int
    cell_confidence: float | None


class DrawnTable(Document):
    """One of several tables: the chain that held it, and its mismatch with the file's node counts."""

    chain: int
    energy: float


class ChainsAlike(Document):
    """How far the chains agree whose tables were compared; R-hat and draws are null where energies tell nothing."""

    chains: int
    tables: int
    agree: bool
    cells_apart: float
    energy_rhat: float | None
    energy_draws: float | None


class DeservedLine(Document):
    """How often cells of known tables were right on which chains agreed so far, with its standard error."""

    low: float
    high: float
    cells: int
    stated: float
    deserved: float
    se: float


class Rebuilt(Document):
    """A training table that was found.

    `energy` is the mismatch with what the file states, 0 where all is met; `determined` the share of rows that are in
    every table that meets it, as was shown; `cells_determined` the share of cells that are the same in every table that
    was found, null where that was not looked at; `tables` those drawn beside it; `synthetic` how many tables of known
    rows taught what confidence is deserved, and `deserved` what they taught; `misfit` what parts of rows leave unmet,
    `contradicted` whether that shows that no table meets all, and `finished` whether the search ended before its time;
    `noise` what was told of the noise of counts, under which `energy` is minus a log-likelihood.
    """

    source: QualitySource
    rows: int
    table_rows: int | None
    energy: float
    met: bool
    restarts: int
    sweeps: int
    seconds: float
    labels_from: Literal["file", "matched", "model"]
    energies: list[float]
    confidence: list[ConfidenceLine]
    confidence_column: str
    open_columns: list[str]
    determined: float | None
    equations: int
    rounds: int
    misfit: float
    contradicted: bool
    finished: bool
    tables: list[DrawnTable]
    diagnostics: ChainsAlike | None
    cells_determined: float | None
    synthetic: int
    deserved: list[DeservedLine]
    noise: str | None
    queries: int
    seed: int
    notes: list[NoteLine]
    schema_: Annotated[SchemaPart, SCHEMA]
    provenance: ProvenancePart
    out: str


class Inverted(Document):
    """Draws behind outputs; equal outputs share a posterior, and `place` says which each has."""

    outputs: list[Label]
    rows: int
    complete: bool
    queries: int
    seed: int
    place: list[int]
    posteriors: list[EngineReport]
    schema_: Annotated[SchemaPart, SCHEMA]
    provenance: ProvenancePart
    out: str | None
