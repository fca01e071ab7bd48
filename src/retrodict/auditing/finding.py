"""Findings: one measure beside what the risk appetite allows, and the verdict that they add up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from retrodict.auditing.appetite import LiftThreshold, Threshold, Verdict

Way = Literal["from_file", "by_query", "audit"]
WORDS: dict[Way, str] = {"from_file": "from the file", "by_query": "by query alone", "audit": "the audit itself"}

ORDER: tuple[Verdict, ...] = ("release", "review", "reject")
"""From the best verdict to the worst."""


@dataclass(frozen=True)
class Finding:
    """One measure, judged.

    Parameters
    ----------
    way
        Whom it concerns: a holder of the file, someone who may only ask for predictions, or the audit itself.
    measure
        Its name in the risk appetite.
    value
        What was found; ``None`` where the finding is no number.
    low, high
        Its 95% interval, where there is one.
    review, reject
        The thresholds it is held against.
    verdict
        What follows from it alone; ``None`` where the appetite sets no threshold.
    sentence
        The finding in words.
    rows
        How many rows its interval rests on, in words; empty where it has none.
    remedy
        What can be done about it; empty where nothing of its own is.
    harmless
        What a model that gives nothing away would show; ``None`` where there is no such number.
    """

    way: Way
    measure: str
    value: float | None
    low: float | None
    high: float | None
    review: float | None
    reject: float | None
    verdict: Verdict | None
    sentence: str
    rows: str = ""
    remedy: str = ""
    harmless: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {**asdict(self), "inconclusive": self.inconclusive}

    @property
    def inconclusive(self) -> bool:
        """Whether it speaks for release while its interval reaches beyond a limit."""
        return (
            self.verdict == "release" and self.high is not None and self._limit is not None and self.high > self._limit
        )

    @property
    def reach(self) -> str:
        """What it is, beyond which limit it may be, and how far its interval reaches."""
        return f"{self.measure.replace('_', ' ')} above {self._limit:g} (found {self.value:.3g}, up to {self.high:.3g})"

    @property
    def _limit(self) -> float | None:
        """The first limit that a value may exceed."""
        return self.review if self.review is not None else self.reject

    @property
    def reason(self) -> str:
        """The sentence with the threshold that decided."""
        head = f"{WORDS[self.way]}: {self.sentence}"
        limit = self.reject if self.verdict == "reject" else self.review
        if self.value is None or limit is None:
            return head
        if self.verdict != "release":
            return f"{head} (above the limit of {limit:g})"
        if self.value > limit:
            return f"{head} (above the limit of {limit:g} by no more than chance)"
        return f"{head} (not above the limit of {limit:g})"


def judge(
    way: Way,
    measure: str,
    threshold: Threshold | LiftThreshold,
    value: float,
    sentence: str,
    low: float | None = None,
    high: float | None = None,
    rows: str = "",
    remedy: str = "",
    harmless: float | None = None,
    chance: float | None = None,
) -> Finding:
    """Hold a value against its thresholds.

    A value above `review` asks for a review; rejection needs the whole interval above `reject`, so that a few rows of a
    small table do not forbid a release by chance.

    Parameters
    ----------
    way, measure, sentence, rows, remedy, harmless
        As `Finding` has them.
    threshold
        Of the measure.
    value, low, high
        What was found, with its 95% interval where there is one.
    chance
        What a harmless model's value stays below in 95 of 100 cases, where the value is the largest of many, each of
        few rows, of which some are above any limit by chance. A value that is not above it asks for no review; how far
        its interval reaches is a caution.
    """
    sure = value if low is None else low
    shown = chance is None or value > chance
    verdict: Verdict | None = None
    if threshold.reject is not None and sure > threshold.reject:
        verdict = "reject"
    elif shown and any(limit is not None and value > limit for limit in (threshold.review, threshold.reject)):
        verdict = "review"
    elif threshold.review is not None or threshold.reject is not None:
        verdict = "release"
    limits = threshold.review, threshold.reject
    return Finding(way, measure, value, low, high, *limits, verdict, sentence, rows, remedy, harmless)


def measured(way: Way, measure: str, threshold: Threshold, value: float, sentence: str) -> Finding:
    """Return a value that speaks neither for release nor against it, beside its limits."""
    return Finding(way, measure, value, None, None, threshold.review, threshold.reject, None, sentence)


def stated(way: Way, measure: str, verdict: Verdict, sentence: str, accepted: str = "", remedy: str = "") -> Finding:
    """Return a finding that is no number.

    Parameters
    ----------
    way, measure, verdict, sentence, remedy
        As `Finding` has them.
    accepted
        The line of the risk appetite that may accept it; where it does, the sentence says so.
    """
    if accepted and verdict == "release":
        sentence = f"{sentence}; the risk appetite accepts that ({accepted})"
    return Finding(way, measure, None, None, None, None, None, verdict, sentence, remedy=remedy)


def cautions(findings: Iterable[Finding]) -> list[str]:
    """Return what so few rows can't exclude though it speaks for release, a sentence for each way and sample."""
    groups: dict[tuple[Way, str], list[str]] = {}
    for one in findings:
        if one.inconclusive:
            groups.setdefault((one.way, one.rows), []).append(one.reach)
    return [
        f"{WORDS[way]}: {rows or 'so few rows'} can't exclude {', '.join(reaches)}"
        for (way, rows), reaches in groups.items()
    ]


def worst(findings: Iterable[Finding]) -> Verdict:
    """Return the verdict of all findings together: that of the worst one."""
    return max((f.verdict for f in findings if f.verdict is not None), key=ORDER.index, default="release")
