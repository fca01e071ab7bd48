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

from retrodict.errors import BudgetExhaustedError, RequestError
from retrodict.inference.diagnostics import Diagnostics, Draws
from retrodict.inference.kernels import CrossReference, Particles, PriorReference, Reference, move
from retrodict.inference.population import Population, effective_draws, memory
from retrodict.inference.posterior import Posterior
from retrodict.inference.temperature import (
    family_spread,
    log_mean_exp,
    next_beta,
    systematic_resample,
)

Array = np.ndarray


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

    def draw(self, posterior: Posterior, n: int, rng: np.random.Generator) -> Draws:
        """Draw `n` rows from several populations; see `Engine.draw`. None is returned where a population fails."""
        started, before = time.perf_counter(), posterior.meter.queries
        size = max(self.min_particles, math.ceil(n / self.populations))
        limit = posterior.meter.affordable(self.max_queries or 2**62)
        runs: list[Population] = []
        for child in rng.spawn(self.populations):
            share = (limit - (posterior.meter.queries - before)) // (self.populations - len(runs))
            if share < 1:
                break
            runs.append(
                self._run(Posterior(posterior.prior, posterior.meter.capped(share), posterior.observation), size, child)
            )
            if not runs[-1].arrived:
                break
        seconds, spent = time.perf_counter() - started, posterior.meter.queries - before
        if len(runs) < self.populations or not runs[-1].arrived:
            return self._not_reached(posterior, n, runs, limit, spent, seconds)
        return self._arrived(posterior, n, runs, spent, seconds, rng)

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
        allowance = max(posterior.meter.affordable(100 * size) // 4, size)
        while possible < size and drawn < allowance:
            z = rng.standard_normal((min(max(size - possible, 64), allowance - drawn), dim))
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
        tuning: dict[type[Reference], float] = {PriorReference: 0.5, CrossReference: 0.7}
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
        for count in range(1, self.max_moves * (3 if last else 1) + 1):
            if count > 1 and posterior.meter.affordable(len(particles)) < len(particles):
                break
            # Every third move is plain pCN: it reaches tails where an adapted reference would be stuck.
            reference: Reference = PriorReference() if adapted is None or count % 3 == 0 else adapted
            kind = type(reference)
            particles, accepted = move(posterior, particles, beta, reference, tuning[kind], rng)
            run.acceptance = float(accepted.mean())
            gain = math.exp((run.acceptance - self.acceptance) * 2.0 / math.sqrt(count))
            tuning[kind] = float(np.clip(tuning[kind] * gain, 0.01, 1.0))
            run.memory = memory(start, particles)
            if run.memory < (self.forget_last if last else self.forget):
                break
        return particles

    def _arrived(
        self, posterior: Posterior, n: int, runs: list[Population], spent: int, seconds: float, rng: np.random.Generator
    ) -> Draws:
        bound = posterior.observation.log_bound
        logs = np.array([run.log_evidence for run in runs])
        relative = np.exp(logs - logs.max())
        log_evidence = float(logs.max() + math.log(relative.mean()) + bound)
        r = len(runs)
        # A spread measured on few populations has Student's tails: widened to the standard deviation of that t.
        tails = math.sqrt((r - 1) / (r - 3)) if r > 3 else 2.0
        between = tails * float(relative.std(ddof=1) / math.sqrt(r) / relative.mean())
        within = math.sqrt(float(np.mean([run.spread**2 for run in runs])) / r)
        # Few populations may agree by chance: the error is the larger of what they differ by and what each owns to.
        spread = max(between, within)
        X = np.concatenate([run.kept.X for run in runs])
        # Neighbours in a population are relatives: a random choice is not.
        X = X[rng.permutation(len(X))[:n]]
        ess = min(effective_draws(_together(runs)), float(len(X)))
        left = max(run.memory for run in runs)
        verdict = (
            f"approximate: {self.populations} populations agree on the evidence to {100 * spread:.0f}%, "
            f"about {ess:,.0f} effective draws of {len(X):,}, {spent:,} model calls"
        )
        if spread > 0.5 or left > 0.5:
            verdict = (
                f"doubtful: populations differ on the evidence by {100 * spread:.0f}% and moves left a memory "
                f"of {left:.2f}; raise --max-queries, or allow more particles or moves"
            )
        return Draws(
            X,
            Diagnostics(
                observation=posterior.observation.name,
                engine="smc",
                exact=False,
                requested=n,
                reached=len(X),
                evidence=math.exp(log_evidence),
                evidence_se=math.exp(log_evidence) * spread,
                log_evidence=log_evidence,
                acceptance=float(np.mean([run.acceptance for run in runs])),
                ess=ess,
                queries=spent,
                seconds=seconds,
                reason="asked for",
                verdict=verdict,
            ),
        )

    def _not_reached(
        self, posterior: Posterior, n: int, runs: list[Population], limit: int, spent: int, seconds: float
    ) -> Draws:
        arrived = sum(run.arrived for run in runs)
        nothing = bool(runs) and not runs[-1].betas and not runs[-1].out_of_budget
        hopeless = nothing and arrived == 0
        beta = runs[-1].betas[-1] if runs and runs[-1].betas else 0.0
        verdict = (
            f"not reached: none of {spent:,} prior draws is possible under the model; raise --max-queries, widen the "
            "prior, or ask for none"
            if hopeless
            else f"not reached: {arrived} of {self.populations} populations arrived, and the next one found no prior "
            f"draw that is possible under the model, within {limit:,} model calls for all of them; raise --max-queries"
            if nothing
            else f"not reached: {limit:,} model calls were left for it, too few for {self.populations} populations of "
            f"particles ({arrived} arrived, the next one ended at inverse temperature {beta:.2g} of 1); "
            "raise --max-queries"
        )
        empty = np.empty((0, len(posterior.prior.schema)))
        return Draws(
            empty,
            Diagnostics(
                observation=posterior.observation.name,
                engine="smc",
                exact=False,
                requested=n,
                reached=0,
                evidence=0.0 if hopeless else math.nan,
                evidence_se=math.nan,
                log_evidence=-math.inf if hopeless else math.nan,
                acceptance=math.nan,
                ess=0.0,
                queries=spent,
                seconds=seconds,
                reason="asked for",
                verdict=verdict,
            ),
        )


def _together(runs: list[Population]) -> Particles:
    """Return the particles of all populations, their ancestors numbered apart."""
    eve = np.concatenate([run.kept.eve + i * 2**32 for i, run in enumerate(runs)])
    z, X, ll = (np.concatenate([getattr(run.kept, name) for run in runs]) for name in ("z", "X", "ll"))
    return Particles(z, X, ll, eve)
