"""Judge one model: what its file gives away, what its predictions give away, and whether that is acceptable."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retrodict.auditing.appetite import Appetite
from retrodict.auditing.extraction import Extraction, by_query, from_file
from retrodict.auditing.finding import Finding, Way, stated
from retrodict.auditing.findings import (
    agreement_finding,
    file_findings,
    lift_finding,
    rebuilt_findings,
    record_findings,
)
from retrodict.auditing.public import public_prior
from retrodict.auditing.result import AuditResult
from retrodict.auditing.tables import checked_rows
from retrodict.disclosures import Disclosures, inspect_model
from retrodict.errors import ModelError, RequestError, RetrodictError
from retrodict.evaluation.fidelity import evaluate
from retrodict.evaluation.fidelity.inputs import read_inputs
from retrodict.evaluation.queries import LADDER, LIMIT, query_curve
from retrodict.evaluation.replicas import Replicas, replicate
from retrodict.evaluation.risk import record_risk
from retrodict.models import Model, load_model
from retrodict.priors import Prior
from retrodict.reconstruction import Reconstruction
from retrodict.reconstruction.provenance import Provenance
from retrodict.reconstruction.request import check_count, check_seed
from retrodict.theory.estimates import error_budget

Say = Callable[[str], None]

ROWS = 10_000
_QUICK_ROWS, _QUICK_LADDER, _QUICK_LIMIT = 1_000, (100, 1_000), 300
_TREES = ("decision_tree", "random_forest", "hist_gradient_boosting")
_FAMILY = {
    True: ("logistic_regression", "naive_bayes", "k_neighbours", *_TREES),
    False: ("linear_regression", "bayesian_ridge", "k_neighbours", *_TREES),
}
"""The members of the family that are cheap on ten thousand rows."""
_QUICK_FAMILY = {True: ("logistic_regression", "decision_tree"), False: ("linear_regression", "decision_tree")}
_ASKED = 5_000
"""Test rows that replicas are asked of, at most: a share is then known to 1.4%."""
_NO_TRAIN = "no training rows were given"
_NO_TEST = "no test rows were given"
_QUICK = "the audit was a quick one"

NEVER = (
    ("attacks on one person's known row by the model's loss (shadow models)", "not part of this audit"),
    (
        "other seeds, and the same model refitted",
        "one model, one seed: intervals cover which rows were sampled",
    ),
)
"""What no audit of this kind says anything about."""


@dataclass
class _Work:
    """What an audit has found so far."""

    say: Say
    findings: list[Finding] = field(default_factory=list)
    gaps: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def attempt(self, what: str, step: Callable[[], Any]) -> Any:
        """Do one part of the work; what can't be done is noted with its reason."""
        self.say(what)
        started = time.perf_counter()
        try:
            return step()
        except RetrodictError as error:
            self.gaps.append((what, str(error)))
            return None
        finally:
            self.seconds[what] = round(time.perf_counter() - started, 2)


def compute_audit(
    model: Any,
    prior: Prior | str | Path | None,
    train: pd.DataFrame | None,
    test: pd.DataFrame | None,
    target: str | None,
    appetite: Appetite,
    *,
    rows: int | None = None,
    seed: int = 0,
    quick: bool = False,
    seconds: float | None = None,
    say: Say = lambda line: None,
) -> AuditResult:
    """Judge a model under a risk appetite.

    Parameters
    ----------
    model
        A model, or what `load_model` takes.
    prior
        Of extraction by query; see `public_prior` for what is taken without one.
    train, test
        The training rows, and others of the same source; without them nothing is said of single rows.
    target
        The target's column in both.
    appetite
        The thresholds.
    rows
        Rows drawn by each extraction.
    seed
        The one seed.
    quick
        Fewer rows, replicas and measures of whole rows: a first look.
    seconds
        Stop the search for a table that meets all node counts after about so long.
    say
        Is told what is done next.

    Raises
    ------
    RetrodictError
        If the model, the prior or the tables can't be used at all.
    """
    check_seed(seed)
    n = check_count(rows, "the number of rows") if rows is not None else _QUICK_ROWS if quick else ROWS
    model = model if isinstance(model, Model) else load_model(model)
    frames, target, notes = checked_rows(model, {"training": train, "test": test}, target)
    train, test = frames["training"], frames["test"]
    work = _Work(say, warnings=[*getattr(model, "warnings", ()), *notes])
    found = _disclosures(model, work)
    work.findings += file_findings(found, appetite)
    public, over = public_prior(model, prior, test)
    drawn = None
    if public is None:
        work.gaps.append(("extraction by query alone", over))
    else:
        drawn = work.attempt("extraction by query alone", lambda: by_query(model, public, over, n, seed))
    if drawn is not None:
        _check(drawn.reconstruction, train, test, target, work)
    rebuilt = _rebuilt(model, n, seed, quick, seconds, work)
    if drawn is None and rebuilt is None:
        raise ModelError(f"no table can be extracted from this model in any way: {work.gaps[-1][1]}")
    if drawn is None and rebuilt is not None:
        _check(rebuilt.reconstruction, train, test, target, work)
    if rebuilt is not None:
        work.findings += rebuilt_findings(rebuilt, appetite)
    job = _Judge(model, public, train, test, target, appetite, seed, quick, work)
    drawn, rebuilt = job.judged(drawn), job.judged(rebuilt)
    replicas: dict[str, Replicas] = {}
    for one in (drawn, rebuilt):
        found_of = None if one is None else job.replicas(one, replicas.get("by_query"))
        if one is not None and found_of is not None:
            replicas[one.way] = found_of
    result = AuditResult(
        findings=(),
        disclosures=found,
        by_query=drawn,
        from_file=rebuilt,
        replicas=replicas,
        queries=job.curve(),
        budget=job.budget(),
        not_tested=(),
        warnings=(),
        appetite=appetite,
        over=over,
        provenance=_provenance(model, public, n, quick, seed, work, {"training": train, "test": test}),
        prior=public,
        real=train,
        fresh=test,
    )
    _unjudged(result, appetite, work)
    return replace(
        result,
        findings=tuple(work.findings),
        not_tested=(*work.gaps, *NEVER),
        warnings=tuple(dict.fromkeys(work.warnings)),
    )


@dataclass(frozen=True)
class _Judge:
    """Holds extractions against real rows."""

    model: Model
    prior: Prior | None
    train: pd.DataFrame | None
    test: pd.DataFrame | None
    target: str | None
    appetite: Appetite
    seed: int
    quick: bool
    work: _Work

    def judged(self, one: Extraction | None) -> Extraction | None:
        """Return an extraction beside real rows; as it is where there are none."""
        if one is None:
            return None
        words = _words(one.way)
        train, rec = self.train, one.reconstruction
        if train is None:
            self.work.gaps.append((f"nearness and rows at risk, {words}", _NO_TRAIN))
            return one
        limit = {"limit": _QUICK_LIMIT} if self.quick else {}
        fidelity = self.work.attempt(
            f"lift, {words}",
            lambda: evaluate(
                rec, train, self.test, self.prior, self.model, target=self.target, seed=self.seed, **limit
            ),
        )
        one = replace(one, fidelity=fidelity)
        self.work.findings += lift_finding(one, self.appetite)
        records = self.work.attempt(f"rows at risk, {words}", lambda: self._records(rec))
        if records is not None:
            self.work.findings += record_findings(one.way, records, self.appetite)
        return replace(one, records=records)

    def _records(self, rec: Reconstruction) -> Any:
        if self.test is None:
            raise RequestError("no test rows were given, and rows at risk need others of the same source as a control")
        return record_risk(rec, train=self.train, holdout=self.test, target=self.target, seed=self.seed)

    def asked(self) -> tuple[pd.DataFrame | None, tuple[str, ...]]:
        """Return the test rows that replicas are asked of, and a note where they are not all."""
        if self.test is None or len(self.test) <= _ASKED:
            return self.test, ()
        chosen = np.random.default_rng([self.seed, len(self.test)]).permutation(len(self.test))[:_ASKED]
        note = f"replicas are asked of {_ASKED:,} of the {len(self.test):,} test rows, taken at random"
        return self.test.iloc[np.sort(chosen)].reset_index(drop=True), (note,)

    def replicas(self, one: Extraction, before: Replicas | None) -> Replicas | None:
        """Return models trained on an extracted table; controls that were trained before are not trained again."""
        what = f"replicas, {_words(one.way)}"
        if self.test is None:
            self.work.gaps.append((f"{what}: accuracy", _NO_TEST))
        families = _QUICK_FAMILY if self.quick else _FAMILY
        test, notes = self.asked()
        found: Replicas | None = self.work.attempt(
            what,
            lambda: replicate(
                one.reconstruction,
                families[one.reconstruction.schema.target.is_class],
                test=test,
                base=self.model,
                train=self.train if before is None else None,
                prior=self.prior,
                target=self.target,
                controls=before is None,
                seed=self.seed,
            ),
        )
        if found is not None and one.way == "by_query":
            self.work.findings += agreement_finding(found, self.appetite)
        if found is None:
            return None
        if before is not None:
            found = found.beside(before)
            notes += ("the controls are those of the replicas by query alone: the same models of the same rows",)
        return replace(found, notes=(*found.notes, *notes))

    def curve(self) -> Any:
        """Return what more queries give."""
        if self.prior is None:
            self.work.gaps.append(("query curve", "there is no prior to draw queries from"))
            return None
        test, notes = self.asked()
        if test is None:
            self.work.gaps.append(("query curve", _NO_TEST))
            return None
        ladder, limit = (_QUICK_LADDER, _QUICK_LIMIT) if self.quick else (LADDER, LIMIT)
        found = self.work.attempt(
            "query curve",
            lambda: query_curve(
                self.model, self.prior, ladder, self.train, test=test, target=self.target, limit=limit, seed=self.seed
            ),
        )
        return None if found is None else replace(found, notes=(*found.notes, *notes))

    def budget(self) -> Any:
        """Return where the posterior divergence comes from."""
        if self.test is None or self.quick or self.prior is None:
            why = _NO_TEST if self.test is None else _QUICK if self.quick else "there is no prior"
            self.work.gaps.append(("error budget", why))
            return None
        return self.work.attempt(
            "error budget",
            lambda: error_budget(
                self.model, self.prior, test=self.test, train=self.train, target=self.target, seed=self.seed
            ),
        )


def _words(way: Way) -> str:
    return "by query alone" if way == "by_query" else "from the file"


def _disclosures(model: Model, work: _Work) -> Disclosures:
    found = work.attempt("what the file discloses", lambda: inspect_model(model))
    return Disclosures(()) if found is None else found


def _rebuilt(model: Model, n: int, seed: int, quick: bool, seconds: float | None, work: _Work) -> Extraction | None:
    got = work.attempt("extraction from the file", lambda: from_file(model, n, seed, quick, seconds))
    if got is None:
        return None
    if got[1] is not None:
        work.gaps.append(("rebuilding the training table itself", got[1]))
    return got[0]


def _check(
    rec: Reconstruction, train: pd.DataFrame | None, test: pd.DataFrame | None, target: str | None, work: _Work
) -> None:
    """Refuse tables that can't be compared before the long work starts, and note what is doubtful about them."""
    real = train if train is not None else test
    if real is None:
        return
    inputs = read_inputs(rec, real, test if train is not None else None, target)
    work.warnings += inputs.warnings
    overlapping = [line for line in inputs.warnings if "the parts overlap" in line]
    if overlapping:
        work.findings.append(
            stated(
                "audit",
                "overlap",
                "review",
                f"the controls say little, since {overlapping[0]}",
            )
        )


def _unjudged(result: AuditResult, appetite: Appetite, work: _Work) -> None:
    missing = [_words(way) for way in ("by_query", "from_file") if _records_of(result, way) is None]
    if missing:
        work.findings.append(
            stated("audit", "unjudged", appetite.unjudged, f"rows at risk could not be judged {' nor '.join(missing)}")
        )


def _records_of(result: AuditResult, way: Way) -> Any:
    one = result.extractions.get(way)
    return None if one is None else one.records


def _provenance(
    model: Model,
    prior: Prior | None,
    n: int,
    quick: bool,
    seed: int,
    work: _Work,
    frames: dict[str, pd.DataFrame | None],
) -> dict[str, Any]:
    request = {"rows": n, "quick": quick}
    about = Provenance.of(model, prior, request, seed, 0).to_dict()
    del about["queries"]  # each part counts its own
    sizes = {title: 0 if frame is None else len(frame) for title, frame in frames.items()}
    return {**about, "real_rows": sizes, "seconds": work.seconds}
