"""A Ray cluster: one actor a worker, anywhere in it."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from retrodict.errors import MissingExtraError, RunError
from retrodict.study.backends.work import MEASURE, ONE_THREAD, Row, failed, measure_function, measured

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
        try:
            if address:
                ray.init(address=address, **quiet)
            else:
                ray.init(num_cpus=self.workers, include_dashboard=False, **quiet)
        except (ConnectionError, RuntimeError, ValueError) as error:
            line = str(error).split(". ")[0]
            raise RunError(f"no Ray cluster at '{address or 'this machine'}': {line}; check --address") from error

    def _rows(self, ray: Any, groups: Sequence[Sequence[Cell]]) -> Iterator[tuple[Cell, Row]]:
        # Actors serve one cell after another, and keep what neighbours share; their threads are set before they start.
        kind = ray.remote(num_cpus=1, max_restarts=0, runtime_env={"env_vars": dict(ONE_THREAD)})(Server)
        shared = ray.put((self.design, self.measure))
        count = self.workers or int(ray.cluster_resources().get("CPU", 1))
        waiting = deque(deque(group) for group in groups)
        team = [_Actor(kind.remote(shared, i), i) for i in range(min(count, len(waiting)))]
        running: dict[Any, tuple[_Actor, Cell]] = {}
        deaths: dict[Cell, int] = {}
        try:
            while True:
                for actor in team:
                    while actor.given < _AHEAD and (actor.cells or waiting):
                        if not actor.cells:
                            actor.cells = waiting.popleft()
                        cell = actor.cells.popleft()
                        running[actor.handle.measure.remote(cell)] = actor, cell
                        actor.given += 1
                if not running:
                    return
                ready, _ = ray.wait(list(running), num_returns=1)
                actor, cell = running.pop(ready[0])
                actor.given -= 1
                try:
                    row = ray.get(ready[0])
                except ray.exceptions.RayActorError as error:
                    lost = [cell, *(other for whose, other in running.values() if whose is actor)]
                    running = {ref: pair for ref, pair in running.items() if pair[0] is not actor}
                    deaths[cell] = deaths.get(cell, 0) + 1
                    team[team.index(actor)] = fresh = _Actor(kind.remote(shared, actor.number), actor.number)
                    if deaths[cell] >= _TRIES:
                        yield cell, failed(f"WorkerDied: {str(error).splitlines()[0]} ({_TRIES} times)")
                        lost.remove(cell)
                    fresh.cells = deque([*lost, *actor.cells])
                    continue
                yield cell, row
        finally:
            for actor in team:
                ray.kill(actor.handle)


@dataclass(eq=False)
class _Actor:
    handle: Any
    number: int
    cells: deque[Cell] = field(default_factory=deque)
    given: int = 0


class Server:
    """Measures cells, one after another, in a process of a cluster."""

    def __init__(self, job: tuple[Design, str], number: int) -> None:
        self._design, path = job
        self._measure = measure_function(path)
        self._name = f"ray-{number}"

    def measure(self, cell: Cell) -> Row:
        """Return the row of one cell."""
        return measured(self._measure, self._design, cell, self._name)


def _ray() -> Any:
    # Ray reads these when it is imported: nothing of a study is anyone else's to know.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as error:
        raise MissingExtraError(
            "the backend 'ray' needs ray, which is not installed; pip install 'retrodict[ray]'"
        ) from error
    return ray
