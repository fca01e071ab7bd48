"""The audits of a model and of its sanitised copy, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from retrodict.auditing import printed
from retrodict.auditing.finding import WORDS, Finding
from retrodict.auditing.result import AuditResult
from retrodict.disclosures import Disclosure
from retrodict.results.result import Result, Said, ShownTable


@dataclass(frozen=True, eq=False, repr=False)
class AuditComparison(Result):
    """Two audits under one risk appetite; as they themselves, it can't be read back from a file whole.

    Parameters
    ----------
    before, after
        Of the model, and of the copy.
    """

    before: AuditResult
    after: AuditResult

    @property
    def frame(self) -> pd.DataFrame:
        """One line a measure: `who`, `measure`, and value and verdict before and after; NaN is no number."""
        sides = [
            {(one.way, one.measure): one for one in found.findings if one.way != "audit"}
            for found in (self.before, self.after)
        ]
        lines = []
        for way, words in WORDS.items():
            for key in dict.fromkeys([*sides[0], *sides[1]]):
                if key[0] == way:
                    cells = [cell for side in sides for cell in _cells(side.get(key))]
                    lines.append([words, key[1].replace("_", " "), *cells])
        columns = ["who", "measure", "before", "verdict before", "after", "verdict after"]
        return pd.DataFrame(lines, columns=columns)

    @property
    def facts(self) -> pd.DataFrame:
        """How many facts either file states, by kind, worst first, and how many are, or may be, of single rows."""
        sides = [[fact for _, facts in found.facts for fact in facts] for found in (self.before, self.after)]
        lines = []
        for kind in dict.fromkeys(fact.kind for facts in sides for fact in facts):
            own = [[fact for fact in facts if fact.kind == kind] for facts in sides]
            lines.append([kind, *(n for facts in own for n in _counts(facts))])
        columns = ["", "of single rows ", "count not known "]
        columns = ["kind", *(f"{words}{side}" for side in ("before", "after") for words in columns)]
        return pd.DataFrame(lines, columns=columns)

    def content(self) -> dict[str, Any]:
        """Return both verdicts and every measure; each audit's own report has the rest."""
        verdicts = {"before": self.before.verdict, "after": self.after.verdict}
        return {"verdict": verdicts, "measures": self.frame, "facts": self.facts}

    def to_frame(self) -> pd.DataFrame:
        """Return one line a measure, before and after."""
        return self.frame

    @property
    def head(self) -> str:
        """Both verdicts in one line."""
        return f"Audit before: {self.before.verdict}; after: {self.after.verdict}"

    @property
    def tone(self) -> Literal["good", "care", "bad"]:
        """See `Result.tone`."""
        return self.after.tone

    def opening(self) -> list[Said]:
        """Return what speaks against the copy, and what to do next."""
        return [Said("Of the copy:", "heading"), *self.after.opening()]

    def tables(self) -> list[ShownTable]:
        """Return every measure before and after."""
        return list(printed.sides(self.before.findings, self.after.findings))


def _counts(facts: list[Disclosure]) -> tuple[int, int, int]:
    """Return how many facts there are, how many are of one row, and of how many that is not known."""
    return len(facts), sum(fact.personal is True for fact in facts), sum(fact.personal is None for fact in facts)


def _cells(finding: Finding | None) -> list[Any]:
    if finding is None:
        return [float("nan"), "not measured"]
    return [finding.value, finding.verdict or "not judged"]
