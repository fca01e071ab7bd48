"""What an audit found, as a result that prints itself and becomes report.json."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, Self

import pandas as pd

from retrodict.auditing import baseline as earlier
from retrodict.auditing import printed
from retrodict.auditing.appetite import Appetite, Verdict
from retrodict.auditing.change_sections import BaselineSection
from retrodict.auditing.defences import DefenceTrials
from retrodict.auditing.document import Report
from retrodict.auditing.extraction import Extraction
from retrodict.auditing.finding import Finding, cautions, worst
from retrodict.auditing.findings import headline
from retrodict.auditing.next_actions import NextAction
from retrodict.auditing.next_steps import actions_of
from retrodict.auditing.plain_words import plain_summary
from retrodict.disclosures import Disclosure, Disclosures
from retrodict.disclosures.result import brief
from retrodict.evaluation.attributes import AttributeRisk
from retrodict.evaluation.fidelity.attribution import attribution
from retrodict.evaluation.fidelity.scopes import OVERALL
from retrodict.evaluation.membership import MembershipAttacks
from retrodict.priors import Prior
from retrodict.results.json_values import plain
from retrodict.results.notes import Note
from retrodict.results.result import Result, Said, ShownTable

_WAYS = ("by_query", "from_file")


@dataclass(frozen=True, eq=False, repr=False)
class AuditResult(Result):
    """One model, judged. Its report is read back by `Report.load`: a file holds no rows, priors or reconstructions.

    Parameters
    ----------
    findings
        Every measure beside the risk appetite; the verdict is that of the worst.
    disclosures
        What the file states, worst first.
    by_query, from_file
        The two extractions, judged separately; ``None`` where one could not be made.
    membership
        Attacks on membership by the model's own outputs; ``None`` where they were not made.
    replicas
        Results of `replicate` by way to extract.
    queries
        The query curve; ``None`` where it was not measured.
    budget
        The error budget; ``None`` where it was not estimated.
    defences
        What was tried to keep a rebuilt table from being rebuilt; ``None`` where nothing was.
    not_tested
        What was not judged, with the reason.
    warnings
        What is doubtful about model and tables.
    appetite
        The thresholds.
    over
        The prior of extraction by query in words, which every lift is over.
    provenance
        Enough to make it again.
    prior
        The prior that every lift is over; ``None`` where there is none.
    train, holdout
        Training and held-out rows, for pictures; ``None`` where not given.
    removable
        Where facts stand that `sanitize` would take out.
    attributes
        What can be inferred of known rows; ``None`` where that was not tried.
    baseline
        What changed since an earlier report; ``None`` where none was given.
    """

    findings: tuple[Finding, ...]
    disclosures: Disclosures
    by_query: Extraction | None
    from_file: Extraction | None
    membership: MembershipAttacks | None
    replicas: dict[str, Any]
    queries: Any
    budget: Any
    defences: DefenceTrials | None
    not_tested: tuple[tuple[str, Note], ...]
    warnings: tuple[Note, ...]
    appetite: Appetite
    over: str
    provenance: dict[str, Any]
    prior: Prior | None = field(default=None, repr=False)
    train: pd.DataFrame | None = field(default=None, repr=False)
    holdout: pd.DataFrame | None = field(default=None, repr=False)
    removable: tuple[str, ...] = ()
    attributes: AttributeRisk | None = None
    baseline: BaselineSection | None = None

    @property
    def verdict(self) -> Verdict:
        """`release`, `review` or `reject`."""
        return worst(self.findings)

    @property
    def facts(self) -> list[tuple[str, list[Disclosure]]]:
        """What the file states, worst first: group by group, and in each first what is, or may be, of single rows."""
        return [(name, sorted(facts, key=_concern)) for name, facts in self.disclosures.grouped()]

    @property
    def extractions(self) -> dict[str, Extraction]:
        """Those that were made, by way."""
        made = {way: getattr(self, way) for way in _WAYS}
        return {way: one for way, one in made.items() if one is not None}

    @property
    def reasons_for(self) -> list[str]:
        """Findings that speak for release, in sentences."""
        return [finding.reason for finding in self.findings if finding.verdict == "release"]

    @property
    def reasons_against(self) -> list[str]:
        """Findings that speak against release, in sentences, the gravest first."""
        against = [f for f in self.findings if f.verdict in ("review", "reject")]
        return [finding.reason for finding in sorted(against, key=lambda finding: finding.verdict != "reject")]

    @property
    def remedies(self) -> list[str]:
        """What can be done about what speaks against release, each once, in the order of the reasons."""
        against = [f for f in self.findings if f.verdict in ("review", "reject") and f.remedy]
        named = [f"{f.measure.replace('_', ' ')}: {f.remedy}" for f in against]
        if self.defences is not None and self.defences.cheapest is not None:
            named.append(f"defences: {self.defences.sentence}")
        return list(dict.fromkeys(named))

    @property
    def summary(self) -> tuple[str, ...]:
        """Why, in at most three sentences in plain words."""
        untested = bool(self.not_tested or self.disclosures.unread)
        return plain_summary(self.findings, untested, self.train is not None and self.holdout is not None)

    @property
    def next_actions(self) -> tuple[NextAction, ...]:
        """What to do next, the most useful first."""
        return actions_of(self)

    @property
    def cautions(self) -> list[str]:
        """What speaks for release though the interval reaches beyond a limit, in sentences."""
        return cautions(self.findings)

    @property
    def report(self) -> Report:
        """The content of report.json, checked against its schema."""
        lines = [
            {
                "group": group,
                "kind": fact.kind,
                "features": [str(name) for name in fact.features],
                "values": brief(fact),
                "exact": fact.exact,
                "personal": fact.personal,
                "source": fact.source,
            }
            for group, facts in self.facts
            for fact in facts
        ]
        return Report.model_validate(
            {
                "verdict": self.verdict,
                "summary": list(self.summary),
                "next_actions": [one.to_dict() for one in self.next_actions],
                "reasons_for": self.reasons_for,
                "reasons_against": self.reasons_against,
                "cautions": self.cautions,
                "findings": [finding.to_dict() for finding in self.findings],
                "unread": [one.to_dict() for one in self.disclosures.unread],
                "disclosures": lines,
                "extraction": self._each(lambda one: one.to_dict()),
                "self_consistency": self._each(lambda one: asdict(one.consistency)),
                "lift": self._each(self._lift),
                "records": self._each(lambda one: _plain(one.records)),
                "membership": [] if self.membership is None else [one.to_dict() for one in self.membership.attacks],
                "subgroups": [] if self.membership is None else [one.to_dict() for one in self.membership.subgroups],
                "by_shadows": [] if self.membership is None else [one.to_dict() for one in self.membership.by_shadows],
                "attributes": [] if self.attributes is None else [one.to_dict() for one in self.attributes.lines],
                "replicas": {way: _plain(self.replicas.get(way)) for way in _WAYS},
                "queries": _plain(self.queries),
                "budget": _plain(self.budget),
                "attribution": self._each(_owed),
                "defences": _plain(self.defences),
                "not_tested": [{"what": what, "reason": plain(reason)} for what, reason in self.not_tested],
                "warnings": plain(self.warnings),
                "appetite": self.appetite,
                "baseline": self.baseline,
                "provenance": self.provenance,
            }
        )

    def _each(self, section: Callable[[Extraction], dict[str, Any] | None]) -> dict[str, Any]:
        """Return a section of each way to extract; ``None`` where it was not made."""
        made = self.extractions
        return {way: section(made[way]) if way in made else None for way in _WAYS}

    def _lift(self, extraction: Extraction) -> dict[str, Any] | None:
        fidelity = extraction.fidelity
        if fidelity is None:
            return None
        data = fidelity.to_dict()
        lines = {name: [one for one in data[name] if _written(one)] for name in ("measures", "lift")}
        kept = {key: data[key] for key in ("attribution", "attribution_reason", "warnings", "notes")}
        return {"headline": headline(fidelity), "over": self.over, **kept, **lines}

    def since(self, before: Report, name: str) -> Self:
        """Return the same audit with what changed since an earlier report.

        Parameters
        ----------
        before
            The earlier report.
        name
            What it is called.
        """
        return replace(self, baseline=earlier.since(before, self.report, name))

    def content(self) -> dict[str, Any]:
        """Return the content of report.json."""
        return self.report.plain()

    def to_frame(self) -> pd.DataFrame:
        """Return one line a finding."""
        return pd.DataFrame([finding.to_dict() for finding in self.findings])

    @property
    def head(self) -> str:
        """The model, its file and the verdict in one line."""
        return printed.head(self)

    @property
    def tone(self) -> Literal["good", "care", "bad"]:
        """See `Result.tone`."""
        return printed.TONES[self.verdict]

    def opening(self) -> list[Said]:
        """Return why, what to do next, and what was not read and not tested."""
        return printed.opening(self)

    def tables(self) -> list[ShownTable]:
        """Return all measures beside their limits: what the file gives away, and what predictions alone do."""
        return list(printed.tables(self.findings))

    def remarks(self) -> list[str]:
        """Return what stars in the tables stand for, and what is doubtful."""
        return [*printed.legend(self.findings), *super().remarks()]


def _concern(fact: Disclosure) -> int:
    """Return 0 for a fact of one row, 1 where the count of its rows is not known, else 2."""
    return 1 if fact.personal is None else 0 if fact.personal else 2


def _plain(part: Any) -> dict[str, Any] | None:
    return None if part is None else part.to_dict()


def _written(line: dict[str, Any]) -> bool:
    """Whether a line of a lift stands in report.json: of single columns within classes there may be thousands."""
    return not line["feature"] or line["scope"] == OVERALL


def _owed(extraction: Extraction) -> dict[str, Any]:
    owed, why = attribution(extraction.reconstruction)
    return {"to": owed, "reason": plain(why)}
