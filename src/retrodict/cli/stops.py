"""Signals: Ctrl-C and a request to terminate end any command, at any moment, with one line and the right code.

The first signal is an exception in the main thread, so that work is put away in order. Where that does not come through
(a library holds on to the thread, or takes the exception for its own) the process is ended after a while all the same;
a second signal ends it at once.
"""

from __future__ import annotations

import _thread
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from retrodict.cli.exits import STOPPED, of_signal

GRACE = 5.0
"""Seconds that a stopped command has to put its work away."""

_AGAIN, _SOON = b"\0", 0.05
"""No signal's number: the word for one that has to be raised once more, and after how many seconds that is done."""

_LINE = b"error: stopped\n"


class StopSignal(KeyboardInterrupt):
    """A signal that ends the command; code that knows `KeyboardInterrupt` knows it.

    Parameters
    ----------
    number
        Of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.code = of_signal(number)


class StoppedError(Exception):
    """The user stopped the command; the text says what is left of its work.

    Parameters
    ----------
    text
        For people.
    code
        Exit code: that of the signal.
    """

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


@contextmanager
def stopping(remedy: str) -> Iterator[None]:
    """Turn an interruption into a line that says how to go on."""
    try:
        yield
    except KeyboardInterrupt as error:
        raise StoppedError(f"stopped; {remedy}", code_of_stop(error)) from None


def code_of_stop(error: KeyboardInterrupt) -> int:
    """Return the exit code of an interruption: that of its signal."""
    return error.code if isinstance(error, StopSignal) else STOPPED


class _Watch:
    """What this process knows of signals."""

    def __init__(self) -> None:
        self.number: int | None = None
        self.told = False
        self.code: int | None = None
        self._to_raise = self._to_skip = 0  # signals that it sends itself, as either side still has to see them
        self._awake, self._wake = socket.socketpair()
        self._wake.setblocking(False)

    def start(self) -> None:
        for number in _numbers():
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup, or a job in the background, asked for that
                signal.signal(number, self._heard)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        threading.Thread(target=self._wait, name="retrodict-signals", daemon=True).start()
        sys.unraisablehook = self._unraisable
        threading.excepthook = self._thread_failed
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_as_usual)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if self.code is not None or (self.number is not None and not self._to_raise):
            return  # the end is under way already; `_wait` sees to those in a hurry
        self._to_raise = 0
        self.number = number
        raise StopSignal(number)

    def _wait(self) -> None:
        """End the process after a second signal, or some time after the first."""
        numbers = set(map(int, _numbers()))
        first: int | None = None
        while True:
            try:
                heard = self._awake.recv(1)[0]
            except TimeoutError:
                break
            except OSError:
                return
            if bytes([heard]) == _AGAIN:
                time.sleep(_SOON)
                self._to_raise, self._to_skip = 1, self._to_skip + 1
                _raise(signal.Signals(self.number or signal.SIGINT))
            if heard not in numbers:
                continue
            if self._to_skip:
                self._to_skip -= 1
                continue
            if first is not None or self.code is not None:
                break
            first = heard
            self._awake.settimeout(GRACE)
        self._end(of_signal(first or heard))

    def _end(self, code: int) -> None:
        claim = sys.modules.get("retrodict.results.claim")
        if claim is not None:
            claim.abandon()
        processes = sys.modules.get("multiprocessing.process")
        for child in processes.active_children() if processes is not None else ():
            child.kill()
        if not self.told and self.code is None:
            with suppress(OSError):
                os.write(2, _LINE)
        os._exit(code if self.code is None else self.code)

    def _unraisable(self, failed: sys.UnraisableHookArgs) -> None:
        """Raise a signal again that came where nothing can be raised, such as while an object is taken away."""
        if isinstance(failed.exc_value, KeyboardInterrupt):
            with suppress(OSError):
                self._wake.send(_AGAIN)  # raised by now it would be lost within this hook
        elif self.number is None:
            sys.__unraisablehook__(failed)

    def _thread_failed(self, failed: threading.ExceptHookArgs) -> None:
        if self.number is None:  # what threads complain of while all ends tells nothing
            threading.__excepthook__(failed)


_watch: _Watch | None = None


def watch_signals() -> None:
    """Let signals end this process as this module says; to be called once, from its main thread."""
    global _watch
    if _watch is None:
        _watch = _Watch()
        _watch.start()


def stopped() -> StopSignal | None:
    """Return the signal that came, whatever became of its exception."""
    return None if _watch is None or _watch.number is None else StopSignal(_watch.number)


def ending(code: int, told: bool) -> None:
    """Say that the command is over: nothing is raised from here on, and its line was told."""
    if _watch is not None:
        _watch.told = told
        _watch.code = code


def _numbers() -> list[signal.Signals]:
    return [signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def _raise(number: signal.Signals) -> None:
    """Have the main thread hear a signal, even amidst a call of the system."""
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, number)
    else:
        _thread.interrupt_main(number)


def _as_usual() -> None:
    """Let signals do to a forked child what they do to any process."""
    with suppress(ValueError):  # not its main thread
        signal.set_wakeup_fd(-1)
        for number in _numbers():
            if callable(signal.getsignal(number)):
                signal.signal(number, signal.SIG_DFL)
    sys.unraisablehook = sys.__unraisablehook__
    threading.excepthook = threading.__excepthook__


def quiet_output(*streams: Any) -> None:
    """Let streams that can't be written to any more take what is left, so that their end says nothing."""
    with suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        for stream in streams:
            with suppress(OSError, ValueError, AttributeError):
                os.dup2(nothing, stream.fileno())
