"""Prior draws with the model's outputs and a label drawn from each: the source of all draws of a budget."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from retrodict.budget.sources import on_grid
from retrodict.inference.rejection.stream import BATCH
from retrodict.models import Meter
from retrodict.priors import Prior

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Pool:
    """Prior draws and what the model says of them.

    Parameters
    ----------
    X
        Draws of ``Q(x)``, shape (m, d).
    log_q
        ``log Q(y|x)``, shape (m, k).
    label
        One draw of ``Q(y|x)`` for each: those of one label are exact, independent draws of ``Q(x|y)``.
    """

    X: Float[Array, "m d"]
    log_q: Float[Array, "m k"]
    label: Int[Array, " m"]

    def __len__(self) -> int:
        return len(self.label)

    def halves(self) -> tuple[Pool, Pool]:
        """Return both halves: draws to fit classifiers to, and draws to judge them by."""
        cut = len(self) // 2
        return self._part(slice(None, cut)), self._part(slice(cut, None))

    def _part(self, rows: slice) -> Pool:
        return Pool(self.X[rows], self.log_q[rows], self.label[rows])

    def evidence(self) -> tuple[Float[Array, " k"], Float[Array, " k"]]:
        """Return ``Q(y)`` and its standard errors."""
        q = np.exp(self.log_q)
        return q.mean(axis=0), q.std(axis=0) / np.sqrt(len(q))


def draw_pool(prior: Prior, meter: Meter, n: int, steps: dict[int, int], rng: np.random.Generator) -> Pool:
    """Draw from the prior and score the draws.

    Parameters
    ----------
    prior, meter
        What to draw from, and the model.
    n
        Draws.
    steps
        Decimals that columns are rounded to.
    rng
        Draws rows and labels.
    """
    parts, outputs = [], []
    for start in range(0, n, BATCH):
        X = on_grid(prior.sample(min(BATCH, n - start), rng), steps)
        parts.append(X)
        outputs.append(meter.output(X))
    X, log_q = np.concatenate(parts), np.concatenate(outputs)
    below = np.exp(log_q).cumsum(axis=1)
    label = (rng.random((n, 1)) * below[:, -1:] >= below).sum(axis=1)
    return Pool(X, log_q, np.minimum(label, log_q.shape[1] - 1))
