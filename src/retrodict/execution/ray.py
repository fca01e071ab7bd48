"""A Ray cluster: one actor a worker, anywhere in it."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from retrodict.errors import MissingExtraError, RunError
from retrodict.execution.work import MEASURE, ONE_THREAD, Row, failed, measure_function, measured

if TYPE_CHECKING:
    from retrodict.study.design import Cell, Design

_TRIES = 2  # of a cell whose actor dies
_AHEAD = 2  # cells that an actor has been given: the next one is there when the first is done


@dataclass(frozen=True)
class Ray:
    """Actors of one core each.

    Parameters
    ----------
    design
        Of the study. Its files must be readable, under the same paths, where the actors are.
    workers
        How many actors; ``None`` for as many as the cluster has cores.
    measure
        What measures a cell: ``module:function``.
    address
        Of a running cluster; ``None`` takes the one of the environment (``RAY_ADDRESS``), else starts one on this
        machine for the time of the run.
    """

    design: Design
    workers: int | None = None
    measure: str = MEASURE
    address: str | None = None

    def rows(self, groups: Sequence[Sequence[Cell]]) -> Iterator[tuple[Cell, Row]]:
        """Yield every cell with its row; see `Backend`.

        Raises
        ------
        MissingExtraError
            If ray is not installed.
        RunError
            If the cluster can't be reached.
        """
        ray = _ray()
        ours = not ray.is_initialized()
        if ours:
            self._connect(ray)
        try:
            yield from self._rows(ray, groups)
        finally:
            if ours:
                ray.shutdown()

    def _connect(self, ray: Any) -> None:
        address = self.address or os.environ.get("RAY_ADDRESS")
        quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
        terminated = signal.getsignal(signal.SIGTERM)
        try:
            if address:
                _knock(address)
                ray.init(address=address, **quiet)
            else:
                ray.init(address="local", num_cpus=self.workers, include_dashboard=False, **quiet)
        except (OSError, RuntimeError, ValueError) as error:
            line = str(error).split(". ")[0]
            raise RunError(f"no Ray cluster at '{address or 'this machine'}': {line}; check --address") from error
        if callable(terminated) and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, terminated)  # which Ray takes for itself

    def _rows(self, ray: Any, groups: Sequence[Sequence[Cell]]) -> Iterator[tuple[Cell, Row]]:
        # Actors serve one cell after another, and keep what neighbours share; their threads are set before they start.
        kind = ray.remote(num_cpus=1, max_restarts=0, runtime_env={"env_vars": dict(ONE_THREAD)})(Server)
        shared = ray.put((self.design, self.measure))
        count = self.workers or int(ray.cluster_resources().get("CPU", 0))
        if not count:
            raise RunError("the Ray cluster has no cores; add a node to it, or say how many --workers will come")
        waiting = deque(deque(group) for group in groups)
        running: dict[Any, tuple[_Actor, Cell | None]] = {}
        deaths: Counter[Cell] = Counter()

        def hire(number: int) -> _Actor:
            # One that finds no core yet is given no cell: the others do its work.
            actor = _Actor(kind.remote(shared, number), number)
            running[actor.handle.ready.remote()] = actor, None
            return actor

        team = [hire(i) for i in range(min(count, len(waiting)))]
        try:
            while waiting or any(actor.flying or actor.cells for actor in team):
                ended = ray.wait(list(running), num_returns=1)[0][0]
                actor, cell = running.pop(ended)
                try:
                    row = ray.get(ended)
                except ray.exceptions.RayTaskError as error:
                    row = failed(f"{type(error.cause).__name__}: {error.cause}")
                except ray.exceptions.RayError as error:
                    said = str(error).splitlines()[0]
                    if cell is None:
                        raise RunError(f"a worker of the Ray cluster could not start: {said}") from error
                    running = {ref: pair for ref, pair in running.items() if pair[0] is not actor}
                    team[team.index(actor)] = hire(actor.number)
                    lost = deque([*actor.flying, *actor.cells])
                    deaths[lost[0]] += 1  # it serves them in order: the first was under way
                    if deaths[lost[0]] >= _TRIES:
                        yield lost.popleft(), failed(f"WorkerDied: {said} ({_TRIES} times)")
                    if lost:
                        waiting.appendleft(lost)
                    continue
                if cell is not None:
                    actor.flying.remove(cell)
                while len(actor.flying) < _AHEAD and (actor.cells or waiting):
                    if not actor.cells:
                        actor.cells = waiting.popleft()
                    given = actor.cells.popleft()
                    actor.flying.append(given)
                    running[actor.handle.measure.remote(given)] = actor, given
                if cell is not None:
                    yield cell, row
        finally:
            for actor in team:
                ray.kill(actor.handle)


@dataclass(eq=False)
class _Actor:
    handle: Any
    number: int
    cells: deque[Cell] = field(default_factory=deque)
    flying: deque[Cell] = field(default_factory=deque)
    """Cells it was given whose rows are not back yet, in order."""


class Server:
    """Measures cells, one after another, in a process of a cluster."""

    def __init__(self, job: tuple[Design, str], number: int) -> None:
        self._design, path = job
        self._measure = measure_function(path)
        self._name = f"ray-{number}"

    def ready(self) -> None:
        """Say that it has a place, and everything it needs."""

    def measure(self, cell: Cell) -> Row:
        """Return the row of one cell."""
        return measured(self._measure, self._design, cell, self._name)


def _knock(address: str) -> None:
    """Raise at once where nothing listens; Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), timeout=10.0).close()


def _ray() -> Any:
    # Ray reads these when it is imported: nothing of a study is anyone else's to know.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # Under `uv run` Ray would send the working directory to the nodes and build an environment there: they have theirs.
    os.environ.setdefault("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as error:
        raise MissingExtraError(
            "the backend 'ray' needs ray, which is not installed; pip install 'retrodict[ray]'"
        ) from error
    return ray
