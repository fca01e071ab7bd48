"""Which change of its trees would have kept a boosted model's table from being rebuilt: each is tried, not guessed.

A defended copy is attacked by who knows how the model was trained, and its rows are judged as the model's own are. A
search that was refused, or did not end, shows nothing: such a defence is not judged, and never named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from retrodict import time_limit
from retrodict.auditing.appetite import Appetite
from retrodict.auditing.extraction import LIMITS, Extraction, consistency
from retrodict.auditing.finding import Finding
from retrodict.auditing.findings import rebuilt_findings, record_findings
from retrodict.auditing.request import AuditRequest
from retrodict.disclosures import Disclosures
from retrodict.errors import RequestError, RetrodictError
from retrodict.evaluation.risk import record_risk
from retrodict.matching.solving import Solving
from retrodict.models import Model
from retrodict.reconstruction import Rebuilt
from retrodict.reconstruction.equation_search import EquationSearch
from retrodict.reconstruction.rebuilding import Rebuilding
from retrodict.reconstruction.training_table import Equated, training_table
from retrodict.results.json_values import plain
from retrodict.results.notes import Note
from retrodict.sanitizing import Defence
from retrodict.sanitizing.battery import battery
from retrodict.sanitizing.capability import Defensible
from retrodict.sanitizing.defended import Defended, compared, defended

LADDER = (
    *(Defence("trees", rounds) for rounds in (50, 25, 10, 5)),
    *(Defence("noise", share) for share in (0.1, 0.5)),
    *(Defence("leaves", rows) for rows in (20, 50)),
)
"""What is tried: enough to show what a defence would cost; the steps between are the user's to try."""

Outcome = Literal["passed", "failed", "not judged"]

_JUDGED = frozenset(("confident_rows", "exact_rows", "near_rows", "membership_advantage"))
"""Measures of rows that were rebuilt."""
_ROWS = 500
"""Rows drawn on which predictions are compared."""
_EACH, _SEARCHED = 60.0, 0.7
"""Seconds for one defence at most, and what of these its search gets: its rows are judged afterwards."""
_ALL = 600.0
"""Seconds for all of them where an audit has no limit of its own."""


@dataclass(frozen=True)
class DefenceTrial:
    """One defence that was tried.

    Parameters
    ----------
    change
        What it does, and how far it changes predictions.
    outcome
        `passed`: no measure of the rebuilt rows is above its limit; `failed`: one is; `not judged`: nothing shows.
    reason
        Which, or why not.
    """

    change: Defended
    outcome: Outcome
    reason: Note

    @property
    def defence(self) -> Defence:
        """The defence."""
        return self.change.defences[0]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "defence": str(self.defence),
            "outcome": self.outcome,
            "reason": plain(self.reason),
            "mean_change": self.change.mean_change,
            "largest_change": self.change.largest_change,
            "other_class": self.change.other_class,
        }


@dataclass(frozen=True)
class DefenceTrials:
    """The defences that were tried, those that change predictions least first, up to the first that passed.

    Parameters
    ----------
    trials
        They.
    left
        How many more were not tried for want of time.
    """

    trials: tuple[DefenceTrial, ...]
    left: int = 0

    @property
    def cheapest(self) -> DefenceTrial | None:
        """The one that passed."""
        return next((one for one in self.trials if one.outcome == "passed"), None)

    @property
    def sentence(self) -> str:
        """What came of it, in words."""
        judged = sum(one.outcome != "not judged" for one in self.trials)
        said = f"{len(self.trials):,} defences were tried and {judged:,} of them could be judged"
        if self.left:
            said += f"; the time was up before {self.left:,} more"
        found = self.cheapest
        if found is None:
            return f"{said}: none is known to keep the table from being rebuilt"
        return (
            f"{said}: the one that changes predictions least with which the rows that were rebuilt are within all "
            f"limits is {found.change.sentence} (`retrodict sanitize MODEL --defend {found.defence}`; no guarantee: "
            "audit the copy)"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        best = self.cheapest
        return {
            "cheapest": None if best is None else str(best.defence),
            "left": self.left,
            "trials": [one.to_dict() for one in self.trials],
        }


def changeable(model: Model) -> bool:
    """Whether a model has boosted trees that a defence can change."""
    if not isinstance(model, Defensible):
        return False
    try:
        model.leaf_trees()
    except RequestError:
        return False
    return True


def speaks_against(findings: Sequence[Finding], found: Extraction | None) -> bool:
    """Whether a table was rebuilt from leaf values or sums of boosted trees, and is a reason against release."""
    if found is None or not isinstance(found.reconstruction, Rebuilt) or not found.reconstruction.quality.solved:
        return False
    return any(_against(one) for one in findings if one.way == "from_file")


def try_defences(request: AuditRequest, found: Disclosures) -> DefenceTrials:
    """Try defences, those first that change predictions least, until one keeps the rebuilt rows within all limits.

    Parameters
    ----------
    request
        The audit, with training and held-out rows, of a model that is `changeable`.
    found
        What the model discloses.

    Raises
    ------
    RetrodictError
        If the model predicts for no row.
    """
    copies = _copies(request, found)
    trials: list[DefenceTrial] = []
    with time_limit.within(min(_ALL, time_limit.left())) as limit:
        for at, (change, copy) in enumerate(copies):
            if time_limit.left() <= 0.0:
                return DefenceTrials(tuple(trials), len(copies) - at)
            outcome, reason = _tried(request, copy)
            if outcome != "passed" and limit.reached:  # half a trial shows nothing
                return DefenceTrials(tuple(trials), len(copies) - at)
            trials.append(DefenceTrial(change, outcome, reason))
            if outcome == "passed":
                break
    return DefenceTrials(tuple(trials))


def _copies(request: AuditRequest, found: Disclosures) -> list[tuple[Defended, Defensible]]:
    """Return what each defence that can be made changes, and the copy, from the least change to the greatest."""
    X = battery(request.model, found, _ROWS, request.seed)
    out = []
    for at, one in enumerate(LADDER):
        try:
            copy = defended(request.model, (one,), np.random.default_rng([request.seed, at]))
            out.append((compared(request.model, copy, (one,), X), copy))
        except RequestError:  # it has fewer rounds, or does not state the rows of its leaves
            continue
    changed = [one for one in out if one[0].largest_change > 0.0]
    return sorted(changed, key=lambda one: one[0].mean_change)


def _tried(request: AuditRequest, copy: Defensible) -> tuple[Outcome, Note]:
    """Rebuild the table of a defended copy, and judge its rows."""
    assert request.train is not None
    seconds = min(_EACH, time_limit.left())
    try:
        with time_limit.within(seconds):
            told = training_table(copy, LIMITS, source="values", rows=len(request.train))
            assert isinstance(told, Equated)
            search = EquationSearch(told.reading, told.source, Solving(_SEARCHED * seconds))
            table = Rebuilding(copy, search, request.seed).run(None, False)
            held = {"train": request.train, "holdout": request.holdout, "target": request.target}
            records = record_risk(table, seed=request.seed, **held)
    except RetrodictError as error:  # a rebuilding that knows no way is no sign that there is none
        return "not judged", Note("refused", str(error), error=type(error).__name__)
    judged = [*_rebuilt(copy, table, request.appetite), *record_findings("from_file", records, request.appetite)]
    against = [one for one in judged if _against(one)]
    if against:
        measures = ", ".join(one.measure.replace("_", " ") for one in against)
        return "failed", Note("above_limit", f"above its limit: {measures}", measures=[one.measure for one in against])
    if not table.quality.met:
        return "not judged", Note("not_met", table.quality.verdict, energy=table.quality.energy)
    return "passed", Note("within_limits", f"within all limits: {table.quality.verdict}", energy=table.quality.energy)


def _rebuilt(copy: Model, table: Rebuilt, appetite: Appetite) -> list[Finding]:
    method = Note("leaf_values", "rebuilt from a defended copy")
    return list(rebuilt_findings(Extraction("from_file", table, method, consistency(table, copy)), appetite))


def _against(one: Finding) -> bool:
    return one.measure in _JUDGED and one.verdict in ("review", "reject")
