"""Join what separate runs found for the same observation: the parts of one large job."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, replace

from retrodict.inference.diagnostics import DOUBTS_ITSELF, Diagnostics, exact_verdict
from retrodict.results.notes import Note


@dataclass
class Pooled:
    """Reports of one observation by independent runs, added up one after another in small room.

    Evidences are averaged with the runs' model calls as weights: of streams that is the mean over all their draws, and
    of other engines one that favours the runs that looked longest. Errors add up as those of independent runs.
    """

    runs: int = 0
    requested: int = 0
    reached: int = 0
    queries: int = 0
    ess: float = 0.0
    exact: bool = True
    short: Diagnostics | None = None
    """The run that lacks most rows, if any does."""
    worst: Diagnostics | None = None
    """The run that doubts its own draws, else the one with fewest effective draws a row."""
    engines: Counter[str] = field(default_factory=Counter)
    _weight: float = 0.0
    _evidence: float = 0.0
    _log_evidence: float = -math.inf
    _variance: float = 0.0
    _relative: float = 0.0
    _acceptance: float = 0.0

    def add(self, report: Diagnostics) -> None:
        """Take one run's report."""
        self.runs += 1
        self.requested += report.requested
        self.reached += report.reached
        self.queries += report.queries
        self.ess += report.ess if math.isfinite(report.ess) else 0.0
        self.exact &= report.exact or not report.reached
        self.engines[report.engine] += 1
        lacking = report.requested - report.reached
        if lacking > 0 and (self.short is None or lacking > self.short.requested - self.short.reached):
            self.short = report
        if self.worst is None or _ease(report) < _ease(self.worst):
            self.worst = report
        weight = float(report.queries)
        if not weight or not math.isfinite(report.evidence):
            return
        self._weight += weight
        self._evidence += weight * report.evidence
        self._log_evidence = _log_add(self._log_evidence, math.log(weight) + _log_of(report))
        self._variance += (weight * report.evidence_se) ** 2
        self._relative += weight * report.relative_evidence
        self._acceptance += weight * report.acceptance

    def report(self) -> Diagnostics:
        """Return one report of all runs; its time is not known, since they may have run at the same one."""
        assert self.worst is not None  # one was added
        known = self._weight > 0
        per = 1.0 / self._weight if known else math.nan
        found = replace(
            self.worst,
            engine=" and ".join(sorted(self.engines)),
            exact=self.exact,
            requested=self.requested,
            reached=self.reached,
            queries=self.queries,
            seconds=math.nan,
            ess=self.ess,
            evidence=self._evidence * per,
            evidence_se=math.sqrt(self._variance) * per,
            log_evidence=self._log_evidence - math.log(self._weight) if known else -math.inf,
            relative_evidence=self._relative * per,
            acceptance=self._acceptance * per,
        )
        return replace(found, verdict=self._verdict(found))

    def _verdict(self, found: Diagnostics) -> Note:
        assert self.worst is not None
        if self.runs == 1:
            return self.worst.verdict
        if found.exact:
            return exact_verdict(found.reached, found.requested, found.queries, found.relative_evidence, found.engine)
        told = self.short or self.worst
        which = "the one that lacks most" if self.short else "the worst"
        text = f"{found.reached:,} of {found.requested:,} rows in {self.runs:,} parts; {which}: {told.verdict}"
        return Note(told.verdict.code, text, **told.verdict.values | {"parts": self.runs})


def _ease(report: Diagnostics) -> tuple[bool, float]:
    """Return whether the run trusts its draws, and how many are effective a row; one that asked for none is easiest."""
    each = report.ess / report.reached if report.reached and math.isfinite(report.ess) else math.inf
    return report.verdict.code != DOUBTS_ITSELF, each


def _log_of(report: Diagnostics) -> float:
    """Return the log-evidence, which an engine of a user's own may leave to be reckoned."""
    if not math.isnan(report.log_evidence):
        return report.log_evidence
    return math.log(report.evidence) if report.evidence > 0.0 else -math.inf


def _log_add(a: float, b: float) -> float:
    high, low = max(a, b), min(a, b)
    return high if low == -math.inf else high + math.log1p(math.exp(low - high))
