"""In words: what the confidence of a rebuilt table says, and how it was put to the test."""

from __future__ import annotations

from retrodict.reconstruction.rebuild_quality import DeservedBin, RebuildQuality

_TOO_FEW = 20
"""Cells below which a bin is not spoken of."""


def confidence_words(quality: RebuildQuality) -> str | None:
    """Return what confidence says, in part of a line; ``None`` where rows are stored.

    Parameters
    ----------
    quality
        How the table was found.
    """
    if quality.source == "stored rows":
        return None
    if quality.solved:
        return "how far rows that no tree tells apart agree on a cell; half where another table may do as well"
    if not quality.synthetic:
        alone = "how far independent chains agree on a row, or on one of its cells"
        return f"{alone}: how often these are right is not known"
    many = "a table" if quality.synthetic == 1 else f"{quality.synthetic:,} tables"
    line = f"how often such a row, or one of its cells, is right, as {many} of known rows showed"
    spoken = [each for each in quality.deserved if each.cells >= _TOO_FEW]
    return f"{line}: {_example(spoken[-1])}" if spoken else line


def _example(each: DeservedBin) -> str:
    where = f"by {each.low:.0%} or more" if each.high == 1.0 else f"by {each.low:.0%} to {each.high:.0%}"
    return f"{each.deserved:.0%} of its cells were right (± {each.se:.1%}) on which chains agreed {where}"
