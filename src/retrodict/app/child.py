"""A process that works for the app, and ends with it: ``python -m retrodict.app.child MODULE WORDS ...``.

Its standard input is a pipe that the app holds. Whatever ends the app, a kill included, closes that pipe; then this
process and those that it has started are told to stop, have some seconds to put their work away, and are ended.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time

from retrodict.app.memory import bound_memory

GRACE = 6.0
"""Seconds to put work away: a command takes five at most before it ends by itself."""


def _watch() -> None:
    """Wait for the end of the app."""
    while os.read(0, 1024):
        pass
    _tell(signal.SIGTERM)
    time.sleep(GRACE)
    _tell(getattr(signal, "SIGKILL", signal.SIGTERM))
    os._exit(1)


def _tell(number: signal.Signals) -> None:
    if hasattr(os, "killpg") and os.getpgid(0) == os.getpid():  # it leads a group, which is all that it has started
        os.killpg(0, number)
    else:
        os.kill(os.getpid(), number)


def main() -> None:
    """Run a module as a program."""
    threading.Thread(target=_watch, name="retrodict-app", daemon=True).start()
    bound_memory()
    module, sys.argv = sys.argv[1], sys.argv[1:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
