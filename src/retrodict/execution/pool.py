"""One function, many tasks, and what a place does that runs them."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Generic, Protocol, TypeVar

from retrodict import threads
from retrodict.results.progress import hushed

Task = TypeVar("Task")
Result = TypeVar("Result")

Numbered = tuple[int, Task]
"""A task with its place in the order of tasks."""

TRIES = 2
"""Of a task whose worker dies: once may be another process's fault."""


@dataclass(frozen=True)
class Failure:
    """Why a task has no result.

    Parameters
    ----------
    kind
        Name of the exception's type; ``WorkerDied`` where the process that ran it ended.
    text
        What it said.
    traceback
        Where it was raised; empty where nothing was.
    """

    kind: str
    text: str
    traceback: str = ""

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """Return the failure that an exception is."""
        return cls(type(error).__name__, str(error), "".join(traceback.format_exception(error)))


@dataclass(frozen=True)
class Outcome(Generic[Result]):
    """What became of a task.

    Parameters
    ----------
    value
        What the function returned; None where it failed.
    failure
        Why there is none; None where there is one.
    seconds
        How long it took.
    worker
        Which process ran it; empty where that process died.
    """

    value: Result | None
    failure: Failure | None
    seconds: float = 0.0
    worker: str = ""


class Pool(Protocol):
    """Worker processes somewhere: each has one thread, and runs one task at a time."""

    def run(
        self, function: Callable[[Task], Result], groups: Sequence[Sequence[Numbered[Task]]]
    ) -> Iterator[tuple[int, Outcome[Result]]]:
        """Yield the number and the outcome of every task once, each as soon as it is there, in any order.

        A task that raises is an outcome, and so is one whose worker died `TRIES` times; the others of its group are
        run all the same. Closing the iterator ends the workers.

        Parameters
        ----------
        function
            Of one task; it and what it returns are pickled.
        groups
            Tasks that share work, in order: one worker runs a group.

        Raises
        ------
        RunError
            If the workers can't even start.
        """
        ...


def map_ordered(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    pool: Pool,
    *,
    together: Callable[[Task], Hashable] | None = None,
    done: Callable[[Task, Outcome[Result]], None] = lambda task, outcome: None,
) -> Iterator[Outcome[Result]]:
    """Yield what becomes of each task, in the order of the tasks, whatever the workers and the order in which they end.

    Parameters
    ----------
    function
        Of one task; it must be importable where the workers are, and so what it returns.
    tasks
        Any number.
    pool
        Where they run.
    together
        Tasks beside one another with the same value are run by one worker, one after another: they share what it
        keeps. By default each goes to whoever is free.
    done
        Is told of each task the moment it ends, in any order: who writes what it is told can go on after a kill with
        the tasks that are left. What it raises stops the run.

    Raises
    ------
    RunError
        If the workers can't even start.
    """
    numbered = list(enumerate(tasks))
    groups = [list(group) for _, group in groupby(numbered, lambda pair: together(pair[1]) if together else pair[0])]
    ended: dict[int, Outcome[Result]] = {}
    following = 0
    with closing(pool.run(function, groups)) as outcomes:  # type: ignore[type-var]  # the pools' are generators
        for number, outcome in outcomes:
            done(tasks[number], outcome)
            ended[number] = outcome
            while following in ended:
                yield ended.pop(following)
                following += 1


def attempt(function: Callable[[Task], Result], task: Task, worker: str) -> Outcome[Result]:
    """Run one task, with one thread; what it raises is its outcome."""
    started = time.perf_counter()
    try:
        with threads.capped(1), hushed():  # whoever gave the tasks tells of them
            value = function(task)
    except Exception as error:
        return Outcome(None, Failure.of(error), time.perf_counter() - started, worker)
    return Outcome(value, None, time.perf_counter() - started, worker)


def died(how: str) -> Outcome[Any]:
    """Return the outcome of a task whose worker ended while it ran it, as often as it was tried."""
    return Outcome(None, Failure("WorkerDied", how))
