"""From an exception to an exit code and one line for people."""

from __future__ import annotations

import typer

from retrodict.cli.exits import FAILED, STOPPED, WRONG
from retrodict.errors import RetrodictError, RunError
from retrodict.plain_text import one_line

_USAGE = typer.BadParameter.__mro__[1]
"""What the parser raises where options don't fit; its home differs between releases of typer."""


def failure(error: BaseException) -> tuple[int, str]:
    """Return the exit code and the line of an exception.

    Parameters
    ----------
    error
        Its type decides: a `RunError` or trouble with the disk is a run that failed; any other error on purpose, or of
        the parser, is a request that was wrong.
    """
    if isinstance(error, typer.Abort):
        return STOPPED, _line("stopped")
    if isinstance(error, RetrodictError):
        return (FAILED if isinstance(error, RunError) else WRONG), _line(str(error))
    if isinstance(error, _USAGE):
        return WRONG, _usage_line(error)
    if isinstance(error, OSError) and error.filename:
        from retrodict.results.disk import disk_error

        return failure(disk_error(error, error.filename))
    if isinstance(error, OSError):
        return FAILED, _line(f"{error.strerror or error}; nothing was kept")
    if isinstance(error, MemoryError):
        told = f": {error}" if str(error) else ""
        return FAILED, _line(f"memory ran out{told}; ask for less, or use a machine with more; nothing was kept")
    return FAILED, _line(
        f"internal: {type(error).__name__}: {_line(str(error), '')}; please report it (RETRODICT_TRACEBACK=1 shows "
        "where it happened)",
    )


def _usage_line(error: BaseException) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "retrodict"
    text = error.format_message() if hasattr(error, "format_message") else str(error)
    if not text:  # no arguments at all: the help was shown instead
        return ""
    return f"{_line(text.rstrip('.'))}; see {command} --help"


def _line(text: str, head: str = "error: ") -> str:
    return f"{head}{one_line(text)}"
