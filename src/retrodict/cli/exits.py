"""Exit codes."""

from __future__ import annotations

import signal

DONE = 0
FAILED = 1
"""The run failed; rows that were found are kept."""
WRONG = 2
"""The request was wrong."""

JUDGED = 3
"""All was done, and the verdict is one that `--fail-on` names, or worse."""


def of_signal(number: int) -> int:
    """Return the exit code of a command that a signal ended, as shells have it."""
    return 128 + number


STOPPED = of_signal(signal.SIGINT)
TERMINATED = of_signal(signal.SIGTERM)
CUT_OFF = of_signal(13)
"""Whoever read the output went away: SIGPIPE, by its number, which systems without it do not name."""

MEANINGS = {
    DONE: "done",
    FAILED: "the run failed",
    WRONG: "the request was wrong",
    JUDGED: "the verdict is that of --fail-on, or worse",
    STOPPED: "stopped by Ctrl-C",
    TERMINATED: "terminated",
    CUT_OFF: "nobody reads the output any more",
}
"""As the help says them."""
