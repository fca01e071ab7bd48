"""Settings between those that are listed, by how well leaf values fit one another under them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.optimize import minimize, minimize_scalar

from retrodict.matching.inferring.guesses import Guesses
from retrodict.matching.inferring.steps import Steps
from retrodict.matching.inferring.trial import Trial, Tried

Array = np.ndarray

DIGITS = 6
"""Of a number that a user writes, at most."""
_STEPS = 300
"""Settings that are tried, at most, each time."""
_TINY = 1e-30
_RATES = (0.005, 1.0, 20)
"""Rates that are tried before the best is looked for: from, to, and how many."""
_CLOSE = {"xatol": 1e-9, "fatol": 1e-3}


def refined(trial: Trial, guesses: Guesses, best: Tried) -> Tried:
    """Return the best settings between those that were listed: a rate first, as most have no penalty, then both.

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
    positive = [each for each in guesses.all() if each.penalty > 0]
    if best.fits or len(guesses.penalties) == 1 or not positive:
        return best
    base = min((trial.tried(each) for each in positive), key=lambda each: each.misfit).steps
    with_rate = len(guesses.rates) > 1

    def under(point: Array) -> Steps:
        rate = float(np.exp(point[1])) if with_rate else base.rate
        return replace(base, penalty=float(np.exp(point[0])), rate=rate)

    at = np.log([base.penalty, base.rate])[: 1 + with_rate]
    return _better(trial, best, _lowest(trial, under, at))


def rounded(value: float, digits: int) -> float:
    """Return the nearest number of so many digits."""
    return float(f"{value:.{digits}g}")


def _lowest(trial: Trial, under: Callable[[Array], Steps], at: Array) -> Steps:
    """Return the settings that fit best, from a point on."""

    def cost(point: Array) -> float:
        return float(np.log(max(trial.tried(under(point)).misfit, _TINY)))

    return under(minimize(cost, at, method="Nelder-Mead", options={"maxfev": _STEPS, **_CLOSE}).x)


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
