"""What an engine says of its own draws: how it made them, how good they are, and what they cost."""

from __future__ import annotations

import math
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any, Protocol

import numpy as np
from jaxtyping import Float

from retrodict.inference.posterior import Posterior

Array = np.ndarray


@dataclass(frozen=True)
class Diagnostics:
    """How one observation's draws were made.

    Parameters
    ----------
    observation
        What was observed: the class, vector or value.
    engine
        `rejection`, `smc` or `enumeration`; `matching` or `stored rows` where the training table was rebuilt: there
        is no evidence then, nor a number of draws.
    exact
        Whether the draws follow the posterior exactly and independently, or are the rows as stored.
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
        One plain sentence.
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

    observation: str
    engine: str
    exact: bool
    requested: int
    reached: int
    evidence: float
    evidence_se: float
    log_evidence: float
    acceptance: float
    ess: float
    queries: int
    seconds: float
    reason: str
    verdict: str
    evidence_is: str = "probability"
    relative_evidence: float = math.nan
    nearest: float | tuple[float, ...] | None = None
    distance: float | None = None
    in_reach: bool = True

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
        return plain | ({"nearest": list(self.nearest)} if isinstance(self.nearest, tuple) else {})

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Diagnostics:
        """Rebuild from `to_dict`'s plain data."""
        absent = {"log_evidence": -math.inf, "nearest": None, "distance": None}
        values: dict[str, Any] = {
            f.name: absent.get(f.name, math.nan) if data[f.name] is None else data[f.name]
            for f in fields(cls)
            if f.name in data or f.default is MISSING  # folders of earlier releases lack the last fields
        }
        if isinstance(values.get("nearest"), list):
            values["nearest"] = tuple(values["nearest"])
        return cls(**values)


@dataclass(frozen=True)
class Draws:
    """Draws from one posterior, shape (n, d) in the schema's encoding, and how they were made."""

    X: Float[Array, "n d"]
    diagnostics: Diagnostics


class Engine(Protocol):
    """A way to draw from a posterior; a frozen dataclass whose settings are its fields."""

    def draw(self, posterior: Posterior, n: int, rng: np.random.Generator) -> Draws:
        """Draw `n` rows, or as many as the budget allows."""
        ...


def exact_verdict(reached: int, requested: int, queries: int, evidence: float, engine: str) -> str:
    """Say how an exact engine fared, and the remedy where it fell short."""
    if requested == 0:
        return "no rows asked for"
    calls = f"{queries:,} model calls"
    if reached >= requested:
        return f"exact: {reached:,} independent draws by {engine} from {calls}"
    if evidence > 0:
        need = math.ceil(1.1 * requested / evidence)
        return (
            f"not reached: {reached:,} of {requested:,} rows within {calls} (evidence about {evidence:.2g}); "
            f"allow about {need:,} calls, or use engine smc"
        )
    return (
        f"not reached: no row within {calls}: the model gives it next to no probability under this prior; "
        "widen the prior, or ask for no rows of it"
    )
