"""The claims of the founding work, each judged by a rule that is fixed before the figures are seen, and one of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import pandas as pd

from retrodict.plain_text import few
from retrodict.study.analysis.columns import ESTIMATORS, LABELS
from retrodict.study.analysis.correlation import PARTIAL, POOLED, WITHIN, Correlation
from retrodict.study.analysis.failures import Failures
from retrodict.study.analysis.intervals import FEWEST, Estimate, mean
from retrodict.study.analysis.replicas import MARGIN, NEAR, ReplicaGap

Verdict = Literal["holds", "holds in part", "does not hold", "not decided"]
_METHOD = "spearman"
_MOST = 6
"""Places named in a line."""


@dataclass(frozen=True)
class Figure:
    """A figure that a claim is judged by.

    Parameters
    ----------
    name
        What it is.
    estimate
        Its value with its interval.
    right
        Whether it is as claimed: ``None`` where it can't be said.
    """

    name: str
    estimate: Estimate
    right: bool | None


@dataclass(frozen=True)
class Claim:
    """One claim and whether it holds.

    Parameters
    ----------
    name
        ``reconstruction``, ``theory``, ``evidence`` or ``use``; ``distilling`` where a study has distilled replicas.
    statement
        What is claimed.
    rule
        When it is said to hold.
    verdict
        Whether it does.
    words
        The same in plain words, with the figures.
    where_not
        Where it does not hold, a line each.
    figures
        What it was judged by.
    """

    name: str
    statement: str
    rule: str
    verdict: Verdict
    words: str
    where_not: tuple[str, ...]
    figures: tuple[Figure, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        found = asdict(self)
        return {**found, "where_not": list(self.where_not), "figures": list(found["figures"])}


def claims(
    done: pd.DataFrame, found: Sequence[Correlation], gaps: Sequence[ReplicaGap], failed: Failures
) -> tuple[Claim, ...]:
    """Judge every claim.

    Parameters
    ----------
    done
        Cells that were done, from `usable`.
    found, gaps, failed
        What was computed from them.
    """
    judged = (_reconstruction(done), _theory(found), _evidence(found, failed), _use(done, found, gaps))
    distilled = any(one.kind == "distilled" for one in gaps)
    return (*judged, _distilling(done, found, gaps)) if distilled else judged


def _reconstruction(done: pd.DataFrame) -> Claim:
    figures, where = [], []
    for one in ESTIMATORS:
        lift = done[f"lift_{one}"]
        estimate = mean(lift, done.dataset)
        figures.append(Figure(f"mean lift ({one})", estimate, _right(estimate, 1)))
        for by in ("dataset", "prior", "algorithm"):
            where += _below(lift, done[by].astype(str), f"no lift ({one}) on average, {by}")
    return _judged(
        "reconstruction",
        "Rows drawn by inverse estimation are nearer to the true data than the prior alone is.",
        "The mean lift over the prior alone is above zero, by its 95% interval over datasets, under both estimators.",
        figures,
        where,
    )


def _theory(found: Sequence[Correlation]) -> Claim:
    figures, where, signs = [], [], []
    for x in ("prior_kl", "model_kl"):
        one = _pick(found, x, "posterior_kl", PARTIAL)
        name = f"{LABELS[x]} and posterior divergence (KL) within worlds, the other factor held"
        figures.append(Figure(name, one.estimate, _right(one.estimate, 1)))
        own = _pick(found, x, "posterior_kl", WITHIN)
        signs += [value for _, value, _ in own.by_dataset if value is not None]
        where += [f"{LABELS[x]} goes the other way in {name}" for name in own.wrong]
    statement = "Posterior divergence falls as the prior and as the model come nearer to the truth."
    rule = (
        "On discrete worlds, where every divergence is exact: both partial rank correlations are above zero by their "
        f"intervals over worlds. With fewer than {FEWEST} worlds no interval is given; if then both correlations, and "
        "those of every world, are above zero, the claim is said to hold in part."
    )
    claim = _judged("theory", statement, rule, figures, where)
    values = [one.estimate.value for one in figures]
    few = claim.verdict == "not decided" and signs and all(value is not None for value in values)
    if few:
        every = all(value > 0 for value in (*signs, *values) if value is not None)
        verdict: Verdict = "holds in part" if every else "not decided"
        return _worded(claim, verdict)
    return claim


def _evidence(found: Sequence[Correlation], failed: Failures) -> Claim:
    figures, where = [], []
    for one in ESTIMATORS:
        for x, sign in ((f"prior_{one}", 1), ("accuracy", -1)):
            own = _pick(found, x, f"posterior_{one}", WITHIN)
            name = f"{LABELS[x]} and {LABELS[f'posterior_{one}']} within datasets"
            figures.append(Figure(name, own.estimate, _right(own.estimate, sign)))
            for by in ("dataset", "algorithm"):
                wrong = [w for w in failed.wrong if (w.x, w.y, w.by) == (x, f"posterior_{one}", by)]
                if wrong:
                    names = [w.name + (f" ({'; '.join(w.why)})" if w.why else "") for w in wrong]
                    where.append(f"the other way, {name}, {by}: {few(names, _MOST)}")
    return _judged(
        "evidence",
        "Across datasets, posterior divergence rises with prior divergence and falls as the model's accuracy rises.",
        "The four rank correlations within datasets (two factors, two estimators) have the claimed sign by their 95% "
        "intervals over datasets.",
        figures,
        where,
    )


def _use(done: pd.DataFrame, found: Sequence[Correlation], gaps: Sequence[ReplicaGap]) -> Claim:
    return _scoring(
        done,
        found,
        gaps,
        "use",
        "replica",
        "Models trained on reconstructions score like their base models, and better where these are better.",
        MARGIN,
    )


def _distilling(done: pd.DataFrame, found: Sequence[Correlation], gaps: Sequence[ReplicaGap]) -> Claim:
    return _scoring(
        done,
        found,
        gaps,
        "distilling",
        "distilled",
        "Models distilled from the prior, the base model and what its file states score like their base models.",
        NEAR,
    )


def _scoring(
    done: pd.DataFrame,
    found: Sequence[Correlation],
    gaps: Sequence[ReplicaGap],
    name: str,
    kind: str,
    statement: str,
    margin: float,
) -> Claim:
    """Judge replicas of a kind by their accuracy beside that of their base models."""
    own = _pick(found, "accuracy", f"{kind}_accuracy", POOLED)
    within = _pick(found, "accuracy", f"{kind}_accuracy", WITHIN)
    gap = next(one for one in gaps if (one.score, one.kind) == ("accuracy", kind))
    small = None if gap.gap.high is None else gap.gap.high <= margin
    figures = [
        Figure(f"base and {kind} accuracy, pooled", own.estimate, _right(own.estimate, 1)),
        Figure(f"base and {kind} accuracy, within datasets", within.estimate, _right(within.estimate, 1)),
        Figure(f"mean gap (base less {kind} accuracy)", gap.gap, small),
    ]
    where = []
    for by, means in gap.by.items():
        names = [f"{one} {value:.2f}" for one, value in sorted(means.items(), key=lambda p: -p[1]) if value > margin]
        if names:
            where.append(f"mean gap above {margin}, {by}: {few(names, _MOST)}")
    if within.wrong:
        where.append(f"accuracies go the other way in {few(within.wrong, _MOST)}")
    asked = int(done.accuracy.notna().sum())
    if gap.gap.n < asked:  # where it does worst there is none to be judged
        where.append(f"in no figure: {asked - gap.gap.n:,} of {asked:,} cells, whose rows to learn from have one label")
    return _judged(
        name,
        statement,
        f"Base and {kind} accuracy rise together, pooled and within datasets, by the intervals of their rank "
        f"correlations over datasets, and the mean gap is at most {margin} by its interval.",
        figures,
        where,
    )


def _pick(found: Sequence[Correlation], x: str, y: str, scope: str) -> Correlation:
    return next(one for one in found if (one.pair.x, one.pair.y, one.scope, one.method) == (x, y, scope, _METHOD))


def _right(estimate: Estimate, sign: int) -> bool | None:
    return None if estimate.low is None else estimate.sign == sign


def _below(values: pd.Series[float], groups: pd.Series[str], words: str) -> list[str]:
    means = values.groupby(groups).mean()
    names = [f"{name} {value:.2f}" for name, value in means.sort_values().items() if value <= 0]
    return [f"{words}: {few(names, _MOST)}"] if names else []


def _judged(name: str, statement: str, rule: str, figures: list[Figure], where: list[str]) -> Claim:
    right = [one.right for one in figures]
    verdict: Verdict
    if all(right):
        verdict = "holds"
    elif any(right):
        verdict = "holds in part"
    elif False in right:
        verdict = "does not hold"
    else:
        verdict = "not decided"
    return _worded(Claim(name, statement, rule, verdict, "", tuple(where), tuple(figures)), verdict)


_SAYS = {
    "holds": "It holds",
    "holds in part": "It holds in part",
    "does not hold": "It does not hold",
    "not decided": "It can't be decided",
}
_MARKS = {True: "as claimed", False: "not as claimed", None: "not decided"}


def _worded(claim: Claim, verdict: Verdict) -> Claim:
    figures = "; ".join(f"{one.name} {one.estimate.text()}, {_MARKS[one.right]}" for one in claim.figures)
    words = f"{_SAYS[verdict]}: {figures}."
    return Claim(claim.name, claim.statement, claim.rule, verdict, words, claim.where_not, claim.figures)
