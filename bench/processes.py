"""One run in a process of its own, with a limit on its time: what it leaves behind, or that it did not finish."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import joblib

from retrodict.threads import ONE_THREAD

ROOT = Path(__file__).resolve().parents[1]


def peak_memory() -> float:
    """Return the largest resident set of this process so far, GB (Linux)."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()  # getrusage would count the parent's too
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1e6


def run_within(
    module: str, job: dict[str, Any], seconds: float, python: Path | None = None, threads: int | None = None
) -> dict[str, Any]:
    """Run ``python -m MODULE JOB RESULT`` and return its result; a status alone where it was stopped or failed.

    Parameters
    ----------
    module
        Of this project.
    job
        What it is given, as a joblib file.
    seconds
        After which it is stopped.
    python
        Of another environment: there the module is run by its file, and may import nothing of this project.
    threads
        Of the libraries' own; ``None`` leaves them as they are.
    """
    with tempfile.TemporaryDirectory() as folder:
        job_file, result_file = Path(folder, "job"), Path(folder, "result")
        joblib.dump(job, job_file)
        own = [sys.executable, "-m", module]
        other = [str(python), str(ROOT.joinpath(*module.split(".")).with_suffix(".py"))]
        command = [*(own if python is None else other), str(job_file), str(result_file)]
        env = os.environ | ({} if threads is None else dict.fromkeys(ONE_THREAD, str(threads)))
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
        # In a session of its own, its workers end with it.
        process = subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True, **silent)
        try:
            _, said = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return {"status": "timed out", "seconds": seconds}
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if process.returncode or not result_file.exists():
            last = (said.strip().splitlines() or [f"exit code {process.returncode}"])[-1]
            return {"status": f"failed: {last}"}
        return joblib.load(result_file)
