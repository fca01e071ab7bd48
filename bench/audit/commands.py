"""One audit from the command line, in a process of its own: its report, and what it took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.audit.zoo import Case, dump
from bench.tables import TARGET


def audited(case: Case, file: Path, out: Path, *options: str) -> dict[str, Any]:
    """Audit a model file with its case's tables; return the report, seconds, CPU seconds, GB, and MB of the page."""
    out.parent.mkdir(parents=True, exist_ok=True)
    tables = {name: dump(getattr(case, name), out.parent / f"{name}.parquet") for name in ("train", "holdout")}
    words = [sys.executable, "-m", "retrodict", "audit", str(file), "--target", TARGET, *case.options]
    words += ["--train", str(tables["train"]), "--holdout", str(tables["holdout"])]
    started = time.perf_counter()
    process = subprocess.Popen([*words, "--out", str(out), "--quiet", *options])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(words)} failed")
    return {
        "report": json.loads((out / "report.json").read_text(encoding="utf-8")),
        "seconds": time.perf_counter() - started,
        "CPU seconds": usage.ru_utime + usage.ru_stime,
        "GB": usage.ru_maxrss * 1024 / 1e9,
        "MB": (out / "report.html").stat().st_size / 1e6,
    }
