"""The choice among engines: a stream that serves all, and engines of their own for what it can't reach."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool

from retrodict.errors import RequestError
from retrodict.inference.choice import choose, known_beforehand
from retrodict.inference.contract import Joint, Streaming, joint, sharing
from retrodict.inference.diagnostics import Diagnostics
from retrodict.inference.each import ask_each
from retrodict.inference.engines import EngineEntry
from retrodict.inference.merging import merged
from retrodict.inference.rejection.stream import PILOT
from retrodict.inference.sink import Sink
from retrodict.inference.tally import Tally
from retrodict.inference.task import Checkpoint, Choice, Need, RunState, Task, wanted
from retrodict.models.metering import WITHOUT_LIMIT

Array = np.ndarray


@dataclass(frozen=True)
class Auto:
    """Chooses among engines by what they cost.

    Parameters
    ----------
    entries
        The engines, by name. One of them must stream, as `rejection` does: it is what the evidences are estimated with.
    """

    entries: Mapping[str, EngineEntry]

    def draw_all(self, task: Task, sink: Sink, state: RunState, checkpoint: Checkpoint) -> list[Diagnostics]:
        """Draw the rows of every observation; see `Sharing`.

        Raises
        ------
        RequestError
            If no engine streams.
        """
        # Any engine takes a call a row, and what streams a second batch to see whether the first was right.
        at_once = known_beforehand(self.entries, task, max(int(task.quota.sum()), 2 * PILOT))
        if at_once is not None:
            engine = sharing(self.entries[at_once.engine].make())
            assert engine is not None  # as its entry says
            reports = engine.draw_all(task, sink, state, checkpoint)
            return [replace(report, reason=at_once.reason) for report in reports]
        name, stream = self._stream()
        chooser = _Chooser(self.entries, name, task, state)
        if not state.streamed:
            stream.stream(task, sink, state, checkpoint, chooser.wanting)
            state.streamed = True
        choices = chooser.choices(state.tally)
        for other in self.entries:
            if other != name:
                missing = np.where([choice.engine == other for choice in choices], state.tally.missing, 0)
                ask_each(self.entries[other].make(), task, missing, sink, state, checkpoint)
        self._last_resort(stream, task, sink, state, checkpoint)
        reports = [replace(r, reason=c.reason) for r, c in zip(stream.reports(task, state), choices, strict=True)]
        return [merged(r, state.finished[i]) if i in state.finished else r for i, r in enumerate(reports)]

    @property
    def joint(self) -> Joint | None:
        """The first engine that draws rows and outputs together."""
        return next((engine for entry in self.entries.values() if (engine := joint(entry.make()))), None)

    def _stream(self) -> tuple[str, Streaming]:
        for name, entry in self.entries.items():
            if entry.shared and isinstance(engine := entry.make(), Streaming):
                return name, engine
        raise RequestError(
            f"none of the engines {', '.join(self.entries)} can stream prior draws, from which what the others cost is "
            "estimated; add retrodict.inference.ENGINES['rejection'] to them"
        )

    @staticmethod
    def _last_resort(stream: Streaming, task: Task, sink: Sink, state: RunState, checkpoint: Checkpoint) -> None:
        """Spend what is left on the stream, for observations that it reached and their own engine did not."""
        failed = np.array([i in state.finished and not state.finished[i].reached for i in range(len(task.quota))])
        hopeful = failed & (state.tally.mean > 0)
        if hopeful.any():
            stream.stream(task, sink, state, checkpoint, lambda tally: hopeful & wanted(tally))


class _Chooser:
    """Chooses engines from the stream's own running estimates, anew each time the stream has doubled."""

    def __init__(self, entries: Mapping[str, EngineEntry], stream: str, task: Task, state: RunState) -> None:
        self.entries = entries
        self.stream = stream
        self.task = task
        self.state = state

    def wanting(self, tally: Tally) -> Bool[Array, " m"]:
        """Return which observations the stream goes on for."""
        if not tally.scored:
            return wanted(tally)
        # Decisions fall at powers of two of the draws and are kept: a resumed run makes them where the first did.
        mark = 2 ** int(math.log2(tally.scored))
        if mark > self.state.decided_at:
            self.state.decided_at, self.state.decision = mark, self._choose(tally)
        return np.array([choice.engine == self.stream for choice in self.state.decision])

    def choices(self, tally: Tally) -> list[Choice]:
        """Return the last decision for each observation; where the budget ended the stream, nothing else is left."""
        latest = self.state.decision or self._choose(tally)
        exhausted = self.task.meter.affordable(1) == 0
        return [Choice(self.stream, choice.reason) if exhausted else choice for choice in latest]

    def _choose(self, tally: Tally) -> list[Choice]:
        left = self.task.meter.affordable(WITHOUT_LIMIT)
        need = Need(self.task, tally.missing, tally.mean)
        return choose(self.entries, self.stream, need, left if left < WITHOUT_LIMIT else None)
