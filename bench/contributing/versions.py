"""The tests on each Python and on the lowest versions that pyproject.toml allows, each in a throw-away environment.

Run with `uv run python -m bench.contributing.versions [--python 3.11 3.12 ...] [--resolution locked lowest] [-- TEST
...]`; without tests it runs those of the README. `locked` takes what uv.lock says, `lowest` the lowest versions of what
pyproject.toml names, on the lowest Python. It leaves uv.lock alone, which `uv run --resolution lowest-direct` would
write anew.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

from bench.document import markdown

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ("3.11", "3.12", "3.13")
LIBRARIES = ("numpy", "pandas", "scikit-learn", "scipy", "numba", "skops", "lightgbm", "xgboost-cpu")
EXTRAS = "lightgbm,xgboost"


def interpreter(version: str) -> str | None:
    """Return a Python of this version: one that uv finds or fetches, else one of pyenv's."""
    asked = subprocess.run(["uv", "python", "find", version], capture_output=True, text=True, check=False)
    if asked.returncode == 0:
        return asked.stdout.strip()
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    ours = sorted(pyenv.glob(f"versions/{version}.*/bin/python"))
    if ours:
        return str(ours[-1])
    fetched = subprocess.run(["uv", "python", "install", version], capture_output=True, text=True, check=False)
    return version if fetched.returncode == 0 else None


def environment(python: str, resolution: str, folder: Path) -> Path:
    """Make an environment and return its Python."""
    place = folder / "environment"
    inside = place / "bin" / "python"
    if resolution == "locked":
        command = ["uv", "sync", "--quiet", "--frozen", "--all-extras", "--no-group", "bench", "--python", python]
        subprocess.run(command, check=True, cwd=ROOT, env=os.environ | {"UV_PROJECT_ENVIRONMENT": str(place)})
        return inside
    subprocess.run(["uv", "venv", "--quiet", "--python", python, str(place)], check=True)
    command = ["uv", "pip", "install", "--quiet", "--python", str(inside), "--resolution", "lowest-direct"]
    subprocess.run([*command, "--editable", f".[{EXTRAS}]", "--group", "dev"], check=True, cwd=ROOT)
    return inside


def versions(python: Path) -> list[str]:
    """Return the versions of Python and of the libraries in an environment."""
    code = "import json, platform, sys\nfrom importlib.metadata import version\n"
    code += "print(json.dumps([platform.python_version(), *map(version, sys.argv[1:])]))"
    said = subprocess.run([python, "-c", code, *LIBRARIES], check=True, capture_output=True, text=True)
    return json.loads(said.stdout)


def tested(python: Path, tests: list[str], folder: Path) -> dict[str, int]:
    """Run tests and return how many did what."""
    report = folder / "report.xml"
    # What numba compiled for one version is of no use to another.
    here = os.environ | {"NUMBA_CACHE_DIR": str(folder / "compiled"), "VIRTUAL_ENV": str(python.parents[2])}
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *tests]
    subprocess.run(command, check=False, cwd=ROOT, env=here)
    if not report.exists():
        return {"passed": 0, "failed": 1, "skipped": 0}
    suites = list(ET.parse(report).getroot().iter("testsuite"))
    ran, failures, errors, skipped = (
        sum(int(suite.get(name, 0)) for suite in suites) for name in ("tests", "failures", "errors", "skipped")
    )
    failed = failures + errors
    return {"passed": ran - failed - skipped, "failed": failed, "skipped": skipped}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", nargs="+", default=list(PYTHONS), metavar="VERSION", help="3.11, 3.12, ...")
    parser.add_argument("--resolution", nargs="+", choices=["locked", "lowest"], default=["locked", "lowest"])
    parser.add_argument("tests", nargs="*", help="tests, or other arguments of pytest after '--'")
    chosen = parser.parse_args()
    jobs = [(python, "locked") for python in chosen.python if "locked" in chosen.resolution]
    if "lowest" in chosen.resolution:
        jobs.append((min(chosen.python, key=lambda v: [int(part) for part in v.split(".")]), "lowest"))
    rows, well = [], True
    for wanted, resolution in jobs:
        python = interpreter(wanted)
        if python is None:
            rows.append([wanted, resolution, *["-"] * len(LIBRARIES), "not run: no such Python here", "-", "-"])
            well = False
            continue
        with tempfile.TemporaryDirectory() as folder:
            inside = environment(python, resolution, Path(folder))
            found = tested(inside, chosen.tests, Path(folder))
            named = versions(inside)
        well &= found["passed"] > 0 and not found["failed"]
        rows.append([named[0], resolution, *named[1:], *map(str, found.values())])
        print(*rows[-1], sep=" | ", flush=True)
    print("", markdown(["Python", "versions", *LIBRARIES, "passed", "failed", "skipped"], rows, words=2), sep="\n")
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
