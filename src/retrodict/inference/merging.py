"""Join what a shared stream found for an observation with what its own engine added."""

from __future__ import annotations

import math
from dataclasses import replace

from retrodict.inference.diagnostics import Diagnostics
from retrodict.results.notes import Note


def merged(stream: Diagnostics, own: Diagnostics) -> Diagnostics:
    """Return one report of both: the evidence of the surer one, the rows and calls of both."""
    best = own if not stream.evidence > 0 or _relative(own) <= _relative(stream) else stream
    return replace(
        own if own.reached or not stream.reached else stream,
        requested=stream.requested,
        reached=stream.reached + own.reached,
        evidence=best.evidence,
        evidence_se=best.evidence_se,
        log_evidence=best.log_evidence,
        ess=stream.ess + own.ess,
        queries=stream.queries + own.queries,
        seconds=stream.seconds + own.seconds,
        reason=stream.reason,
        verdict=_verdict(stream, own),
    )


def _verdict(stream: Diagnostics, own: Diagnostics) -> Note:
    said, more = own.verdict, {"exact_rows": stream.reached}
    if stream.reached and own.reached:
        return Note(said.code, f"{said}; {stream.reached:,} more rows are exact", **said.values | more)
    if stream.complete:
        return stream.verdict
    if stream.reached:
        text = f"not reached: {stream.reached:,} of {stream.requested:,} rows, exact; then {said}"
        return Note(said.code, text, **said.values | more)
    return said


def _relative(report: Diagnostics) -> float:
    value = report.evidence_se / report.evidence if report.evidence else math.inf
    return value if math.isfinite(value) else math.inf
