"""Judge one model: what its file gives away, what its predictions give away, and whether that is acceptable."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from retrodict.auditing.appetite import Appetite
from retrodict.auditing.extraction import Extraction, by_query, from_file
from retrodict.auditing.file_findings import file_findings, unread_gaps
from retrodict.auditing.finding import stated
from retrodict.auditing.findings import rebuilt_findings, shadow_finding
from retrodict.auditing.judging import Judge
from retrodict.auditing.public import public_prior
from retrodict.auditing.result import AuditResult
from retrodict.auditing.work import BY_QUERY, DISCLOSURES, FROM_FILE, MEMBERSHIP, WORDS, Say, Work
from retrodict.disclosures import Disclosures, inspect_model
from retrodict.errors import RequestError
from retrodict.models import Model, load_model
from retrodict.models.contract import about
from retrodict.priors import Prior
from retrodict.reconstruction import LabelledRows
from retrodict.reconstruction.provenance import Provenance
from retrodict.reconstruction.request import check_count, check_seed
from retrodict.tables.for_model import checked_rows
from retrodict.tables.labelled import FEWEST, read_inputs

ROWS, _QUICK_ROWS = 10_000, 1_000
QUICK_SECONDS = 120.0
"""What a quick audit takes at most, by default: a first look that nobody has to wait for."""

NEVER = (
    ("attacks on one person's known row by shadow models", "not part of this audit"),
    (
        "other seeds, and the same model refitted",
        "one model, one seed: intervals cover which rows were sampled",
    ),
)
"""What no audit of this kind says anything about."""


def compute_audit(
    model: Any,
    prior: Prior | str | Path | None,
    train: pd.DataFrame | None,
    holdout: pd.DataFrame | None,
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
    train, holdout
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
        Take about so long at most, shared out over the parts; by default two minutes if quick, else no limit. What was
        cut short is said, and is not repeatable.
    say
        Is told what is done next.

    Raises
    ------
    RetrodictError
        If the model, the prior or the tables can't be used at all.
    """
    check_seed(seed)
    n = check_count(rows, "the number of rows") if rows is not None else _QUICK_ROWS if quick else ROWS
    limit = _limit(seconds, quick)
    model = model if isinstance(model, Model) else load_model(model)
    frames, target, notes = checked_rows(model, {"training": train, "held-out": holdout}, target)
    train, holdout = frames["training"], frames["held-out"]
    work = Work(say, limit, warnings=[*about(model).warnings, *notes])
    public, over = public_prior(model, prior, holdout)
    job = Judge(model, public, train, holdout, target, appetite, seed, quick, work)
    work.left_out = job.left_out() + (() if public is not None else (BY_QUERY,))
    facts = _disclosures(model, train, appetite, work)
    drawn = None
    if public is None:
        work.skip(BY_QUERY, over)
    else:
        drawn = work.attempt(BY_QUERY, lambda: by_query(model, public, over, n, seed))
    if drawn is not None and drawn.reconstruction.n_rows < FEWEST <= n:
        work.skip(BY_QUERY, f"only {drawn.reconstruction.n_rows} rows were drawn, too few to be judged")
        drawn = None
    if drawn is not None:
        _check(drawn.reconstruction, train, holdout, target, work)
    rebuilt = _rebuilt(model, n, seed, quick, work)
    if drawn is None and rebuilt is not None:
        _check(rebuilt.reconstruction, train, holdout, target, work)
    if rebuilt is not None:
        work.find(rebuilt_findings(rebuilt, appetite))
    members = job.membership()
    work.find([shadow_finding(appetite)])
    drawn, rebuilt = job.judged(drawn), job.judged(rebuilt)
    first = job.replicas(drawn, None)
    second = job.replicas(rebuilt, first)
    result = AuditResult(
        findings=(),
        disclosures=facts,
        by_query=drawn,
        from_file=rebuilt,
        membership=members,
        replicas={way: one for way, one in (("by_query", first), ("from_file", second)) if one is not None},
        queries=job.curve(),
        budget=job.budget(),
        not_tested=(),
        warnings=(),
        appetite=appetite,
        over=over,
        provenance={},
        prior=public,
        train=train,
        holdout=holdout,
    )
    missing = [words for way, words in WORDS.items() if way not in result.extractions or _unjudged(result, way)]
    said = [f"rows at risk could not be judged {' nor '.join(missing)}"] if missing else []
    said += [f"{MEMBERSHIP} could not be judged"] if members is None else []
    if said:
        work.find([stated("audit", "unjudged", appetite.unjudged, "; ".join(said), accepted="unjudged")])
    request = {"rows": n, "quick": quick, "seconds": None if math.isinf(limit) else limit}
    return replace(
        result,
        findings=tuple(work.findings),
        not_tested=(*work.gaps, *NEVER),
        warnings=tuple(dict.fromkeys(work.warnings)),
        provenance=_provenance(model, public, request, seed, work, {"train": train, "holdout": holdout}),
    )


def _limit(seconds: float | None, quick: bool) -> float:
    if seconds is None:
        return QUICK_SECONDS if quick else math.inf
    if isinstance(seconds, bool) or not seconds > 0:
        raise RequestError(f"the time limit must be above 0 seconds, got {seconds}; leave it out for none")
    return float(seconds)


def _disclosures(model: Model, train: pd.DataFrame | None, appetite: Appetite, work: Work) -> Disclosures:
    found = work.attempt(DISCLOSURES, lambda: inspect_model(model, train=train))
    if found is None:
        why = work.gaps[-1][1]
        work.find([stated("from_file", "unread", "review", f"not read: the file itself: {why}")])
        return Disclosures(())
    work.find(file_findings(found, appetite))
    work.gaps += unread_gaps(found)
    return found


def _rebuilt(model: Model, n: int, seed: int, quick: bool, work: Work) -> Extraction | None:
    got = work.attempt(FROM_FILE, lambda: from_file(model, n, seed, quick))
    if got is None:
        return None
    if got[1] is not None:
        work.skip("rebuilding the training table itself", got[1])
    return got[0]


def _check(
    rec: LabelledRows, train: pd.DataFrame | None, holdout: pd.DataFrame | None, target: str | None, work: Work
) -> None:
    """Refuse tables that can't be compared before the long work starts, and note what is doubtful about them."""
    real = train if train is not None else holdout
    if real is None:
        return
    inputs = read_inputs(rec, real, holdout if train is not None else None, target)
    work.warnings += inputs.warnings
    overlapping = [line for line in inputs.warnings if "the parts overlap" in line]
    if overlapping:
        said = f"the controls say little, since {overlapping[0]}"
        work.find([stated("audit", "overlap", "review", said)])


def _unjudged(result: AuditResult, way: str) -> bool:
    return result.extractions[way].records is None


def _provenance(
    model: Model,
    prior: Prior | None,
    request: dict[str, Any],
    seed: int,
    work: Work,
    frames: dict[str, pd.DataFrame | None],
) -> dict[str, Any]:
    about = Provenance.of(model, prior, request, seed, 0).to_dict()
    del about["queries"]  # each part counts its own
    sizes = {title: 0 if frame is None else len(frame) for title, frame in frames.items()}
    return {**about, "real_rows": sizes, "seconds": work.seconds}
