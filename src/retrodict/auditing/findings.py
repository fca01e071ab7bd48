"""From what was measured to findings under a risk appetite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from retrodict.auditing.appetite import Appetite
from retrodict.auditing.extraction import SURE, Extraction
from retrodict.auditing.finding import Finding, Way, judge, stated
from retrodict.evaluation.fidelity import Fidelity
from retrodict.evaluation.replicas import Replicas
from retrodict.evaluation.risk import RecordRisk
from retrodict.reconstruction import Rebuilt
from retrodict.results.notes import Note

_HEADLINES = ("energy distance", "sliced wasserstein", "association", "two-sample AUC")


def rebuilt_findings(extraction: Extraction, appetite: Appetite) -> Iterator[Finding]:
    """Yield how sure the rows are that counts or equations give; nothing where none were found from these."""
    rec, seen = extraction.reconstruction, extraction.consistency
    if not isinstance(rec, Rebuilt) or rec.quality.source == "stored rows" or seen.confident_share is None:
        return
    limits, quality = appetite.from_file.confident_rows, rec.quality
    if not quality.met:  # a longer search may find one: it speaks neither for release nor against it
        what = "equation of its trees" if quality.solved else "node count"
        words = f"no table was found that meets every {what} (energy {quality.energy:.3g}): no row counts as known"
        yield Finding("from_file", "confident_rows", None, None, None, limits.review, limits.reject, None, words)
        return
    words = f"{seen.confident:,} of {rec.n_rows:,} rows are rebuilt with a confidence of {SURE:g} or more"
    if not quality.solved:
        if not quality.synthetic:
            words += "; that is how far chains of the search agree, and how often they are right was not looked at"
        if seen.cells_determined is not None:
            words += f"; {seen.cells_determined:.0%} of the cells are the same in every table that was found"
        one = judge("from_file", "confident_rows", limits, seen.confident_share, words)
        # Rows on which chains agree that far, and which are right less often, are not unknown: no all-clear either.
        agreed = rec.cell_agreement if quality.synthetic else None
        near = agreed is not None and bool((agreed.mean(axis=1) >= SURE).any())
        yield replace(one, verdict=None) if near and one.verdict == "release" else one
        return
    alone = ", with nothing but split points and leaf values" if quality.source == "leaf values" else ""
    shown = "" if seen.determined is None else f"; {seen.determined:.1%} are shown to be in every such table"
    words = f"a table meets all {quality.equations:,} equations of its trees{alone}: {words}{shown}"
    one = judge("from_file", "confident_rows", limits, seen.confident_share, words, remedy=_REMEDY)
    # rows that were not shown to be determined may be right all the same: that there are few others is no all-clear
    yield replace(one, verdict=None) if one.verdict == "release" else one


_REMEDY = "keep the file behind a service that gives predictions, or give away a replica (`retrodict replicate`)"


def unsearched_finding(why: Note, appetite: Appetite) -> Finding:
    """Return that a table which may follow from the file was not searched for, or not to the end."""
    words = f"whether the training table follows from the file is not known: {why}"
    verdict = appetite.from_file.table_not_searched
    return stated("from_file", "table_not_searched", verdict, words, accepted="table_not_searched")


def lift_finding(extraction: Extraction, appetite: Appetite) -> Iterator[Finding]:
    """Yield the lift of whole rows' distribution, where it is defined."""
    best = None if extraction.fidelity is None else headline(extraction.fidelity)
    if best is None:
        return
    limits = appetite.from_file if extraction.way == "from_file" else appetite.by_query
    words = (
        f"lift of {best['lift']:.2f} ({best['low']:.2f} to {best['high']:.2f}; {best['measure']}, {best['scope']}): 0 "
        "is no nearer to the training rows than the prior, 1 as near as held-out rows; no proof of leakage by itself"
    )
    yield judge(extraction.way, "lift", limits.lift, best["lift"], words, best["low"], best["high"], harmless=0.0)


def record_findings(way: Way, records: RecordRisk, appetite: Appetite) -> Iterator[Finding]:
    """Yield how many training rows were hit, and how far they can be told from others, beyond what chance gives."""
    limits = appetite.from_file if way == "from_file" else appetite.by_query
    rows = _rows(records.rows["training rows"], records.rows.get("held-out rows", 0))
    chance = "unknown" if records.singled_out_chance is None else f"about {records.singled_out_chance:,.0f}"
    within = f"{records.tolerance:.0%} of each column's range"
    near = limits.exact_rows if limits.near_rows is None else limits.near_rows
    for measure, threshold, hits, how in (
        ("exact_rows", limits.exact_rows, records.exact_hits, "met in every cell by an extracted row"),
        ("near_rows", near, records.hits, f"met in every cell, within {within}, by an extracted row"),
    ):
        if hits is None:
            continue
        words = f"{hits.members:.1%} of the training rows are {how}, and {hits.others:.1%} of the held-out rows"
        if measure == "near_rows":
            words += f"; {len(records.singled_out):,} training rows are singled out (by chance: {chance})"
        yield judge(way, measure, threshold, hits.value, words, hits.low, hits.high, rows, harmless=0.0)
    told = records.membership
    if told is not None:
        words = (
            f"by the distance to the nearest extracted row, {told.members:.1%} of the training rows and "
            f"{told.others:.1%} of the held-out rows are taken for members"
        )
        limit = limits.membership_advantage
        yield judge(way, "membership_advantage", limit, told.value, words, told.low, told.high, rows, harmless=0.0)


def _rows(members: int, others: int) -> str:
    return f"{members:,} training and {others:,} held-out rows"


def agreement_finding(replicas: Replicas, appetite: Appetite) -> Iterator[Finding]:
    """Yield how far the best replica by query predicts as the base model does, on held-out rows."""
    frame = replicas.frame
    own = frame[(frame.measure == "agreement") & (frame.table == "reconstruction") & (frame.rows == "held-out rows")]
    own = own[own.value.notna()]
    if own.empty:
        return
    best = own.loc[own.value.idxmax()]
    words = f"the best replica ({best.estimator}) agrees with the model on {best.value:.1%} of the held-out rows"
    limits = appetite.by_query.agreement
    yield judge("by_query", "agreement", limits, float(best.value), words, float(best.low), float(best.high))


def headline(fidelity: Fidelity) -> dict[str, Any] | None:
    """Return the lift that is shown first: of whole rows, within classes where there are any."""
    scope = "within classes" if "within classes" in fidelity.scopes else "overall"
    lift = fidelity.lift
    own = lift[(lift.scope == scope) & (lift.feature == "") & (lift.table == "reconstruction") & lift.lift.notna()]
    for name in _HEADLINES:
        line = own[own.measure == name]
        if len(line):
            keys = ("scope", "measure", "lift", "low", "high")
            found = line.iloc[0]
            return {key: found[key] if isinstance(found[key], str) else float(found[key]) for key in keys}
    return None
