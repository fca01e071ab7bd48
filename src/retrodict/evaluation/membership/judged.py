"""Judge attacks, whichever they are: AUC, rates at few false alarms, advantage, and the worst of several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from scipy.stats import norm

from retrodict.evaluation.membership.asked import Scores
from retrodict.evaluation.membership.result import (
    AUC,
    FALSE_RATE,
    LOW_FALSE_RATE,
    SUBGROUP_AUC,
    TPR_001,
    TPR_01,
    Attack,
    Curve,
    Fewer,
    Largest,
    Subgroup,
)
from retrodict.evaluation.membership.roc import Estimated, auc, chance_auc, chance_rate, curve, rate_at
from retrodict.evaluation.risk.membership import by_distance

Array = np.ndarray

CONFIDENCE = 0.95
"""Of every interval; of the worst of several, after allowing for their number."""


LEARNED = float(np.sqrt(2.0))
"""How many times larger the standard error of an attack is that learns from members and others in turn. Let ``d_k`` be
how far the members of part k are from its others, in numbers of which nothing is to be told: independent, mean 0. What
is learned from all other parts points along their sum, so that the AUC follows the sum over k of ``d_k`` times that. It
has a term for each two parts, and has it twice: once where one is judged, once where the other is. Its variance is
twice that of a direction which owes nothing to the rows (`folds.dealt` sees to it that its mean is 0)."""


def confidence_of(one: Scores, confidence: float = CONFIDENCE) -> float:
    """Return the confidence that an interval for independent rows has to have, so that one of this attack has it.

    Parameters
    ----------
    one
        Scores; those of an attack that did not learn from members need no more.
    confidence
        That is wanted.
    """
    return 2.0 * float(norm.cdf(LEARNED * norm.ppf(0.5 + confidence / 2))) - 1.0 if one.learned else confidence


def area_of(one: Scores, confidence: float = CONFIDENCE) -> Estimated:
    """Return the AUC of an attack with its interval.

    Parameters
    ----------
    one
        Scores.
    confidence
        Of the interval.
    """
    return auc(one.members, one.others, confidence_of(one, confidence))


def judged(one: Scores, seed: np.random.SeedSequence) -> Attack:
    """Return one attack with what it tells, each number with an interval of its own.

    Parameters
    ----------
    one
        Its scores.
    seed
        Of the halves on which the threshold of the advantage is learned.
    """
    members, others = one.members, one.others
    area, sure = area_of(one), confidence_of(one)
    rate, low_rate = (rate_at(members, others, share, sure) for share in (FALSE_RATE, LOW_FALSE_RATE))
    called = by_distance(-members, -others, np.random.default_rng(seed))
    return Attack(
        attack=one.attack,
        way=one.way,
        auc=area.value,
        low=area.low,
        high=area.high,
        tpr_at_fpr_01=rate.value,
        tpr_low=rate.low,
        tpr_high=rate.high,
        tpr_at_fpr_001=low_rate.value,
        tpr_001_low=low_rate.low,
        tpr_001_high=low_rate.high,
        advantage=called.value,
        advantage_low=called.low,
        advantage_high=called.high,
        shadows=one.shadows,
        members=len(members),
        others=len(others),
        seconds=round(one.seconds, 3),
    )


def curve_of(one: Scores) -> Curve:
    """Return the ROC of one attack, thinned."""
    false, true = curve(one.members, one.others)
    return Curve(one.attack, tuple(false.tolist()), tuple(true.tolist()))


def of_fewer(scores: Iterable[Scores]) -> tuple[Fewer, ...]:
    """Return what attacks with shadow models reach with fewer of them, fewest first, and with all."""
    lines = []
    for one in scores:
        for part in (*one.fewer, one) if one.fewer else ():
            area = area_of(part)
            lines.append(Fewer(one.attack, part.shadows, area.value, area.low, area.high))
    return tuple(lines)


def distinct(scores: Sequence[Scores]) -> int:
    """Return how many of some attacks order the rows differently: those alike are one chance to be the largest."""
    both = (np.concatenate([one.members, one.others]) for one in scores)
    return len({np.unique(values, return_inverse=True)[1].tobytes() for values in both})


def largest(scores: Sequence[Scores], groups: Sequence[Subgroup], looked_at: int) -> tuple[Largest, ...]:
    """Return the largest of each measure, for each way to attack, with an interval that allows for the choice.

    The largest of `k` numbers is larger by chance than a number named beforehand. Its interval is that of confidence
    ``1 - 0.05 / k`` (Bonferroni): with a chance of 95% at least all `k` such intervals hold, and so does that of
    whichever turns out the largest. `k` counts the attacks of that way which order rows differently.

    Parameters
    ----------
    scores
        All attacks.
    groups
        The worst attack of each subgroup and way.
    looked_at
        Subgroups.
    """
    found = list[Largest]()
    for way in dict.fromkeys(one.way for one in scores):
        own = [one for one in scores if one.way == way]
        m, n = len(own[0].members), len(own[0].others)
        number = distinct(own)
        sure = 1.0 - (1.0 - CONFIDENCE) / number
        area = max(own, key=lambda one: auc(one.members, one.others).value)
        usual = max(chance_auc(m, n, confidence_of(one, sure)) for one in own)
        measured = [(AUC, area, area_of(area, sure), usual)]
        for measure, share in ((TPR_01, FALSE_RATE), (TPR_001, LOW_FALSE_RATE)):
            most = max(own, key=lambda one: rate_at(one.members, one.others, share).value)
            it = rate_at(most.members, most.others, share, confidence_of(most, sure))
            measured.append((measure, most, it, max(chance_rate(m, n, share, confidence_of(one, sure)) for one in own)))
        found += [
            Largest(way, measure, one.attack, "", it.value, it.low, it.high, m, n, usual)
            for measure, one, it, usual in measured
        ]
        inside = [one for one in groups if one.way == way]
        if inside:
            top, sure = max(inside, key=lambda one: one.auc), 1.0 - (1.0 - CONFIDENCE) / (number * looked_at)
            usual = max(
                chance_auc(part.members, part.others, confidence_of(one, sure)) for part in inside for one in own
            )
            sizes = top.members, top.others
            found.append(Largest(way, SUBGROUP_AUC, top.attack, top.words, top.auc, top.low, top.high, *sizes, usual))
    return tuple(found)
