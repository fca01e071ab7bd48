"""Attacks on membership as a result that prints itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from retrodict.evaluation.membership.asked import Way
from retrodict.extras import extra_for
from retrodict.plain_text import cut
from retrodict.results.notes import Note
from retrodict.results.result import KeptResult, Said, ShownTable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FALSE_RATE, LOW_FALSE_RATE = 0.01, 0.001
"""The false positive rates at which attacks are also judged: what singles out few with few errors is a harm, too."""


AUC, TPR_01, TPR_001, SUBGROUP_AUC = "auc", "tpr_at_fpr_01", "tpr_at_fpr_001", "subgroup_auc"
"""Measures of which the largest over all attacks is judged; their names are fixed for checks."""

SHADOWS = "shadow models"
"""What attacks with shadow models are left out as, where none of them was made."""


@dataclass(frozen=True)
class Attack:
    """One attack: training rows beside rows that the model did not see, told apart by one number a row.

    Parameters
    ----------
    attack
        Which number: one of `WORDS`.
    way
        Whether it needs the model's outputs alone, or its file.
    auc, low, high
        How often a training row is the surer one of two, ties counted half (0.5 by chance), with its 95% interval.
    tpr_at_fpr_01, tpr_low, tpr_high
        The share of the training rows above a threshold that 1% of other rows are above, with its 95% interval.
    tpr_at_fpr_001, tpr_001_low, tpr_001_high
        The same of 0.1% of other rows.
    advantage, advantage_low, advantage_high
        The share of the training rows that a threshold calls members, less that of the others, with its 95% interval;
        the threshold is learned on other rows than it is judged by.
    shadows
        Shadow models that the attack used.
    members, others
        Rows of either kind.
    seconds
        That it took.
    """

    attack: str
    way: Way
    auc: float
    low: float
    high: float
    tpr_at_fpr_01: float
    tpr_low: float
    tpr_high: float
    tpr_at_fpr_001: float
    tpr_001_low: float
    tpr_001_high: float
    advantage: float
    advantage_low: float
    advantage_high: float
    shadows: int
    members: int
    others: int
    seconds: float = field(compare=False)

    @property
    def words(self) -> str:
        """The number in words."""
        return WORDS.get(self.attack, f"the {self.attack}")

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


WORDS = {
    "probability": "the probability of the true label",
    "loss": "the loss",
    "entropy": "the entropy of the outputs",
    "modified entropy": "the modified entropy of the outputs",
    "margin": "the margin of the true label",
    "absolute error": "the error of the prediction",
    "worst case": "a classifier that was trained on outputs of known members and others",
    "quantile regression": "the loss beside what is usual of such rows (quantile regression)",
    "lira online": "the likelihood ratio of shadow models with and without the row (LiRA)",
    "lira offline": "the likelihood of the output under shadow models without the row (LiRA, offline)",
    "lira fixed variance": "the same ratio with one variance for all rows (LiRA, fixed variance)",
    "rmia": "the ratio to other rows under few shadow models (RMIA)",
    "rmia offline": "the same ratio by shadow models without the row (RMIA, offline)",
    "rebuilt rows": "the distance to the nearest row that the file gives away",
    "drawn rows": "the distance to the nearest row drawn by query",
    "stored rows": "whether the file stores the row",
    "single-row leaves": "whether leaves of one row hold the row",
    "file values": "how many of the row's values the file states as those of training rows",
}
"""What each attack goes by, by its name."""


@dataclass(frozen=True)
class Subgroup:
    """One attack on some of the rows.

    Parameters
    ----------
    attack
        Its name.
    kind
        ``class``, ``feature`` or ``outlyingness``.
    feature
        The column that divides; empty of outlyingness.
    value
        Which part of it, in words.
    auc, low, high
        As `Attack` has them, of these rows alone; the interval allows for all attacks and parts that were looked at.
    members, others
        Rows of either kind.
    way
        As `Attack` has it.
    """

    attack: str
    kind: str
    feature: str
    value: str
    auc: float
    low: float
    high: float
    members: int
    others: int
    way: Way = "by_query"

    @property
    def words(self) -> str:
        """Which rows they are."""
        if self.kind == "outlyingness":
            return self.value
        return f"class {self.value}" if self.kind == "class" else f"{self.feature}: {self.value}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Largest:
    """The largest of one measure over all attacks of one way: what a verdict rests on.

    Parameters
    ----------
    way
        As `Attack` has it.
    measure
        ``auc``, ``tpr_at_fpr_01``, ``tpr_at_fpr_001`` or ``subgroup_auc``.
    attack
        Which attack it is of.
    where
        Which subgroup, in words; empty of all rows.
    value, low, high
        The measure, with a 95% interval that holds though it is the largest of several (see `judged.largest`).
    members, others
        Rows of either kind that it is of.
    harmless
        What the largest of as many stays below in 95 of 100 models of which nothing can be told: more than the
        value of a single attack would be.
    """

    way: Way
    measure: str
    attack: str
    where: str
    value: float
    low: float
    high: float
    members: int
    others: int
    harmless: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Fewer:
    """What an attack reaches with so many shadow models, those of the whole attack or the first of them.

    Parameters
    ----------
    attack
        Its name.
    shadows
        How many it used.
    auc, low, high
        As `Attack` has them.
    """

    attack: str
    shadows: int
    auc: float
    low: float
    high: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Curve:
    """The ROC of one attack, thinned to what a picture shows.

    Parameters
    ----------
    attack
        Its name.
    false, true
        Shares of other rows, and of training rows, above one threshold after another; from 0 to 1.
    """

    attack: str
    false: tuple[float, ...]
    true: tuple[float, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


@dataclass(frozen=True, repr=False)
class MembershipAttacks(KeptResult):
    """What someone who knows a row with its true output learns of whether it was trained on.

    Parameters
    ----------
    attacks
        All that were made; their own intervals are at 95% each.
    low, high
        Interval of the largest AUC that covers it though it is the largest of several: Bonferroni's over `distinct`.
    distinct
        How many of the attacks order the rows differently.
    queries
        Model calls.
    seed
        Of the rows taken, of learned attacks and of shadow models.
    subgroups
        The worst attack of either way within classes, values of listed features, and parts of the rows by how outlying
        they are.
    curves
        The ROC of each attack.
    largest
        The largest of each measure, for each way to attack: of the AUC, the true positive rates, and the AUC of any
        subgroup.
    by_shadows
        What attacks with shadow models reach with fewer of them.
    left_out
        Attacks that were not made, each with the reason.
    warnings, notes
        What is doubtful about the tables; what was left out.
    records
        One line a row, ``None`` where read back: `table` (``train`` or ``holdout``), `row` (its place in that table),
        and a column an attack. It singles out persons: neither `to_dict` nor the file of `save` has it.
    """

    attacks: tuple[Attack, ...]
    low: float
    high: float
    distinct: int
    queries: int
    seed: int
    subgroups: tuple[Subgroup, ...] = ()
    curves: tuple[Curve, ...] = ()
    largest: tuple[Largest, ...] = ()
    by_shadows: tuple[Fewer, ...] = ()
    left_out: tuple[tuple[str, Note], ...] = ()
    warnings: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()
    records: pd.DataFrame | None = field(default=None, repr=False, compare=False, metadata={"written": False})

    @property
    def worst(self) -> Attack:
        """The attack of the largest AUC; of equal ones the first."""
        return max(self.attacks, key=lambda one: one.auc)

    @property
    def frame(self) -> pd.DataFrame:
        """One line an attack."""
        return pd.DataFrame([one.to_dict() for one in self.attacks])

    def content(self) -> dict[str, Any]:
        """Return what it holds but the rows themselves, and which attack is the worst."""
        held = {name: value for name, value in super().content().items() if name != "records"}
        return {"worst": self.worst.attack, **held}

    def plot(self) -> Figure:
        """Draw what attacks find against their false alarms, and each attack's AUC.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        """
        with extra_for("a picture"):
            from retrodict.evaluation.membership.picture import draw
        return draw(self)

    def to_frame(self) -> pd.DataFrame:
        """Return one line an attack."""
        return self.frame

    @property
    def head(self) -> str:
        """The tables in one line."""
        one = self.attacks[0]
        return f"MembershipAttacks: {one.members:,} training rows beside {one.others:,} others (chance: AUC 0.5)"

    def opening(self) -> list[Said]:
        """Return what the best attack reaches."""
        allowed = f"{self.low:.3f} to {self.high:.3f}, {self.distinct} attacks allowed for"
        return [Said(f"the best is {self.worst.words}: largest AUC {self.worst.auc:.3f} ({allowed})")]

    def tables(self) -> list[ShownTable]:
        """Return one line an attack, the best first, and the rows that fare worst."""
        lines = [
            {
                "attack": one.attack,
                "needs": _needs(one),
                "AUC": f"{one.auc:.3f}",
                "95% interval": _between(one),
                "at 1% FPR": f"{one.tpr_at_fpr_01:.1%}",
                "at 0.1%": f"{one.tpr_at_fpr_001:.1%}",
            }
            for one in sorted(self.attacks, key=lambda one: -one.auc)
        ]
        worst = [
            {
                "rows": cut(one.words, _ROWS),
                "in training": f"{one.members:,}",
                "others": f"{one.others:,}",
                "AUC": f"{one.auc:.3f}",
                "interval": _between(one),
            }
            for one in sorted(self.subgroups, key=lambda one: -one.auc)[:_SUBGROUPS]
        ]
        found = [
            ShownTable(
                pd.DataFrame(lines),
                "How often a training row is told from another row (by chance: AUC 0.5)",
                index=False,
                left=("attack", "needs"),
            )
        ]
        title = "Rows that fare worst (intervals allow for all that were looked at)"
        return found + [ShownTable(pd.DataFrame(worst), title, index=False, left=("rows",))] * bool(worst)

    def remarks(self) -> list[str]:
        """Return what was left out, and what is doubtful."""
        reasons: dict[str, list[str]] = {}
        for name, why in self.left_out:
            reasons.setdefault(str(why), []).append(name)
        left = [f"not made: {', '.join(names)}: {why}" for why, names in reasons.items()]
        return [*left, *super().remarks()]


def _between(one: Attack | Subgroup) -> str:
    return f"{one.low:.3f} to {one.high:.3f}"


def _needs(one: Attack) -> str:
    if one.way == "from_file":
        return "the file"
    return f"{one.shadows} shadows" if one.shadows else "outputs"


_SUBGROUPS = 5
"""Subgroups that are printed, the worst first; `subgroups` has all."""
_ROWS = 32
"""Characters of what rows they are, in a table."""
