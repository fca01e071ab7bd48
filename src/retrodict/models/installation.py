"""What is installed here: libraries and their releases, the extras they make up, and the families they serve."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires, version
from importlib.util import find_spec
from typing import Any, Literal

from retrodict.extras import EXTRA_OF, USES
from retrodict.models.family import has_part, openings
from retrodict.plain_text import one_line

State = Literal["works", "missing", "old", "broken"]

PARTS = {
    "open": "opening",
    "model": "predicting",
    "advice": "checking before training",
    "disclose": "disclosing",
    "strip": "stripping",
    "trees": "rebuilding",
    "train": "training",
}
"""What each file of a family lets one do with its models."""

_SELF = "retrodict"
_ALL = "all"
"""The extra that is made of the others."""
_REQUIREMENT = re.compile(r"([\w.-]+)\s*(?:>=\s*([\d.]+))?[^;]*(?:;.*\bextra == ['\"]([\w-]+)['\"])?")
_SECONDS = 120.0
"""Time for the imports of all optional libraries; they take some seconds, and a minute on a machine that is busy."""
_IMPORTS = """
import importlib, json, os, sys
said = os.fdopen(os.dup(1), "w")
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
for name in sys.argv[1:]:
    fault = None
    try:
        importlib.import_module(name)
    except BaseException as error:
        fault = f"{type(error).__name__}: {error}"
    print(json.dumps([name, fault]), file=said, flush=True)
os._exit(0)
"""


class _Line:
    """What shows itself as plain data."""

    def to_dict(self) -> dict[str, Any]:
        """Return its fields by name."""
        return asdict(self)  # type: ignore[call-overload]  # its heirs are dataclasses


@dataclass(frozen=True)
class Library(_Line):
    """One library that retrodict uses.

    Parameters
    ----------
    name
        It is imported under; of those that are always needed, the name it is installed under.
    version
        Installed here; ``None`` where it is missing, or its package does not say.
    least
        The oldest release that is supported; ``None`` where any is.
    state
        `missing`; `old`, below `least`; `broken`, it is there and can't be imported; or `works`.
    fault
        What its import says, where it is broken.
    """

    name: str
    version: str | None
    least: str | None
    state: State
    fault: str | None = None

    @property
    def at_hand(self) -> bool:
        """Whether it can be used; an old release may do."""
        return self.state in ("works", "old")


@dataclass(frozen=True)
class Extra(_Line):
    """One extra of the package.

    Parameters
    ----------
    name
        As in ``pip install 'retrodict[NAME]'``.
    libraries
        That it brings, by the names they are imported under.
    enables
        What it is for.
    works
        Whether every library of it works.
    remedy
        The command that mends it; ``None`` where there is nothing to mend.
    """

    name: str
    libraries: tuple[str, ...]
    enables: tuple[str, ...]
    works: bool
    remedy: str | None


@dataclass(frozen=True)
class Served(_Line):
    """One family of models.

    Parameters
    ----------
    name
        Of its folder.
    files, models
        What it opens, and what it takes for a model, in its own words.
    can
        What can be done with its models: some of `opening`, `predicting`, `disclosing`, `stripping`, `rebuilding` and
        `training`.
    extra
        That brings its library; ``None`` where none is needed.
    works
        Whether all that it needs works.
    """

    name: str
    files: str
    models: str
    can: tuple[str, ...]
    extra: str | None
    works: bool


def core_libraries() -> tuple[Library, ...]:
    """Return the libraries that retrodict always needs, with their releases."""
    found = []
    for name, least, extra in _requirements():
        if extra is None:
            at = installed(name)
            found.append(Library(name, at, least, "missing" if at is None else _age(at, least)))
    return tuple(found)


def optional_libraries() -> tuple[Library, ...]:
    """Return the libraries of all extras; each that is there is imported, in a process of its own."""
    there = [name for name in EXTRA_OF if _findable(name)]
    faults = _import_faults(there)
    packages, least = packages_distributions(), {_imported(name): at for name, at, extra in _requirements() if extra}
    found = []
    for name in EXTRA_OF:
        homes = packages.get(name, [])
        at = installed(homes[0]) if name in there and homes else None
        state: State = "missing" if name not in there else _age(at, least.get(name))
        if name in faults:
            found.append(Library(name, at, least.get(name), "broken", faults[name]))
        else:
            found.append(Library(name, at, least.get(name), state))
    return tuple(found)


def extras(libraries: Sequence[Library]) -> tuple[Extra, ...]:
    """Return the package's extras, given what `optional_libraries` returned."""
    of: dict[str, list[str]] = {name: [] for name in sorted({*EXTRA_OF.values(), *USES})}
    for name, _, extra in _requirements():
        if extra in of:
            of[extra].append(_imported(name))
    for name, extra in EXTRA_OF.items():  # where the package's own list is not installed
        if name not in of[extra]:
            of[extra].append(name)
    states = {one.name: one.state for one in libraries}
    served = families(libraries)
    found = []
    for extra, names in of.items():
        own = tuple(f"models of {family.name} ({', '.join(family.can)})" for family in served if family.extra == extra)
        other = (USES[extra],) if extra in USES else ()
        bad = {states[name] for name in names} - {"works"}
        found.append(Extra(extra, tuple(names), own + other, not bad, _remedy(extra, bad)))
    return tuple(found)


def families(libraries: Sequence[Library]) -> tuple[Served, ...]:
    """Return what each family is for, and whether what it needs is at hand, given `optional_libraries`."""
    at_hand = {one.name for one in libraries if one.at_hand}
    found = []
    for name, opening in openings():
        needed = [package for package in opening.PACKAGES if package in EXTRA_OF]
        extra = EXTRA_OF[needed[0]] if needed else None
        works = all(one in at_hand for one, other in EXTRA_OF.items() if other == extra)
        can = tuple(word for file, word in PARTS.items() if has_part(name, file))
        found.append(Served(name.rpartition(".")[2], opening.FILES, opening.MODELS, can, extra, works))
    return tuple(found)


def _remedy(extra: str, bad: set[State]) -> str | None:
    if not bad:
        return None
    if "broken" in bad:
        return f"pip install --force-reinstall 'retrodict[{extra}]'"
    return f"pip install {'--upgrade ' if 'old' in bad else ''}'retrodict[{extra}]'"


@cache
def _requirements() -> tuple[tuple[str, str | None, str | None], ...]:
    """Return what the package asks for: name, oldest release, extra; nothing where it is not installed as a package."""
    try:
        lines = requires(_SELF) or []
    except PackageNotFoundError:
        return ()
    found = [_REQUIREMENT.match(line) for line in lines]
    return tuple(
        (one[1], one[2], one[3]) for one in found if one is not None and one[3] != _ALL and one[1].lower() != _SELF
    )


def _imported(package: str) -> str:
    """Return the name under which an optional package is imported: it may be installed as one of several (`x-cpu`)."""
    if (module := package.replace("-", "_")) in EXTRA_OF:
        return module
    return next((name for name in EXTRA_OF if package.startswith(f"{name}-")), package)


def installed(package: str) -> str | None:
    """Return the version of a package; ``None`` where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _findable(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _age(at: str | None, least: str | None) -> State:
    return "old" if at is not None and least is not None and _release(at) < _release(least) else "works"


def _release(text: str) -> tuple[int, ...]:
    """Return the numbers that a version begins with, less zeros at its end: `3.0` is `3`."""
    numbers = re.match(r"\d+(\.\d+)*", text)
    found = [int(one) for one in numbers[0].split(".")] if numbers else []
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def _import_faults(names: Sequence[str]) -> dict[str, str]:
    """Import libraries in another process, and return what went wrong, by name: a crash of one is an answer."""
    left, faults = list(names), {}
    while left:
        command = [sys.executable, "-c", _IMPORTS, *left]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
            said, how = done.stdout, f"its import ends the process ({done.returncode})"
        except subprocess.TimeoutExpired as error:
            out = error.stdout or b""
            said, how = out.decode() if isinstance(out, bytes) else out, f"its import takes over {_SECONDS:g} s"
        for line in said.splitlines():
            name, fault = json.loads(line)
            left.remove(name)
            if fault is not None:
                faults[name] = one_line(fault, 200)
        if left:
            faults[left.pop(0)] = how
    return faults
