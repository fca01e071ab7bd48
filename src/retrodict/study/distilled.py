"""A cell's distilled replicas: the same algorithm, taught by the base model on rows chosen for that.

A cell's plain replica is trained on its reconstruction, a few hundred rows. Distilling asks the base model more: of
draws of the prior, of rows made from them that it is sure of, and of the same two of what the model file itself states.
Two replicas are measured: of the prior alone, and the best of the prior, the file, and both, by agreement with the base
model on such rows held out. It is asked of no real row, unless the file or the prior holds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from retrodict.errors import PriorError
from retrodict.evaluation.replicas.distilling.pool import Pool, judged, pool_of
from retrodict.evaluation.replicas.distilling.select import ALL, Candidate, best, candidate
from retrodict.evaluation.replicas.distilling.teacher import Teacher, said
from retrodict.priors import Prior
from retrodict.study.base_model import FEWEST, Fitted, Value, answers_of, labels_of, new_model, scores_beside
from retrodict.study.cache import Kept
from retrodict.study.ladder import IMPLIED, implied
from retrodict.study.setting import Setting

if TYPE_CHECKING:
    from retrodict.study.design import Cell
    from retrodict.study.specs import Distilling

Array = np.ndarray

KINDS = ("distilled", "alone")
"""The best of all; of the cell's prior alone."""
PRIOR, FILE = "prior", "file"
_SCORES = ("accuracy", "balanced_accuracy", "log_loss", "agreement")
_FILES = Kept(2)  # neighbouring cells share a base model


def distilled(here: Setting, cell: Cell, base: Fitted, prior: Prior) -> dict[str, Value]:
    """Return how a cell's distilled replicas do; None in every column where the design has none.

    Parameters
    ----------
    here, cell, base, prior
        What is known of the cell by then.
    """
    plan = here.design.distil
    row: dict[str, Value] = {f"{kind}_{name}": None for kind in KINDS for name in _SCORES}
    row |= {"distilled_from": None, "distilled_queries": None}
    if plan is None:
        return row
    key = (here.design.digest, cell.dataset, cell.seed, cell.algorithm, cell.quality)
    pool, of_file, spent = _FILES.get(key, lambda: _of_file(here, cell, base, plan))
    if cell.prior == IMPLIED:
        alone, found = of_file, [of_file]
    else:
        learner = _Learner(here, cell, base, plan)
        own = learner.pool(PRIOR, prior, cell.prior)
        pools = [own] if pool is None else [own, pool]
        alone = learner.replica(PRIOR, [own], pools, cell.prior)
        found = [alone]
        if pool is not None:
            found += [learner.replica(ALL, pools, pools, cell.prior), learner.again(of_file, pools)]
        spent += learner.teacher.queries
    known = [one for one in found if one is not None]
    if alone is not None:
        row |= {f"alone_{name}": value for name, value in scores_beside(here, base, alone.fitted).items()}
    if known:
        chosen = best(known)
        row |= {f"distilled_{name}": value for name, value in scores_beside(here, base, chosen.fitted).items()}
        row["distilled_from"] = chosen.title
    return row | {"distilled_queries": spent}


def _of_file(here: Setting, cell: Cell, base: Fitted, plan: Distilling) -> tuple[Pool | None, Candidate | None, int]:
    """Return rows of what a model file states, a replica of them alone, and the calls; none where it states nothing."""
    try:
        prior = implied(base.model)
    except PriorError:
        return None, None, 0
    learner = _Learner(here, cell, base, plan)
    pool = learner.pool(FILE, prior)
    return pool, learner.replica(FILE, [pool], [pool]), learner.teacher.queries


class _OneClassError(Exception):
    """Rows of one class, of which no replica is made."""


class _Learner:
    """What teaches and judges replicas of one cell."""

    def __init__(self, here: Setting, cell: Cell, base: Fitted, plan: Distilling) -> None:
        self.here, self.cell, self.base, self.plan = here, cell, base, plan
        self.teacher = Teacher(self._output, np.array([feature.listed for feature in here.schema.features]))

    def _output(self, X: Float[Array, "n d"]) -> Array:
        values, p = answers_of(self.here, self.base.estimator, X)
        return values if p is None else p

    def _stream(self, *names: str) -> np.random.Generator:
        return self.here.stream("distil", self.cell.algorithm, self.cell.quality, *names)

    def pool(self, title: str, prior: Prior, *names: str) -> Pool:
        """Ask the base model of a prior's rows."""
        draw = partial(self.here.drawn, prior)
        return pool_of(self.teacher, title, draw, self.plan.queries, self._stream(title, *names))

    def replica(self, title: str, pools: Sequence[Pool], judges: Sequence[Pool], *names: str) -> Candidate | None:
        """Return a replica that learned from pools; None where their rows are of one class."""
        rng = self._stream("rows", title, *names)
        try:
            return candidate(title, pools, judges, self.plan.rows, self._fit, self._said, rng)
        except _OneClassError:
            return None

    def again(self, one: Candidate | None, judges: Sequence[Pool]) -> Candidate | None:
        """Judge a replica by other pools."""
        if one is None:
            return None
        return replace(one, agreement=judged(judges, lambda X: self._said(one.fitted, X)))

    def _fit(self, X: Float[Array, "n d"], output: Array) -> Any:
        y = said(output)
        if self.here.classes:
            codes = y.astype(np.int64)
            enough = (np.bincount(codes, minlength=self.here.classes) >= FEWEST)[codes]
            X, y = X[enough], y[enough]
            if len(np.unique(y)) < 2:
                raise _OneClassError
        return new_model(self.here, self.cell, len(X), "replica").fit(self.here.frame(X), labels_of(self.here, y))

    def _said(self, fitted: Any, X: Float[Array, "n d"]) -> Float[Array, " n"]:
        return answers_of(self.here, fitted, X)[0]
