"""Worker processes of this machine."""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

from retrodict.errors import RunError
from retrodict.execution.pool import TRIES, Failure, Numbered, Outcome, Result, Task, attempt, died
from retrodict.threads import ONE_THREAD, cores


@dataclass(frozen=True)
class Local:
    """As many processes as asked for, each with one thread.

    Parameters
    ----------
    workers
        How many; by default one a core that this process may use.
    """

    workers: int | None = None

    def run(
        self, function: Callable[[Task], Result], groups: Sequence[Sequence[Numbered[Task]]]
    ) -> Iterator[tuple[int, Outcome[Result]]]:
        """Yield every task's number and outcome; see `Pool`."""
        job = pickle.dumps(function)
        waiting = deque(deque(group) for group in groups)
        deaths: Counter[int] = Counter()
        team: list[_Worker] = []
        try:
            team += [_start(job, i) for i in range(min(self.workers or cores(), len(waiting)))]
            while waiting or any(worker.tasks for worker in team):
                by_pipe = {worker.pipe: worker for worker in team if worker.tasks or not worker.ready}
                for pipe in wait(list(by_pipe)):
                    worker = by_pipe[pipe]  # type: ignore[index]  # only connections were given
                    try:
                        outcome = worker.pipe.recv()
                    except (EOFError, ConnectionResetError):
                        how = worker.end()
                        team[team.index(worker)] = _start(job, worker.number)
                        lost = worker.tasks
                        deaths[lost[0][0]] += 1
                        if deaths[lost[0][0]] >= TRIES:
                            yield lost.popleft()[0], died(f"its process ended {how}, {TRIES} times")
                        if lost:
                            waiting.appendleft(lost)  # of whoever is free first
                        continue
                    if worker.ready:
                        yield worker.tasks.popleft()[0], outcome
                    worker.ready = True
                    if not worker.tasks and waiting:
                        worker.give(waiting.popleft())
        finally:
            for worker in team:
                worker.stop()


@dataclass
class _Worker:
    number: int
    process: SpawnProcess
    pipe: Connection
    tasks: deque[Numbered[Any]] = field(default_factory=deque)
    ready: bool = False

    def give(self, tasks: deque[Numbered[Any]]) -> None:
        """Hand it a group, whose outcomes it sends one by one."""
        self.tasks = tasks
        if tasks:
            with suppress(BrokenPipeError, ConnectionResetError):  # of a dead one: seen when its outcome is waited for
                self.pipe.send([task for _, task in tasks])

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


def _start(job: bytes, number: int) -> _Worker:
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(
        target=_serve, args=(there, job, f"local-{number}"), name=f"retrodict-worker-{number}", daemon=True
    )
    with _environment(ONE_THREAD), _deaf():
        process.start()
    there.close()
    return _Worker(number, process, here)


def _serve(pipe: Connection, job: bytes, name: str) -> None:
    """Run groups of tasks until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    function = pickle.loads(job)
    try:
        pipe.send(None)  # ready: what ends it from here on is a task's doing
        while True:
            for task in pipe.recv():
                outcome: Outcome[Any] = attempt(function, task, name)
                try:
                    pipe.send(outcome)
                except OSError:
                    raise
                except Exception as error:  # a value that can't be pickled: nothing of it was sent
                    pipe.send(Outcome(None, Failure.of(error), outcome.seconds, name))
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
