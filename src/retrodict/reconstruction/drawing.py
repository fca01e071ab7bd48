"""One reconstruction under way, to memory or to a folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from retrodict.errors import RequestError, RunError
from retrodict.inference.auto import Auto
from retrodict.inference.contract import Engine, engine_name
from retrodict.inference.diagnostics import Diagnostics
from retrodict.inference.observation import Label
from retrodict.inference.run import joint_of, run, tell
from retrodict.inference.sink import Sink
from retrodict.inference.task import Checkpoint, JointTask, RunState, Task, subseed, unwatched
from retrodict.models import Meter
from retrodict.models.noise import noise_of
from retrodict.reconstruction.provenance import Provenance, describe
from retrodict.reconstruction.request import Request
from retrodict.reconstruction.result import Reconstruction
from retrodict.reconstruction.rows import MemoryRows, table
from retrodict.results.claim import claimed
from retrodict.results.notes import Note
from retrodict.results.progress import RowProgress
from retrodict.results.resumable_folder import ResumableFolder

Array = np.ndarray

_PILOT = 2
"""First key of the pilot's seed among the children of the job's."""

_PILOT_ROWS, _PILOT_SHARE = 4_096, 10
"""Prior draws from which the model's own class shares are estimated, and the part of the budget they may take."""


@dataclass
class Drawing:
    """One reconstruction under way.

    Parameters
    ----------
    job, meter
        Model and prior, and the model counted and capped.
    n
        Rows wanted in all.
    seed
        Of the rows.
    engine
        Of `engine_of`.
    quota
        Rows wanted of each class, shape (k,); ``None`` where the model's own shares are to hold.
    notes
        What the result is to say.
    """

    job: Request
    meter: Meter
    n: int
    seed: np.random.SeedSequence
    engine: Engine | Auto
    quota: Array | None
    notes: tuple[Note, ...]

    def run(self, request: dict[str, Any], seed: int, out: str | Path | None, progress: bool | None) -> Reconstruction:
        """Draw the rows, to memory or to a folder."""
        schema, columns = self.job.schema, self.job.columns
        with RowProgress("reconstructing", self.n, progress) as bar:
            if out is None:
                rows = MemoryRows(self.n, len(schema))
                reports = self._draw(rows, None, lambda state, now: bar.update(_found(state), state.queries))
                found = self._result(reports, request, seed)
                return replace(found, _frame=table(schema, columns, rows.X, rows.key))
            identity = {
                **request,
                "seed": seed,
                "model": self.job.model.fingerprint,
                "likelihood": self.job.model.likelihood,
                "prior": describe(self.job.prior),
                "schema": schema.to_dict(),
            }
            with claimed(out):
                folder = ResumableFolder(out, identity, len(schema), lambda X, y: table(schema, columns, X, y))
                try:
                    return self._to_folder(folder, bar, request, seed)
                except Exception:  # a failure leaves nothing behind; only a killed run leaves what it can go on with
                    folder.discard()
                    raise

    def _to_folder(
        self, folder: ResumableFolder, bar: RowProgress, request: dict[str, Any], seed: int
    ) -> Reconstruction:
        state = None if folder.state is None else RunState.from_dict(folder.state)
        if state is not None:
            self.meter.spend(state.queries)

        def checkpoint(state: RunState, now: bool) -> None:
            bar.update(_found(state), state.queries)
            folder.keep(state.to_dict, now)

        reports = self._draw(folder, state, checkpoint)
        folder.flush()
        found = self._result(reports, request, seed)
        folder.finish(found.documents())
        return replace(found, path=folder.out)

    def _draw(self, sink: Sink, state: RunState | None, checkpoint: Checkpoint) -> list[Diagnostics]:
        """Draw the rows; a run that finds none is refused."""
        reports = self.reports(sink, state, checkpoint)
        if not any(report.reached for report in reports):
            worst = max(reports, key=lambda report: report.requested)
            raise RunError(f"no row was found: class {worst.observation}: {worst.verdict}")
        return reports

    def reports(
        self, sink: Sink, state: RunState | None = None, checkpoint: Checkpoint = unwatched
    ) -> list[Diagnostics]:
        """Draw the rows to a sink, whether any is found or not; return one report a class.

        Parameters
        ----------
        sink
            Takes the rows.
        state, checkpoint
            See `inference.run`.
        """
        prior, classes, quota = self.job.prior, self.job.schema.target.classes, self.quota
        if quota is None:
            together = joint_of(self.engine)
            if together is not None:
                task = JointTask(prior, self.meter, self.n, self.seed, classes, noise_of(self.job.model))
                reports = together.draw_joint(task, sink, state or RunState.of(np.zeros(len(classes))), checkpoint)
                tell(reports)
                return reports
            quota = self._model_quota()
        observations = [Label(i, label) for i, label in enumerate(classes)]
        asked = Task(prior, self.meter, observations, quota, self.seed, exclusive=True)
        return run(self.engine, asked, sink, state, checkpoint)

    def _model_quota(self) -> Array:
        """Return rows for each class in the model's own shares, from a pilot: for engines that need quotas."""
        if not self.job.schema.target.is_class:
            raise RequestError(
                f"a regressor's rows and targets are drawn jointly, which asks no engine; leave the engine "
                f"{engine_name(self.engine)} out, or invert outputs with it"
            )
        rng = np.random.default_rng(subseed(self.seed, _PILOT))
        affordable = self.meter.affordable(_PILOT_SHARE * _PILOT_ROWS) // _PILOT_SHARE
        p = np.exp(self.meter.output(self.job.prior.sample(max(affordable, 1), rng))).mean(axis=0)
        return rng.multinomial(self.n, p / p.sum())

    def _result(self, reports: list[Diagnostics], request: dict[str, Any], seed: int) -> Reconstruction:
        provenance = Provenance.of(self.job.model, self.job.prior, request, seed, self.meter.queries)
        return Reconstruction(self.job.schema, tuple(reports), provenance, notes=self.notes)


def _found(state: RunState) -> int:
    """Return the rows found so far: every draw of a joint stream, else the stream's and those of other engines."""
    if not state.tally.quota.any():
        return state.tally.scored
    return int(state.tally.reached.sum()) + sum(report.reached for report in state.finished.values())
