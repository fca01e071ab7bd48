"""Work on the audits, one piece at a time: who else uses the machine keeps most of it.

Looking at files takes seconds, and has a place of its own, so that nobody waits for another's audit to see theirs.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from retrodict.app.children import Child, Ended
from retrodict.app.jobs import Job, TablesSeen, What, Work
from retrodict.app.model_look import doubt_of, seen_of
from retrodict.app.results import both, told
from retrodict.app.shelf import CUT_OFF, Shelf
from retrodict.app.work_words import AUDIT, COMPARISON, PLAIN, words_of
from retrodict.errors import RequestError, RetrodictError
from retrodict.plain_text import error_line, one_line

STOPPED, STOPPING = "stopped by you", "is being stopped"

LOOKS: tuple[What, ...] = ("model", "tables")

_STEP = re.compile(r"\Aaudit(?: (?P<side>before|after))?: (?:(?P<step>\d+)/(?P<steps>\d+) )?(?P<rest>.*)\Z")
"""A line of progress: which part of how many, of the model or of its copy, and what is said of it."""


class Desk:
    """Two places to work at.

    Parameters
    ----------
    shelf
        The audits.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._waiting: dict[bool, list[tuple[str, What]]] = {True: [], False: []}
        self._wake = {look: asyncio.Event() for look in (True, False)}
        self._children: dict[tuple[str, What], Child] = {}
        self._over: dict[tuple[str, What], asyncio.Event] = {}
        self._places: list[asyncio.Task[None]] = []

    @property
    def idle(self) -> bool:
        """Whether nothing is under way and nothing waits."""
        return not self._children and not any(self._waiting.values())

    def open(self) -> None:
        """Begin to work."""
        self._places = [asyncio.create_task(self._place(look)) for look in (True, False)]

    async def close(self) -> None:
        """End all work; what was under way is cut off."""
        for place in self._places:
            place.cancel()
        await asyncio.gather(*self._places, return_exceptions=True)

    def add(self, job: Job, what: What) -> None:
        """Have a piece of work done; one that is under way, or waits, is not begun twice."""
        if job.state(what) in ("waiting", "running"):
            return
        before = dict(job.works)
        job.works[what] = Work(state="waiting", line="waits for its turn")
        try:
            self._shelf.save(job)
        except BaseException:
            job.works = before
            raise
        self._waiting[what in LOOKS].append((job.id, what))
        self._wake[what in LOOKS].set()

    def before(self, job: Job, what: What) -> int:
        """Return how many pieces of work come before one that waits."""
        waiting = self._waiting[what in LOOKS]
        busy = sum((name in LOOKS) == (what in LOOKS) for _, name in self._children)
        return busy + waiting.index((job.id, what)) if (job.id, what) in waiting else 0

    async def stop(self, job: Job) -> None:
        """Stop all work on an audit."""
        for what, one in list(job.works.items()):
            key = (job.id, what)
            if key in self._waiting[what in LOOKS]:
                self._waiting[what in LOOKS].remove(key)
            if key in self._children:  # it is at work until its process has ended: nothing is begun beside it
                job.works[what] = one.model_copy(update={"line": STOPPING, "step": 0, "steps": 0})
                over = self._over[key]
                await self._children[key].stop()
                await over.wait()
            elif one.at_work:
                job.works[what] = one.model_copy(update={"state": "stopped", "line": STOPPED, "ended": time.time()})
        self._keep(job)

    async def _place(self, look: bool) -> None:
        waiting = self._waiting[look]
        while True:
            while not waiting:
                self._wake[look].clear()
                await self._wake[look].wait()
            id_, what = waiting.pop(0)
            job = self._shelf.jobs.get(id_)
            if job is not None:
                await self._work(job, what)

    async def _work(self, job: Job, what: What) -> None:
        key = (job.id, what)
        child = self._children[key] = Child(words_of(job, what), self._shelf.work(job))
        over = self._over[key] = asyncio.Event()
        job.works[what] = Work(state="running", line="starts", begun=time.time())
        limits, look = self._shelf.limits, what in LOOKS
        try:
            self._shelf.save(job)
            ended = await child.run(_progress(job, what), limits.look if look else None, limits.printed if look else 0)
            self._end(job, what, ended, child.stopped)
        except asyncio.CancelledError:
            self._shelf.sweep(job)
            self._set(job, what, state="cut_off", line=CUT_OFF)
            raise
        except Exception as error:  # a fault of ours ends this piece of work, is said, and leaves the rest to go on
            line = f"failed by a fault in the software ({error_line(error, 200)}); please report it"
            self._set(job, what, state="failed", line=line)
        finally:
            del self._children[key], self._over[key]
            over.set()

    def _end(self, job: Job, what: What, ended: Ended, stopped: bool) -> None:
        fault = _as_sent(job, _fault(ended, what, self._shelf.limits.look))
        if stopped:
            self._shelf.sweep(job)
            self._set(job, what, state="stopped", line=STOPPED)
            return
        if what == "model":
            fault = _take_model(job, ended, fault)
        elif what == "tables" and not fault:
            seen = TablesSeen.model_validate(_printed(ended))
            job.tables_seen = seen.model_copy(update={"fault": _as_sent(job, seen.fault) if seen.fault else None})
        elif not fault:
            fault = _take_verdict(job, what, self._shelf.work(job))
        self._set(job, what, state="failed" if fault else "done", line=fault)

    def _set(self, job: Job, what: What, **changes: Any) -> None:
        job.works[what] = job.works[what].model_copy(update={"ended": time.time(), **changes})
        self._keep(job)

    def _keep(self, job: Job) -> None:
        with suppress(RetrodictError, OSError):  # where the disk is full, the page still tells
            self._shelf.save(job)


def _take_model(job: Job, ended: Ended, fault: str) -> str:
    """Keep what was found in a model file; return what is wrong with it, if it is nothing that may be accepted."""
    job.seen = job.doubt = None
    printed = _printed(ended) if ended.out and not (ended.late or ended.too_much) else None
    if printed is None:
        return fault or "nothing was found in it"
    job.doubt = doubt_of(printed)
    if job.doubt is not None:
        return ""
    if not fault:
        job.seen = seen_of(printed)
    return fault


def _take_verdict(job: Job, what: What, work: Path) -> str:
    """Keep the verdict of an audit; return what is wrong with its report, if anything is."""
    try:
        if what == "audit":
            job.verdict = told(work / AUDIT).verdict
        else:
            job.verdict_after = both(work / COMPARISON)["after"]
    except RequestError as error:
        return one_line(error)
    return ""


def _as_sent(job: Job, line: str) -> str:
    """Return a line with files called as whoever sent them calls them."""
    for one in job.uploads.values():
        line = line.replace(f"'{one.stored}'", f"'{one.name}'")
    return line


def _printed(ended: Ended) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ended.out)
    return found


def _fault(ended: Ended, what: What, look: float) -> str:
    """Say in one line why a process did not do its work; the empty text where it did."""
    if ended.late:
        return f"it took more than {look:.0f} seconds; the command line (retrodict {what}) has no such limit"
    if ended.too_much:
        return "it states more than a page can tell; use the command line (retrodict inspect)"
    if ended.code == 0:
        return ""
    if ended.code > 0 and ended.error:
        return ended.error.removeprefix("error: ")
    how = f"signal {-ended.code}" if ended.code < 0 else f"exit code {ended.code}"
    return f"its process ended with {how} and no word: memory may have run out; try again, or use a larger machine"


def _progress(job: Job, what: What) -> Callable[[str], None]:
    def say(line: str) -> None:
        found = _STEP.match(line)
        if found is None or not job.works[what].at_work or job.works[what].line == STOPPING:
            return
        line = found["rest"]
        for part, plain in PLAIN.items():
            if line == part or line.startswith(f"{part}; "):
                line = plain + line.removeprefix(part)
        step, steps = int(found["step"] or 0), int(found["steps"] or 0)
        if found["side"] and steps:  # two audits, one after the other
            step, steps = step + (steps if found["side"] == "after" else 0), 2 * steps
        job.works[what] = job.works[what].model_copy(
            update={"line": line, **({"step": step, "steps": steps} if steps else {})}
        )

    return say
