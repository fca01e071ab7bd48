"""Worlds of tables small enough to list: every table, and how likely it is given what the trees state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from scipy.stats import laplace, norm

from retrodict.matching import Problem, Table, Targets, Trees
from retrodict.matching.reference import node_sums
from retrodict.matching.row_prior import RowPrior
from tests.matching.row_laws import law_of_rows

NONE = -1


@dataclass(frozen=True, eq=False)
class Listed:
    """All tables of a problem.

    `rows` holds every row of codes, shape (R, d). Table ``t`` has row ``rows[which[t, i]]`` and label ``labels[t, i]``
    at place ``i``; `chances` are the tables' exact probabilities, shape (N,), and `law` those of components and
    rows given a label, shape (L, R, K).
    """

    problem: Problem
    rows: np.ndarray
    which: np.ndarray
    labels: np.ndarray
    energies: np.ndarray
    chances: np.ndarray
    law: np.ndarray

    def at(self, codes: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Return the places in the list of tables of codes, shape (s, n, d), and labels, shape (s, n)."""
        many = self.problem.targets.size
        row = np.ravel_multi_index(np.moveaxis(codes, -1, 0), tuple(self.problem.table.sizes))
        known = self.labels.shape[0] == len(self.rows) ** self.problem.table.n
        kind = row if known else row * many + labels
        return np.ravel_multi_index(
            np.moveaxis(kind, -1, 0), (len(self.rows) * (1 if known else many),) * self.problem.table.n
        )


def listed(problem: Problem, temperature: float, labels: np.ndarray | None = None) -> Listed:
    """List all tables, weighed by the prior and by ``exp(-energy / temperature)``.

    Parameters
    ----------
    labels
        The rows' labels where they are known, shape (n,).
    """
    table, targets = problem.table, problem.targets
    prior = problem.prior or RowPrior.independent(table.chances, targets)
    rows = np.array(list(product(*(range(k) for k in table.sizes))))
    tags = range(targets.size) if labels is None else (0,)
    kinds = np.array(list(product(range(len(rows)), tags)))
    at = np.array(list(product(range(len(kinds)), repeat=table.n)))
    which, own = kinds[at, 0], kinds[at, 1]
    if labels is not None:
        own = np.broadcast_to(labels, own.shape)
    law = law_of_rows(prior, table, rows)
    weight = law.sum(axis=2)[own, which].prod(axis=1)
    if labels is None:
        weight = weight * targets.chances[own].prod(axis=1)
    if problem.known is not None:
        codes, told = problem.known.codes, problem.known.labels
        weight = weight * ((codes < 0) | (rows[which] == codes)).all(axis=(1, 2))
        weight = weight * ((told < 0) | (own == told)).all(axis=1)
    energies = _energies(problem, rows, which, own)
    weight = weight * np.exp(-(energies - energies.min()) / temperature)
    return Listed(problem, rows, which, own, energies, weight / weight.sum(), law)


_NOISE: dict[str, Callable[..., np.ndarray]] = {
    "laplace": lambda z, scale: laplace.pdf(z, scale=scale),
    "geometric": lambda z, scale: np.exp(-np.abs(z) / scale),
    "gaussian": lambda z, scale: norm.pdf(z, scale=scale),
    "rounded": lambda z, scale: laplace.cdf(z + 0.5, scale=scale) - laplace.cdf(z - 0.5, scale=scale),
    "truncated": lambda z, scale: (
        laplace.cdf(z + (z >= 0), scale=scale) - laplace.cdf(z - (np.asarray(z) <= 0), scale=scale)
    ),
}


def _energies(problem: Problem, rows: np.ndarray, which: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the energies of many tables: what each row adds to nodes' counts and sums is looked up, and added up."""
    n, many = problem.table.n, problem.targets.size
    alone = np.empty((n, len(rows), many, len(problem.trees.counts), 1 + problem.targets.sums.shape[1]))
    for i, r, label in np.ndindex(n, len(rows), many):
        one = replace(
            problem,
            table=replace(problem.table, n=1),
            trees=replace(problem.trees, multiplicities=problem.trees.multiplicities[:, i : i + 1]),
        )
        counts, sums = node_sums(one, rows[r : r + 1], np.array([label]))
        alone[i, r, label] = np.column_stack([counts, sums])
    total = sum(alone[i, which[:, i], labels[:, i]] for i in range(n))
    return mismatch(problem, total[..., 0], total[..., 1:])


def mismatch(problem: Problem, counts: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """Return the energy of nodes' counts, shape (N, nodes), and sums, shape (N, nodes, C); written out once more."""
    trees, targets, noise = problem.trees, problem.targets, problem.noise
    off, astray = counts - trees.counts, sums - targets.sums
    if noise is not None:
        chance = _NOISE[noise.kind]
        drawn = np.concatenate([off[:, noise.counted], astray[:, noise.summed].reshape(len(off), -1)], axis=1)
        cost: np.ndarray = (np.log(chance(0.0, noise.scale)) - np.log(chance(drawn, noise.scale))).sum(axis=1)
        return cost
    tree = np.searchsorted(trees.roots, np.arange(len(trees.counts)), side="right") - 1
    labelled = targets.labelled[tree]
    once = (trees.multiplicities == 1).all(axis=1)[tree] & labelled & bool(targets.classes)
    scale = targets.sums if targets.classes else trees.counts[:, None]
    total = (off**2 / (trees.counts + 1) * ~once).sum(axis=1)
    return total + (astray**2 / (scale + 1) * labelled[:, None]).sum(axis=(1, 2))


def world(
    rng: np.random.Generator,
    sizes: tuple[int, ...] = (3, 2),
    *,
    n: int = 3,
    trees: int = 2,
    depth: int = 2,
    bootstrap: bool = True,
    classes: int = 2,
    levels: tuple[float, ...] = (),
    missing: int | None = None,
) -> Problem:
    """Return the problem of random trees that counted a random table, of features of so many codes.

    Parameters
    ----------
    missing
        The feature whose last code is that of a missing value.
    """
    d = len(sizes)
    gaps = np.full(d, NONE)
    if missing is not None:
        gaps[missing] = sizes[missing] - 1
    table = Table(
        n=n,
        sizes=np.array(sizes),
        ordered=np.ones(d, dtype=bool),
        missing=gaps,
        chances=tuple(rng.dirichlet(np.full(k, 4.0)) for k in sizes),
    )
    nodes: list[list[int]] = []
    roots = []
    for _ in range(trees):
        roots.append(len(nodes))
        _grow(rng, nodes, sizes, gaps, depth)
    feature, low, high, left, right = np.array(nodes).T
    drawn = np.array(
        [np.bincount(rng.integers(0, n, n), minlength=n) if bootstrap else np.ones(n, dtype=int) for _ in range(trees)]
    )
    many = classes or len(levels)
    empty = np.zeros((len(nodes), classes or 1))
    targets = Targets(classes, np.array(levels), rng.dirichlet(np.full(many, 4.0)), empty, np.ones(trees, dtype=bool))
    forest = Trees(np.array(roots), feature, low, high, left, right, np.zeros(len(nodes)), drawn)
    planted = np.column_stack([rng.choice(k, n, p=p) for k, p in zip(sizes, table.chances, strict=True)])
    counts, sums = node_sums(Problem(table, forest, targets), planted, rng.choice(many, n, p=targets.chances))
    return Problem(table, replace(forest, counts=counts), replace(targets, sums=sums))


def _grow(
    rng: np.random.Generator, nodes: list[list[int]], sizes: tuple[int, ...], gaps: np.ndarray, depth: int
) -> int:
    """Add a node and what is below it; return its place."""
    here = len(nodes)
    nodes.append([NONE, 0, 0, NONE, NONE])
    if depth == 0:
        return here
    f = int(rng.integers(len(sizes)))
    numbers = sizes[f] - (gaps[f] >= 0)
    low = int(rng.integers(numbers - 1)) if numbers > 1 else 0
    high = sizes[f] - 1 if rng.random() < 0.5 else numbers - 1  # the missing code goes right, or left
    left = _grow(rng, nodes, sizes, gaps, depth - 1)
    nodes[here] = [f, low, high, left, _grow(rng, nodes, sizes, gaps, depth - 1)]
    return here
