"""Whether the model gives an observed output at all: the nearest output that any scored row reached."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.stats import chi2

from retrodict.inference.diagnostics import Diagnostics
from retrodict.inference.observation import Nearby, Observation
from retrodict.results.notes import Note

Array = np.ndarray

FAR = 3.0
"""Noise scales beyond which the model is said not to give a value: of targets with normal noise one in 370 lies further
from its prediction. Probability vectors are judged by the same share of chance."""


class Watched:
    """An observed value or vector that remembers the nearest output it was shown; engines take it as the observation.

    A posterior is proper wherever its likelihood is positive, however small: an engine returns rows for an output that
    no row comes near to, and they are exact draws. Only the outputs themselves tell.

    Parameters
    ----------
    inner
        The observation; all else that it knows is asked of it.
    """

    def __init__(self, inner: Nearby) -> None:
        self.inner = inner
        self.name, self.log_bound = inner.name, inner.log_bound
        self.best = -math.inf
        self.distance_reached = math.inf
        self.nearest: Array | None = None

    def __getattr__(self, name: str) -> Any:
        if name == "inner":  # not there yet, as where it is unpickled
            raise AttributeError(name)
        return getattr(self.inner, name)

    def log_likelihood(self, output: Float[Array, "n ..."]) -> Float[Array, " n"]:
        """Return the observation's log-likelihood of each output; see `Observation`."""
        logs = self.inner.log_likelihood(output)
        if len(output):
            self.best = max(self.best, float(logs.max()) - self.log_bound)
            distance = self.inner.distance(output)
            place = int(distance.argmin())
            if distance[place] < self.distance_reached:
                self.distance_reached = float(distance[place])
                self.nearest = np.exp(output[place]) if output.ndim == 2 else output[place]
        return logs

    @property
    def far(self) -> bool:
        """Whether even the likeliest row's output is further from the observation than noise explains.

        Twice the lack of log-likelihood is a chi-square in the number of free entries of the output: of a value with
        Gaussian noise the squared distance in noise scales, with other noise the deviance, about (exactly, with two
        degrees, for Laplace noise); of a vector that of `precision` labels (Wilks 1938).
        """
        return self.nearest is not None and -2.0 * self.best > chi2.isf(chi2.sf(FAR**2, 1), self.inner.free)

    def judged(self, report: Diagnostics) -> Diagnostics:
        """Return a report that says how near the model comes, and is not complete where that is too far."""
        if self.nearest is None:
            return report
        nearest: float | tuple[float, ...]
        if self.nearest.ndim:
            nearest = tuple(float(share) for share in self.nearest)
            shown = "[" + ", ".join(f"{share:.3g}" for share in nearest) + "]"
        else:
            nearest = float(self.nearest)
            shown = f"{nearest:.6g}"
        report = replace(report, nearest=nearest, distance=self.distance_reached)
        if not self.far:
            return report
        loosen = self.inner.loosen
        advice = (
            "check the output or widen the prior"
            if loosen is None
            else f"check the output, widen the prior, or {loosen}"
        )
        verdict = Note(
            "not_given",
            f"the model does not give this; nearest reached {shown}, {self.inner.apart(self.distance_reached)}, of all "
            f"rows scored under this prior: {advice}",
            nearest=list(nearest) if isinstance(nearest, tuple) else nearest,
            distance=self.distance_reached,
        )
        return replace(report, in_reach=False, verdict=verdict)


def watched(observations: Sequence[Observation]) -> list[Observation]:
    """Return observations that remember the nearest output, where nearness has a meaning; classes as they are."""
    return [Watched(each) if isinstance(each, Nearby) else each for each in observations]


def judged(observation: Observation, report: Diagnostics) -> Diagnostics:
    """Return a report with its evidence on the scale of all observations, and what `Watched` knows of its reach."""
    log = report.log_evidence - observation.log_bound
    report = replace(report, relative_evidence=math.exp(min(log, 0.0)) if not math.isnan(log) else math.nan)
    if not isinstance(observation, Watched):
        return report
    return observation.judged(replace(report, evidence_is=observation.inner.evidence_is))
