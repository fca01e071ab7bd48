"""What every engine is, and what more one may offer: protocols that any object can satisfy."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np

from retrodict.inference.diagnostics import Diagnostics, Draws
from retrodict.inference.posterior import Posterior
from retrodict.inference.sink import Sink
from retrodict.inference.task import Checkpoint, JointTask, RunState, Task, Wanting


@runtime_checkable
class Engine(Protocol):
    """A way to draw from a posterior; best a frozen dataclass whose settings are its fields."""

    def draw(self, posterior: Posterior, n: int, rng: np.random.Generator) -> Draws:
        """Draw `n` rows, or as many as the budget allows.

        Parameters
        ----------
        posterior
            What to draw from; its meter counts and caps the model calls.
        n
            Rows wanted, at least 0.
        rng
            All randomness: the same generator gives the same rows.
        """
        ...


@runtime_checkable
class Named(Protocol):
    """An engine that has another name than its class has. A capability: an engine need not have it."""

    @property
    def name(self) -> str:
        """What its reports call it."""
        ...


@runtime_checkable
class Sharing(Protocol):
    """An engine one run of which serves many observations. A capability."""

    def draw_all(self, task: Task, sink: Sink, state: RunState, checkpoint: Checkpoint) -> list[Diagnostics]:
        """Draw the rows of every observation.

        Parameters
        ----------
        task
            What is asked for.
        sink
            Takes rows, keyed by the index of their observation.
        state
            Where a killed run had got to; updated in place.
        checkpoint
            Keeps the state and the rows so far.

        Returns
        -------
        list[Diagnostics]
            One report an observation, in order.
        """
        ...


@runtime_checkable
class Streaming(Sharing, Protocol):
    """A sharing engine that can stop on the way, and tells by then what the evidences are. A capability."""

    def stream(self, task: Task, sink: Sink, state: RunState, checkpoint: Checkpoint, wanting: Wanting) -> None:
        """Draw rows while any observation is wanted, or until the budget is spent; see `Sharing.draw_all`."""
        ...

    def reports(self, task: Task, state: RunState) -> list[Diagnostics]:
        """Return what the stream has found for each observation, in order."""
        ...


@runtime_checkable
class Joint(Protocol):
    """An engine that draws rows with their outputs, each as likely as prior and model make it. A capability."""

    def draw_joint(self, task: JointTask, sink: Sink, state: RunState, checkpoint: Checkpoint) -> list[Diagnostics]:
        """Draw rows and outputs; see `Sharing.draw_all`. The sink's keys are class indices, or target values."""
        ...


def sharing(engine: Any) -> Sharing | None:
    """Return an engine that serves many observations; ``None`` where each must be asked for on its own."""
    return engine if isinstance(engine, Sharing) and _fits(engine, "draw_all") else None


def joint(engine: Any) -> Joint | None:
    """Return an engine that draws rows and outputs together; ``None`` where it doesn't."""
    return engine if isinstance(engine, Joint) and _fits(engine, "draw_joint") else None


def engine_name(engine: Any) -> str:
    """Return what an engine is called in reports."""
    return engine.name if isinstance(engine, Named) else type(engine).__name__


def _fits(engine: Any, method: str) -> bool:
    """Return whether a method is of the same class as `draw`, or of a subclass.

    A subclass that draws otherwise has inherited what no longer fits it.
    """
    for cls in type(engine).__mro__:
        if method in vars(cls):
            return True
        if "draw" in vars(cls):
            return False
    return False
