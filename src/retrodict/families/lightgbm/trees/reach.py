"""How far a model's sums are equations about its training table, and why not further."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retrodict.families.lightgbm.stated.drawn import drawn_of
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.families.lightgbm.trees.losses import loss_of
from retrodict.matching.linear_reading import LABELS_UNTOLD
from retrodict.plain_text import listing
from retrodict.results.notes import Note

_ON_DEVICES = frozenset({"gpu", "cuda"})
_SINGLE_SUMS = 64.0
"""How much more than one rounding to 32 bits sums are off that were added up in 32 bits."""


@dataclass(frozen=True)
class Reach:
    """Which of a model's sums are equations.

    Parameters
    ----------
    rounds
        How many rounds: later ones were grown on draws that depend on the rows.
    hessians
        Whether summed hessians are: they need the scores of rows before each tree.
    gradients
        Whether leaf values are.
    unrounded
        How large the terms are whose rounding to 32 bits is not repeated, where sums were added up in 32 bits.
    notes
        What is left out, and why.
    """

    rounds: int
    hessians: bool = True
    gradients: bool = True
    unrounded: float = 0.0
    notes: tuple[Note, ...] = ()


def reach_of(text: ModelText) -> Reach:
    """Return how far the equations of a model reach, as far as its settings say.

    Parameters
    ----------
    text
        The model.
    """
    rounds = len(text.trees) // text.per_iteration
    unrounded = _SINGLE_SUMS if text.parameters.get("device_type") in _ON_DEVICES else 0.0
    drawn = drawn_of(text)
    notes: tuple[Note, ...] = ()
    if drawn.one_sided and drawn.sampled:
        whole = int(np.float32(1.0) / text.number("learning_rate", 0.1))
        if whole < rounds:
            notes = (rounds_left_out(whole, rounds),)
            rounds = whole
    if loss_of(text) is None:
        name = "the user's own" if text.objective is None else text.objective.name
        return counts_alone(rounds, f"the objective is {name}", notes)
    if text.parameters.get("boosting") == "dart":
        return counts_alone(rounds, "which trees were dropped in each round can't be told", notes)
    found = [name for name in ("use_quantized_grad", "linear_tree") if text.flag(name, False)]
    found += ["linear leaves"] if any(tree.linear for tree in text.trees) and "linear_tree" not in found else []
    if found:
        return counts_alone(rounds, f"training was set to {listing(found, len(found))}", notes)
    bent = ["path_smooth"] if text.number("path_smooth", 0.0) > 0 and not _smoothed_alone(text) else []
    monotone = any(one not in ("", "0") for one in text.parameters.get("monotone_constraints", "").split(","))
    bent += ["monotone_constraints"] if monotone or "monotone_constraints" in text.header else []
    if bent:
        told = f"leaf values are no function of their sums alone, for {listing(bent, len(bent))}: they are not used"
        return Reach(
            rounds, True, False, unrounded, (*notes, Note("leaf_values_unused", told, settings=bent), LABELS_UNTOLD)
        )
    return Reach(rounds, unrounded=unrounded, notes=notes)


def _smoothed_alone(text: ModelText) -> bool:
    """Whether smoothed values still tell their sums: with hessians of one the library smooths by exact counts."""
    squared = text.objective is not None and text.objective.name == "regression"
    counted = all(tree.count is not None and tree.count.any() for tree in text.trees if tree.leaves > 1)
    return squared and counted and not text.number("lambda_l1", 0.0) and not text.number("max_delta_step", 0.0) > 0


def rounds_left_out(used: int, rounds: int) -> Note:
    """Return a line on rounds whose draws can't be repeated.

    Parameters
    ----------
    used
        How many rounds are used, from the first on.
    rounds
        How many there are.
    """
    told = f"rounds after the first {used:,} of {rounds:,} were grown on draws that depend on rows: they are not used"
    return Note("rounds_on_draws", told, used=used, rounds=rounds)


def counts_alone(rounds: int, why: str, notes: tuple[Note, ...] = ()) -> Reach:
    """Return a reach of counts alone.

    Parameters
    ----------
    rounds
        How many rounds count all rows.
    why
        What keeps sums from being used, for people.
    notes
        More.
    """
    told = f"{why}: counts of rows are used, and no sums"
    return Reach(rounds, False, False, notes=(*notes, Note("counts_alone", told), LABELS_UNTOLD))
