"""From a command line to an exit code: whatever happens is one line, or nothing.

The commands themselves are imported when one is run, inside the net that turns a signal into a line.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress

from retrodict.cli.exits import CUT_OFF
from retrodict.cli.stops import StoppedError, code_of_stop, ending, quiet_output, stopped, watch_signals


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; failures are one line on standard error.

    Parameters
    ----------
    arguments
        What follows ``retrodict``.
    """
    traceback_wanted = os.environ.get("RETRODICT_TRACEBACK", "") not in ("", "0")
    try:
        with warnings.catch_warnings():
            if not (sys.warnoptions or traceback_wanted):
                warnings.simplefilter("ignore")  # doubts about a model are data: `inspect` shows them
            from retrodict.cli.commands import invoke
            from retrodict.cli.printing import flush

            code = invoke(arguments)
            flush()
            return code if (end := stopped()) is None else _ended(end)
    except (BrokenPipeError, SystemExit) as error:
        if isinstance(error, SystemExit) and not isinstance(error.__context__, BrokenPipeError):
            raise  # of ours there is none; the library that draws tables and help ends so where a pipe breaks
        quiet_output(sys.stdout, sys.stderr)
        return CUT_OFF
    except (Exception, KeyboardInterrupt) as error:
        if traceback_wanted and isinstance(error, Exception):
            raise
        return _ended(error)


def _ended(error: BaseException) -> int:
    """Say in one line what ended the command, and return its exit code."""
    end = stopped()
    if end is not None and not isinstance(error, StoppedError):  # a signal may surface as any failure
        error = end
    if isinstance(error, KeyboardInterrupt):  # nothing is imported then: the signal may have come amidst an import
        code, line = code_of_stop(error), "error: stopped"
    elif isinstance(error, StoppedError):
        code, line = error.code, f"error: {error}"
    else:
        from retrodict.cli.failures import failure

        code, line = failure(error)
    with suppress(OSError, ValueError):
        if line:
            print(line, file=sys.stderr, flush=True)
    return code


def main() -> None:
    """Run the command line of this process."""
    watch_signals()
    code = 1
    try:
        for stream in (sys.stdout, sys.stderr):
            with suppress(AttributeError, ValueError):  # what a terminal has no letter for is shown as an escape
                stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # of text streams
        code = run(sys.argv[1:])
    except KeyboardInterrupt as error:  # between two lines of ours
        code = _ended(error)
    ending(code, told=True)
    try:
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):  # said already, or nobody is there to be told
        quiet_output(sys.stdout)
    sys.exit(code)
