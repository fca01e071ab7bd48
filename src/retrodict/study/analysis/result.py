"""What a study says, as one result."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from retrodict.errors import RequestError
from retrodict.extras import extra_for
from retrodict.results.arguments import check_choice
from retrodict.results.result import KeptResult
from retrodict.study.analysis.claims import Claim, claims
from retrodict.study.analysis.columns import ESTIMATORS, usable
from retrodict.study.analysis.correlation import Correlation, correlations
from retrodict.study.analysis.failures import Failures, failures
from retrodict.study.analysis.intervals import REPLICATES
from retrodict.study.analysis.ladders import Ladder, ladders, overall
from retrodict.study.analysis.mixed import MixedFit, mixed_fits
from retrodict.study.analysis.replicas import ReplicaGap, replica_gaps

if TYPE_CHECKING:
    from matplotlib.figure import Figure

AXES = ("datasets", "algorithms", "qualities", "priors", "seeds")


@dataclass(frozen=True, eq=False, repr=False)
class StudyAnalysis(KeptResult):
    """What the cells of a study say.

    Parameters
    ----------
    name
        The study's name.
    sizes
        Cells planned (``None`` where unknown), done and failed, and how many datasets, algorithms, qualities, priors
        and seeds were done.
    correlations
        Every pair of columns, scope and method.
    mixed
        Regressions.
    ladders
        Of each dataset and estimator.
    replicas
        Gaps by each score.
    claims
        The claims, judged.
    failures
        What limits all this.
    done, failed
        The cells, as analysed.
    """

    name: str
    sizes: dict[str, int | None]
    correlations: tuple[Correlation, ...]
    mixed: tuple[MixedFit, ...]
    ladders: tuple[Ladder, ...]
    replicas: tuple[ReplicaGap, ...]
    claims: tuple[Claim, ...]
    failures: Failures
    done: pd.DataFrame
    failed: pd.DataFrame

    def content(self) -> dict[str, Any]:
        """Return what it says but for the cells themselves."""
        taus = {one: asdict(overall(self.ladders, one)) for one in (*ESTIMATORS, "kl")}
        return {
            "name": self.name,
            "cells": self.sizes,
            "claims": self.claims,
            "correlations": self.correlations,
            "mixed": self.mixed,
            "ladders": {"mean_tau": taus, "by_dataset": self.ladders},
            "replicas": self.replicas,
            "failures": self.failures,
        }

    def correlation_frame(self) -> pd.DataFrame:
        """Return one line a correlation."""
        columns = ["x", "y", "scope", "method", "value", "low", "high", "n", "datasets", "reason"]
        return pd.DataFrame([one.to_dict() for one in self.correlations])[columns]

    def to_frame(self) -> pd.DataFrame:
        """Return one line a correlation; the cells themselves are `done` and `failed`."""
        return self.correlation_frame()

    def plot(self, which: str | None = None) -> Figure:
        """Draw one picture of the study.

        Parameters
        ----------
        which
            `forest` (correlations), `scatter` (posterior against prior divergence), `ladders`, `heat` (lift by dataset
            and algorithm) or `replicas`; by default the first that the cells allow.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        RequestError
            If the cells allow no such picture.
        """
        with extra_for("a picture"):
            from retrodict.study.analysis.pictures import drawings
        made = {one.name: one.figure for one in drawings(self)}
        if not made:
            raise RequestError("the cells allow no picture; run more of the study")
        return made[check_choice(next(iter(made)) if which is None else which, "picture", made)]

    def remarks(self) -> list[str]:
        """Return the claims, and whether they hold."""
        return [f"{one.name}: {one.verdict}. {one.words}" for one in self.claims]

    @property
    def head(self) -> str:
        """The study in a line."""
        axes = ", ".join(f"{self.sizes[name]:,} {name}" for name in AXES)
        planned = self.sizes["planned"]
        of = "" if planned is None else f" of {planned:,}"
        return f"Study {self.name}: {self.sizes['done']:,}{of} cells done, {self.sizes['failed']:,} failed; {axes}"


def analyse(
    cells: pd.DataFrame,
    name: str = "study",
    *,
    planned: int | None = None,
    seed: int = 0,
    replicates: int = REPLICATES,
) -> StudyAnalysis:
    """Analyse the cells of a study.

    Parameters
    ----------
    cells
        One row a cell, as a study file keeps them.
    name
        The study's name.
    planned
        Cells of the whole design, where some were not run yet.
    seed, replicates
        Of the bootstrap over datasets.

    Returns
    -------
    StudyAnalysis
        Correlations, regressions, ladders, replicas, claims and failures. What the cells can't tell has a reason.

    Raises
    ------
    RequestError
        If the frame has no columns that say what each cell is.
    """
    done, failed = usable(cells)
    found = correlations(done, seed=seed, replicates=replicates)
    limits, gaps = failures(done, failed, found), replica_gaps(done)
    sizes: dict[str, int | None] = {"planned": planned, "done": len(done), "failed": len(failed)}
    axes = ("dataset", "algorithm", "quality", "prior", "seed")
    sizes |= {words: int(done[axis].nunique()) for axis, words in zip(axes, AXES, strict=True)}
    judged = claims(done, found, gaps, limits)
    return StudyAnalysis(name, sizes, found, mixed_fits(done), ladders(done), gaps, judged, limits, done, failed)
