"""What an engine says of its own draws: how it made them, how good they are, and what they cost."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from jaxtyping import Float

from retrodict.results.notes import Note
from retrodict.schema import Schema

Array = np.ndarray

ASKED_FOR = Note("asked_for", "asked for")
"""The reason of an engine that was not chosen among others."""

DOUBTS_ITSELF = "doubtful"
"""Code of the verdict of an engine that doubts its own draws: where runs are joined, no other's may hide it."""

_SPARE = 1.1
"""What an advised budget has over the calls expected: a run at its very expectation falls short half of the time."""


@dataclass(frozen=True, kw_only=True)
class Diagnostics:
    """How one observation's draws were made.

    An engine must say its name, whether it is exact, and a verdict; what it leaves out is not known. Observation, rows,
    calls and time are counted by whoever asks it.

    Parameters
    ----------
    observation
        What was observed: the class, vector or value.
    engine
        Its name, as in `ENGINES`; of a user's own what it says, or the name of its class.
    exact
        Whether the draws follow the posterior exactly and independently.
    requested, reached
        Rows asked for and rows found.
    evidence, evidence_se
        ``Z_y``, the marginal likelihood of the observation under prior and model, and its standard error: what
        `evidence_is` says.
    log_evidence
        ``log Z_y``; finite where ``Z_y`` itself underflows.
    acceptance
        Share of proposals kept (rejection: of prior draws; SMC: of the last temperature's moves).
    ess
        Effective number of independent draws among the rows.
    queries
        Model calls spent; calls of a shared stream count for every observation it serves.
    seconds
        Wall time, likewise.
    reason
        Why this engine.
    verdict
        One plain sentence: how it went, and the remedy where rows are missing.
    evidence_is
        `probability` (of a class), `density` (of a value, per unit of the target) or `relative likelihood` (of a
        probability vector). Only evidences of one kind can be compared; `relative_evidence` can across kinds.
    relative_evidence
        The evidence over the largest that any model could have, 0 to 1: the mean, over the prior, of how well a row's
        output fits the observation. For classes and vectors it is the evidence itself.
    nearest, distance
        The output nearest to an observed value or vector among all rows that were scored, and how far it lies from it
        (of a vector: the largest difference of a probability); ``None`` for classes.
    in_reach
        False where even that output is further away than noise explains (see `reach`): the rows are then those behind
        the nearest outputs, and not behind the one observed.
    """

    observation: str = ""
    engine: str
    exact: bool
    requested: int = 0
    reached: int = 0
    evidence: float = math.nan
    evidence_se: float = math.nan
    log_evidence: float = math.nan
    acceptance: float = math.nan
    ess: float = math.nan
    queries: int = 0
    seconds: float = 0.0
    reason: Note = ASKED_FOR
    verdict: Note
    evidence_is: str = "probability"
    relative_evidence: float = math.nan
    nearest: float | tuple[float, ...] | None = None
    distance: float | None = None
    in_reach: bool = True

    def __post_init__(self) -> None:
        for name in ("verdict", "reason"):
            if not isinstance(said := getattr(self, name), Note):  # an engine of a user's own says it in words
                object.__setattr__(self, name, Note("said_by_engine", str(said)))

    @property
    def complete(self) -> bool:
        """Whether all the rows asked for were found, behind an output that the model gives."""
        return self.in_reach and self.reached >= self.requested

    def to_dict(self) -> dict[str, Any]:
        """Return plain data; a number that is not finite becomes ``None``, which JSON can hold."""
        plain = {
            key: None if isinstance(value, float) and not math.isfinite(value) else value
            for key, value in asdict(self).items()
        }
        plain |= {"verdict": self.verdict.to_dict(), "reason": self.reason.to_dict()}
        return plain | ({"nearest": list(self.nearest)} if isinstance(self.nearest, tuple) else {})

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Diagnostics:
        """Rebuild from `to_dict`'s plain data."""
        absent = {"log_evidence": -math.inf, "nearest": None, "distance": None}
        values: dict[str, Any] = {
            f.name: absent.get(f.name, math.nan) if data[f.name] is None else data[f.name] for f in fields(cls)
        }
        if isinstance(values["nearest"], list):
            values["nearest"] = tuple(values["nearest"])
        return cls(**values | {key: Note.from_dict(values[key]) for key in ("verdict", "reason")})


@dataclass(frozen=True)
class Draws:
    """Draws from one posterior, shape (n, d) in the schema's encoding, and how they were made."""

    X: Float[Array, "n d"]
    diagnostics: Diagnostics

    def to_inference_data(self, schema: Schema) -> Any:
        """Return them as ArviZ has them, with the engine's report; see `Inversion.to_inference_data`.

        Parameters
        ----------
        schema
            Of the features: the prior's.

        Raises
        ------
        MissingExtraError
            If ArviZ is not installed.
        """
        from retrodict.inference.arviz_data import inference_data

        return inference_data(schema, self.X[None], [self.diagnostics], [0])


def exact_verdict(reached: int, requested: int, queries: int, evidence: float, engine: str) -> Note:
    """Say how an exact engine fared, and the remedy where it fell short."""
    if requested == 0:
        return Note("no_rows_asked_for", "no rows asked for")
    calls = f"{queries:,} model calls"
    values = {"reached": reached, "requested": requested, "queries": queries}
    if reached >= requested:
        return Note("exact", f"exact: {reached:,} independent draws by {engine} from {calls}", **values)
    if evidence > 0:
        need = math.ceil(_SPARE * requested / evidence)
        text = (
            f"not reached: {reached:,} of {requested:,} rows within {calls} (evidence about {evidence:.2g}); "
            f"allow about {need:,} calls, or use an approximate engine"
        )
        return Note("not_reached", text, **values, calls_needed=need)
    text = (
        f"not reached: no row within {calls}: the model gives it next to no probability under this prior; "
        "widen the prior, or ask for no rows of it"
    )
    return Note("out_of_reach", text, **values)
