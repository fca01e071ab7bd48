"""Hold what was extracted, and the model itself, against real rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from retrodict import time_limit
from retrodict.auditing.attribute_findings import attribute_findings, attribute_gaps
from retrodict.auditing.extraction import Extraction
from retrodict.auditing.finding import Way
from retrodict.auditing.findings import agreement_finding, lift_finding, record_findings
from retrodict.auditing.membership_findings import (
    membership_findings,
    membership_gaps,
    shadow_findings,
    table_findings,
)
from retrodict.auditing.request import AuditRequest
from retrodict.auditing.work import ATTRIBUTES, BUDGET, CURVE, DEFENCES, LIFT, MEMBERSHIP, RECORDS, REPLICAS, Work, of
from retrodict.budget import error_budget
from retrodict.disclosures import Disclosures
from retrodict.errors import RequestError
from retrodict.evaluation.attributes import AttributeRisk, attribute_risk
from retrodict.evaluation.attributes.risk import LIMIT as INFERRED
from retrodict.evaluation.fidelity import evaluate
from retrodict.evaluation.fidelity.evaluate import LIMIT as FIDELITY_LIMIT
from retrodict.evaluation.membership import MembershipAttacks, membership_attacks
from retrodict.evaluation.membership.attacks import LIMIT as ATTACKED
from retrodict.evaluation.queries import LIMIT, query_curve
from retrodict.evaluation.replicas import Replicas, replicate
from retrodict.evaluation.risk import record_risk
from retrodict.priors import Prior
from retrodict.reconstruction import LabelledRows
from retrodict.results.notes import Note
from retrodict.tables.titles import HOLDOUT

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
_QUICK_ATTACKED = 2_000
"""Rows of either kind that membership is asked of in a quick audit: the standard error of an AUC is then 0.01."""
_SHADOW_SECONDS = 600.0
"""Attacks on membership take so long at most where an audit has no limit of its own: as many shadow models are trained
as that allows."""
_QUICK_INFERRED = 200
"""Rows of either kind whose columns are inferred in a quick audit: the standard error of a lift is then about 0.05."""
_INFER_SECONDS = 300.0
"""Columns are inferred for so long at most where an audit has no limit of its own."""
_ASKED = 5_000
"""Held-out rows that replicas are asked of, at most: a share is then known to 1.4%."""
NO_TRAIN = Note("no_train", "no training rows were given")
NO_HOLDOUT = Note("no_holdout", "no held-out rows were given")
QUICK = Note("quick", "the audit was a quick one")
_NO_PRIOR = Note("no_prior", "there is no prior to draw from")
_SAME_CONTROLS = Note(
    "same_controls", "the controls are those of the replicas by query alone: the same models of the same rows"
)


@dataclass(frozen=True)
class Judge:
    """Holds extractions, and the model, against real rows.

    Parameters
    ----------
    request
        What is asked, with tables as they were read.
    prior
        Of extraction by query; ``None`` where there is none.
    work
        Takes findings, gaps and times.
    """

    request: AuditRequest
    prior: Prior | None
    work: Work

    def _rows(self) -> dict[str, Any]:
        """Return what every measure is given alike."""
        return {"target": self.request.target, "seed": self.request.seed}

    def membership(
        self, facts: Disclosures | None, drawn: Extraction | None, rebuilt: Extraction | None
    ) -> MembershipAttacks | None:
        """Return who can be told to have been in the training table, by outputs, by shadow models and by the file.

        Parameters
        ----------
        facts
            What the file states; ``None`` where that could not be read.
        drawn, rebuilt
            The extractions, by query alone and from the file.
        """
        asked = self.request
        train, holdout = asked.train, asked.holdout
        if train is None or holdout is None:
            why = NO_TRAIN if train is None else Note(NO_HOLDOUT.code, f"{NO_HOLDOUT}, which stand for non-members")
            self.work.skip(MEMBERSHIP, why)
            self.work.find(shadow_findings(None, why, asked.appetite))
            return None
        found: MembershipAttacks | None = self.work.attempt(
            MEMBERSHIP, lambda: self._attacks(train, holdout, facts, drawn, rebuilt)
        )
        self.work.find(shadow_findings(found, None if found else self.work.gaps[-1][1], asked.appetite))
        if found is not None:
            self.work.find(membership_findings(found, asked.appetite))
            self.work.find(table_findings(found))
            self.work.gaps += membership_gaps(found)
        return found

    def _attacks(
        self,
        train: pd.DataFrame,
        holdout: pd.DataFrame,
        facts: Disclosures | None,
        drawn: Extraction | None,
        rebuilt: Extraction | None,
    ) -> MembershipAttacks:
        asked = self.request
        with time_limit.within(_SHADOW_SECONDS):
            return membership_attacks(
                asked.model,
                train,
                holdout,
                limit=_QUICK_ATTACKED if asked.quick else ATTACKED,
                shadows=asked.shadows,
                estimator=asked.estimator,
                reconstruction=None if rebuilt is None else rebuilt.reconstruction,
                drawn=None if drawn is None else drawn.reconstruction,
                disclosures=facts,
                subgroups=asked.subgroups,
                workers=asked.workers,
                cache=asked.cache,
                like=asked.like,
                **self._rows(),
            )

    def attributes(self) -> AttributeRisk | None:
        """Return what can be inferred of single columns of known rows, beyond what can be of anyone's."""
        asked = self.request
        train, holdout = asked.train, asked.holdout
        if train is None or holdout is None:
            self.work.skip(ATTRIBUTES, NO_TRAIN if train is None else NO_HOLDOUT)
            return None

        def judged() -> AttributeRisk:
            limit = _QUICK_INFERRED if asked.quick else INFERRED
            with time_limit.within(_INFER_SECONDS):  # the prior is that of held-out rows: the most that anyone knows
                return attribute_risk(asked.model, train, holdout, limit=limit, **self._rows())

        found: AttributeRisk | None = self.work.attempt(ATTRIBUTES, judged)
        if found is not None:
            self.work.find(attribute_findings(found, asked.appetite))
            self.work.gaps += attribute_gaps(found)
        return found

    def risk(self, one: Extraction | None) -> Extraction | None:
        """Return an extraction beside real rows, one by one; as it is where there are none."""
        if one is None:
            return None
        if self.request.train is None:
            self.work.skip(f"nearness and {of(RECORDS, one.way)}", NO_TRAIN)
            return one
        records = self.work.attempt(of(RECORDS, one.way), lambda: self._records(one.reconstruction))
        if records is not None:
            self.work.find(record_findings(one.way, records, self.request.appetite))
        return replace(one, records=records)

    def lift(self, one: Extraction | None) -> Extraction | None:
        """Return an extraction beside real rows as a distribution; as it is where there are none."""
        asked, train = self.request, self.request.train
        if one is None or train is None:
            return one
        limit = _QUICK_LIMIT if asked.quick else FIDELITY_LIMIT
        rec = one.reconstruction
        fidelity = self.work.attempt(
            of(LIFT, one.way),
            lambda: evaluate(rec, train, asked.holdout, self.prior, asked.model, limit=limit, **self._rows()),
        )
        one = replace(one, fidelity=fidelity)
        self.work.find(lift_finding(one, asked.appetite))
        return one

    def _records(self, rec: LabelledRows) -> Any:
        if self.request.holdout is None:
            raise RequestError(f"{NO_HOLDOUT}, and rows at risk need others of the same source as a control")
        return record_risk(rec, train=self.request.train, holdout=self.request.holdout, **self._rows())

    def asked(self) -> tuple[pd.DataFrame | None, tuple[Note, ...]]:
        """Return the held-out rows that replicas are asked of, and a note where they are not all."""
        rows = self.request.holdout
        if rows is None or len(rows) <= _ASKED:
            return rows, ()
        chosen = np.random.default_rng([self.request.seed, len(rows)]).permutation(len(rows))[:_ASKED]
        text = f"replicas are asked of {_ASKED:,} of the {len(rows):,} held-out rows, taken at random"
        note = Note("rows_taken", text, title=HOLDOUT, rows=_ASKED, of=len(rows))
        return rows.iloc[np.sort(chosen)].reset_index(drop=True), (note,)

    def replicas(self, one: Extraction | None, before: Replicas | None) -> Replicas | None:
        """Return models trained on an extracted table; controls that were trained before are not trained again."""
        if one is None:
            return None
        what = of(REPLICAS, one.way)
        if self.request.holdout is None:
            self.work.skip(f"{what}: accuracy", NO_HOLDOUT)
        families = _QUICK_FAMILY if self.request.quick else _FAMILY
        holdout, notes = self.asked()
        found: Replicas | None = self.work.attempt(
            what,
            lambda: replicate(
                one.reconstruction,
                families[one.reconstruction.schema.target.is_class],
                holdout=holdout,
                model=self.request.model,
                train=self.request.train if before is None else None,
                prior=self.prior,
                controls=before is None,
                **self._rows(),
            ),
        )
        if found is None:
            return None
        if one.way == "by_query":
            self.work.find(agreement_finding(found, self.request.appetite))
        if before is not None:
            found = found.beside(before)
            notes += (_SAME_CONTROLS,)
        return replace(found, notes=(*found.notes, *notes))

    def curve(self) -> Any:
        """Return what more queries give."""
        asked = self.request
        holdout, notes = self.asked()
        if self.prior is None or holdout is None:
            self.work.skip(CURVE, _NO_PRIOR if self.prior is None else NO_HOLDOUT)
            return None
        ladder, limit = (_QUICK_LADDER, _QUICK_LIMIT) if asked.quick else (_LADDER, LIMIT)
        found = self.work.attempt(
            CURVE,
            lambda: query_curve(
                asked.model, self.prior, ladder, asked.train, holdout=holdout, limit=limit, **self._rows()
            ),
        )
        return None if found is None else replace(found, notes=(*found.notes, *notes))

    def budget(self) -> Any:
        """Return where the posterior divergence comes from."""
        asked = self.request
        if asked.holdout is None or asked.quick or self.prior is None:
            self.work.skip(BUDGET, NO_HOLDOUT if asked.holdout is None else QUICK if asked.quick else _NO_PRIOR)
            return None
        return self.work.attempt(
            BUDGET,
            lambda: error_budget(asked.model, self.prior, holdout=asked.holdout, train=asked.train, **self._rows()),
        )

    def left_out(self) -> tuple[str, ...]:
        """Return the parts that are not done, for want of rows or since the audit is quick."""
        ways: tuple[Way, ...] = ("by_query", "from_file")
        gone: list[str] = [BUDGET, DEFENCES] if self.request.quick else []
        if self.request.train is None:
            gone += [MEMBERSHIP, ATTRIBUTES, DEFENCES, *(of(part, way) for part in (LIFT, RECORDS) for way in ways)]
        if self.request.holdout is None:
            gone += [MEMBERSHIP, ATTRIBUTES, CURVE, BUDGET, DEFENCES]
        return tuple(dict.fromkeys(gone))
