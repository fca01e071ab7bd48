"""Hold what was extracted, and the model itself, against real rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from retrodict.auditing.appetite import Appetite
from retrodict.auditing.extraction import Extraction
from retrodict.auditing.finding import Way
from retrodict.auditing.findings import agreement_finding, lift_finding, membership_finding, record_findings
from retrodict.auditing.work import BUDGET, CURVE, LIFT, MEMBERSHIP, RECORDS, REPLICAS, Work, of
from retrodict.budget import error_budget
from retrodict.errors import RequestError
from retrodict.evaluation.fidelity import evaluate
from retrodict.evaluation.membership import MembershipAttacks, membership_attacks
from retrodict.evaluation.queries import LIMIT, query_curve
from retrodict.evaluation.replicas import Replicas, replicate
from retrodict.evaluation.risk import record_risk
from retrodict.models import Model
from retrodict.priors import Prior
from retrodict.reconstruction import LabelledRows

_LADDER = (100, 1_000, 10_000)
"""Steps of an audit's query curve: those of `query_curve` but the ones between, since each costs as much as all else
that is measured of one table."""
_QUICK_LADDER, _QUICK_LIMIT = (100, 1_000), 300
_TREES = ("decision_tree", "random_forest", "hist_gradient_boosting")
_FAMILY = {
    True: ("logistic_regression", "naive_bayes", "k_neighbours", *_TREES),
    False: ("linear_regression", "bayesian_ridge", "k_neighbours", *_TREES),
}
"""The members of the family that are cheap on ten thousand rows."""
_QUICK_FAMILY = {True: ("logistic_regression", "decision_tree"), False: ("linear_regression", "decision_tree")}
_ASKED = 5_000
"""Held-out rows that replicas are asked of, at most: a share is then known to 1.4%."""
NO_TRAIN = "no training rows were given"
NO_HOLDOUT = "no held-out rows were given"
_QUICK = "the audit was a quick one"
_NO_PRIOR = "there is no prior to draw from"


@dataclass(frozen=True)
class Judge:
    """Holds extractions, and the model, against real rows.

    Parameters
    ----------
    model
        The model.
    prior
        Of extraction by query; ``None`` where there is none.
    train, holdout
        Training rows, and others; ``None`` where not given.
    target
        The target's column in both.
    appetite
        The thresholds.
    seed
        The one seed.
    quick
        Fewer rows, replicas and steps.
    work
        Takes findings, gaps and times.
    """

    model: Model
    prior: Prior | None
    train: pd.DataFrame | None
    holdout: pd.DataFrame | None
    target: str | None
    appetite: Appetite
    seed: int
    quick: bool
    work: Work

    def membership(self) -> MembershipAttacks | None:
        """Return what the model's own outputs tell of who was in the training table."""
        train, holdout = self.train, self.holdout
        if train is None or holdout is None:
            self.work.skip(MEMBERSHIP, NO_TRAIN if train is None else f"{NO_HOLDOUT}, which stand for non-members")
            return None
        found: MembershipAttacks | None = self.work.attempt(
            MEMBERSHIP, lambda: membership_attacks(self.model, train, holdout, target=self.target, seed=self.seed)
        )
        if found is not None:
            self.work.find(membership_finding(found, self.appetite))
        return found

    def judged(self, one: Extraction | None) -> Extraction | None:
        """Return an extraction beside real rows; as it is where there are none."""
        if one is None:
            return None
        train, rec = self.train, one.reconstruction
        if train is None:
            self.work.skip(f"nearness and {of(RECORDS, one.way)}", NO_TRAIN)
            return one
        limit = {"limit": _QUICK_LIMIT} if self.quick else {}
        fidelity = self.work.attempt(
            of(LIFT, one.way),
            lambda: evaluate(
                rec, train, self.holdout, self.prior, self.model, target=self.target, seed=self.seed, **limit
            ),
        )
        one = replace(one, fidelity=fidelity)
        self.work.find(lift_finding(one, self.appetite))
        records = self.work.attempt(of(RECORDS, one.way), lambda: self._records(rec))
        if records is not None:
            self.work.find(record_findings(one.way, records, self.appetite))
        return replace(one, records=records)

    def _records(self, rec: LabelledRows) -> Any:
        if self.holdout is None:
            raise RequestError(f"{NO_HOLDOUT}, and rows at risk need others of the same source as a control")
        return record_risk(rec, train=self.train, holdout=self.holdout, target=self.target, seed=self.seed)

    def asked(self) -> tuple[pd.DataFrame | None, tuple[str, ...]]:
        """Return the held-out rows that replicas are asked of, and a note where they are not all."""
        if self.holdout is None or len(self.holdout) <= _ASKED:
            return self.holdout, ()
        chosen = np.random.default_rng([self.seed, len(self.holdout)]).permutation(len(self.holdout))[:_ASKED]
        note = f"replicas are asked of {_ASKED:,} of the {len(self.holdout):,} held-out rows, taken at random"
        return self.holdout.iloc[np.sort(chosen)].reset_index(drop=True), (note,)

    def replicas(self, one: Extraction | None, before: Replicas | None) -> Replicas | None:
        """Return models trained on an extracted table; controls that were trained before are not trained again."""
        if one is None:
            return None
        what = of(REPLICAS, one.way)
        if self.holdout is None:
            self.work.skip(f"{what}: accuracy", NO_HOLDOUT)
        families = _QUICK_FAMILY if self.quick else _FAMILY
        holdout, notes = self.asked()
        found: Replicas | None = self.work.attempt(
            what,
            lambda: replicate(
                one.reconstruction,
                families[one.reconstruction.schema.target.is_class],
                holdout=holdout,
                model=self.model,
                train=self.train if before is None else None,
                prior=self.prior,
                target=self.target,
                controls=before is None,
                seed=self.seed,
            ),
        )
        if found is None:
            return None
        if one.way == "by_query":
            self.work.find(agreement_finding(found, self.appetite))
        if before is not None:
            found = found.beside(before)
            notes += ("the controls are those of the replicas by query alone: the same models of the same rows",)
        return replace(found, notes=(*found.notes, *notes))

    def curve(self) -> Any:
        """Return what more queries give."""
        holdout, notes = self.asked()
        if self.prior is None or holdout is None:
            self.work.skip(CURVE, _NO_PRIOR if self.prior is None else NO_HOLDOUT)
            return None
        ladder, limit = (_QUICK_LADDER, _QUICK_LIMIT) if self.quick else (_LADDER, LIMIT)
        found = self.work.attempt(
            CURVE,
            lambda: query_curve(
                self.model,
                self.prior,
                ladder,
                self.train,
                holdout=holdout,
                target=self.target,
                limit=limit,
                seed=self.seed,
            ),
        )
        return None if found is None else replace(found, notes=(*found.notes, *notes))

    def budget(self) -> Any:
        """Return where the posterior divergence comes from."""
        if self.holdout is None or self.quick or self.prior is None:
            self.work.skip(BUDGET, NO_HOLDOUT if self.holdout is None else _QUICK if self.quick else _NO_PRIOR)
            return None
        return self.work.attempt(
            BUDGET,
            lambda: error_budget(
                self.model, self.prior, holdout=self.holdout, train=self.train, target=self.target, seed=self.seed
            ),
        )

    def left_out(self) -> tuple[str, ...]:
        """Return the parts that are not done, for want of rows or since the audit is quick."""
        ways: tuple[Way, ...] = ("by_query", "from_file")
        gone: list[str] = [BUDGET] if self.quick else []
        if self.train is None:
            gone += [MEMBERSHIP, *(of(part, way) for part in (LIFT, RECORDS) for way in ways)]
        if self.holdout is None:
            gone += [MEMBERSHIP, CURVE, BUDGET]
        return tuple(dict.fromkeys(gone))
