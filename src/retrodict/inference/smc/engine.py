"""Tempered sequential Monte Carlo: for outputs too rare for rejection.

Particles go from the prior to the posterior through ``N(z; 0, I) L(z)^beta``, ``beta`` from 0 to 1 (Del Moral, Doucet
& Jasra, JRSS B 68, 2006), each step as long as the effective sample size allows, with moves between steps until the
particles have forgotten where they were. The draws are approximate; several populations that know nothing of one
another check them, and give the error of the evidence.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from retrodict.errors import BudgetExhaustedError, RequestError
from retrodict.inference.diagnostics import Draws
from retrodict.inference.posterior import Posterior
from retrodict.inference.smc.kernels import CrossReference, Particles, PriorReference, Reference, move
from retrodict.inference.smc.population import Population, memory
from retrodict.inference.smc.report import NAME, arrived, not_reached
from retrodict.inference.smc.temperature import family_spread, log_mean_exp, next_beta, systematic_resample
from retrodict.inference.task import Need
from retrodict.models.metering import WITHOUT_LIMIT

Array = np.ndarray

MOVES_IN_ALL, MOVES_A_NAT = 20.0, 5.0
"""Moves that a run takes roughly: about five at a temperature, fifteen at the last one; and a step that keeps half of
the effective sample size gains about a nat of evidence in one dimension."""

LEAST_EVIDENCE = 1e-12
"""What an evidence that no pilot draw hints at is taken to be where costs are reckoned."""

_START_SHARE = 4
"""One part in so many of the budget may go into finding particles that are possible at all: the moves need the rest."""

_START_BUDGET = 100
"""Calls a particle out of which that share is taken where the budget has no end."""

_START_BATCH = 64
"""Prior draws at least at a time while possible particles are sought."""

_LAST = 3
"""Times as many moves at the last temperature: there the draws are taken."""

_PLAIN = 3
"""Every so-manieth move is a plain pCN: it reaches tails where an adapted reference would be stuck."""

_FIRST_STEPS: dict[type[Reference], float] = {PriorReference: 0.5, CrossReference: 0.7}
"""Step sizes to begin with: an adapted reference follows the target, so that longer steps are accepted."""

_TUNING = 2.0
"""How fast step sizes follow the acceptance rate, at first; it falls with the root of the moves made."""

_SHORTEST_STEP = 0.01


def cost(need: Need) -> Float[Array, " m"]:
    """Return the calls that a run will take, roughly; see `EngineEntry.cost`.

    Particles, times some moves for each halving of the mass.
    """
    engine = TemperedSMC()
    particles = np.maximum(need.missing, engine.populations * engine.min_particles)
    nats = np.maximum(-np.log(np.maximum(need.evidence, LEAST_EVIDENCE)), 0.0)
    return particles * (MOVES_IN_ALL + MOVES_A_NAT * nats)


@dataclass(frozen=True)
class TemperedSMC:
    """The tempered SMC engine.

    Parameters
    ----------
    populations
        Independent populations, at least 2.
    min_particles
        Particles of one population at least (more when more rows are asked for).
    ess_target
        Relative effective sample size that a temperature step keeps.
    max_moves
        Moves a temperature at most; the last temperature gets three times as many.
    forget, forget_last
        Moves stop once the correlation of particles with where they started falls below this, at a temperature and at
        the last one.
    acceptance
        Acceptance rate that the step size is tuned to.
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
    forget: float = 0.2
    forget_last: float = 0.1
    acceptance: float = 0.3
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
        size = max(self.min_particles, math.ceil(n / self.populations))
        limit = posterior.meter.affordable(self.max_queries or WITHOUT_LIMIT)
        runs: list[Population] = []
        for child in rng.spawn(self.populations):
            share = (limit - (posterior.meter.queries - before)) // (self.populations - len(runs))
            if share < 1:
                break
            runs.append(self._run(posterior.capped(share), size, child))
            if not runs[-1].arrived:
                break
        seconds, spent = time.perf_counter() - started, posterior.meter.queries - before
        if len(runs) < self.populations or not runs[-1].arrived:
            empty = np.empty((0, len(posterior.prior.schema)))
            return Draws(empty, not_reached(posterior, n, runs, self.populations, limit, spent, seconds))
        X = np.concatenate([run.kept.X for run in runs])
        # Neighbours in a population are relatives: a random choice is not.
        X = X[rng.permutation(len(X))[:n]]
        return Draws(X, arrived(posterior, n, runs, len(X), spent, seconds))

    def _run(self, posterior: Posterior, size: int, rng: np.random.Generator) -> Population:
        run = Population()
        try:
            start = self._start(posterior, size, run, rng)
            if start is not None:
                run.particles = self._temper(posterior, start, run, rng)
        except BudgetExhaustedError:
            run.out_of_budget = True
        return run

    def _start(self, posterior: Posterior, size: int, run: Population, rng: np.random.Generator) -> Particles | None:
        """Draw from the prior until `size` rows are possible at all, or a quarter of the budget is spent."""
        dim = posterior.prior.latent_dim
        found: list[tuple[Array, Array, Array]] = []
        drawn = possible = 0
        allowance = max(posterior.meter.affordable(_START_BUDGET * size) // _START_SHARE, size)
        while possible < size and drawn < allowance:
            z = rng.standard_normal((min(max(size - possible, _START_BATCH), allowance - drawn), dim))
            X, ll = posterior.evaluate(z)
            alive = np.flatnonzero(np.isfinite(ll))
            found.append((z[alive], X[alive], ll[alive]))
            drawn, possible = drawn + len(z), possible + len(alive)
        if possible == 0:
            return None
        run.log_evidence = math.log(possible / drawn)
        z, X, ll = (np.concatenate(parts) for parts in zip(*found, strict=True))
        start = Particles(z, X, ll, np.arange(possible))
        index = np.arange(size) % possible if possible < size else np.arange(size)
        return start.take(index)

    def _temper(
        self, posterior: Posterior, particles: Particles, run: Population, rng: np.random.Generator
    ) -> Particles:
        beta = 0.0
        tuning = dict(_FIRST_STEPS)
        while beta < 1.0:
            following = next_beta(particles.ll, beta, self.ess_target)
            log_weight = (following - beta) * particles.ll
            run.log_evidence += log_mean_exp(log_weight)
            particles = particles.take(systematic_resample(log_weight, len(particles), rng))
            beta = following
            run.betas.append(beta)
            particles = self._mix(posterior, particles, beta, tuning, run, rng)
        run.spread = family_spread(particles.eve, len(run.betas))
        return particles

    def _mix(
        self,
        posterior: Posterior,
        particles: Particles,
        beta: float,
        tuning: dict[type[Reference], float],
        run: Population,
        rng: np.random.Generator,
    ) -> Particles:
        """Move particles until they have forgotten where they started; step sizes are tuned on the way."""
        last = beta == 1.0
        start = particles
        adapted = CrossReference.fitted(particles, rng)
        for count in range(1, self.max_moves * (_LAST if last else 1) + 1):
            if count > 1 and posterior.meter.affordable(len(particles)) < len(particles):
                break
            reference: Reference = PriorReference() if adapted is None or count % _PLAIN == 0 else adapted
            kind = type(reference)
            particles, accepted = move(posterior, particles, beta, reference, tuning[kind], rng)
            run.acceptance = float(accepted.mean())
            gain = math.exp((run.acceptance - self.acceptance) * _TUNING / math.sqrt(count))
            tuning[kind] = float(np.clip(tuning[kind] * gain, _SHORTEST_STEP, 1.0))
            run.memory = memory(start, particles)
            if run.memory < (self.forget_last if last else self.forget):
                break
        return particles
