"""Tempered sequential Monte Carlo: for outputs too rare for rejection.

Particles go from the prior to the posterior through ``N(z; 0, I) L(z)^beta``, ``beta`` from 0 to 1 (Del Moral, Doucet
& Jasra, JRSS B 68, 2006), each step as long as the effective sample size allows, with moves between steps until the
particles have forgotten where they were (`ladder.py`). At the posterior they move on until there are draws enough, and
a bridge finds the evidence (`at_posterior.py`). The draws are approximate; several populations check one another: they
share temperatures and what moves are adapted to, and no particles.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from retrodict.errors import RequestError
from retrodict.inference.diagnostics import Draws
from retrodict.inference.posterior import Posterior
from retrodict.inference.smc.at_posterior import harvest
from retrodict.inference.smc.ladder import climb
from retrodict.inference.smc.report import NAME, arrived, not_reached
from retrodict.inference.task import Need
from retrodict.models.metering import WITHOUT_LIMIT

Array = np.ndarray

MOVES_IN_ALL, MOVES_A_NAT = 20.0, 5.0
"""Moves that it takes to the posterior and the first draws there, at most: about five at a temperature, of which one is
about a nat of evidence in few dimensions; smooth posteriors take a third of it."""

LEAST_EVIDENCE = 1e-12
"""What an evidence that no pilot draw hints at is taken to be where costs are reckoned."""

_LAST = 4
"""Times as many moves at the posterior: there the draws are taken."""

_MOVES_A_DRAW = 24
"""Moves between draws of one particle at the posterior, where these take long: smooth posteriors take three."""

_LADDER = 0.75
"""Share of the budget that the way to the posterior may take: draws and their evidence need the rest."""


def cost(need: Need) -> Float[Array, " m"]:
    """Return the calls that a run will take, roughly; see `EngineEntry.cost`.

    Particles, times some moves for each halving of the mass; for more draws than particles, the moves at the posterior.
    """
    engine = TemperedSMC()
    particles = engine.populations * engine.min_particles
    nats = np.maximum(-np.log(np.maximum(need.evidence, LEAST_EVIDENCE)), 0.0)
    more = np.maximum(need.missing - particles, 0)
    return particles * (MOVES_IN_ALL + MOVES_A_NAT * nats) + more * _MOVES_A_DRAW


@dataclass(frozen=True)
class TemperedSMC:
    """The tempered SMC engine.

    Parameters
    ----------
    populations
        Independent populations, at least 2.
    min_particles
        Particles of one population, however many rows are asked for: more rows are had by moving on at the posterior.
    ess_target
        Relative effective sample size that a temperature step keeps.
    max_moves
        Moves a temperature at most; a batch of draws at the posterior gets four times as many.
    forget, forget_last
        Moves stop once the correlation of particles with where they started falls below this, at a temperature and at
        the posterior.
    gradients
        Whether moves along the gradient may be made, where prior, model and observation have one; they are made as far
        as they gain more for a call than others do.
    max_queries
        Model calls to spend at most; ``None`` leaves it to the meter's own budget.

    Raises
    ------
    RequestError
        If a setting is out of range.
    """

    populations: int = 4
    min_particles: int = 256
    ess_target: float = 0.6
    max_moves: int = 8
    forget: float = 0.3
    forget_last: float = 0.1
    gradients: bool = True
    max_queries: int | None = None

    def __post_init__(self) -> None:
        if self.populations < 2 or self.min_particles < 8 or self.max_moves < 1:
            raise RequestError(
                "tempered SMC needs at least 2 populations, 8 particles and 1 move, got "
                f"{self.populations}, {self.min_particles} and {self.max_moves}"
            )
        if not 0 < self.ess_target < 1:
            raise RequestError(f"ess_target must lie between 0 and 1, got {self.ess_target}")

    @property
    def name(self) -> str:
        """As in `ENGINES`."""
        return NAME

    def draw(self, posterior: Posterior, n: int, rng: np.random.Generator) -> Draws:
        """Draw `n` rows from several populations; see `Engine.draw`. None is returned where a population fails."""
        started, before = time.perf_counter(), posterior.meter.queries
        limit = posterior.meter.affordable(self.max_queries or WITHOUT_LIMIT)
        run = climb(
            posterior.capped(max(int(_LADDER * limit), 1)),
            self.populations,
            self.min_particles,
            self.ess_target,
            self.max_moves,
            self.forget,
            self.gradients,
            rng,
        )
        if run.particles is None:
            seconds, spent = time.perf_counter() - started, posterior.meter.queries - before
            empty = np.empty((0, len(posterior.prior.schema)))
            return Draws(empty, not_reached(posterior, n, run, limit, spent, seconds))
        rest = posterior.capped(max(limit - (posterior.meter.queries - before), 1))
        most = _LAST * self.max_moves
        found = harvest(rest, run.particles, self.populations, n, most, self.forget_last, self.gradients, rng)
        # Neighbours in a population are relatives: a random choice is not.
        X = found.draws.X[rng.permutation(len(found.draws))[:n]]
        seconds, spent = time.perf_counter() - started, posterior.meter.queries - before
        return Draws(X, arrived(posterior, n, run, found, len(X), spent, seconds))
