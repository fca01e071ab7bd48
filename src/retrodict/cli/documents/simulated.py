"""What ``retrodict calibrate`` prints."""

from __future__ import annotations

from typing import Literal

from retrodict.auditing.sections import NoteLine
from retrodict.cli.documents.base import Document, ProvenancePart
from retrodict.evaluation.simulated.judged import Fault
from retrodict.evaluation.simulated.quantities import Kind


class QuantityLine(Document):
    """Where true rows lie among their draws by one quantity, 0 to 1 (`u`), and whether that is uniform (`p`)."""

    name: str
    kind: Kind
    p: float
    off: bool
    fault: Fault | None
    u: list[float]


class SimulationCalibration(Document):
    """Whether draws are calibrated; `shift` and `width` are the least faults that so many simulations find.

    `calibrated` is false where some outputs got no draws: these were not judged.
    """

    calibrated: bool
    verdict: NoteLine
    simulations: int
    judged: int
    draws: int
    output: Literal["label", "probabilities", "value"]
    engine: str
    level: float
    quantities: list[QuantityLine]
    shift: float | None
    width: float | None
    observed: list[str]
    drawn: list[int]
    engines: dict[str, int]
    queries: int
    seed: int
    provenance: ProvenancePart
    notes: list[NoteLine]
    out: str | None = None
