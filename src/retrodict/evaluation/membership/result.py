"""Membership by the model's own outputs as a result that prints itself."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from retrodict.plain_text import shown_plainly

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


@shown_plainly
@dataclass(frozen=True)
class MembershipAttacks:
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
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def worst(self) -> Attack:
        """The attack of the largest AUC; of equal ones the first."""
        return max(self.attacks, key=lambda one: one.auc)

    @property
    def frame(self) -> pd.DataFrame:
        """One line an attack."""
        return pd.DataFrame([one.to_dict() for one in self.attacks])

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, fit for strict JSON."""
        own = {name: getattr(self, name) for name in ("low", "high", "distinct", "queries", "seed")}
        lists = {"warnings": list(self.warnings), "notes": list(self.notes)}
        return {"worst": self.worst.attack, **own, "attacks": [one.to_dict() for one in self.attacks], **lists}

    def __repr__(self) -> str:
        table = self.frame.drop(columns=["shadows", "members", "others"])
        shown = table.to_string(index=False, float_format="{:.3f}".format).splitlines()
        worst = (
            f"largest AUC {self.worst.auc:.3f} ({self.low:.3f} to {self.high:.3f}, {self.distinct} attacks allowed for)"
        )
        lines = [*shown, worst, *self._said]
        return "\n".join([self._head, *(f"  {line}" for line in lines)])

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{html.escape(line)}</p>" for line in self._said)
        return f"<p><b>{html.escape(self._head)}</b></p>{self.frame.to_html(index=False)}{said}"

    @property
    def _head(self) -> str:
        one = self.attacks[0]
        return f"MembershipAttacks: {one.members:,} training rows beside {one.others:,} others (chance: AUC 0.5)"

    @property
    def _said(self) -> list[str]:
        return [f"warning: {line}" for line in self.warnings] + [f"note: {line}" for line in self.notes]
