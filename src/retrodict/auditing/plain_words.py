"""Why a verdict is what it is, in three sentences for people who are no researchers.

Each sentence says who could do what to whom. Measures are grouped by what they allow someone to do: several of them
that say the same thing become one sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from retrodict.auditing.finding import Finding, Way

MOST = 3
"""Sentences on the first screen."""

_SHARES = ((0.95, "nearly all"), (0.5, "most"), (0.1, "many"), (0.0, "some"))
"""What shares of the training records are called."""
_STRENGTHS = ((0.8, "nearly always"), (0.6, "much more often than by guessing"), (0.0, "more often than by guessing"))
"""What an AUC is called."""


@dataclass(frozen=True)
class Topic:
    """What some measures together say that someone can do.

    Parameters
    ----------
    way
        Whom they concern.
    measures
        The measures.
    sentence
        One sentence; or what makes it of the findings of these measures that speak against release, the gravest first.
    """

    way: Way
    measures: tuple[str, ...]
    sentence: str | Callable[[Sequence[Finding]], str]

    def say(self, against: Sequence[Finding]) -> str:
        """Return the sentence."""
        return self.sentence if isinstance(self.sentence, str) else self.sentence(against)


_STORED = "Anyone who holds the file can read whole records of the training data in it: they are stored as they were."


def _rebuilt(found: Sequence[Finding]) -> str:
    share = max((one.value or 0.0 for one in found), default=0.0)
    return (
        f"Anyone who holds the file {_can(found, 0.0)} work out {_word(share, _SHARES)} of the training records from "
        "it, although they are not stored as such."
    )


_SUMS = (
    "The file holds sums over training records. With enough of them, someone who holds the file may work the "
    "records out; that was not ruled out."
)


def _single(found: Sequence[Finding]) -> str:
    if all(one.measure == "facts_of_unknown_count" for one in found):
        return (
            "The file states facts about the training data of which it is not known how many records they are about: "
            "some may be about one person's record alone."
        )
    return (
        "Anyone who holds the file can read details in it that belong to single training records; someone who "
        "knows a person may recognise them."
    )


def _told(found: Sequence[Finding]) -> str:
    areas = [one for one in found if one.measure == "membership_auc"]
    return (
        f"Anyone who holds the file and knows a person's record {_can(areas or found, _CHANCE if areas else 0.0)} tell "
        "more often than by guessing whether it was used for training."
    )


def _asked(found: Sequence[Finding]) -> str:
    areas = [one for one in found if one.measure == "membership_auc"]
    how = _word(max((one.value or 0.0 for one in areas), default=0.0), _STRENGTHS)
    return (
        f"Someone who may only ask for predictions, and knows a person's record, {_can(areas or found, _CHANCE)} tell "
        f"{how} whether that person was in the training data."
    )


_CHANCE = 0.5
"""The AUC of guessing."""


def _can(found: Sequence[Finding], harmless: float) -> str:
    """Return whether someone can, or may be able to: where intervals hold what a harmless model shows."""
    sure = any(one.low is None or one.low > (harmless if one.harmless is None else one.harmless) for one in found)
    return "can" if sure else "may be able to"


_GROUP = (
    "For some groups of people this is worse than for all together: whether they were in the training data can be "
    "told from predictions more often."
)


_INFERRED = (
    "Someone who knows most of a training record can guess what is missing in it better with the model than they "
    "could of a person who was not in the training data."
)


def _drawn(found: Sequence[Finding]) -> str:
    share = max((one.value or 0.0 for one in found), default=0.0)
    return (
        f"Someone who may only ask for predictions {_can(found, 0.0)} bring back {_word(share, _SHARES)} of the "
        "training records."
    )


_SPREAD = (
    "Someone who may only ask for predictions can make up records that are spread almost as the training records "
    "are; by itself this betrays no single person."
)


_COPIED = "Someone who may only ask for predictions can make a model that answers almost as this one does."


_UNREAD = "Parts of the file could not be read. Nobody knows yet what they tell about the training data."


_UNSEARCHED = "Whether someone who holds the file can work out the training records was not tried to the end."


_UNJUDGED = "Whether single people are at risk could not be tested in every way: what is missing is listed below."


_NO_ROWS = (
    "Whether single people are at risk could not be tested: for that, the training records are needed, and other "
    "records of the same source that the model has not seen."
)


_SHADOWS = (
    "The strongest known ways to tell who was in the training data were not tried: that others failed does not say "
    "that these would."
)


_TABLES = (
    "The records given do not seem to be what they were given as: training records that the model has seen, and others "
    "that it has not. What single people risk can't be told beside them."
)
_OVERLAP = (
    "Some held-out records are training records, too. What they were to be compared with is therefore unsound, and "
    "a leak may be hidden."
)


_SETTINGS = "Anyone who holds the file can read in it how and when it was trained, which helps all other attacks."


TOPICS = (
    Topic("from_file", ("stored_rows",), _STORED),
    Topic("from_file", ("confident_rows", "exact_rows", "near_rows"), _rebuilt),
    Topic("by_query", ("exact_rows", "near_rows", "membership_advantage"), _drawn),
    Topic(
        "by_query",
        ("membership_auc", "membership_tpr_at_fpr_01", "membership_tpr_at_fpr_001"),
        _asked,
    ),
    Topic("by_query", ("attribute_lift",), _INFERRED),
    Topic("from_file", ("unread", "possible_rows"), _UNREAD),
    Topic(
        "from_file",
        (
            "membership_auc",
            "membership_advantage",
            "membership_tpr_at_fpr_01",
            "membership_tpr_at_fpr_001",
            "subgroup_auc",
        ),
        _told,
    ),
    Topic("audit", ("overlap",), _OVERLAP),
    Topic("audit", ("tables",), _TABLES),
    Topic("audit", ("unjudged",), _UNJUDGED),
    Topic("from_file", ("table_not_searched",), _UNSEARCHED),
    Topic("from_file", ("gradient_sums", "node_sums", "cross_products"), _SUMS),
    Topic("from_file", ("personal_facts", "facts_of_unknown_count", "split_values", "category_hashes"), _single),
    Topic("by_query", ("subgroup_auc",), _GROUP),
    Topic("by_query", ("shadow_models",), _SHADOWS),
    Topic("by_query", ("lift",), _SPREAD),
    Topic("by_query", ("agreement",), _COPIED),
    Topic("from_file", ("training_settings", "training_date", "lift"), _SETTINGS),
)
"""What measures say, in the order in which it is told where verdicts are equal: what harms people most comes first."""

_NOT_KNOWN = ("unread", "possible_rows", "unjudged", "overlap", "tables", "table_not_searched")
"""Measures of what is not known: one sentence of them is told even where there are graver ones."""


def plain_summary(findings: Sequence[Finding], untested: bool, rows: bool) -> tuple[str, ...]:
    """Return why, in at most three sentences in plain words.

    Parameters
    ----------
    findings
        Every measure, judged.
    untested
        Whether anything was left untested or unread.
    rows
        Whether training and held-out rows were given.
    """
    told: list[tuple[bool, bool, str]] = []
    stored = any(f.measure == "stored_rows" and f.verdict in ("review", "reject") for f in findings)
    for topic in TOPICS:
        if stored and topic.sentence in (_rebuilt, _told):
            continue  # who can read them need not work them out
        own = [f for f in findings if f.way == topic.way and f.measure in topic.measures]
        against = sorted((f for f in own if f.verdict in ("review", "reject")), key=lambda f: f.verdict != "reject")
        if against:
            unknown = any(f.measure in _NOT_KNOWN for f in against)
            line = _NO_ROWS if topic.sentence is _UNJUDGED and not rows else topic.say(against)
            told.append((against[0].verdict == "reject", unknown, line))
    told += [  # a measure that no topic knows is told by its own sentence, not passed over
        (one.verdict == "reject", False, f"{one.sentence[:1].upper()}{one.sentence[1:]}.")
        for one in findings
        if one.verdict in ("review", "reject") and not _known(one)
    ]
    told.sort(key=lambda line: not line[0])
    lines = [line for _, _, line in told]
    if len(told) > MOST and (missing := [line for _, unknown, line in told if unknown]):
        kept = lines[:MOST]
        lines = kept if any(line in kept for line in missing) else [*kept[:-1], missing[0]]
    if lines:
        return tuple(lines[:MOST])
    return _quiet(findings, untested)


def _known(one: Finding) -> bool:
    return any(one.way == topic.way and one.measure in topic.measures for topic in TOPICS)


def _quiet(findings: Sequence[Finding], untested: bool) -> tuple[str, ...]:
    """Say what was found where nothing speaks against release: no more than was tested."""
    held = {(f.way, f.measure) for f in findings if f.verdict == "release"}
    said = []
    if ("from_file", "stored_rows") in held and ("from_file", "personal_facts") in held:
        said.append("Someone who holds the file finds no whole training record in it, and no detail of a single one.")
    if ("by_query", "membership_auc") in held:
        unsure = any(f.inconclusive for f in findings)
        said.append(
            "No attack that was tried could tell from predictions who was in the training data much better than by "
            "guessing" + ("; there were too few records to be sure of it." if unsure else ".")
        )
    if not said:
        said.append("Nothing that was tested is above a limit.")
    if untested:
        said.append(
            "This holds for what was tested only: what was not read or not tested is listed below, and may hold risks."
        )
    return tuple(said[:MOST])


def _word(value: float, words: tuple[tuple[float, str], ...]) -> str:
    return next(word for least, word in words if value >= least or least == 0.0)
