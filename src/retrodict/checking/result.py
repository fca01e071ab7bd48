"""What a check says: rules that fired, those that did not, and what no rule covers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import pandas as pd

from retrodict.checking.evidence import Evidence
from retrodict.checking.rules import OUTPUTS, Answer, Severity
from retrodict.plain_text import cut
from retrodict.results.notes import Note
from retrodict.results.result import KeptResult, Said, ShownTable

ORDER: tuple[Severity, ...] = ("note", "review", "reject")
"""From what is reported to what forbids."""

Verdict = Literal["nothing_known", "note", "review", "reject"]
"""The worst that is known; nothing here says that a model may be released, which only an audit can say."""

_SAID = {
    "nothing_known": "no rule speaks against it",
    "note": "some of it would be reported",
    "review": "the model would need a person's decision",
    "reject": "the model would be rejected",
}
_WORD: dict[Answer, str] = {"yes": "will", "maybe": "may", "no": "will not"}


@dataclass(frozen=True)
class Checked:
    """One rule, held against one estimator.

    Parameters
    ----------
    rule
        Its code.
    estimator, path
        The estimator, and where in the whole it stands.
    measure
        The measure of the risk appetite that it moves.
    severity
        What the default appetite says of it.
    answer
        `yes`: it will be so; `maybe`: the rows decide; `no`: the rule does not speak.
    says
        What is stored or exposed.
    settings
        Those that decide, as code.
    remedy
        What lowers it, in words.
    lowered
        Settings of the same estimator that lower it, as code.
    evidence
        What was measured, table by table.
    """

    rule: str
    estimator: str
    path: str
    measure: str
    severity: Severity
    answer: Answer
    says: str
    settings: str
    remedy: str
    lowered: str
    evidence: tuple[Evidence, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    @property
    def fired(self) -> bool:
        """Whether it speaks."""
        return self.answer != "no"

    @property
    def judged(self) -> Severity:
        """What follows from it: what only may be so forbids nothing yet."""
        return "review" if self.severity == "reject" and self.answer == "maybe" else self.severity

    @property
    def sentence(self) -> str:
        """What will be so, or may be."""
        whom = f"its {self.estimator}" if self.path else f"this {self.estimator}"
        why = f" ({self.settings})" if self.settings else ""
        return f"{whom}{why} {_WORD[self.answer]} {self.says}"


@dataclass(frozen=True, repr=False)
class Check(KeptResult):
    """What a model trained with these settings would store or expose; it prints itself.

    Parameters
    ----------
    estimator
        What was checked, by its class.
    rows, columns
        Of the training table, as far as that is known.
    rules
        Every rule that is about a part of it, the worst that fired first.
    not_covered
        What no rule covers: parts, settings and measures, a note each. It is not known to be safe.
    notes
        What else to know.
    """

    estimator: str
    rows: int | None
    columns: int | None
    rules: tuple[Checked, ...]
    not_covered: tuple[Note, ...]
    notes: tuple[Note, ...] = ()

    def content(self) -> dict[str, Any]:
        """Return what it holds by name, with the verdict and the plain words."""
        return {"verdict": self.verdict, "plain_words": self.plain_words, **super().content()}

    @property
    def fired(self) -> tuple[Checked, ...]:
        """The rules that speak, the worst first."""
        return tuple(one for one in self.rules if one.fired)

    @property
    def verdict(self) -> Verdict:
        """The worst that is known; what is not covered needs a person's decision, too."""
        found: list[Severity] = [one.judged for one in self.fired]
        found += ["review"] * any(note.code in ("not_covered", "setting_not_covered") for note in self.not_covered)
        return max(found, key=ORDER.index, default="nothing_known")

    @property
    def plain_words(self) -> list[str]:
        """The worst thing, what to change, and what that costs as measured, in sentences."""
        size = " and ".join(f"{n:,} {what}" for n, what in ((self.rows, "rows"), (self.columns, "columns")) if n)
        lines = [f"{self.estimator}{f' on {size}' if size else ''}: {_SAID[self.verdict]}."]
        worst = next(iter(self.fired), None)
        if worst is not None:
            lines.append(f"The worst: {worst.sentence}.")
            if worst.remedy:
                lines.append(f"What to change: {worst.remedy}.")
            lines += [f"As measured: {one.sentence}." for one in worst.evidence[:1]]
        if parts := [note for note in self.not_covered if note.code != "measure_not_covered"]:
            lines.append(f"Not covered, which is not known to be safe: {'; '.join(parts)}.")
        lines.append("Only an audit of the trained model can say that it may be released.")
        return lines

    def to_frame(self) -> pd.DataFrame:
        """Return one line a rule, the worst that fired first."""
        lines = [
            {"rule": one.rule, "part": one.path, "measure": one.measure, "answer": one.answer, "severity": one.judged}
            | {"sentence": one.sentence if one.fired else "", "remedy": one.remedy if one.fired else ""}
            for one in self.rules
        ]
        return pd.DataFrame(lines, columns=["rule", "part", "measure", "answer", "severity", "sentence", "remedy"])

    @property
    def head(self) -> str:
        """What follows, in one line."""
        return self.plain_words[0]

    @property
    def tone(self) -> Literal["", "care", "bad"]:
        """See `Result.tone`: no check says that a model may be released."""
        return {"review": "care", "reject": "bad"}.get(self.verdict, "")  # type: ignore[return-value]

    def opening(self) -> list[Said]:
        """Return the plain words after the first."""
        return [Said(line) for line in self.plain_words[1:]]

    def tables(self) -> list[ShownTable]:
        """Return every rule with its answer, those that fired first, and what was measured of these."""
        several = any(one.path for one in self.rules)
        lines = [
            {"rule": cut(one.rule, _RULE), "answer": _said(one), "verdict": one.judged if one.fired else ""}
            | (
                {"part": cut(one.path or "the whole", _PART)}
                if several
                else {"measure": one.measure.rpartition(".")[2]}
            )
            for one in self.rules
        ]
        texts = ("rule", "answer", "verdict", "part" if several else "measure")
        found = [ShownTable(pd.DataFrame(lines), "Rules", index=False, left=texts)] if lines else []
        for one in self.fired:
            if one.evidence:
                frame = pd.DataFrame([_measured(each) for each in one.evidence])
                found.append(ShownTable(frame, f"{one.rule}, measured{_BESIDE}", index=False, left=("table",)))
        return found

    def remarks(self) -> list[str]:
        """Return each rule that fired with what lowers it, what is not covered, and the notes."""
        return [
            *(f"{one.rule}: {one.sentence}.{_lowers(one)}" for one in self.fired),
            *(f"not covered: {note}" for note in self.not_covered),
            *(f"note: {note}" for note in self.notes),
        ]


_RULE, _PART = 32, 22
"""Characters of a rule's code, and of where a part stands, in a printed table of 80 columns."""
_BESIDE = " -> with what lowers it"


def _lowers(one: Checked) -> str:
    return f" What lowers it: {one.remedy}." if one.remedy else ""


def _measured(one: Evidence) -> dict[str, str]:
    """Return a line of the table of evidence."""
    facts = {"stored_rows": "stored rows", "single_row_facts": "one-row facts"}
    sides = [one.as_is] + ([] if one.lowered is None else [one.lowered])
    return {
        "table": f"{one.table} ({one.rows:,} rows)",
        "AUC": " -> ".join(f"{side.auc:.2f}" for side in sides),
        **{name: " -> ".join(f"{getattr(side, key):,}" for side in sides) for key, name in facts.items()},
        "right": " -> ".join(f"{side.right:.2f}" for side in sides),
    }


def _said(one: Checked) -> str:
    if one.fired:
        return _WORD[one.answer]
    return "less likely" if one.measure == OUTPUTS else "will not"
