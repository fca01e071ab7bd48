"""Where a study says nothing, or the contrary of what is claimed, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from retrodict.results.notes import Note
from retrodict.study.analysis.columns import LABELS, Pair
from retrodict.study.analysis.correlation import WITHIN, Correlation, Method

_CEILING = {"js": 0.95 * float(np.log(2)), "energy": 0.95}
_LITTLE = 0.25
"""Share of the spread within datasets of all cells, below which a factor hardly varies."""
_MANY = 0.25
_CHANCE = 1.96
_FEW = 10


@dataclass(frozen=True)
class FailedCells:
    """Cells that failed for one reason.

    Parameters
    ----------
    reason
        The first words of the failure, without what differs from cell to cell.
    cells
        How many.
    datasets, algorithms, priors
        Where, with counts, the commonest first.
    example
        The whole line of the first one.
    """

    reason: str
    cells: int
    datasets: dict[str, int]
    algorithms: dict[str, int]
    priors: dict[str, int]
    example: str


@dataclass(frozen=True)
class WrongSign:
    """A dataset, or an algorithm in all datasets, in which two columns go together the other way.

    Parameters
    ----------
    x, y
        The columns.
    by
        ``dataset`` or ``algorithm``.
    name
        Which.
    value, n
        Spearman's correlation within datasets, and its cells.
    why
        What in the cells explains it; empty where nothing does.
    """

    x: str
    y: str
    by: str
    name: str
    value: float
    n: int
    why: tuple[Note, ...]


@dataclass(frozen=True)
class Failures:
    """Everything that limits what the study can say.

    Parameters
    ----------
    failed
        Failed cells by reason, the commonest first.
    wrong
        Correlations of the wrong sign.
    ceiling
        Share of the cells of each column of divergence that lie at its ceiling, where differences can't show.
    """

    failed: tuple[FailedCells, ...]
    wrong: tuple[WrongSign, ...]
    ceiling: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        found = asdict(self)
        return {"failed": list(found["failed"]), "wrong_sign": list(found["wrong"]), "at_ceiling": found["ceiling"]}


def failures(done: pd.DataFrame, failed: pd.DataFrame, found: Sequence[Correlation]) -> Failures:
    """Return what limits the study.

    Parameters
    ----------
    done, failed
        From `usable`.
    found
        The correlations.
    """
    columns = [f"{what}_{one}" for what in ("prior", "posterior") for one in _CEILING]
    present = {name: done[name].dropna() for name in columns}
    ceiling = {name: float((x >= _CEILING[name.split("_")[1]]).mean()) for name, x in present.items() if len(x)}
    return Failures(_failed(failed), _wrong(done, found), ceiling)


def _failed(failed: pd.DataFrame) -> tuple[FailedCells, ...]:
    if failed.empty:
        return ()
    lines = failed.failure.fillna("no reason was kept").astype(str)
    # Numbers and quoted names differ from cell to cell, reasons don't.
    reasons = lines.str.replace(r"'[^']*'", "'...'", regex=True).str.replace(r"\d[\d,.]*", "N", regex=True).str[:160]
    found = []
    for reason, own in failed.groupby(reasons):
        datasets, algorithms, priors = (
            {str(key): int(n) for key, n in own[name].value_counts().items()}
            for name in ("dataset", "algorithm", "prior")
        )
        example = str(lines[own.index[0]])
        found.append(FailedCells(str(reason), len(own), datasets, algorithms, priors, example))
    return tuple(sorted(found, key=lambda one: (-one.cells, one.reason)))


def _wrong(done: pd.DataFrame, found: Sequence[Correlation]) -> tuple[WrongSign, ...]:
    method: Method = "spearman"
    wrong = []
    for one in found:
        if one.scope != WITHIN or one.method != method or one.pair.y.startswith(("fidelity", "replica", "distilled")):
            continue
        pair = one.pair
        rows = done[["dataset", "algorithm", pair.x, pair.y, *([pair.held] if pair.held else [])]]
        rows = rows.dropna(subset=[pair.x, pair.y])
        usual = _spread(rows, pair.x)
        signed = [("dataset", name, value, n) for name, value, n in one.by_dataset if value is not None]
        signed += _by_algorithm(rows, pair.x, pair.y)
        for by, name, value, n in signed:
            if value * pair.sign < 0:
                own = rows[rows[by] == name]
                wrong.append(WrongSign(pair.x, pair.y, by, name, value, n, _why(own, pair, value, usual)))
    return tuple(wrong)


def _by_algorithm(rows: pd.DataFrame, x: str, y: str) -> list[tuple[str, str, float, int]]:
    """Return the rank correlation within datasets of each algorithm's cells alone."""
    found = []
    for name, own in rows.groupby("algorithm"):
        ranked = own.groupby("dataset")[[x, y]].rank(pct=True)
        ranked -= ranked.groupby(own.dataset).transform("mean")
        if len(own) > 2 and (ranked.std() > 0).all():
            found.append(("algorithm", str(name), float(ranked[x].corr(ranked[y])), len(own)))
    return found


def _spread(rows: pd.DataFrame, x: str) -> float:
    """Return the standard deviation within datasets."""
    return float((rows[x] - rows.groupby("dataset")[x].transform("mean")).std())


def _why(rows: pd.DataFrame, pair: Pair, value: float, usual: float) -> tuple[Note, ...]:
    """Return what in the cells could turn a sign."""
    why: list[Note] = []
    if len(rows) < _FEW:
        why.append(Note("few_cells", f"only {len(rows)} cells", cells=len(rows)))
    if abs(value) < _CHANCE / np.sqrt(len(rows)):
        why.append(Note("chance", "no further from zero than chance takes it", value=value))
    if pair.held and _held(rows, pair.x, pair.y, pair.held) * pair.sign > 0:
        why.append(Note("sign_with_held", f"the sign is as claimed with {LABELS[pair.held]} held", held=pair.held))
    spread = _spread(rows, pair.x)
    if spread < _LITTLE * usual:
        text = f"{LABELS[pair.x]} hardly varies (sd {spread:.2g}, of all cells {usual:.2g})"
        why.append(Note("little_spread", text, column=pair.x, sd=spread, usual=usual))
    for name in (pair.x, pair.y):
        ceiling = _CEILING.get(name.rsplit("_", 1)[-1])
        share = 0.0 if ceiling is None else float((rows[name] >= ceiling).mean())
        if share >= _MANY:
            why.append(Note("at_ceiling", f"{share:.0%} of {LABELS[name]} is at its ceiling", column=name, share=share))
    return tuple(why)


def _held(rows: pd.DataFrame, x: str, y: str, held: str) -> float:
    """Return the numerator of the partial rank correlation within datasets, which has its sign."""
    ranked = rows.dropna().groupby("dataset")[[x, y, held]].rank(pct=True)
    ranked -= ranked.groupby(rows.dataset).transform("mean")
    if len(ranked) < 4 or (ranked.std() == 0).any():
        return 0.0
    own = ranked.corr()
    return float(own.loc[x, y] - own.loc[x, held] * own.loc[y, held])
