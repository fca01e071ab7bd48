"""Which rows the trees were grown on: all, or a draw for each."""

from __future__ import annotations

from dataclasses import dataclass

from retrodict.families.lightgbm.grown import rows_of
from retrodict.families.lightgbm.text.model_text import ModelText

_ALL = 0.999999
"""A share of rows from which on all are drawn."""


@dataclass(frozen=True)
class Drawn:
    """Which rows each tree was grown on.

    Parameters
    ----------
    sampled
        Whether trees were grown on draws; ``None`` where the file does not say, its parameters being gone.
    first
        Whether the first tree was: one-sided sampling begins later.
    share
        The share of rows in a draw, where it is one number.
    one_sided
        Whether rows of small gradients are drawn, and those of great ones kept.
    """

    sampled: bool | None
    first: bool | None
    share: float | None = None
    one_sided: bool = False

    @property
    def words(self) -> str | None:
        """What counts and sums are of, where not of all rows."""
        if self.sampled is None:
            return "of all rows, unless trees were grown on draws: the file does not say"
        return "of each tree's draw" if self.sampled else None


def drawn_of(text: ModelText) -> Drawn:
    """Return which rows the trees of a model were grown on."""
    differ = len({int(rows_of(tree)[0]) for tree in text.trees if tree.leaves > 1}) > 1
    if not text.parameters or "bagging_fraction" not in text.parameters:
        return Drawn(True if differ else None, None)
    one_sided = "goss" in (text.parameters.get("boosting"), text.parameters.get("data_sample_strategy"))
    shares = [text.number(f"{side}bagging_fraction", 1.0) for side in ("", "pos_", "neg_")]
    often = text.number("bagging_freq", 0.0) > 0
    bagged = often and min(shares) < _ALL and not one_sided
    even = bagged and min(shares[1:]) >= _ALL
    if one_sided:
        whole_rounds = int(1.0 / max(text.number("learning_rate", 0.1), 1e-9))
        sampled = differ or len(text.trees) // text.per_iteration > whole_rounds
        return Drawn(sampled, whole_rounds < 1, one_sided=True)
    if differ and not bagged:  # trees of another training, of which the parameters are gone
        return Drawn(True, None)
    return Drawn(bagged, bagged, shares[0] if even else None)


def rows_drawn(text: ModelText) -> int | None:
    """Return how many rows the first tree was grown on; ``None`` where that is not stated."""
    found = int(rows_of(text.trees[0])[0])
    return found if found > 0 else None
