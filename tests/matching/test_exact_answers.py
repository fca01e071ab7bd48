"""Chains against exact answers: worlds of tables small enough to list, and broken twins that the same test catches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from retrodict.matching.search import moves
from retrodict.matching.search.annealing import Annealing
from retrodict.matching.search.arrays import Fixed, fixed_arrays
from tests.inference.oracle import deviation
from tests.matching.row_laws import latent_means
from tests.matching.tied_worlds import WORLDS, World, world_of

BURN_IN = 150
"""Sweeps from a chain's start, where its table is drawn from the prior, to what it is asked for."""
RARE = 0.02
"""Shares that are nearer to none, or to all, are not compared: their estimates are far from normal."""
RUNS, SWEEPS = 24, 800


def shares(given: World, codes: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the shares of tables, of each row's codes, alone and together, and of labels."""
    table, exact = given.problem.table, given.exact
    kind = np.ravel_multi_index(np.moveaxis(codes, -1, 0), tuple(table.sizes))
    out = [np.bincount(exact.at(codes, labels), weights, minlength=len(exact.chances))]
    for i in range(table.n):
        out += [np.bincount(codes[:, i, f], weights, minlength=k) for f, k in enumerate(table.sizes)]
        out.append(np.bincount(kind[:, i], weights, minlength=len(exact.rows)))
        out.append(np.bincount(labels[:, i], weights, minlength=given.problem.targets.size))
    return np.concatenate(out)


@cache
def truths(given: World) -> tuple[np.ndarray, np.ndarray]:
    """Return the exact shares, components' among them, and the exact means of latents."""
    exact, prior = given.exact, given.problem.prior
    own = shares(given, exact.rows[exact.which], exact.labels, exact.chances)
    if prior is None:
        return own, np.zeros(0)
    law = exact.law / exact.law.sum(axis=2, keepdims=True)  # of components, given a label and a row
    held = np.einsum("t,tik->ik", exact.chances, law[exact.labels, exact.which])
    own = np.concatenate([own, held.ravel()])
    if not prior.tied.any():
        return own, np.zeros(0)
    many = range(law.shape[2])
    each = np.array([[latent_means(prior, given.problem.table, k, row) for row in exact.rows] for k in many])
    latents = np.einsum("lrk,krf->lrf", law, each)
    return own, np.einsum("t,tif->if", exact.chances, latents[exact.labels, exact.which])[:, prior.tied].ravel()


Moving = Callable[..., None]


def visited(given: World, fixed: Fixed, seed: int, moving: Moving, sweeps: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a chain's shares and means, as `truths` has them."""
    problem, prior, exact = given.problem, given.problem.prior, given.exact
    run = Annealing.start(problem, fixed, np.random.SeedSequence(seed), given.labels)
    if given.cold:
        first = np.random.default_rng([seed, 1]).choice(len(exact.chances), p=exact.chances)
        run.put(exact.rows[exact.which[first]], exact.labels[first])
    n, d = run.chain.codes.shape
    of_labels, of_exchanges, of_components = given.shares
    settings = (0.0 if given.labels is not None else of_labels, of_exchanges, False, -1.0, of_components)
    codes, labels = np.empty((sweeps, n, d), dtype=np.int64), np.empty((sweeps, n), dtype=np.int64)
    latents, components = np.empty((sweeps, n, d)), np.empty((sweeps, n), dtype=np.int64)
    for s in range(-BURN_IN, sweeps):
        moving(fixed, run.chain, run.room, np.arange(n), given.temperature, n * d, *settings)
        if s >= 0:
            codes[s], labels[s] = run.chain.codes, run.chain.labels
            latents[s], components[s] = run.chain.latents, run.chain.components
    found = [shares(given, codes, labels, np.full(sweeps, 1 / sweeps))]
    if prior is None:
        return found[0], np.zeros(0)
    found += [np.bincount(components[:, i], minlength=prior.shares.shape[1]) / sweeps for i in range(n)]
    return np.concatenate(found), latents.mean(axis=0)[:, prior.tied].ravel()


def off(
    given: World, fixed: Fixed | None = None, moving: Moving = moves.sweep, runs: int = RUNS, sweeps: int = SWEEPS
) -> float:
    """Return the largest deviation of chains from the exact answer, as a share of the largest that is allowed."""
    own = fixed_arrays(given.problem) if fixed is None else fixed
    found = [visited(given, own, seed, moving, sweeps) for seed in range(runs)]
    share, latents = truths(given)
    kept = (share > RARE) & (share < 1 - RARE)
    estimates = np.array([np.concatenate([one[kept], means]) for one, means in found])
    worst, allowed = deviation(estimates, np.concatenate([share[kept], latents]))
    return worst / allowed


FAST = ("one component",)


@pytest.mark.parametrize("kind", [pytest.param(k, marks=() if k in FAST else pytest.mark.slow) for k in WORLDS])
def test_chains_hold_tables_as_often_as_these_are_likely(kind: str) -> None:
    assert off(world_of(kind)) < 1.0


def unlike(given: World, **assumed: Any) -> Fixed:
    """Return the fixed arrays of a world, with other assumptions."""
    fixed = fixed_arrays(given.problem)
    return fixed._replace(assumed=fixed.assumed._replace(**assumed))


def forgotten(given: World) -> Fixed:
    """Return the arrays of the world without its prior."""
    return unlike(given, plain=True)


def untied(given: World) -> Fixed:
    """Return the arrays of the world whose latents know nothing of one another."""
    precisions = fixed_arrays(given.problem).assumed.precisions
    own = np.zeros_like(precisions)
    i = np.arange(precisions.shape[1])
    own[:, i, i] = precisions[:, i, i]
    return unlike(given, precisions=own, factors=np.linalg.cholesky(np.linalg.inv(own)))


def of_one_class(given: World) -> Fixed:
    """Return the arrays of the world whose components are as common in each class."""
    own = fixed_arrays(given.problem).assumed.shares
    return unlike(given, shares=np.tile(own.mean(axis=0), (len(own), 1)))


def all_there(given: World) -> Fixed:
    """Return the arrays of the world in which values are hardly ever missing."""
    return unlike(given, missing=fixed_arrays(given.problem).assumed.missing * 0.1)


def components_stay(fixed: Fixed, chain: Any, *settings: Any) -> None:
    """Hold all rows in the first component."""
    chain.components[:] = 0
    moves.sweep(fixed, chain, *settings[:-1], 0.0)


def one_by_one(change: Callable[..., None]) -> Moving:
    """Return a way to move in which `change` makes each move."""

    def moving(fixed: Fixed, chain: Any, room: Any, rows: np.ndarray, heat: float, many: int, *settings: Any) -> None:
        for _ in range(many):
            change(fixed, chain, room, rows, heat, *settings)

    return moving


def latents_stay(fixed: Fixed, chain: Any, room: Any, rows: np.ndarray, heat: float, *settings: Any) -> None:
    """Draw codes, and leave latents where they were."""
    before = chain.latents.copy()
    moves.sweep(fixed, chain, room, rows, heat, 1, *settings)
    chain.latents[:] = before


def exchanges_without_prior(
    fixed: Fixed, chain: Any, room: Any, rows: np.ndarray, heat: float, labels: float, exchanges: float, *rest: Any
) -> None:
    """Let rows exchange entries and their latents, whatever the prior says of it."""
    rng = np.random.default_rng(int(chain.rng[0]))
    i, j = rng.choice(rows, 2, replace=False)
    if rng.random() > exchanges or chain.labels[i] != chain.labels[j]:
        moves.sweep(fixed, chain, room, rows, heat, 1, labels, 0.0, *rest)
        return
    before = chain.codes.copy()
    free = fixed._replace(assumed=fixed.assumed._replace(plain=True))
    moves.exchange(free, chain, room, i, j, heat, False, False)
    moved = chain.codes[i] != before[i]
    chain.latents[i, moved], chain.latents[j, moved] = chain.latents[j, moved], chain.latents[i, moved]


def labels_without_prior(
    fixed: Fixed, chain: Any, room: Any, rows: np.ndarray, heat: float, labels: float, *rest: Any
) -> None:
    """Draw labels as if rows of all labels were alike."""
    rng = np.random.default_rng(int(chain.rng[0]))
    if rng.random() < labels:
        free = fixed._replace(assumed=fixed.assumed._replace(plain=True))
        moves.draw_label(free, chain, room, rng.choice(rows), heat)
    else:
        moves.sweep(fixed, chain, room, rows, heat, 1, 0.0, *rest)


def components_as_proposed(fixed: Fixed, chain: Any, room: Any, rows: np.ndarray, *settings: Any) -> None:
    """Take all components and latents that are proposed."""
    moves.sweep(fixed, chain, room, rows, *settings)
    moves.place_rows(fixed, chain, room)


def noiseless(given: World) -> Fixed:
    """Return the arrays of the world, whose energies are squares as if nodes stated what they counted."""
    return fixed_arrays(replace(given.problem, noise=None))


def cut_as_laplace(given: World) -> Fixed:
    """Return the arrays of the world, in which a draw that was cut off to zero is no likelier than it was."""
    return fixed_arrays(given.problem)._replace(jump=0.0)


TWINS: dict[str, tuple[str, Callable[[World], Fixed] | None, Moving]] = {
    "prior forgotten": ("one component", forgotten, moves.sweep),
    "prior forgotten, counts met": ("counts met", forgotten, moves.sweep),
    "prior forgotten, listed": ("only listed", forgotten, moves.sweep),
    "ties forgotten": ("one component", untied, moves.sweep),
    "classes forgotten": ("many components", of_one_class, moves.sweep),
    "missing codes as any": ("a missing code", all_there, moves.sweep),
    "components stay": ("labels known", None, components_stay),
    "components as proposed": ("many components", None, components_as_proposed),
    "latents stay": ("one component", None, one_by_one(latents_stay)),
    "exchanges without prior": ("counts met", None, one_by_one(exchanges_without_prior)),
    "labels without prior": ("a component a class", None, one_by_one(labels_without_prior)),
    "noise forgotten": ("noise of Laplace", noiseless, moves.sweep),
    "noise as if not cut off": ("noise cut off", cut_as_laplace, moves.sweep),
}
"""By name: a world, the arrays of the chain in it, and how it moves."""
TWINS_BRIEFLY = ("prior forgotten",)


@pytest.mark.parametrize("twin", [pytest.param(k, marks=() if k in TWINS_BRIEFLY else pytest.mark.slow) for k in TWINS])
def test_a_broken_twin_is_caught(twin: str) -> None:
    kind, arrays, moving = TWINS[twin]
    given = world_of(kind)
    assert off(given, None if arrays is None else arrays(given), moving) > 1.0
