"""What a file states in sums over rows, in hashes, and of its training, as findings.

A sum is of no single row. Many sums over different rows are an equation each, and enough of them have one table as
their solution; a hash tells whoever guesses right.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from retrodict.auditing.appetite import FromFile, Verdict
from retrodict.auditing.finding import Finding, judge, stated
from retrodict.disclosures import Disclosures
from retrodict.disclosures.kinds import (
    CategoryHashes,
    CrossProducts,
    GradientSums,
    NodeSums,
    Thresholds,
    TrainingDate,
    TrainingSettings,
    Values,
)
from retrodict.plain_text import few

LEAST_DEGREES = 10
"""Rows beyond the columns of a fit: with fewer, its sums may give rows away. The rule of thumb of output checking for
regressions (ESSnet SDC, Guidelines for the checking of output based on microdata research, 2010)."""

SANITIZE = "`retrodict sanitize` takes them out: predictions do not need them"
_SHOWN = 4
"""Names of features or settings that a sentence lists."""
_STATISTICS = {
    "sum": "sums over the training rows of their leaves",
    "quantile": "quantiles of what was left to predict of the training rows of their leaves",
}


def sum_findings(found: Disclosures, limits: FromFile) -> Iterator[Finding]:
    """Yield what the file states in sums over rows, in hashes, and of its training."""
    yield from _leaves(found, limits)
    yield from _nodes(found, limits)
    yield from _splits(found, limits)
    yield from _products(found, limits)
    yield from _hashes(found, limits)
    yield from _training(found, limits)


def _leaves(found: Disclosures, limits: FromFile) -> Iterator[Finding]:
    sums: tuple[GradientSums, ...] = found.of(GradientSums)
    if not sums:
        return
    trees, leaves = sum(fact.trees for fact in sums), sum(fact.equations for fact in sums)
    what = " and ".join(dict.fromkeys(_STATISTICS[fact.statistic] for fact in sums))
    said = (
        f"leaf values of boosted trees are {what} ({leaves:,} leaves of {trees:,} trees): enough of them determine "
        "the training table, and sanitising does not remove them"
    )
    remedy = (
        "keep the file behind a service that gives predictions, or give away a replica (`retrodict replicate`); a copy "
        "without its other facts, a conversion, and rounded leaf values did not help where it was measured"
    )
    yield _asks("gradient_sums", limits.gradient_sums, said, remedy)


def _nodes(found: Disclosures, limits: FromFile) -> Iterator[Finding]:
    sums: tuple[NodeSums, ...] = found.of(NodeSums)
    if not sums:
        return
    each = ", ".join(f"{fact.values()['equations']:,} of {fact.statistic}" for fact in sums)
    said = (
        f"it states sums over the training rows of each node of its trees ({each}): each is an equation about those "
        "rows beside the one of a leaf's value, and of a node of one row it is that row's"
    )
    yield _asks("node_sums", limits.node_sums, said, SANITIZE)


def _splits(found: Disclosures, limits: FromFile) -> Iterator[Finding]:
    """Yield that split points are values of training rows, where none of them lies between two."""
    points = {(fact.features, fact.source): fact.thresholds for fact in found.of(Thresholds) if not fact.midpoints}
    taken = [
        fact
        for fact in found.of(Values)
        if (own := points.get((fact.features, fact.source))) is not None and np.isin(fact.taken, own).all()
    ]
    if not taken:
        return
    names = few([", ".join(fact.features) for fact in taken], _SHOWN)
    true = "; ".join(dict.fromkeys(fact.exact for fact in taken if isinstance(fact.exact, str)))
    said = (
        f"{sum(len(fact.taken) for fact in taken):,} split points of its trees are values that training rows have, in "
        f"{names}{f' ({true})' if true else ''}: they stay where a copy is stripped"
    )
    remedy = (
        "`retrodict sanitize MODEL --round-splits --train FILE` moves each between the rows at its sides, so that no "
        "row of FILE is predicted otherwise"
    )
    yield _asks("split_values", limits.split_values, said, remedy)


def _products(found: Disclosures, limits: FromFile) -> Iterator[Finding]:
    for fact in found.of(CrossProducts):
        wide = len(fact.columns)
        said = (
            f"it states the sums of products of each two of {wide:,} columns over the training rows ({fact.source}): "
            "means, variances, correlations and any linear fit of these columns follow"
        )
        if fact.n is not None and fact.n - wide >= LEAST_DEGREES and fact.personal is False:
            said += f"; with {fact.n:,} rows, {fact.n - wide:,} more than columns, no row follows from them alone"
            yield Finding("from_file", "cross_products", None, None, None, None, None, None, said)
            continue
        if fact.personal:
            said += "; one of its columns is an indicator of one row, whose other values stand beside it"
        elif fact.n is None or fact.n - wide >= LEAST_DEGREES:
            said += "; of how many rows some of these sums are is not known"
        else:
            said += f"; with {fact.n:,} rows and fewer than {LEAST_DEGREES} more rows than columns, rows may follow"
        remedy = "give away the coefficients alone, or fit fewer columns, with rare categories merged"
        yield _asks("cross_products", limits.cross_products, said, remedy)


def _hashes(found: Disclosures, limits: FromFile) -> Iterator[Finding]:
    hashed: tuple[CategoryHashes, ...] = found.of(CategoryHashes)
    if not hashed:
        return
    names = few(list(dict.fromkeys(name for fact in hashed for name in fact.features)), _SHOWN)
    values = sum(len(fact.hashes) for fact in hashed)
    counted = any(fact.counts is not None for fact in hashed)
    said = (
        f"it holds hashes of {values:,} values of {names}: whoever guesses a value learns whether a training row had it"
        + (", and of how many rows and classes" if counted else "")
    )
    if any(fact.checked is not None for fact in hashed):
        guesses = max(fact.checked or 0 for fact in hashed)
        said += f"; {guesses:,} guesses were tried, and those that hit are listed as categories"
    remedy = (
        "try what can be guessed with `retrodict inspect MODEL --candidates FILE`; where it hits what identifies "
        "persons, train without that column or with its rare values merged: predictions need the hashes"
    )
    yield _asks("category_hashes", limits.category_hashes, said, remedy)


def _asks(measure: str, verdict: Verdict, said: str, remedy: str) -> Finding:
    """Return a finding that the line of its own name in the risk appetite judges."""
    return stated("from_file", measure, verdict, said, accepted=measure, remedy=remedy)


def _training(found: Disclosures, limits: FromFile) -> Iterator[Finding]:
    settings = list(dict.fromkeys(name for fact in found.of(TrainingSettings) for name in fact.settings))
    if settings:
        said = (
            f"it states {len(settings):,} settings of its training ({few(settings, _SHOWN)}): with seeds and shares of "
            "rows drawn, where they are among them, it can be replayed which rows each tree saw; rates and penalties "
            "are what the equations of its sums need"
        )
        limit = limits.training_settings
        remedy = "`retrodict sanitize` takes out those that predictions do not need"
        yield judge("from_file", "training_settings", limit, len(settings), said, remedy=remedy)
    dates = list(dict.fromkeys(fact.when for fact in found.of(TrainingDate)))
    if dates:
        said = f"it states when it was trained ({few(dates, _SHOWN)}): rows that came in later are not among its own"
        yield judge("from_file", "training_date", limits.training_date, len(dates), said, remedy=SANITIZE)
