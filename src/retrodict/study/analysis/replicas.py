"""Replicas beside their base models: how far they fall short, and how often they agree."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from retrodict.study.analysis.columns import KINDS
from retrodict.study.analysis.intervals import Estimate, mean

SCORES = ("accuracy", "balanced_accuracy", "r2")
MARGIN = 0.05
"""How far a replica may fall short, on average, and still be said to score like its base model."""
NEAR = 0.03
"""The same of distilled replicas, which may ask the base model as much as they need."""
BY = ("prior", "algorithm", "dataset", "quality")


@dataclass(frozen=True)
class ReplicaGap:
    """How far replicas fall short of their base models by one score.

    Parameters
    ----------
    score
        ``accuracy``, ``balanced_accuracy`` or ``r2``.
    kind
        ``replica``: trained on the reconstruction. ``alone``: distilled from the prior. ``distilled``: from the prior
        and what the model file states.
    base, replica, gap
        Means over datasets; the gap is base less replica.
    agreement
        Share of held-out rows on which both say the same (``None`` beside scores other than accuracy).
    near
        Share of cells with a gap of at most `MARGIN`.
    by
        Mean gap for each prior, algorithm, dataset and quality.
    """

    score: str
    kind: str
    base: Estimate
    replica: Estimate
    gap: Estimate
    agreement: Estimate | None
    near: float | None
    by: dict[str, dict[str, float]]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def replica_gaps(done: pd.DataFrame) -> tuple[ReplicaGap, ...]:
    """Return the gap by every score, of replicas and, where there are any, of distilled ones.

    Parameters
    ----------
    done
        Cells that were done, from `usable`.
    """
    kinds = [kind for kind in KINDS if kind == "replica" or done[f"{kind}_agreement"].notna().any()]
    return tuple(_gap(done, score, kind) for kind in kinds for score in SCORES)


def _gap(done: pd.DataFrame, score: str, kind: str) -> ReplicaGap:
    name_of = f"{kind}_{score}"
    rows = done.dropna(subset=[score, name_of])
    gap = rows[score] - rows[name_of]
    agreement = mean(rows[f"{kind}_agreement"], rows.dataset) if score == "accuracy" else None
    by = {
        name: {str(key): float(value) for key, value in gap.groupby(rows[name].astype(str)).mean().items()}
        for name in BY
    }
    near = float((gap <= MARGIN).mean()) if len(gap) else None
    base, replica = (mean(rows[name], rows.dataset) for name in (score, name_of))
    return ReplicaGap(score, kind, base, replica, mean(gap, rows.dataset), agreement, near, by)
