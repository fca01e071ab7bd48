"""Judge one model: what its file gives away, what its predictions give away, and whether that is acceptable."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from retrodict.auditing.appetite import Appetite
from retrodict.auditing.attribute_findings import unjudged_columns
from retrodict.auditing.defences import DefenceTrials, changeable, speaks_against, try_defences
from retrodict.auditing.extraction import NOT_SEARCHED, Extraction, by_query, from_file
from retrodict.auditing.file_findings import file_findings, unread_gaps
from retrodict.auditing.finding import Finding, Way, stated
from retrodict.auditing.findings import rebuilt_findings, unsearched_finding
from retrodict.auditing.judging import NO_HOLDOUT, NO_TRAIN, QUICK, Judge
from retrodict.auditing.membership_findings import unmade
from retrodict.auditing.public import public_prior
from retrodict.auditing.removable import removable
from retrodict.auditing.request import AuditRequest
from retrodict.auditing.result import AuditResult
from retrodict.auditing.table_sizes import size_findings, size_notes
from retrodict.auditing.work import BY_QUERY, DEFENCES, DISCLOSURES, FROM_FILE, LIFT, MEMBERSHIP, WORDS, Say, Work, of
from retrodict.disclosures import Disclosures, inspect_model
from retrodict.evaluation.attributes import AttributeRisk
from retrodict.evaluation.beside import FEWEST
from retrodict.evaluation.membership import MembershipAttacks
from retrodict.models.contract import about
from retrodict.priors import Prior
from retrodict.reconstruction.provenance import Provenance
from retrodict.reconstruction.stated_table import disclosed_by, stated_table
from retrodict.results.notes import Note, as_notes, of_code
from retrodict.tables.fingerprint import table_hash
from retrodict.tables.overlap import OVERLAP

NEVER = (
    (
        "attackers who know more",
        Note("stronger_attackers", "of rows or of training than was given here, or who train more shadow models"),
    ),
    (
        "other seeds, and the same model refitted",
        Note("one_seed", "one model, one seed: intervals cover which rows were sampled"),
    ),
)
"""What no audit of this kind says anything about."""


def compute_audit(request: AuditRequest, say: Say = lambda line: None) -> AuditResult:
    """Judge a model under a risk appetite.

    Parameters
    ----------
    request
        What is asked.
    say
        Is told what is done next.

    Raises
    ------
    RetrodictError
        If the prior or the tables can't be used at all.
    """
    given = request
    request, notes = request.read()
    model, appetite = request.model, request.appetite
    work = Work(say, request.seconds, warnings=[*as_notes(about(model).warnings, "model"), *notes])
    for shared in of_code(notes, OVERLAP):
        work.find([stated("audit", "overlap", "review", f"the controls say little, since {shared}")])
    public, over = public_prior(model, request.prior, request.holdout)
    job = Judge(request, public, work)
    work.left_out = job.left_out() + (() if public is not None else (BY_QUERY,))
    work.left_out += () if changeable(model) else (DEFENCES,)
    facts = _disclosures(request, work)
    train, holdout = _lengths(given.train, request.train), _lengths(given.holdout, request.holdout)
    sizes = facts if request.like is None else disclosed_by(request.like) or facts  # a copy may have lost them
    work.find(size_findings(sizes, train, holdout))
    work.warnings += size_notes(sizes, train, holdout)
    drawn, rebuilt = _drawn(request, public, over, work), _rebuilt(request, work)
    if rebuilt is not None:
        work.find(rebuilt_findings(rebuilt, appetite))
    drawn, rebuilt = job.risk(drawn), job.risk(rebuilt)
    read = DISCLOSURES not in dict(work.gaps)  # of a file that was not read, that it states nothing is not known
    members = job.membership(facts if read else None, drawn, rebuilt)
    inferred = job.attributes()
    drawn, rebuilt = job.lift(drawn), job.lift(rebuilt)
    first = job.replicas(drawn, None)
    second = job.replicas(rebuilt, first)
    curve, budget = job.curve(), job.budget()
    defences = _defences(request, facts, rebuilt, work)
    work.find(_unjudged({"by_query": drawn, "from_file": rebuilt}, members, inferred, tuple(work.findings), appetite))
    return AuditResult(
        findings=tuple(work.findings),
        disclosures=facts,
        by_query=drawn,
        from_file=rebuilt,
        membership=members,
        replicas={way: one for way, one in (("by_query", first), ("from_file", second)) if one is not None},
        queries=curve,
        budget=budget,
        defences=defences,
        not_tested=(*work.gaps, *NEVER),
        warnings=tuple(dict.fromkeys(work.warnings)),
        appetite=appetite,
        over=over,
        provenance=_provenance(request, public, work),
        prior=public,
        train=request.train,
        holdout=request.holdout,
        attributes=inferred,
        removable=removable(model, facts),
    )


def _lengths(*tables: Any) -> tuple[int, ...]:
    return tuple(len(one) for one in tables if isinstance(one, pd.DataFrame))


def _disclosures(request: AuditRequest, work: Work) -> Disclosures:
    found = work.attempt(DISCLOSURES, lambda: inspect_model(request.model, train=request.train))
    if found is None:
        why = work.gaps[-1][1]
        work.find([stated("from_file", "unread", "review", f"not read: the file itself: {why}")])
        return Disclosures(())
    work.find(file_findings(found, request.appetite))
    work.gaps += unread_gaps(found)
    return found


def _drawn(request: AuditRequest, prior: Prior | None, over: Note, work: Work) -> Extraction | None:
    if prior is None:
        work.skip(BY_QUERY, over)
        return None
    drawn = work.attempt(BY_QUERY, lambda: by_query(request.model, prior, over, request.rows, request.seed))
    if drawn is not None and drawn.reconstruction.n_rows < FEWEST <= request.rows:
        few = drawn.reconstruction.n_rows
        work.skip(BY_QUERY, Note("too_few_rows", f"only {few} rows were drawn, too few to be judged", rows=few))
        return None
    return drawn


def _rebuilt(request: AuditRequest, work: Work) -> Extraction | None:
    known = None if request.train is None else len(request.train)
    got = work.attempt(FROM_FILE, lambda: from_file(request.model, request.rows, request.seed, request.quick, known))
    if got is None:
        if stated_table(request.model) is not None:  # it was not searched for, which is no sign that it is safe
            work.find([unsearched_finding(work.gaps[-1][1], request.appetite)])
        return None
    found, why = got
    if why is not None:
        work.skip("rebuilding the training table itself", why)
        if why.code == NOT_SEARCHED:
            work.find([unsearched_finding(why, request.appetite)])
    return found


def _defences(
    request: AuditRequest, facts: Disclosures, rebuilt: Extraction | None, work: Work
) -> DefenceTrials | None:
    """Try what would have kept the table from being rebuilt, where it was, and can be judged by real rows."""
    if not speaks_against(work.findings, rebuilt):
        return None
    if request.train is None or request.holdout is None:
        why = NO_TRAIN if request.train is None else NO_HOLDOUT
        work.skip(DEFENCES, Note(why.code, f"not tried: {why}, and no other rows tell what is left of a table"))
    elif request.quick:
        work.skip(DEFENCES, Note(QUICK.code, f"not tried: {QUICK}"))
    elif not changeable(request.model):
        work.skip(DEFENCES, Note("not_changeable", "not tried: the trees of this kind of model can't be changed"))
    else:
        found: DefenceTrials | None = work.attempt(DEFENCES, lambda: try_defences(request, facts))
        return found
    return None


def _unjudged(
    made: dict[Way, Extraction | None],
    members: MembershipAttacks | None,
    inferred: AttributeRisk | None,
    findings: Sequence[Finding],
    appetite: Appetite,
) -> Iterator[Finding]:
    """Yield what could not be judged though every audit should."""
    missing = [WORDS[way] for way, one in made.items() if one is None or one.records is None]
    said = [f"rows at risk could not be judged {' nor '.join(missing)}"] if missing else []
    said += [f"{what} could not be judged" for what in ([MEMBERSHIP] if members is None else unmade(members))]
    said += [f"{what} could not be judged" for what in unjudged_columns(inferred, appetite)]
    copies = appetite.by_query.agreement
    if (copies.review, copies.reject) != (None, None) and not any(one.measure == "agreement" for one in findings):
        said.append("how far the best replica agrees with the model could not be judged")
    said += [f"{of(LIFT, way)} could not be judged" for way, one in made.items() if _late(way, one, appetite)]
    if said:
        yield stated("audit", "unjudged", appetite.unjudged, "; ".join(said), accepted="unjudged")


def _late(way: Way, one: Extraction | None, appetite: Appetite) -> bool:
    """Whether nearness as a distribution has a limit, and was not measured though there were rows."""
    limit = appetite.from_file.lift if way == "from_file" else appetite.by_query.lift
    return limit.review is not None and one is not None and one.records is not None and one.fidelity is None


def _provenance(request: AuditRequest, prior: Prior | None, work: Work) -> dict[str, Any]:
    limit = None if math.isinf(request.seconds) else request.seconds
    asked = {
        "rows": request.rows,
        "quick": request.quick,
        "seconds": limit,
        "shadows": request.shadows,
        "subgroups": request.subgroups,
        "estimator": None if request.estimator is None else str(request.estimator),
    }
    about = Provenance.of(request.model, prior, asked, request.seed, 0).to_dict()
    del about["queries"]  # each part counts its own
    frames = {"train": request.train, "holdout": request.holdout}
    sizes = {name: 0 if frame is None else len(frame) for name, frame in frames.items()}
    file = None if request.file is None else request.file.to_dict()
    tables = {name: None if frame is None else table_hash(frame) for name, frame in frames.items()}
    return {**about, "file": file, "tables": tables, "real_rows": sizes, "seconds": work.seconds}
