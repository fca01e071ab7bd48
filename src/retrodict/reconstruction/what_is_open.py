"""In words: which cells of a rebuilt table are the same whatever table is found, and what would tell more."""

from __future__ import annotations

from retrodict.matching.search.mixing import Mixing
from retrodict.reconstruction.rebuild_quality import RebuildQuality

_MANY_OPEN = 0.05
"""Share of open cells from which a prior is named: it costs public rows, which a few cells are not worth."""


def open_words(quality: RebuildQuality) -> list[str]:
    """Return what the tables that were found have in common, one sentence a line.

    Parameters
    ----------
    quality
        How they were found.
    """
    if quality.source == "stored rows":
        return []
    lines: list[str] = []
    if quality.noise is not None:
        lines.append("with noise in counts no cell is certain: confidence is the share of drawn tables that agree")
        if quality.open_columns:
            lines.append(f"no tree splits on {_named(quality.open_columns)}: these cells are open")
        return lines if quality.diagnostics is None else [*lines, _agreement(quality.diagnostics)]
    share, mixing = quality.cells_determined, quality.diagnostics
    if quality.solved and share is not None:
        lines.append(f"{share:.0%} of the cells are shown to be the same in every table that meets the equations")
    elif share is not None and mixing is not None:
        many, run = mixing.chains, len(quality.energies)
        who = f"{many} chains" if many == run else f"the {many} of {run} chains that met every count"
        same = f"{share:.0%} of the cells are the same in every table of {who}"
        lines.append(same if quality.met or quality.noise else f"{same}, none of which meets every count")
    elif mixing is not None and mixing.chains == 1:
        who = "one chain alone met every count" if quality.met else "one chain alone was run"
        lines.append(f"{who}, so which cells another table may have otherwise is not known; --tables 4 looks at more")
    if share is not None and quality.open_columns:
        lines.append(f"no tree splits on {_named(quality.open_columns)}: these cells are open")
    if mixing is not None and mixing.chains > 1:
        lines.append(_agreement(mixing))
    return lines


def next_action(quality: RebuildQuality, informed: bool, classes: bool) -> str | None:
    """Return what to do next for a better table; ``None`` where nothing is left to do.

    Parameters
    ----------
    quality
        How it was found.
    informed
        Whether a prior was given.
    classes
        Whether rows have classes.
    """
    if quality.next_action is not None or quality.solved or quality.source == "stored rows":
        return quality.next_action
    share = quality.cells_determined
    if not informed and share is not None and 1.0 - share >= _MANY_OPEN:
        fit = f"retrodict fit-prior PUBLIC.csv --target COLUMN{' --by-class' if classes else ''} --out prior.yaml"
        return (
            f"{1.0 - share:.0%} of the cells are open; a prior from public rows of the same kind tells more of them: "
            f"{fit}, then give --prior prior.yaml"
        )
    return None


def _named(columns: tuple[str, ...]) -> str:
    shown = ", ".join(columns[:3])
    return shown if len(columns) <= 3 else f"{shown} and {len(columns) - 3:,} more columns"


def _agreement(mixing: Mixing) -> str:
    if mixing.agree:
        return f"the chains agree, as far as {mixing.tables:,} tables of each tell"
    return (
        f"the chains do not agree ({mixing.cells_apart:.0%} of the cells differ between them): another seed may give "
        "another table"
    )
