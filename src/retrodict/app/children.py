"""Processes that work for the app: model files and tables are opened there, never in the app itself."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from retrodict.plain_text import one_line

GRACE = 6.0
"""Seconds that a child has to put its work away before it is ended."""

HURRY = 1.0
"""The same where the app itself ends: whoever asked for that waits."""

_LINE = 4_000
"""Bytes of one printed line that are looked at."""


@dataclass(frozen=True)
class Ended:
    """How a child ended.

    Parameters
    ----------
    code
        Its exit code; negative for a signal.
    out
        What it printed on standard output, if that was asked for.
    error
        The last line on standard error.
    late
        Whether it was ended because its time was up.
    too_much
        Whether it was ended because it printed too much.
    """

    code: int
    out: bytes
    error: str
    late: bool = False
    too_much: bool = False


class Child:
    """One process.

    Parameters
    ----------
    words
        Module and arguments.
    folder
        That it works in. It holds files from outside, so that nothing is imported from there.
    """

    def __init__(self, words: Sequence[str], folder: Path) -> None:
        self._words, self._folder = list(words), folder
        self._process: Process | None = None
        self.stopped = False

    async def run(self, say: Callable[[str], None], seconds: float | None = None, printed: int = 0) -> Ended:
        """Start it and wait for its end.

        Parameters
        ----------
        say
            Is told each line of standard error.
        seconds
            After which it is ended; ``None`` is no limit.
        printed
            Bytes of standard output that are taken, at most; 0 takes none.
        """
        environment = {name: value for name, value in os.environ.items() if name != "RETRODICT_TRACEBACK"}
        self._process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "retrodict.app.child", *self._words),
            cwd=self._folder,
            env={**environment, "PYTHONSAFEPATH": "1", "PYTHONIOENCODING": "utf-8"},  # the former for its own children
            stdin=PIPE,
            stdout=PIPE if printed else DEVNULL,
            stderr=PIPE,
            start_new_session=True,
        )
        last, out, too_much = "", bytearray(), False

        async def lines() -> None:
            nonlocal last
            assert process.stderr is not None
            rest = b""
            while chunk := await process.stderr.read(_LINE):
                *whole, rest = (rest + chunk).split(b"\n")
                rest = rest[-_LINE:]
                for line in whole:
                    if line.strip():
                        last = one_line(line[:_LINE].decode("utf-8", "replace"))
                        say(last)

        async def output() -> None:
            nonlocal too_much
            while process.stdout is not None and (chunk := await process.stdout.read(65_536)):
                if len(out) + len(chunk) > printed:
                    too_much = True
                    self._tell(kill=True)
                    return
                out.extend(chunk)

        late, readers = False, asyncio.gather(lines(), output())
        try:
            if self.stopped:
                self._tell(kill=True)
            await asyncio.wait_for(process.wait(), seconds)
            with suppress(TimeoutError):  # what it has started, and left behind, may keep its output open
                await asyncio.wait_for(asyncio.shield(readers), HURRY)
        except TimeoutError:
            late = True
        finally:
            await self._end(0.0 if late or too_much else HURRY)
            with suppress(TimeoutError):
                await asyncio.wait_for(readers, HURRY)
        return Ended(process.returncode or 0, bytes(out), last, late, too_much)

    async def stop(self) -> None:
        """Have it put its work away and end."""
        self.stopped = True
        if self._process is not None:
            await self._end(GRACE)

    async def _end(self, grace: float) -> None:
        process = self._process
        if process is None:
            return
        if grace and process.returncode is None:
            self._tell(kill=False)
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(process.wait()), grace)
        self._tell(kill=True)
        await process.wait()

    def _tell(self, kill: bool) -> None:
        """Signal the process and all that it has started, those included that outlive it."""
        process = self._process
        with suppress(ProcessLookupError, PermissionError):
            if process is None:
                return
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL if kill else signal.SIGTERM)
            elif kill:
                process.kill()
            else:
                process.terminate()
