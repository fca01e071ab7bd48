"""Draw a dataset from a model and an assumed prior."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from retrodict.errors import PriorError, RequestError, RunError
from retrodict.inference.diagnostics import Diagnostics, Engine, exact_verdict
from retrodict.inference.given import engine_text
from retrodict.inference.observation import Label
from retrodict.inference.rejection import Sink, draw_labels, run_joint, stream_diagnostics
from retrodict.inference.run import Checkpoint, Run, RunState, engine_named, subseed
from retrodict.inference.stream import Batch, PriorStream
from retrodict.inference.tally import Tally
from retrodict.models import Meter, Regressor, load_model
from retrodict.reconstruction.provenance import Provenance, describe
from retrodict.reconstruction.request import Request, check_count, check_seed, resolve, with_known_noise
from retrodict.reconstruction.result import Reconstruction
from retrodict.reconstruction.rows import MemoryRows, table
from retrodict.reconstruction.shares import ClassShares, class_quota
from retrodict.reconstruction.training_table import stated_table
from retrodict.results.claim import claimed
from retrodict.results.notes import Note
from retrodict.results.parts import PartsFolder
from retrodict.results.progress import RowProgress

Array = np.ndarray

DEFAULT_ROWS = 10_000
_JOB, _NOISE, _PILOT = 0, 1, 2


def default_budget(n: int) -> int:
    """Return the query budget where none is given: a million model calls, or a hundred a row."""
    return max(1_000_000, 100 * n)


def reconstruct(
    model: Any,
    prior: Any = None,
    rows: int | None = None,
    *,
    seed: int = 0,
    class_shares: ClassShares | None = None,
    engine: str | Engine = "auto",
    max_queries: int | None = None,
    out: str | Path | None = None,
    progress: bool | None = None,
) -> Reconstruction:
    """Draw rows with labels from a trained model under a prior: ``Q(x|y) = Q(y|x) Q(x) / Z_y`` for each class `y`.

    Where the model states its training table itself, a note of the result says so: `rebuild` finds that.

    Parameters
    ----------
    model
        A loaded `Model`, a fitted estimator, or the path of a model file.
    prior
        A prior, or the path of a prior file; by default the one that the model's own disclosures imply;
        see `implied_prior`.
    rows
        Rows in all; by default 10,000.
    seed
        The one seed: the same seed gives the same table.
    class_shares
        A share for each class, ``"equal"``, or ``"model"``: the model's own shares under the prior. By default those of
        the prior where it states any, else ``"model"``.
    engine
        ``"auto"``, ``"rejection"``, ``"smc"``, ``"enumeration"``, or an engine with settings of its own: any object
        with ``draw(posterior, n, rng)``, which is asked for each class's rows.
    max_queries
        Model calls (rows scored) to spend at most; by default a million, or a hundred a row.
    out
        A new folder to stream the rows to; memory then stays small, and the same call goes on where a killed one was.
    progress
        Whether to show a bar on standard error; by default where that is a terminal.

    Returns
    -------
    Reconstruction
        Rows and labels. A class that could not be reached within the budget is reported as that, and its rows found so
        far are kept.

    Raises
    ------
    RetrodictError
        If the model, the prior, or the request can't be met at all.

    Notes
    -----
    Rows and labels follow the joint ``Q(y|x) Q(x)``, or ``Q(x|y)`` with the class shares given (Hartoyo, Ciupek,
    Malawski & Crimi, Scientific Reports 15:13856, 2025). A regressor's target is its prediction plus Gaussian noise.
    """
    rows = DEFAULT_ROWS if rows is None else check_count(rows, "the number of rows")
    root = check_seed(seed)
    drawing = engine_named(engine)
    model = load_model(model)
    budget = default_budget(rows) if max_queries is None else check_count(max_queries, "the query budget")
    stated = stated_table(model)
    try:
        job = resolve(model, prior)
    except PriorError as error:
        if prior is None and stated is not None:
            raise PriorError(f"{error}; {stated}") from None
        raise
    if isinstance(job.model, Regressor):
        if class_shares is not None:
            raise RequestError("class shares are for classifiers; this model is a regressor")
        shares: ClassShares = "model"
    else:
        shares = class_shares if class_shares is not None else getattr(job.prior, "class_shares", None) or "model"
    quota = class_quota(shares, job.schema.target, rows)
    request = {
        "rows": rows,
        "class_shares": shares if isinstance(shares, str) else {str(k): float(v) for k, v in shares.items()},
        "engine": engine_text(drawing),
        "max_queries": budget,
    }
    meter = Meter(job.model, budget)
    job = with_known_noise(job, meter, subseed(root, _NOISE))
    notes = () if stated is None else (stated,)
    return _Job(job, meter, rows, subseed(root, _JOB), drawing, quota, notes).run(request, int(seed), out, progress)


class _Job:
    """One reconstruction under way."""

    def __init__(
        self,
        job: Request,
        meter: Meter,
        n: int,
        seed: np.random.SeedSequence,
        engine: str | Engine,
        quota: Array | None,
        notes: tuple[Note, ...],
    ) -> None:
        self.job = job
        self.meter = meter
        self.n = n
        self.seed = seed
        self.engine = engine
        self.quota = quota
        self.notes = notes

    def run(self, request: dict[str, Any], seed: int, out: str | Path | None, progress: bool | None) -> Reconstruction:
        """Draw the rows, to memory or to a folder."""
        schema, columns = self.job.schema, self.job.columns
        with RowProgress("reconstructing", self.n, progress) as bar:
            if out is None:
                rows = MemoryRows(self.n, len(schema))
                reports = self._draw(rows, None, lambda state, now: bar.update(_found(state), state.queries))
                self._require_rows(reports)
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
                folder = PartsFolder(out, identity, len(schema), lambda X, y: table(schema, columns, X, y))
                try:
                    return self._to_folder(folder, bar, request, seed)
                except Exception:  # a failure leaves nothing behind; only a killed run leaves what it can go on with
                    folder.discard()
                    raise

    def _to_folder(self, folder: PartsFolder, bar: RowProgress, request: dict[str, Any], seed: int) -> Reconstruction:
        state = None if folder.state is None else RunState.from_dict(folder.state)
        if state is not None:
            self.meter.spend(state.queries)

        def checkpoint(state: RunState, now: bool) -> None:
            bar.update(_found(state), state.queries)
            folder.keep(state.to_dict, now)

        reports = self._draw(folder, state, checkpoint)
        self._require_rows(reports)
        folder.flush()
        found = self._result(reports, request, seed)
        folder.finish(found.documents())
        return replace(found, path=folder.out)

    def _draw(self, sink: Sink, state: RunState | None, checkpoint: Checkpoint) -> list[Diagnostics]:
        quota = self.quota
        if quota is None and self.engine in ("auto", "rejection"):
            return self._joint(sink, state, checkpoint)
        if quota is None:
            quota = self._model_quota()
        classes = self.job.schema.target.classes
        observations = [Label(i, label) for i, label in enumerate(classes)]
        run = Run(self.job.prior, self.meter, observations, quota, self.engine, self.seed, exclusive=True)
        return run.execute(sink, state, checkpoint)[0]

    def _joint(self, sink: Sink, state: RunState | None, checkpoint: Checkpoint) -> list[Diagnostics]:
        """Draw rows and targets jointly: exact, one call a row."""
        classes = self.job.schema.target.classes
        state = state or RunState(Tally(np.zeros(len(classes), dtype=np.int64)))
        clock, before = time.perf_counter(), self.meter.queries

        def note() -> None:
            nonlocal clock, before
            state.seconds, clock = state.seconds + time.perf_counter() - clock, time.perf_counter()
            state.queries, before = state.queries + self.meter.queries - before, self.meter.queries
            state.batch, state.ahead = stream.index, stream.ahead
            checkpoint(state, False)

        label = self._label if classes else self._value
        with PriorStream(self.job.prior, self.meter, self.seed, state.batch, state.ahead) as stream:
            run_joint(stream, state.tally, self.n, label, sink, checkpoint=note)
        if not classes:
            return [self._value_report(state)]
        reason = "the model's own class shares: every prior draw is a row"
        tally = state.tally
        short = tally.draws < self.n
        tally.quota = np.round(self.n * tally.mean).astype(np.int64) if short else tally.reached.copy()
        observations = [Label(i, c) for i, c in enumerate(classes)]
        reports = stream_diagnostics(tally, observations, state.queries, state.seconds, reason)
        return [replace(report, acceptance=1.0) for report in reports]

    def _label(self, batch: Batch, tally: Tally) -> Array:
        labels = draw_labels(batch, tally)
        tally.reached += np.bincount(labels, minlength=len(tally.reached))
        return labels

    def _value(self, batch: Batch, tally: Tally) -> Array:
        assert isinstance(self.job.model, Regressor)
        tally.draws += len(batch.X)
        return batch.output + (self.job.model.noise_scale or 0.0) * batch.rng.standard_normal(len(batch.X))

    def _value_report(self, state: RunState) -> Diagnostics:
        reached = state.tally.draws
        return Diagnostics(
            observation="rows",
            engine="rejection",
            exact=True,
            requested=self.n,
            reached=reached,
            evidence=1.0,
            evidence_se=0.0,
            log_evidence=0.0,
            acceptance=1.0,
            ess=float(reached),
            queries=state.queries,
            seconds=state.seconds,
            reason="rows and targets drawn jointly: every prior draw is a row",
            verdict=exact_verdict(reached, self.n, state.queries, 1.0, "rejection"),
            relative_evidence=1.0,
        )

    def _model_quota(self) -> Array:
        """Return rows for each class in the model's own shares, from a pilot: for engines that need quotas."""
        if not self.job.schema.target.is_class:
            raise RequestError(
                f"a regressor's rows and targets are drawn jointly, which asks no engine; leave the engine "
                f"{engine_text(self.engine)} out, or invert outputs with it"
            )
        rng = np.random.default_rng(subseed(self.seed, _PILOT))
        pilot = min(4_096, max(self.meter.affordable(40_960) // 10, 1))
        p = np.exp(self.meter.output(self.job.prior.sample(pilot, rng))).mean(axis=0)
        return rng.multinomial(self.n, p / p.sum())

    def _result(self, reports: list[Diagnostics], request: dict[str, Any], seed: int) -> Reconstruction:
        provenance = Provenance.of(self.job.model, self.job.prior, request, seed, self.meter.queries)
        return Reconstruction(self.job.schema, tuple(reports), provenance, notes=self.notes)

    def _require_rows(self, reports: list[Diagnostics]) -> None:
        if not any(report.reached for report in reports):
            worst = max(reports, key=lambda report: report.requested)
            raise RunError(f"no row was found: class {worst.observation}: {worst.verdict}")


def _found(state: RunState) -> int:
    """Return the rows found so far: every draw of a joint stream, else the stream's and those of other engines."""
    if not state.tally.quota.any():
        return state.tally.draws
    return int(state.tally.reached.sum()) + sum(report.reached for report in state.finished.values())
