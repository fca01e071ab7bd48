"""A Ray cluster: one actor a worker, anywhere in it."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from retrodict.errors import RunError
from retrodict.execution.pool import TRIES, Failure, Numbered, Outcome, Result, Task, attempt, died
from retrodict.extras import extra_for
from retrodict.plain_text import one_line
from retrodict.threads import ONE_THREAD

_UV = "RAY_ENABLE_UV_RUN_RUNTIME_ENV"

_AHEAD = 2  # tasks that an actor has been given: the next one is there when the first is done


@dataclass(frozen=True)
class Ray:
    """Actors of one core each. The files that tasks read must be there, under the same paths.

    Parameters
    ----------
    workers
        How many actors; ``None`` for as many as the cluster has cores.
    address
        Of a running cluster; ``None`` takes the one of the environment (``RAY_ADDRESS``), else starts one on this
        machine for the time of the run.
    """

    workers: int | None = None
    address: str | None = None

    def run(
        self, function: Callable[[Task], Result], groups: Sequence[Sequence[Numbered[Task]]]
    ) -> Iterator[tuple[int, Outcome[Result]]]:
        """Yield every task's number and outcome; see `Pool`.

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
            yield from self._outcomes(ray, pickle.dumps(function), groups)
        finally:
            if ours:
                ray.shutdown()

    def _connect(self, ray: Any) -> None:
        address = self.address or os.environ.get("RAY_ADDRESS")
        quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
        terminated = signal.getsignal(signal.SIGTERM)
        try:
            with _own_environment(ray):
                if address:
                    _knock(address)
                    ray.init(address=address, **quiet)
                else:
                    _start(ray, {"num_cpus": self.workers, "include_dashboard": False, **quiet})
        except Exception as error:  # Ray's are of any kind
            line = one_line(str(error).split(". ")[0])
            remedy = "check --address" if address else "try again when the machine is less busy, or leave out ray"
            raise RunError(f"no Ray cluster at '{address or 'this machine'}': {line}; {remedy}") from error
        if callable(terminated) and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, terminated)  # which Ray takes for itself

    def _outcomes(
        self, ray: Any, job: bytes, groups: Sequence[Sequence[Numbered[Any]]]
    ) -> Iterator[tuple[int, Outcome[Any]]]:
        # Actors serve one task after another, and keep what neighbours share; their threads are set before they start.
        kind = ray.remote(num_cpus=1, max_restarts=0, runtime_env={"env_vars": dict(ONE_THREAD)})(Server)
        shared = ray.put(job)
        count = self.workers or int(ray.cluster_resources().get("CPU", 0))
        if not count:
            raise RunError("the Ray cluster has no cores; add a node to it, or say how many --workers will come")
        waiting = deque(deque(group) for group in groups)
        running: dict[Any, tuple[_Actor, Numbered[Any] | None]] = {}
        deaths: Counter[int] = Counter()
        stillborn: Counter[int] = Counter()
        # After a death tasks go one at a time: an outcome may be lost on its way, and the wrong task blamed.
        alone: set[int] = set()

        def hire(number: int) -> _Actor:
            # One that finds no core yet is given no task: the others do its work.
            actor = _Actor(kind.remote(shared, number), number)
            running[actor.handle.ready.remote()] = actor, None
            return actor

        def feed(actor: _Actor) -> None:
            while len(actor.flying) < _AHEAD and (actor.tasks or waiting):
                if not actor.tasks:
                    actor.tasks = waiting.popleft()
                if actor.flying and not alone.isdisjoint((actor.flying[0][0], actor.tasks[0][0])):
                    return
                given = actor.tasks.popleft()
                actor.flying.append(given)
                running[actor.handle.run.remote(given[1])] = actor, given

        team = [hire(i) for i in range(min(count, len(waiting)))]
        try:
            while waiting or any(actor.flying or actor.tasks for actor in team):
                ended = ray.wait(list(running), num_returns=1)[0][0]
                actor, task = running.pop(ended)
                try:
                    outcome = ray.get(ended)
                except ray.exceptions.RayTaskError as error:
                    outcome = Outcome(None, Failure.of(error.cause))
                except ray.exceptions.RayError as error:
                    said = _said(error)
                    if task is None:
                        # Its node may have gone while it started; a second time it is no accident.
                        stillborn[actor.number] += 1
                        if stillborn[actor.number] >= TRIES:
                            raise RunError(
                                f"a worker of the Ray cluster could not start: {said}; "
                                "every node needs this release of retrodict and of Python"
                            ) from error
                        team[team.index(actor)] = hire(actor.number)
                        continue
                    running = {ref: pair for ref, pair in running.items() if pair[0] is not actor}
                    team[team.index(actor)] = hire(actor.number)
                    lost = deque([*actor.flying, *actor.tasks])
                    alone.update(number for number, _ in lost)
                    deaths[lost[0][0]] += 1  # it serves them in order: the first was under way
                    if deaths[lost[0][0]] >= TRIES:
                        yield lost.popleft()[0], died(f"{said} ({TRIES} times)")
                    if lost:
                        waiting.appendleft(lost)
                    for other in team:  # those that had nothing left to do, while the new one may find no core
                        if other.ready:
                            feed(other)
                    continue
                if task is not None:
                    actor.flying.remove(task)
                actor.ready = True
                feed(actor)
                if task is not None:
                    yield task[0], outcome
        finally:
            for actor in team:
                ray.kill(actor.handle)


@dataclass(eq=False)
class _Actor:
    handle: Any
    number: int
    tasks: deque[Numbered[Any]] = field(default_factory=deque)
    flying: deque[Numbered[Any]] = field(default_factory=deque)
    """Tasks it was given whose outcomes are not back yet, in order."""
    ready: bool = False
    """Whether it has a core."""


class Server:
    """Runs tasks, one after another, in a process of a cluster."""

    def __init__(self, job: bytes, number: int) -> None:
        self._function = pickle.loads(job)
        self._name = f"ray-{number}"

    def ready(self) -> None:
        """Say that it has a place, and everything it needs."""

    def run(self, task: Any) -> Outcome[Any]:
        """Return what becomes of one task."""
        return attempt(self._function, task, self._name)


def _start(ray: Any, settings: dict[str, Any]) -> None:
    """Start a cluster on this machine; on a busy one Ray gives up after a time that it lets no one set."""
    try:
        ray.init(address="local", **settings)
    except Exception:  # of any kind
        ray.shutdown()
        ray.init(address="local", **settings)


def _knock(address: str) -> None:
    """Raise at once where nothing listens; Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), timeout=10.0).close()


def _said(error: Exception) -> str:
    """Return the line of an error of Ray that says what happened: of one raised in a worker the last."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    return one_line(lines[-1 if getattr(error, "actor_init_failed", False) else 0])


@contextmanager
def _own_environment(ray: Any) -> Iterator[None]:
    """Let workers start in the environment that their node has.

    Under `uv run` Ray would send the working directory to the nodes and build an environment there, for minutes or in
    vain. What turns that off is a variable that Ray reads once, when it is imported, which may be long before this.
    """
    constants = getattr(getattr(ray, "_private", None), "ray_constants", None)
    before = getattr(constants, _UV, None)
    if before is None:
        yield
        return
    setattr(constants, _UV, False)
    try:
        yield
    finally:
        setattr(constants, _UV, before)


def _ray() -> Any:
    # Ray reads these when it is imported: nothing of a study is anyone else's to know.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault(_UV, "0")
    # Of a cluster that is started here: on a busy machine a worker's imports alone take longer than Ray's minute.
    os.environ.setdefault("RAY_worker_register_timeout_seconds", "300")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    with extra_for("the backend 'ray'"):
        import ray
    return ray
