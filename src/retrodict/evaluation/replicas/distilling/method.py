"""Replicas by distilling: what was asked for, and the base model and the replicas as distilling meets them."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Float

from retrodict.errors import RequestError
from retrodict.evaluation.replicas.base_model import Base
from retrodict.evaluation.replicas.distilling.rounds import Distiller, Plan
from retrodict.evaluation.replicas.distilling.sources import Source
from retrodict.evaluation.replicas.distilling.teacher import Teacher, said
from retrodict.evaluation.replicas.examples import Labelling
from retrodict.evaluation.replicas.training import Examples, ask, fit
from retrodict.models import Model
from retrodict.results.arguments import check_choice, check_count
from retrodict.tables.encoded import Inputs, Rows

Array = np.ndarray

Method = Literal["plain", "distil"]
PLAIN, DISTIL = get_args(Method)
ROUNDS = 1
A_ROW = 4
"""Calls of the base model for each row that the plain replica learns from."""
_FEWEST_QUERIES = 300


def plan_of(method: str, rows: int, queries: int | None, rounds: int, model: Model | None) -> Plan | None:
    """Check what was asked for; none for plain replicas.

    Parameters
    ----------
    method
        `plain` or `distil`.
    rows
        Of the plain replica.
    queries
        Calls of the base model; by default `A_ROW` for each row.
    rounds
        Of distilling.
    model
        The base model.

    Raises
    ------
    RequestError
        If it can't be met.
    """
    check_choice(method, "method", get_args(Method))
    check_count(rounds, "the number of rounds")
    if method == PLAIN:
        for name, given in (("queries", queries is not None), ("rounds", rounds != ROUNDS)):
            if given:
                raise RequestError(f"{name}= is for distilling; add method='distil', or leave it out")
        return None
    if model is None:
        raise RequestError("distilling asks the base model; give it (model=)")
    queries = A_ROW * rows if queries is None else check_count(queries, "the number of queries")
    if queries < (least := _FEWEST_QUERIES * rounds):
        raise RequestError(
            f"distilling takes at least {_FEWEST_QUERIES:,} queries a round, {least:,} in all, got {queries:,}; raise "
            "queries= (--queries)" + (", or ask for fewer rounds" if rounds > 1 else "")
        )
    return Plan(queries, rounds)


class Distilling:
    """Distils any number of estimators from one base model.

    Parameters
    ----------
    base
        The base model.
    inputs
        The layout of the tables.
    sources
        Where rows come from; at least one.
    plan
        What it may cost.
    labelling
        Whether estimators that take weights get probabilities, and of which temperature; else the likeliest label.
    rng
        Of everything.
    """

    def __init__(
        self,
        base: Base,
        inputs: Inputs,
        sources: list[Source],
        plan: Plan,
        labelling: Labelling,
        rng: np.random.Generator,
    ) -> None:
        self.inputs, self.soft = inputs, labelling.soft
        layout = inputs.layout
        teacher = Teacher(
            lambda X: base.output(X, "rows to be asked of", labelling.temperature), layout.without_target.listed
        )
        draws = {one.title: partial(one.codes, layout, inputs.schema, base.takes) for one in sources}
        first, self._rng = rng.spawn(2)
        self._distiller = Distiller(teacher, draws, plan, first)
        self.notes = self._distiller.notes
        self.lines: list[list[Any]] = []

    def learn(self, name: str, estimator: Any) -> Any:
        """Return a distilled copy of an estimator, and keep what its rounds were.

        Raises
        ------
        RequestError
            If it can't be fitted to the rows of any source.
        """
        found = self._distiller.learn(partial(self._fit, estimator), self._said, self._rng.spawn(1)[0])
        self.lines += [[name, *line] for line in found.lines]
        return found.fitted

    def _fit(self, estimator: Any, X: Float[Array, "n d"], output: Array) -> Any:
        y, soft = said(output), output if self.soft and output.ndim > 1 else None
        if soft is None and len(np.unique(y)) < 2:  # libraries differ in what they make of one class, or value
            raise RequestError("the base model says the same of every row; give a prior whose rows it tells apart")
        return fit(estimator, Examples(Rows(X, y), soft), self.inputs)

    def _said(self, fitted: Any, X: Float[Array, "n d"]) -> Float[Array, " n"]:
        return ask(fitted, X, self.inputs).said
