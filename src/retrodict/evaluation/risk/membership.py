"""What a reconstruction tells of who was in the table: training rows beside held-out ones."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from retrodict.evaluation.proportions import newcombe

Array = np.ndarray

_Z = 1.959963984540054


@dataclass(frozen=True)
class Advantage:
    """A rule that calls rows members: how much more often it is right of training rows than wrong of held-out ones.

    Parameters
    ----------
    value
        Share of the training rows called members, less that of the held-out rows: 0 for a rule that knows nothing.
    low, high
        Newcombe's 95% interval.
    members, others
        The two shares.
    """

    value: float
    low: float
    high: float
    members: float
    others: float

    @classmethod
    def of(cls, members: Bool[Array, " n"], others: Bool[Array, " m"]) -> Advantage:
        """Return the advantage of a rule from what it calls each training row and each held-out row."""
        low, high = newcombe((int(members.sum()), len(members)), (int(others.sum()), len(others)))
        share, false = float(members.mean()), float(others.mean())
        return cls(share - false, low, high, share, false)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def by_distance(members: Float[Array, " n"], others: Float[Array, " m"], rng: np.random.Generator) -> Advantage:
    """Call a row a member where a rebuilt row comes near enough.

    The distance that parts members from others best is learned on one half of both and judged on the other half, and
    the other way round: the best of all on the rows themselves would never be 0.

    Parameters
    ----------
    members, others
        Distance of each training row, and of each held-out row, to the nearest rebuilt row.
    rng
        Makes the halves.
    """
    called = [np.zeros(len(side), dtype=bool) for side in (members, others)]
    halves = [rng.permutation(len(side)) % 2 == 0 for side in (members, others)]
    for flip in (False, True):
        learn = [half != flip for half in halves]
        cut = _best_cut(members[learn[0]], others[learn[1]])
        for side, own, distance in zip(called, learn, (members, others), strict=True):
            side[~own] = distance[~own] <= cut
    return Advantage.of(*called)


def _best_cut(members: Array, others: Array) -> float:
    """Return the smallest distance that is within one standard error of the best: far ones win by noise alone."""
    cuts = np.unique(np.concatenate([members, others]))
    sizes = (len(members), len(others))
    called, false = (np.searchsorted(np.sort(side), cuts, side="right") / len(side) for side in (members, others))
    gain = called - false
    best = int(np.argmax(gain))
    error = np.sqrt(called[best] * (1 - called[best]) / sizes[0] + false[best] * (1 - false[best]) / sizes[1])
    return float(cuts[np.argmax(gain >= gain[best] - error)])


@dataclass(frozen=True)
class Nearer:
    """How often the nearest training row is nearer to a rebuilt row than the nearest of as many held-out rows.

    Parameters
    ----------
    share
        Of the rebuilt rows, ties counted half: 0.5 where the reconstruction knows nothing of single rows.
    low, high
        95% interval over real rows: one may be the nearest of many.
    rows
        Training rows, and held-out rows, that were compared.
    """

    share: float
    low: float
    high: float
    rows: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def nearer(train: Float[Array, " k"], held: Float[Array, " k"], at_train: Array, at_held: Array, rows: int) -> Nearer:
    """Compare each rebuilt row's distances to the nearest of both.

    Parameters
    ----------
    train, held
        Distances.
    at_train, at_held
        Positions of the nearest rows.
    rows
        Of either table.
    """
    wins = (train < held) + 0.5 * (train == held)
    share = float(wins.mean())
    weights = np.concatenate(
        [
            np.bincount(at_train, weights=wins, minlength=rows),
            np.bincount(at_held, weights=1.0 - wins, minlength=rows),
        ]
    )
    reach = _Z * float(np.sqrt(np.square(weights).sum())) / (2 * len(wins))
    return Nearer(share, max(share - reach, 0.0), min(share + reach, 1.0), rows)
