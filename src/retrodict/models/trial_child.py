"""A process of its own that reads a model file and asks it for a few rows; see `trial`."""

from __future__ import annotations

import json
import os
import sys

from retrodict.models.trial import CPU_SECONDS, ENDED, MEMORY, OUT_OF_MEMORY, limit

INSIDE = "RETRODICT_TRIAL"
"""Set in such a process, which must not start another."""


def main(path: str, trusted: str) -> int:
    """Read a file as far as it can be, and return the exit code.

    Parameters
    ----------
    path
        Of a model file.
    trusted
        Names of the types that the user accepted, as a list in JSON.
    """
    os.environ[INSIDE] = "1"
    limit(CPU_SECONDS, MEMORY)
    try:
        from retrodict.models.opening import load_model

        load_model(path, trusted=json.loads(trusted))
    except MemoryError:
        return OUT_OF_MEMORY
    except Exception:  # whatever it is, it is met again in the process that asks
        return ENDED
    return ENDED


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
