"""Membership by the model's own outputs as a result that prints itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from retrodict.results.notes import Note
from retrodict.results.result import KeptResult, ShownTable

FALSE_RATE = 0.01
"""The false positive rate at which attacks are also judged: what singles out few with few errors is a harm, too."""


@dataclass(frozen=True)
class Attack:
    """One attack: training rows beside rows that the model did not see, told apart by one number a row.

    Parameters
    ----------
    attack
        Which number: see `signals.of_labels` and `signals.of_values`.
    auc, low, high
        How often a training row is the surer one of two, ties counted half (0.5 by chance), with its 95% interval.
    tpr_at_fpr_01, tpr_low, tpr_high
        The share of the training rows above a threshold that 1% of other rows are above, with its 95% interval.
    shadows
        Shadow models that the attack used.
    members, others
        Rows of either kind.
    """

    attack: str
    auc: float
    low: float
    high: float
    tpr_at_fpr_01: float
    tpr_low: float
    tpr_high: float
    shadows: int
    members: int
    others: int

    @property
    def words(self) -> str:
        """The number in words."""
        return _WORDS.get(self.attack, f"the {self.attack}")

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


_WORDS = {
    "probability": "the probability of the true label",
    "loss": "the loss",
    "entropy": "the entropy of the outputs",
    "modified entropy": "the modified entropy of the outputs",
    "margin": "the margin of the true label",
    "absolute error": "the error of the prediction",
}


@dataclass(frozen=True, repr=False)
class MembershipAttacks(KeptResult):
    """What someone who may ask for outputs, and knows a row with its true output, learns of whether it was trained on.

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
        Of the rows taken, where there are more than the limit.
    warnings, notes
        What is doubtful about the tables; what was left out.
    """

    attacks: tuple[Attack, ...]
    low: float
    high: float
    distinct: int
    queries: int
    seed: int
    warnings: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def worst(self) -> Attack:
        """The attack of the largest AUC; of equal ones the first."""
        return max(self.attacks, key=lambda one: one.auc)

    @property
    def frame(self) -> pd.DataFrame:
        """One line an attack."""
        return pd.DataFrame([one.to_dict() for one in self.attacks])

    def content(self) -> dict[str, Any]:
        """Return what it holds, and which attack is the worst."""
        return {"worst": self.worst.attack, **super().content()}

    @property
    def head(self) -> str:
        """The tables in one line."""
        one = self.attacks[0]
        return f"MembershipAttacks: {one.members:,} training rows beside {one.others:,} others (chance: AUC 0.5)"

    def tables(self) -> list[ShownTable]:
        """Return one line an attack."""
        return [ShownTable(self.frame.drop(columns=["shadows", "members", "others"]), index=False)]

    def remarks(self) -> list[str]:
        """Return the largest AUC, with what is doubtful."""
        allowed = f"{self.low:.3f} to {self.high:.3f}, {self.distinct} attacks allowed for"
        return [f"largest AUC {self.worst.auc:.3f} ({allowed})", *super().remarks()]
