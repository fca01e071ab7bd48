"""Who can be told to have been in the training table, beside the limits; and what of that could not be tried."""

from __future__ import annotations

from collections.abc import Iterator

from retrodict.auditing.appetite import Appetite, Threshold
from retrodict.auditing.finding import Finding, judge, stated
from retrodict.evaluation.membership import MembershipAttacks
from retrodict.evaluation.membership.lira import FEWEST
from retrodict.evaluation.membership.result import AUC, SHADOWS, SUBGROUP_AUC, TPR_001, TPR_01, WORDS, Largest
from retrodict.evaluation.membership.table_check import HOLDOUT_SEEN, TRAIN_UNSEEN
from retrodict.results.notes import Note, of_code

CHANCE = {AUC: 0.5, TPR_01: 0.01, TPR_001: 0.001, SUBGROUP_AUC: 0.5}
"""What a model that gives nothing away shows, by measure."""

MEASURES = {
    AUC: "membership_auc",
    TPR_01: "membership_tpr_at_fpr_01",
    TPR_001: "membership_tpr_at_fpr_001",
    SUBGROUP_AUC: "subgroup_auc",
}
"""What the risk appetite calls each measure."""

_SAID_NOTHING = frozenset(("nothing_in_file", "no_shadows_asked"))
"""Codes of what is no gap: the whole file was read and holds nothing of the kind; and what has a line of its own."""


def membership_findings(found: MembershipAttacks, appetite: Appetite) -> Iterator[Finding]:
    """Yield the largest of each measure over all attacks, for each way to attack."""
    for one in found.largest:
        limits = appetite.from_file if one.way == "from_file" else appetite.by_query
        limit: Threshold = getattr(limits, MEASURES[one.measure])
        rows = f"{one.members:,} training and {one.others:,} held-out rows"
        yield judge(
            one.way,
            MEASURES[one.measure],
            limit,
            one.value,
            _words(one, found),
            one.low,
            one.high,
            rows,
            harmless=CHANCE[one.measure],
            # an AUC of all rows is judged as it is: so few rows that it may be chance are a person's decision
            chance=None if one.measure == AUC else one.harmless,
        )


def _words(one: Largest, found: MembershipAttacks) -> str:
    who = WORDS.get(one.attack, f"the {one.attack}")
    among = f" of {one.where}" if one.where else ""
    if one.measure in (AUC, SUBGROUP_AUC):
        said = (
            f"{who} tells training rows{among} from held-out rows with an AUC of {one.value:.3f} ({one.low:.3f} to "
            f"{one.high:.3f}; 0.5 by chance)"
        )
    else:
        rate = CHANCE[one.measure]
        said = (
            f"{who} finds {one.value:.1%} of the training rows ({one.low:.1%} to {one.high:.1%}) where it takes "
            f"{rate:g} of the held-out rows for members ({rate:.1%} by chance)"
        )
    trained = next((each.shadows for each in found.attacks if each.attack == one.attack), 0)
    return f"{said}; {trained:,} shadow models" if trained else said


def shadow_findings(found: MembershipAttacks | None, why: Note | None, appetite: Appetite) -> Iterator[Finding]:
    """Yield that the strongest attacks on membership were not made, where they were not.

    Parameters
    ----------
    found
        The attacks that were made; ``None`` where none was.
    why
        Why none was.
    appetite
        It may accept that.
    """
    trained = 0 if found is None else max((one.shadows for one in found.attacks), default=0)
    if trained >= FEWEST:
        return
    if found is not None:
        why = dict(found.left_out).get(SHADOWS)
    reason = f": {why}" if why else ""
    said = (
        f"only {trained} trained, of at least {FEWEST} that likelihood ratios need" if trained else f"not run{reason}"
    )
    words = f"shadow models: {said}; attacks that compare with models of the same kind find more members"
    yield stated("by_query", "shadow_models", appetite.by_query.shadow_models, words, accepted="shadow_models")


def table_findings(found: MembershipAttacks) -> Iterator[Finding]:
    """Yield that a table does not look like what it was given as: no limit, since then all other limits say nothing."""
    for code, remedy in _OTHER_TABLES.items():
        for one in of_code(found.notes, code):
            yield stated("audit", "tables", "review", str(one), remedy=remedy)


_OTHER_TABLES = {
    HOLDOUT_SEEN: "give held-out rows that no step of the training has seen",
    TRAIN_UNSEEN: "give the very rows that the model was trained on",
}


def membership_gaps(found: MembershipAttacks) -> Iterator[tuple[str, Note]]:
    """Yield attacks that could not be made, each with the reason."""
    for name, why in found.left_out:
        if why.code not in _SAID_NOTHING:
            yield _called(name), why
    for what, codes in ((SHADOWS, _FEWER_SHADOWS), ("membership in parts", _CUT)):
        for code in codes:
            yield from ((what, note) for note in of_code(found.notes, code))


_FEWER_SHADOWS = ("fewer_shadows", "shadows_failed")
_CUT = ("no_time", "cut_short")
"""Codes of notes that something was not made to the end."""


def unmade(found: MembershipAttacks) -> Iterator[str]:
    """Yield what of membership was not made, or not of all subgroups, though it should; the rest has findings."""
    for name, why in found.left_out:
        if name != SHADOWS and why.code in ("no_time", "refused"):
            yield _called(name)
    if any(True for _ in of_code(found.notes, "no_time")):
        yield "membership of some subgroups"


def _called(name: str) -> str:
    return SHADOWS if name == SHADOWS else f"membership by {WORDS.get(name, name)}"
