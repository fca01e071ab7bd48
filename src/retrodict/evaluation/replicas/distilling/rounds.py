"""Distilling in rounds: rows on which replica and base model disagree are added, until the calls are spent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from retrodict import time_limit
from retrodict.errors import RequestError, RetrodictError
from retrodict.evaluation.replicas.distilling.between import between_classes
from retrodict.evaluation.replicas.distilling.pool import Draw, Pool, everything, judged, pool_of
from retrodict.evaluation.replicas.distilling.select import ALL, Ask, Candidate, Fit, best, candidate
from retrodict.evaluation.replicas.distilling.teacher import Teacher, said
from retrodict.results.notes import Note

Array = np.ndarray

COLUMNS = ["estimator", "round", "learned_from", "rows", "queries", "agreement"]


@dataclass(frozen=True)
class Plan:
    """What distilling may cost.

    Parameters
    ----------
    queries
        Calls of the base model for each estimator, at most: those of the first round serve all.
    rounds
        At least one.
    """

    queries: int
    rounds: int


@dataclass(frozen=True, eq=False)
class Distilled:
    """A distilled replica.

    Parameters
    ----------
    fitted
        The replica.
    X, output
        What it learned from.
    lines
        One a round: its number, the source, rows, calls so far, and agreement on rows held out.
    """

    fitted: Any
    X: Float[Array, "n d"]
    output: Array
    lines: tuple[tuple[int, str, int, int, float], ...]


class Distiller:
    """Asks a base model of rows once, and teaches any number of replicas by them.

    Parameters
    ----------
    teacher
        The base model.
    draws
        Ways to draw rows, by their source.
    plan
        What it may cost.
    rng
        Of all draws.
    """

    def __init__(self, teacher: Teacher, draws: Mapping[str, Draw], plan: Plan, rng: np.random.Generator) -> None:
        self.teacher, self.plan = teacher, plan
        first = plan.queries // (plan.rounds * len(draws))
        self.pools, self.notes = list[Pool](), list[Note]()
        for (title, draw), own in zip(draws.items(), rng.spawn(len(draws)), strict=True):
            try:
                self.pools.append(pool_of(teacher, title, draw, first, own, every=True))
            except RequestError as error:
                self.notes.append(Note("source_left_out", f"distilling leaves out the {title}: {error}", source=title))
        if not self.pools:
            raise RequestError(f"{self.notes[0]}; give a prior whose rows it takes")
        self.draws = {pool.title: draws[pool.title] for pool in self.pools}
        self.first = teacher.queries

    def learn(self, fit: Fit, ask: Ask, rng: np.random.Generator) -> Distilled:
        """Return the replica that agrees most with the base model on rows held out.

        The first round tries the rows of each source alone, and of all together, and goes on from the best. Each later
        one asks the base model of fresh draws and of rows between those of two classes, adds to what was learned all on
        which the two disagree and as many others, and is kept where that agrees at least as well.

        Parameters
        ----------
        fit
            Makes a replica of rows and the base model's output.
        ask
            Says what a replica answers.
        rng
            Of rows.

        The last replica learns from the rows held out, too.

        Notes
        -----
        That rows are chosen where pupil and teacher differ is counterexample-guided retraining; see Tramèr et al.,
        Stealing Machine Learning Models via Prediction APIs, USENIX Security 2016, section 4.
        """
        tried = self._first(fit, ask, rng)
        now, spent = tried, self.first
        lines = [(1, now.title, len(now.X), spent, now.agreement)]
        for number in range(2, self.plan.rounds + 1):
            if time_limit.left() <= 0.0:
                break
            before = self.teacher.queries
            X, output = self._asked(now, rng)
            spent += self.teacher.queries - before
            chosen = _told_apart(said(output), ask(now.fitted, X), output.ndim > 1, rng)
            X, output = np.concatenate([now.X, X[chosen]]), np.concatenate([now.output, output[chosen]])
            fitted = fit(X, output)
            agreed = judged(self.pools, lambda held, one=fitted: ask(one, held))  # type: ignore[misc]
            lines.append((number, now.title, len(X), spent, agreed))
            if agreed >= now.agreement:
                now = Candidate(now.title, fitted, X, output, agreed)
        X, output = everything([pool for pool in self.pools if now.title in (ALL, pool.title)])
        added = now.X[len(tried.X) :], now.output[len(tried.X) :]
        X, output = np.concatenate([X, added[0]]), np.concatenate([output, added[1]])
        return Distilled(fit(X, output), X, output, tuple(lines))

    def _first(self, fit: Fit, ask: Ask, rng: np.random.Generator) -> Candidate:
        choices: list[tuple[str, Sequence[Pool]]] = [(pool.title, [pool]) for pool in self.pools]
        if len(self.pools) > 1:
            choices.append((ALL, self.pools))
        found, failed = [], list[RetrodictError]()
        for title, own in choices:
            try:
                found.append(candidate(title, own, self.pools, self.plan.queries, fit, ask, rng))
            except RetrodictError as error:  # as a rule all rows of one source are of one class
                failed.append(error)
        if not found:
            raise failed[0]
        return best(found)

    def _asked(self, now: Candidate, rng: np.random.Generator) -> tuple[Float[Array, "n d"], Array]:
        """Return as many fresh rows as a round may ask of: draws, and rows between classes."""
        n = self.plan.queries // self.plan.rounds
        classes = now.output.ndim > 1
        sides = between_classes(self.teacher, now.X, said(now.output), n // 2, rng) if classes else None
        share = (n - (0 if sides is None else len(sides[0]))) // len(self.draws)
        X = np.concatenate([draw(share, rng) for draw in self.draws.values()])
        output = self.teacher.ask(X)
        if sides is None or not len(sides[0]):
            return X, output
        return np.concatenate([X, sides[0]]), np.concatenate([output, sides[1]])


def _told_apart(own: Float[Array, " n"], other: Float[Array, " n"], classes: bool, rng: np.random.Generator) -> Array:
    """Return rows of disagreement (of values: the quarter that differs most), and as many others at random."""
    if classes:
        apart = own != other
    else:
        error = np.abs(own - other)
        apart = error > np.quantile(error, 0.75)
    others = rng.permutation(np.flatnonzero(~apart))[: int(apart.sum())]
    return np.sort(np.concatenate([np.flatnonzero(apart), others]))
