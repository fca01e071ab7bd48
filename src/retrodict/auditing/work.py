"""The parts of an audit as work: what each found or why it could not, what it took, and what time it is given."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from retrodict import time_limit
from retrodict.auditing.finding import Finding
from retrodict.errors import RetrodictError
from retrodict.plain_text import error_line
from retrodict.results.notes import Note
from retrodict.results.progress import hushed

Say = Callable[[str], None]

DISCLOSURES = "what the file discloses"
BY_QUERY, FROM_FILE = "extraction by query alone", "extraction from the file"
MEMBERSHIP, ATTRIBUTES = "membership", "attributes of known rows"
LIFT, RECORDS, REPLICAS = "lift", "rows at risk", "replicas"
CURVE, BUDGET = "query curve", "error budget"
DEFENCES = "defences of its leaf values"
WORDS = {"by_query": "by query alone", "from_file": "from the file"}

_LEAST = 2.0
"""Seconds that a part gets though its share is less, while any are left: of less nothing comes."""


def of(part: str, way: str) -> str:
    """Return the name of a part that is done for each way to extract."""
    return f"{part}, {WORDS[way]}"


SHARES: dict[str, float] = {
    DISCLOSURES: 1.0,
    BY_QUERY: 2.0,
    FROM_FILE: 6.0,
    of(RECORDS, "by_query"): 1.0,
    of(RECORDS, "from_file"): 1.0,
    MEMBERSHIP: 12.0,
    ATTRIBUTES: 5.0,
    of(LIFT, "by_query"): 3.0,
    of(LIFT, "from_file"): 3.0,
    of(REPLICAS, "by_query"): 5.0,
    of(REPLICAS, "from_file"): 3.0,
    CURVE: 7.0,
    BUDGET: 4.0,
    DEFENCES: 6.0,
}
"""What each part takes beside the others, about, for a limit and for time left; in the order in which they are done:
what decides comes first."""


@dataclass
class Work:
    """What an audit has found so far.

    Parameters
    ----------
    say
        Is told what is done next.
    limit
        Seconds for all parts together; infinite is no limit.
    left_out
        Parts that are not done at all, for a reason that is known beforehand.
    findings, gaps, warnings
        What was found; what could not be judged, with the reason; what is doubtful about model and tables.
    seconds
        What each part took.
    """

    say: Say
    limit: float = math.inf
    left_out: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    gaps: list[tuple[str, Note]] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    _started: float = field(default_factory=lambda: time.perf_counter())

    def find(self, findings: Iterable[Finding]) -> None:
        """Add findings."""
        self.findings += findings

    def attempt(self, what: str, step: Callable[[], Any]) -> Any:
        """Do one part of the work within its share of the time; what can't be done is noted with its reason.

        A part that is cut short gives what it has so far, or nothing, and is noted either way.

        Parameters
        ----------
        what
            One of `SHARES`.
        step
            Does it.
        """
        allowed = self._allowed(what)
        cut = f"cut short after {allowed:.1f} s, its share of the time limit"
        started = time.perf_counter()
        if allowed <= 0.0:
            text = f"not begun: the time limit of {self.limit:g} s was used up by what came before"
            self.skip(what, Note("not_begun", text, limit=self.limit))
            return None
        self.say(self._progress(what))
        limit = time_limit.Limit()
        try:
            with time_limit.within(allowed) as limit, hushed():  # an audit tells of its parts
                found = step()
            if limit.reached:
                self.skip(
                    what, Note("cut_short", f"{cut}: what is told of it is what was done by then", seconds=allowed)
                )
            return found
        except RetrodictError as error:
            late = Note("cut_short", f"{cut}: nothing was found by then", seconds=allowed)
            self.skip(what, late if limit.reached else Note("refused", str(error), error=type(error).__name__))
            return None
        except Exception as error:  # a fault of ours or of a library ends one part, and is said; the others go on
            text = f"failed by a fault in the software ({error_line(error, 200)}); please report it"
            self.skip(what, Note("fault", text, error=type(error).__name__))
            return None
        finally:
            self.seconds[what] = round(time.perf_counter() - started, 2)

    def skip(self, what: str, reason: Note) -> None:
        """Note a part that can't be done."""
        self.gaps.append((what, reason))

    @property
    def elapsed(self) -> float:
        """Seconds since the audit began."""
        return time.perf_counter() - self._started

    def _to_come(self, what: str) -> float:
        """Return the shares of the parts from this one on, those that are left out aside."""
        names = list(SHARES)
        return sum(SHARES[name] for name in names[names.index(what) :] if name not in self.left_out)

    def _allowed(self, what: str) -> float:
        left = self.limit - self.elapsed
        if math.isinf(left) or what == DISCLOSURES:  # what the file states is the least that an audit tells
            return math.inf
        return max(left * SHARES[what] / self._to_come(what), min(left, _LEAST))

    def _progress(self, what: str) -> str:
        names = [name for name in SHARES if name not in self.left_out]
        share = self._to_come(what)
        done = sum(SHARES[name] for name in names) - share
        head = f"{names.index(what) + 1}/{len(names)} {what}; {self.elapsed:.0f} s so far"
        # before some parts are done, nothing is known of how fast this model and these tables are
        left = self.elapsed / done * share if done >= _TOLD_FROM else math.inf
        if not math.isinf(self.limit):
            return f"{head}, at most {max(self.limit - self.elapsed, 0.0):.0f} s left"
        return head if math.isinf(left) else f"{head}, about {left:.0f} s left"


_TOLD_FROM = SHARES[DISCLOSURES] + SHARES[BY_QUERY] + SHARES[FROM_FILE]
