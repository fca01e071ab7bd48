"""Worlds with a prior of each kind, whose tables can be listed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np

from retrodict.matching import Problem
from retrodict.matching.problem import Known, Noise, NoiseKind
from retrodict.matching.row_prior import RowPrior
from tests.matching.enumerated import Listed, listed, world


@dataclass(frozen=True, eq=False)
class World:
    """A problem, the temperature of its chains, and how their rows move."""

    problem: Problem
    temperature: float = 2.0
    labels: np.ndarray | None = None
    """Where they are known."""
    shares: tuple[float, float, float] = (0.15, 0.15, 0.1)
    """Of labels, exchanges and components among the moves."""
    cold: bool = False
    """Whether chains can't come from any table to any other in a short time, and so begin at a likely one."""
    exact: Listed = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "exact", listed(self.problem, self.temperature, self.labels))


def tied_prior(
    rng: np.random.Generator,
    given: Problem,
    *,
    components: int = 1,
    by_class: bool = False,
    untied: tuple[int, ...] = (),
    correlation: float = 0.8,
    scales: int = 1,
    twice: bool = False,
) -> RowPrior:
    """Return a prior whose features are tied, in components of their own means and correlations.

    Parameters
    ----------
    by_class
        Whether each label has one component of its own; else all have all, by random shares.
    untied
        Features that have chances by component.
    scales
        How many ways of cutting latents into slots there are; components take turns.
    twice
        Whether the first feature's first code has another slot, behind all others.
    """
    table, labels = given.table, given.targets.size
    d, most = len(table.sizes), int(max(table.sizes)) + twice
    tied = np.array([f not in untied for f in range(d)])
    slots, ends = np.full((d, most), -1), np.full((scales, d, most + 1), np.inf)
    for f in np.flatnonzero(tied):
        own = [*range(table.sizes[f] - (table.missing[f] >= 0)), *([0] if twice and f == 0 else [])]
        slots[f, : len(own)] = own
        for e in range(scales):
            ends[e, f, : len(own)] = [-np.inf, *np.sort(rng.normal(size=len(own) - 1))]
    chances = np.zeros((components, d, most))
    for f in np.flatnonzero(~tied):
        chances[:, f, : table.sizes[f]] = rng.dirichlet(np.ones(table.sizes[f]), components) * 0.9
        chances[:, f, : table.sizes[f]] += 0.1 / table.sizes[f]
    precisions = []
    for k in range(components):
        sign = np.where(np.arange(d) % 2, (-1.0) ** k, 1.0)
        own = correlation * np.outer(sign * tied, sign * tied)
        precisions.append(np.linalg.inv(np.where(np.eye(d) > 0, 1.0 + 0.5 * k * tied, own)))
    shares = np.eye(labels, components) if by_class else rng.dirichlet(np.full(components, 2.0), labels)
    return RowPrior(
        shares=shares,
        tied=tied,
        means=rng.normal(size=(components, d)) * tied * 0.7 * (components > 1),
        precisions=np.array(precisions),
        precision=np.arange(components),
        ends=ends,
        scale=np.arange(components) % scales,
        slots=slots,
        missing=np.where(table.missing >= 0, 0.3, 0.0) * np.ones((components, 1)),
        chances=chances,
    )


def tied(given: Problem, **prior: Any) -> Problem:
    """Return a problem with a prior; see `tied_prior`."""
    return replace(given, prior=tied_prior(np.random.default_rng(1), given, **prior))


def planted(*sizes: int, n: int = 3, **more: Any) -> Problem:
    """Return the problem of a planted table; see `world`."""
    return world(np.random.default_rng(5), sizes, n=n, **more)


def noisy(given: Problem, kind: NoiseKind, scale: float) -> Problem:
    """Return a problem whose class counts were stated with noise; counts were not stated."""
    rng, whole = np.random.default_rng(2), kind in ("geometric", "truncated", "rounded")
    trees, sums = given.trees, given.targets.sums
    drawn = rng.laplace(scale=scale, size=sums.shape)
    leaves = trees.feature < 0
    noise = Noise(kind, scale, np.zeros(len(leaves), dtype=bool), leaves)
    return replace(
        given, targets=replace(given.targets, sums=sums + (np.trunc(drawn) if whole else drawn)), noise=noise
    )


def known_cells(given: Problem) -> Problem:
    """Return a problem of three rows of two features, whose first column, and one label, are known from elsewhere."""
    return replace(given, known=Known(np.array([[0, -1], [1, -1], [2, 1]]), np.array([-1, 1, -1])))


def met(given: Problem) -> World:
    """Return the world of a problem that is to be met; exchanges lead from one table that meets it to another."""
    each = given.targets.sums[given.trees.roots[0]].astype(np.int64)
    return World(given, 0.05, labels=np.repeat(np.arange(len(each)), each), shares=(0.0, 0.5, 0.1), cold=True)


WORLDS: dict[str, Callable[[], World]] = {
    "independent": lambda: World(planted(3, 2)),
    "one component": lambda: World(tied(planted(3, 2))),
    "labels known": lambda: World(tied(planted(3, 2, n=4, trees=3), components=2), labels=np.array([0, 1, 1, 0])),
    "a missing code": lambda: World(tied(planted(3, 3, n=2, missing=1))),
    "a component a class": lambda: World(tied(planted(3, 2), components=2, by_class=True, scales=2)),
    "many components": lambda: World(tied(planted(2, 3), components=6)),
    "listed among tied": lambda: World(tied(planted(2, 3, 2, n=2), components=3, untied=(1,), scales=2)),
    "only listed": lambda: World(tied(planted(2, 3), components=3, untied=(0, 1))),
    "two slots of a code": lambda: World(tied(planted(3, 2), components=2, twice=True)),
    "three tied": lambda: World(tied(planted(2, 2, 2, n=2), components=2)),
    "a column that no tree asks for": lambda: World(tied(planted(2, 1, 3), components=2)),
    "values": lambda: World(tied(planted(3, 2, n=2, classes=0, levels=(-1.0, 0.2, 1.4)), components=2)),
    "all rows in all trees": lambda: World(tied(planted(3, 2, bootstrap=False, trees=3), components=2)),
    "a column of one code, tied": lambda: World(tied(planted(2, 1, 3))),
    "cells known": lambda: World(known_cells(tied(planted(3, 2), components=2))),
    "noise of Laplace": lambda: World(noisy(tied(planted(3, 2)), "laplace", 1.5), 1.0),
    "noise of Gauss": lambda: World(noisy(planted(3, 2, bootstrap=False), "gaussian", 1.5), 1.0),
    "noise cut off": lambda: World(noisy(tied(planted(3, 2, bootstrap=False), components=2), "truncated", 0.8), 1.0),
    "noise rounded": lambda: World(noisy(tied(planted(3, 2)), "rounded", 0.8), 1.0),
    "counts met": lambda: met(tied(planted(3, 2, n=4, trees=2, depth=1, bootstrap=False))),
}


@cache
def world_of(kind: str) -> World:
    """Return the world of a kind of prior, listed once."""
    return WORLDS[kind]()
