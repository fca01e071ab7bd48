"""Whether draws are calibrated, as a result that prints itself, is drawn and kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from retrodict.evaluation.simulated.judged import POWER, Quantity
from retrodict.evaluation.simulated.simulation import Output
from retrodict.extras import extra_for
from retrodict.plain_text import few
from retrodict.reconstruction.provenance import Provenance
from retrodict.results.notes import Note
from retrodict.results.result import KeptResult, Said, ShownTable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BEHIND: dict[str, str] = {"label": "a label", "probabilities": "shares of labels", "value": "a value"}
_NAMED = 5
"""Quantities named in a sentence."""


@dataclass(frozen=True, eq=False, repr=False)
class SimulationCalibration(KeptResult):
    """Whether an engine's draws are calibrated for a model and a prior.

    Parameters
    ----------
    simulations, judged
        Rounds asked for, and those whose output got draws.
    draws
        Draws asked for in each.
    output
        What was observed of a row.
    engine
        What was asked to draw.
    level
        Probability that draws without a fault are called wrong, all quantities together.
    quantities
        What was asked of rows, each judged.
    shift, width
        The least shift of one number's draws (in posterior standard deviations), and the greatest width of too narrow
        ones (as a share of the right one), that so many simulations find in four runs of five; ``None`` where they find
        none.
    observed
        The output of each round, for people.
    drawn
        The draws that each was judged by.
    engines
        How many rounds each engine served.
    queries
        Model calls.
    seed
        The seed.
    provenance
        Where it comes from.
    notes
        What was not judged, or by less than was asked for.
    """

    simulations: int
    judged: int
    draws: int
    output: Output
    engine: str
    level: float
    quantities: tuple[Quantity, ...]
    shift: float | None
    width: float | None
    observed: tuple[str, ...]
    drawn: tuple[int, ...]
    engines: dict[str, int]
    queries: int
    seed: int
    provenance: Provenance
    notes: tuple[Note, ...] = ()

    @property
    def off(self) -> tuple[Quantity, ...]:
        """The quantities that are off, the clearest first."""
        return tuple(sorted((one for one in self.quantities if one.off), key=lambda one: one.p))

    @property
    def calibrated(self) -> bool:
        """Whether nothing is off and every simulated output got draws; it says no more than `shift` and `width` do."""
        return not self.off and self.judged == self.simulations

    @property
    def verdict(self) -> Note:
        """What was found, in a sentence."""
        told = f"{self.judged:,} simulations"
        if self.off:
            said = few([f"'{one.name}' ({one.fault})" for one in self.off], _NAMED)
            return Note("off", f"the draws are not calibrated: {said}", off=[one.name for one in self.off])
        if self.judged < self.simulations:
            text = (
                f"no fault was found in {told}, but {self.simulations - self.judged:,} more got no draws and are not "
                "judged"
            )
            return Note("not_all_judged", text, judged=self.judged, simulations=self.simulations)
        return Note("calibrated", f"the draws are calibrated as far as {told} can tell", simulations=self.judged)

    def to_frame(self) -> pd.DataFrame:
        """Return one line a quantity: `quantity`, `kind`, `p`, `off`, `fault`, `mean` and `spread` of the places."""
        names = ("kind", "p", "off", "fault", "mean", "spread")
        lines = [{"quantity": one.name, **{name: getattr(one, name) for name in names}} for one in self.quantities]
        return pd.DataFrame(lines, columns=["quantity", *names])

    def plot(self) -> Figure:
        """Draw each quantity's places beside uniform ones, with the band that right draws stay in.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        """
        with extra_for("a picture"):
            from retrodict.evaluation.simulated.picture import draw
        return draw(self)

    def content(self) -> dict[str, Any]:
        """Return what it holds, with the verdict."""
        own = super().content()
        return {"calibrated": self.calibrated, "verdict": self.verdict, **own}

    @property
    def head(self) -> str:
        """What it is, in one line."""
        return (
            f"SimulationCalibration: {self.judged:,} of {self.simulations:,} simulations of {self.draws:,} draws "
            f"behind {_BEHIND[self.output]} of {self.provenance.model['family']} ({self.queries:,} model calls, seed "
            f"{self.seed})"
        )

    @property
    def tone(self) -> Literal["", "good", "care", "bad"]:
        """Bad where a quantity is off."""
        return "bad" if self.off else "good" if self.calibrated else "care"

    def opening(self) -> list[Said]:
        """Return the verdict, and how far it reaches."""
        return [Said(str(self.verdict)), Said(self._reach())]

    def _reach(self) -> str:
        share = f"{10 * POWER:.0f} of 10 such runs"
        if self.shift is None or self.width is None:
            return f"so few simulations find next to no fault in {share}; ask for more"
        return (
            f"{share} would find draws of a number that are shifted by {self.shift:.2g} of its standard deviation, or "
            f"that have {self.width:.0%} of it"
        )

    def tables(self) -> list[ShownTable]:
        """Return one line a quantity."""
        frame = self.to_frame().assign(fault=[one.fault or "" for one in self.quantities])
        shown = frame[["quantity", "p", "fault", "mean", "spread"]]
        return [ShownTable(shown, index=False, left=("quantity", "fault"))]

    def remarks(self) -> list[str]:
        """Return how to read the table, who drew, and what was left out."""
        served = ", ".join(f"{name} {count:,}" for name, count in self.engines.items())
        lines = [
            f"p: chance of places as far from uniform, off below {self.level / len(self.quantities):.2g}; mean: 0.5 is "
            "right, more is too low; spread: 1 is right, more is too narrow",
            f"drawn by: {served}",
        ]
        if self.off:
            lines.append(f"{self.level:.0%} of runs of right draws are called wrong: another seed tells")
        return [*lines, *super().remarks()]
