"""Compiled libraries kept from writing to standard output, where results go."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_STDOUT = 1


@contextmanager
def silent() -> Iterator[None]:
    """Send what compiled code writes to standard output nowhere: some versions of HiGHS print a line of their own."""
    try:
        kept = os.dup(_STDOUT)
    except OSError:  # there is none
        yield
        return
    if sys.stdout is not None:
        sys.stdout.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STDOUT)
    try:
        yield
    finally:
        with suppress(OSError, AttributeError, TypeError):  # where C's own buffers can't be reached so
            ctypes.CDLL(None).fflush(None)
        os.dup2(kept, _STDOUT)
        os.close(kept)
        os.close(nowhere)
