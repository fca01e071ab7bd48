"""Worker processes of this machine."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import TYPE_CHECKING, Any

from retrodict.errors import RunError
from retrodict.execution.work import MEASURE, ONE_THREAD, Row, failed, measure_function, measured

if TYPE_CHECKING:
    from retrodict.study.design import Cell, Design

_TRIES = 2  # of a cell whose worker dies: once may be another process's fault


@dataclass(frozen=True)
class Local:
    """As many processes as asked for, each with one thread.

    Parameters
    ----------
    design
        Of the study.
    workers
        How many.
    measure
        What measures a cell: ``module:function``.
    """

    design: Design
    workers: int
    measure: str = MEASURE

    def rows(self, groups: Sequence[Sequence[Cell]]) -> Iterator[tuple[Cell, Row]]:
        """Yield every cell with its row; see `Backend`.

        Raises
        ------
        RunError
            If a worker can't even start.
        """
        waiting = deque(deque(group) for group in groups)
        deaths: Counter[Cell] = Counter()
        team: list[_Worker] = []
        try:
            team += [self._start(i) for i in range(min(self.workers, len(waiting)))]
            while waiting or any(worker.cells for worker in team):
                by_pipe = {worker.pipe: worker for worker in team if worker.cells or not worker.ready}
                for pipe in wait(list(by_pipe)):
                    worker = by_pipe[pipe]  # type: ignore[index]  # only connections were given
                    try:
                        row = worker.pipe.recv()
                    except (EOFError, ConnectionResetError):
                        how = worker.end()
                        team[team.index(worker)] = self._start(worker.number)
                        lost = worker.cells
                        deaths[lost[0]] += 1
                        if deaths[lost[0]] >= _TRIES:
                            yield lost.popleft(), failed(f"WorkerDied: its process ended {how}, {_TRIES} times")
                        if lost:
                            waiting.appendleft(lost)  # of whoever is free first
                        continue
                    if worker.ready:
                        yield worker.cells.popleft(), row
                    worker.ready = True
                    if not worker.cells and waiting:
                        worker.give(waiting.popleft())
        finally:
            for worker in team:
                worker.stop()

    def _start(self, number: int) -> _Worker:
        context = get_context("spawn")
        here, there = context.Pipe()
        job = (there, self.design, self.measure, f"local-{number}")
        process = context.Process(target=_serve, args=job, name=f"retrodict-study-{number}", daemon=True)
        with _environment(ONE_THREAD), _deaf():
            process.start()
        there.close()
        return _Worker(number, process, here)


@dataclass
class _Worker:
    number: int
    process: SpawnProcess
    pipe: Connection
    cells: deque[Cell] = field(default_factory=deque)
    ready: bool = False

    def give(self, cells: deque[Cell]) -> None:
        """Hand it a group, whose rows it sends one by one."""
        self.cells = cells
        if cells:
            with suppress(BrokenPipeError, ConnectionResetError):  # of a dead one: seen when its row is waited for
                self.pipe.send(list(cells))

    def end(self) -> str:
        """Wait for the end of a process that closed its pipe; say how it ended."""
        self.pipe.close()
        self.process.join()
        code = self.process.exitcode or 0
        how = f"by signal {-code}; memory may have run out" if code < 0 else f"with exit code {code}"
        if not self.ready:
            raise RunError(f"a worker could not start: its process ended {how}; the same command goes on")
        return how

    def stop(self) -> None:
        self.pipe.close()
        self.process.terminate()
        self.process.join()


def _serve(pipe: Connection, design: Design, path: str, name: str) -> None:
    """Measure groups of cells until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    measure = measure_function(path)
    try:
        pipe.send(None)  # ready: what ends it from here on is a cell's doing
        while True:
            for cell in pipe.recv():
                pipe.send(measured(measure, design, cell, name))
    except (EOFError, OSError):
        return


def _end_with_parent() -> None:
    """End this process when its parent does, even if that was killed."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


@contextmanager
def _deaf() -> Iterator[None]:
    """Let a new process not hear Ctrl-C from its first moment on: the main process ends its workers itself."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # or its start, within that of the process, lifts the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Set variables that a new process inherits."""
    before: dict[str, Any] = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
