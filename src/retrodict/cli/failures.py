"""From an exception to an exit code and one line for people."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from retrodict.errors import RetrodictError, RunError

FAILED, WRONG, STOPPED = 1, 2, 130

_USAGE = typer.BadParameter.__mro__[1]
"""What the parser raises where options don't fit; its home differs between releases of typer."""


class StoppedError(Exception):
    """The user stopped the command; the text says what is left of its work."""


@contextmanager
def stopping(remedy: str) -> Iterator[None]:
    """Turn an interruption from the keyboard into a line that says how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        raise StoppedError(f"stopped; {remedy}") from None


@contextmanager
def terminable() -> Iterator[None]:
    """Take a request to terminate (SIGTERM) as an interruption from the keyboard: work is put away in order."""
    if threading.current_thread() is not threading.main_thread():  # only it may say what signals do
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def failure(error: BaseException) -> tuple[int, str]:
    """Return the exit code and the line of an exception.

    Parameters
    ----------
    error
        Its type decides: a `RunError` or trouble with the disk is a run that failed; any other error on purpose, or of
        the parser, is a request that was wrong.
    """
    if isinstance(error, StoppedError):
        return STOPPED, _one_line("error", str(error))
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return STOPPED, _one_line("error", "stopped")
    if isinstance(error, RetrodictError):
        return (FAILED if isinstance(error, RunError) else WRONG), _one_line("error", str(error))
    if isinstance(error, _USAGE):
        return WRONG, _usage_line(error)
    if isinstance(error, OSError):
        where = f"'{error.filename}': " if error.filename else ""
        return FAILED, _one_line("error", f"{where}{error.strerror or error}; nothing was kept")
    return FAILED, _one_line(
        "error",
        f"internal: {type(error).__name__}: {error}; please report it (RETRODICT_TRACEBACK=1 shows where it happened)",
    )


def _usage_line(error: BaseException) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "retrodict"
    text = error.format_message() if hasattr(error, "format_message") else str(error)
    if not text:  # no arguments at all: the help was shown instead
        return ""
    return _one_line("error", f"{text.rstrip('.')}; see {command} --help")


def _one_line(head: str, text: str) -> str:
    return f"{head}: {' '.join(text.split())}"
