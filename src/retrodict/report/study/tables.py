"""The tables of a study in words: one place for its page and its documentation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retrodict.study.analysis import LABELS, StudyAnalysis
from retrodict.study.analysis.columns import ESTIMATORS
from retrodict.study.analysis.intervals import Estimate
from retrodict.study.analysis.ladders import overall

_NAMES = {"js": "JS", "energy": "energy", "kl": "exact KL"}
_TRAINED = {"replica": "reconstruction", "alone": "distilled, prior alone", "distilled": "distilled"}
_WARNINGS = 300


@dataclass(frozen=True)
class Table:
    """A table as text.

    Parameters
    ----------
    caption
        What it shows.
    heads, rows
        Its cells.
    words
        How many of the first columns are words; the others are figures.
    """

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1


def correlation_table(found: StudyAnalysis) -> Table:
    """One line a pair and method: the value with its interval in each scope, and how many datasets have the sign."""
    rows = []
    lines = dict.fromkeys((one.pair, one.method) for one in found.correlations)
    by = {(one.pair, one.method, one.scope): one for one in found.correlations}
    for pair, method in lines:
        if pair.y.startswith("fidelity"):
            continue
        own = [by.get((pair, method, scope)) for scope in ("pooled", "within dataset", "partial")]
        pooled, within = own[0], own[1]
        if pooled is None or within is None or pooled.estimate.value is None:
            continue
        seen = [value for _, value, _ in within.by_dataset if value is not None]
        cells = ["" if one is None else brief(one.estimate) for one in own]
        signs = f"{len(seen) - len(within.wrong)} of {len(seen)}"
        name = f"{LABELS[pair.x]} and {LABELS[pair.y]}"
        rows.append((name, "+" if pair.sign > 0 else "−", method.capitalize(), *cells, signs, f"{pooled.estimate.n:,}"))
    heads = ("columns", "claimed", "method", "pooled", "within dataset", "partial", "datasets of that sign", "cells")
    return Table("Correlations with 95% intervals over datasets", heads, tuple(rows), words=3)


def mixed_table(found: StudyAnalysis) -> Table:
    """One line a regression."""
    rows = []
    for one in found.mixed:
        if one.n:
            name = f"{LABELS[one.response]} on {LABELS[one.prior]} and {LABELS[one.model]}"
            terms = {term.name: term for term in one.terms}
            cells = [
                brief(Estimate(t.value, t.low, t.high, one.n, one.datasets), 3) if (t := terms.get(key)) else ""
                for key in ("prior", "model", "prior x model")
            ]
            rows.append((name, one.random or f"no fit: {one.reason}", *cells, f"{one.n:,}", str(one.datasets)))
    heads = ("regression", "differs between datasets", "prior", "model", "prior x model", "cells", "datasets")
    return Table("Change of posterior divergence with one standard deviation of each factor", heads, tuple(rows), 2)


def mixed_notes(found: StudyAnalysis) -> list[str]:
    """Return what the regressions complained of."""
    lines = []
    for one in found.mixed:
        if one.warnings:
            text = "; ".join(line.rstrip(".") for line in one.warnings)
            text = text if len(text) <= _WARNINGS else text[:_WARNINGS].rsplit(";", 1)[0] + "; and more in report.json"
            lines.append(f"{LABELS[one.response]} on {LABELS[one.prior]} and {LABELS[one.model]}: {text}.")
    return lines


def ladder_table(found: StudyAnalysis) -> Table:
    """One line a dataset and estimator."""
    rows = [
        (
            one.dataset,
            _NAMES[one.estimator],
            one.reason or "",
            str(one.ladders),
            number(one.tau),
            percent(one.falling),
            percent(one.monotone),
            percent(one.within_noise),
            "" if one.page is None else ("< 0.001" if one.page < 0.001 else f"{one.page:.3f}"),
        )
        for one in found.ladders
    ]
    for name in (*ESTIMATORS, "kl"):
        mean = overall(found.ladders, name)
        if mean.value is not None:
            rows.append(("all", _NAMES[name], "mean over datasets", "", brief(mean), "", "", "", ""))
    heads = (
        "dataset",
        "divergence",
        "note",
        "ladders",
        "mean tau",
        "falling",
        "never rise",
        "within noise",
        "Page's p",
    )
    return Table("Posterior divergence along the ladder of priors", heads, tuple(rows), words=3)


def replica_table(found: StudyAnalysis) -> Table:
    """One line a score."""
    rows = []
    for one in found.replicas:
        if one.gap.value is not None:
            figures = [brief(figure, 3) for figure in (one.base, one.replica, one.gap)]
            agreement = "" if one.agreement is None else brief(one.agreement, 3)
            kind, score = _TRAINED[one.kind], one.score.replace("_", " ")
            rows.append((kind, score, *figures, agreement, percent(one.near), f"{one.gap.n:,}"))
    heads = ("trained on", "score", "base", "replica", "gap", "agreement", "gap at most 0.05", "cells")
    return Table("Replicas beside their base models, means over datasets", heads, tuple(rows), words=2)


def gap_table(found: StudyAnalysis) -> Table:
    """One line a prior, algorithm, dataset and quality: the mean gap in accuracy, of each kind of replica."""
    own = [one for one in found.replicas if one.score == "accuracy"]
    rows = tuple(
        (by, name, *(number(one.by[by].get(name), 3) for one in own))
        for by, means in own[0].by.items()
        for name in means
        if len(means) > 1
    )
    heads = ("by", "which", *(_TRAINED[one.kind] for one in own))
    return Table("Mean gap in accuracy, base less replica, by what replicas are trained on", heads, rows, words=2)


def failed_table(found: StudyAnalysis) -> Table:
    """One line a reason."""
    rows = tuple(
        (one.reason, _counts(one.datasets), _counts(one.algorithms), _counts(one.priors), f"{one.cells:,}")
        for one in found.failures.failed
    )
    return Table("Failed cells", ("reason", "datasets", "algorithms", "priors", "cells"), rows, words=4)


def wrong_table(found: StudyAnalysis) -> Table:
    """One line a dataset or algorithm with a correlation of the wrong sign."""
    rows = tuple(
        (
            f"{LABELS[one.x]} and {LABELS[one.y]}",
            f"{one.by} {one.name}",
            "; ".join(one.why) or "nothing in the cells explains it",
            number(one.value),
            f"{one.n:,}",
        )
        for one in found.failures.wrong
    )
    heads = ("columns", "where", "what may explain it", "Spearman", "cells")
    return Table("Correlations of the wrong sign within datasets", heads, rows, words=3)


def ceiling_lines(found: StudyAnalysis) -> list[str]:
    """Return how many cells lie at the ceiling of each divergence."""
    return [f"{LABELS[name]}: {share:.1%} of cells at the ceiling" for name, share in found.failures.ceiling.items()]


def brief(one: Estimate, digits: int = 2) -> str:
    """Return a figure with its interval, or alone where there is none."""
    if one.value is None:
        return "none"
    if one.low is None or one.high is None:
        return f"{number(one.value, digits)} (no interval)"
    return f"{number(one.value, digits)} ({number(one.low, digits)} to {number(one.high, digits)})"


def number(value: float | None, digits: int = 2) -> str:
    """Return a figure; nothing for nothing."""
    return "" if value is None else f"{value:.{digits}f}".replace("-", "−")


def percent(value: float | None) -> str:
    """Return a share; nothing for nothing."""
    return "" if value is None else f"{value:.0%}"


def _counts(counts: dict[str, int]) -> str:
    shown: Sequence[str] = [f"{name} {n}" for name, n in list(counts.items())[:5]]
    return ", ".join(shown) + (" ..." if len(counts) > 5 else "")
