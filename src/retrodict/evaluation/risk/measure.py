"""Judge a reconstruction row by row, beside held-out rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Int

from retrodict import time_limit
from retrodict.evaluation.beside import compared
from retrodict.evaluation.filled import filled_columns
from retrodict.evaluation.record_match import TOLERANCE, RecordMatch
from retrodict.evaluation.risk.hits import hit_by, singled_out
from retrodict.evaluation.risk.membership import Advantage, by_distance, nearer
from retrodict.evaluation.risk.nearest import Nearest, joined, nearest
from retrodict.evaluation.risk.pairing import agreeing, paired
from retrodict.evaluation.risk.result import RecordRisk
from retrodict.evaluation.risk.scaled import Tables, scaled
from retrodict.reconstruction import LabelledRows, Rebuilt
from retrodict.results.arguments import check_seed, check_share
from retrodict.results.notes import Note
from retrodict.tables.labelled import CONFIDENCE
from retrodict.tables.titles import HOLDOUT, REBUILT, TRAIN

Array = np.ndarray

NEAR = 0.01
TOLERANCES = (TOLERANCE, 0.01, 0.05, 0.1)
_SUBSET, _HALVES = range(2)


def record_risk(
    rec: LabelledRows | pd.DataFrame,
    train: pd.DataFrame,
    holdout: pd.DataFrame | None = None,
    *,
    target: str | None = None,
    tolerance: float = NEAR,
    seed: int = 0,
) -> RecordRisk:
    """Say how near single rebuilt rows come to single training rows, and what of that held-out rows show too.

    Features alone are compared; the target breaks ties between equal rows. Two cells differ by ``min(|a - b|, 1)``,
    numbers in shares of the training column's range; a listed value is right or wrong, and so is a missing one.

    Parameters
    ----------
    rec
        A reconstruction, or a table with its target; its column `confidence`, where there is one, is no feature.
    train
        The training rows.
    holdout
        Other rows of the same source, of which as many as training rows are taken at most. Without them nothing tells
        what chance reaches: there is no control, no membership advantage, and rows count as singled out that anybody's
        row would hit.
    target
        The target's column in `train` and `holdout`; by default the reconstruction's name of it.
    tolerance
        Share of the training column's range within which two numbers agree when rows are singled out; below 1.
    seed
        Of the halves on which distances are learned, and of the rows taken.

    Returns
    -------
    RecordRisk
        Matched error, exact rows, cells that agree, closest rows, membership advantage, rows singled out.

    Raises
    ------
    RetrodictError
        If the tables can't be compared, or the tolerance is out of range.

    Notes
    -----
    Nearest rows are searched among all pairs, in blocks, on all cores: 100,000 rows of 50 columns take about a minute
    on two. Rows that agree in every cell are found by search trees. Matching is exact up to 5,000 rows; `paired` says
    what is done beyond.
    """
    check_seed(seed)
    check_share(tolerance, "the tolerance", least=TOLERANCE)
    read, inputs = compared(rec, train, holdout, target)
    confidence, index = _confidence(rec, train), train.index[read.places(TRAIN)]
    tables = scaled(inputs, TOLERANCE)
    notes: list[Note] = [*filled_columns(rec)]
    rng = np.random.default_rng([seed, _SUBSET])
    rebuilt, members = tables[REBUILT], tables[TRAIN]
    others = _some(tables.get(HOLDOUT), len(members.cells), rng)
    if others is None:
        notes.append(Note("no_holdout", "no held-out rows are given: what chance reaches is not known"))
    elif len(others.cells) < len(tables[HOLDOUT].cells):
        text = f"of the held-out rows {len(others.cells):,} are taken, as many as training rows"
        notes.append(Note("rows_taken", text, title=HOLDOUT, rows=len(others.cells)))
    names = list(inputs.schema.names)

    def match(real: Tables, close: Nearest) -> tuple[RecordMatch, float]:
        time_limit.check("rows were paired")
        return paired(rebuilt.cells, real.cells, (rebuilt.labels, real.labels), names, TOLERANCE, close)

    time_limit.check("nearest rows were found")
    found: dict[str, Any] = dict.fromkeys(("control", "closest_holdout", "nearer", "membership", "hits", "exact_hits"))
    if others is None:
        close = nearest(rebuilt.cells, members.cells)
        matched, low = match(members, close)
        shares = {"train": agreeing(matched, rebuilt.cells, members.cells, TOLERANCES)}
    else:
        # as many training rows as held-out ones: of more rows the nearest is nearer
        parts = np.split(rng.permutation(len(members.cells)), [len(others.cells)])
        near = [(part, nearest(rebuilt.cells, members.cells[part])) for part in parts if len(part)]
        (same, to_same), to_held = near[0], nearest(rebuilt.cells, others.cells)
        close = joined(near)
        (matched, low), (control, _) = match(members, close), match(others, to_held)
        beside, rows = matched, members
        if len(near) > 1:
            beside, rows = match(members.take(same), to_same)[0], members.take(same)
            text = f"{len(same):,} training rows, as many as held-out ones, stand beside these"
            notes.append(Note("rows_taken", text, title=TRAIN, rows=len(same)))
        shares = {
            "train": agreeing(beside, rebuilt.cells, rows.cells, TOLERANCES),
            "holdout": agreeing(control, rebuilt.cells, others.cells, TOLERANCES),
        }
        found = {
            "control": control,
            "closest_holdout": pd.DataFrame({"train": to_same.error, "holdout": to_held.error}),
            "nearer": nearer(to_same.error, to_held.error, to_same.at, to_held.at, len(same)),
            "membership": by_distance(close.back, to_held.back, np.random.default_rng([seed, _HALVES])),
            "hits": _hits(members, others, rebuilt, tolerance),
            "exact_hits": _hits(members, others, rebuilt, TOLERANCE),
        }
    return RecordRisk(
        matched=matched,
        matched_low=low,
        attributes=_attributes(shares, names),
        closest=close.error,
        singled_out=_listed(rebuilt, members, others, tolerance, index, read.places(REBUILT), confidence),
        singled_out_control=None if others is None else len(_at_either(others, members, rebuilt, tolerance)[0]),
        rows={title.removeprefix("the "): len(table.cells) for title, table in tables.items()},
        tolerance=float(tolerance),
        seed=int(seed),
        warnings=inputs.warnings,
        notes=tuple(notes),
        **found,
    )


def _hits(members: Tables, others: Tables, rebuilt: Tables, tolerance: float) -> Advantage:
    return Advantage.of(*(hit_by(side.cells, rebuilt.cells, tolerance) >= 0 for side in (members, others)))


def _confidence(rec: LabelledRows | pd.DataFrame, train: pd.DataFrame) -> Array | None:
    """Return the column of confidence of a table, where it has one that is no feature."""
    if isinstance(rec, LabelledRows):
        name = rec.quality.confidence_column if isinstance(rec, Rebuilt) else None
        return None if name is None else rec.frame[name].to_numpy(dtype=np.float64)
    beside = CONFIDENCE in rec.columns and CONFIDENCE not in train.columns
    return rec[CONFIDENCE].to_numpy(dtype=np.float64) if beside else None


def _some(table: Tables | None, most: int, rng: np.random.Generator) -> Tables | None:
    if table is None or len(table.cells) <= most:
        return table
    return table.take(np.sort(rng.permutation(len(table.cells))[:most]))


def _at_either(members: Tables, others: Tables | None, rebuilt: Tables, tolerance: float) -> tuple[Array, Array]:
    """Return the rows singled out, exactly or within the tolerance, and the rebuilt rows that hit them."""
    held = None if others is None else others.cells
    rows, by = singled_out(members.cells, held, rebuilt.cells, TOLERANCE)
    near, near_by = singled_out(members.cells, held, rebuilt.cells, tolerance)
    own = ~np.isin(near, rows)
    return np.concatenate([rows, near[own]]), np.concatenate([by, near_by[own]])


def _listed(
    rebuilt: Tables,
    members: Tables,
    others: Tables | None,
    tolerance: float,
    index: Any,
    places: Int[Array, " n"],
    confidence: Array | None,
) -> pd.DataFrame:
    """Return the training rows singled out, by their label in the table given, and the rebuilt rows, by their place."""
    rows, by = _at_either(members, others, rebuilt, tolerance)
    difference = np.abs(members.cells[rows] - rebuilt.cells[by]).max(axis=1, initial=0.0)
    frame = pd.DataFrame(
        {
            "row": index[rows],
            "rebuilt": places[by],
            "exact": difference <= TOLERANCE,
            "label": np.abs(members.labels[rows, 0] - rebuilt.labels[by, 0]) <= tolerance,
            "difference": difference,
            "confidence": np.full(len(by), np.nan) if confidence is None else confidence[places[by]],
        }
    )
    return frame.sort_values(["confidence", "difference"], ascending=[False, True], kind="stable", ignore_index=True)


def _attributes(shares: dict[str, Array], names: list[str]) -> pd.DataFrame:
    grid = pd.DataFrame({"feature": np.repeat(names, len(TOLERANCES)), "tolerance": np.tile(TOLERANCES, len(names))})
    return grid.assign(**{title: share.T.ravel() for title, share in shares.items()})
