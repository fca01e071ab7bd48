"""One estimated quantity of the budget: a number with its interval, or the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Self

from retrodict.results.notes import Note

Z = 1.959964
"""Half a 95% interval, in standard errors."""

NO_ROW = Note("no_row_drawn", "no held-out row is one that the prior can draw")
NO_NUMBER = Note("no_number", "a term has no trustworthy number")


@dataclass(frozen=True)
class Estimate:
    """A divergence in nats with its 95% interval, or what can be said in place of one.

    Parameters
    ----------
    value
        The estimate; ``inf`` where the divergence is infinite; ``None`` where no estimate can be trusted.
    low, high
        Ends of the interval; ``None`` where there is no value, or it is infinite.
    reason
        Why there is no value, or why it is infinite; ``None`` otherwise.
    at_least
        A lower bound with 97.5% confidence where there is no value and one is known.
    at_most
        An upper bound with 97.5% confidence that assumes nothing, where one is known.
    details
        What else was found on the way: other forms of the estimate, corrections, overlap.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: Note | None = None
    at_least: float | None = None
    at_most: float | None = None
    details: dict[str, float] = field(default_factory=dict)

    @classmethod
    def normal(
        cls, value: float, se: float, *, short: float = 0.0, over: float = 0.0, signed: bool = False, **more: Any
    ) -> Self:
        """Return an estimate with a normal interval; a divergence (not `signed`) is cut at zero.

        `short` and `over` are by how much it may be too small or too large besides.
        """
        low, high = value - Z * se - over, value + Z * se + short
        if not signed:
            value, low, high = max(value, 0.0), max(low, 0.0), max(high, 0.0)
        return cls(value, low, high, **more)

    @classmethod
    def infinite(cls, reason: Note, **more: Any) -> Self:
        """Return an infinite divergence."""
        return cls(math.inf, reason=reason, **more)

    @property
    def trustworthy(self) -> bool:
        """Whether there is a value, infinite ones included: an infinite divergence is a fact about the supports."""
        return self.value is not None

    @property
    def finite(self) -> bool:
        """Whether there is a value with an interval."""
        return self.low is not None

    @property
    def half_width(self) -> float:
        """Half the width of the interval; infinite where there is none."""
        return math.inf if self.low is None or self.high is None else (self.high - self.low) / 2

    def to_dict(self) -> dict[str, Any]:
        """Return plain data that strict JSON can hold: an infinite value is null beside ``infinite: true``."""
        infinite = self.value == math.inf
        return {
            "estimate": None if infinite else self.value,
            "low": self.low,
            "high": self.high,
            "trustworthy": self.trustworthy,
            "infinite": infinite,
            "reason": self.reason,
            "at_least": self.at_least,
            "at_most": self.at_most,
            "details": {name: value if math.isfinite(value) else None for name, value in self.details.items()},
        }

    def cells(self) -> tuple[str, str]:
        """Return the value and the interval as text."""
        if self.value is None:
            return "not trustworthy", "" if self.at_least is None else f"at least {self.at_least:.3f}"
        if self.value == math.inf:
            return "infinite", ""
        return f"{self.value:.4f}", f"{self.low:.4f} to {self.high:.4f}"
