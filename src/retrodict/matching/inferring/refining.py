"""Settings between those that are listed, by how well leaf values fit one another under them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import minimize_scalar

from retrodict.matching.inferring.guesses import Guesses
from retrodict.matching.inferring.steps import Steps
from retrodict.matching.inferring.trial import Trial, Tried

DIGITS = 6
"""Of a number that a user writes, at most."""
_STEPS = 300
"""Settings that are tried, at most, each time."""
_TINY = 1e-30
_RATES = (0.005, 1.0, 20)
"""Rates that are tried before the best is looked for: from, to, and how many."""


def refined(trial: Trial, guesses: Guesses, best: Tried) -> Tried:
    """Return the best settings between those that were listed: a rate with the first penalty, then with any.

    Parameters
    ----------
    trial
        The trees.
    guesses
        What was tried.
    best
        The best of it.
    """
    if len(guesses.rates) > 1:
        best = _better(trial, best, _line(trial, replace(best.steps, penalty=guesses.penalties[0])))
    if best.fits or len(guesses.penalties) == 1:
        return best
    # every penalty above zero fits some number of rows: what is right but for that number is a line of rates alone
    own = trial.tried(replace(best.steps, penalty=1.0, rows=None))
    if len(guesses.rates) > 1:
        own = _better(trial, own, _line(trial, own.steps))
    if guesses.rows is None or not own.fits:
        return min((best, own), key=lambda each: each.misfit)
    while True:
        found = _better(trial, best, replace(own.steps, penalty=guesses.rows / own.size, rows=guesses.rows))
        if found.fits or not own.fits or not trial.widen():
            return found
        own = trial.tried(own.steps)


def rounded(value: float, digits: int) -> float:
    """Return the nearest number of so many digits."""
    return float(f"{value:.{digits}g}")


def _line(trial: Trial, steps: Steps) -> Steps:
    """Return settings with the rate that fits best."""

    def cost(logarithm: float) -> float:
        return float(np.log(max(trial.tried(replace(steps, rate=float(np.exp(logarithm)))).misfit, _TINY)))

    first, last, many = _RATES
    rates = np.geomspace(first, last, many)
    near = min(rates, key=lambda rate: cost(float(np.log(rate))))
    ends = (float(np.log(near / 1.4)), float(np.log(near * 1.4)))
    found = minimize_scalar(cost, bounds=ends, method="bounded", options={"xatol": 1e-9, "maxiter": _STEPS})
    return replace(steps, rate=float(np.exp(found.x)))


def _better(trial: Trial, best: Tried, steps: Steps) -> Tried:
    """Return the better of the best so far, and settings that were found, with few digits where these fit."""
    for digits in range(1, DIGITS + 1):
        few = replace(steps, rate=rounded(steps.rate, digits), penalty=rounded(steps.penalty, digits))
        own = trial.tried(few)
        if own.fits:
            return own
    return min((best, trial.tried(steps)), key=lambda each: each.misfit)
