"""How tests are run: a whole folder on all cores, one thread a process."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from retrodict.threads import ONE_THREAD, cores

_MOST = 8  # processes; more would spend longer on imports than on tests

# Before numpy is imported, here and in the processes that tests start: the cores are shared by the processes.
for _name, _value in ONE_THREAD.items():
    os.environ.setdefault(_name, _value)

if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
    # Else each of the hundreds of processes that tests start compiles every library again; nothing lies beside sources.
    _bytecode = str(Path(__file__).parents[1] / ".pytest_cache" / "bytecode")
    sys.pycache_prefix = os.environ.setdefault("PYTHONPYCACHEPREFIX", _bytecode)
    sys.dont_write_bytecode = False


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return a process for each core; none but this one for single files, which are over before others have begun."""
    if any(".py" in str(argument) for argument in config.invocation_params.args):
        return 0
    return min(cores(), _MOST) if cores() > 1 else 0
