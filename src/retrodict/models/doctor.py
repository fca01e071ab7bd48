"""Whether this installation can do what is asked of it: what is there, what each part enables, and what mends it."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass

import pandas as pd

from retrodict.models.installation import (
    Extra,
    Library,
    Served,
    core_libraries,
    extras,
    families,
    installed,
    optional_libraries,
)
from retrodict.models.trial import can_fork
from retrodict.results.notes import Note
from retrodict.results.result import KeptResult, ShownTable
from retrodict.threads import ONE_THREAD, cores


@dataclass(frozen=True, repr=False)
class Diagnosis(KeptResult):
    """What this installation has and lacks; it prints itself.

    Parameters
    ----------
    retrodict, python, platform
        Releases, and the system.
    cores
        That this process may use.
    thread_caps
        Variables of the environment that limit the threads of libraries.
    forks
        Whether files are tried in a copy of this process; if not, in a new one, which takes seconds to start.
    core, optional
        Libraries that are always needed, and those of extras.
    extras
        What each is for, whether it works, and what mends it.
    families
        Whose models can be read, and what can be done with them.
    warnings
        What is missing, old or broken, a note each.
    """

    retrodict: str
    python: str
    platform: str
    cores: int
    thread_caps: dict[str, str]
    forks: bool
    core: tuple[Library, ...]
    optional: tuple[Library, ...]
    extras: tuple[Extra, ...]
    families: tuple[Served, ...]
    warnings: tuple[Note, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one line a library."""
        names = ["library", "needed", "installed", "supported_from", "state", "fault"]
        lines = [
            (one.name, needed, one.version, one.least, one.state, one.fault)
            for needed, libraries in ((True, self.core), (False, self.optional))
            for one in libraries
        ]
        return pd.DataFrame(lines, columns=names)

    @property
    def head(self) -> str:
        """What is here, in one line."""
        working = sum(one.works for one in self.extras)
        return (
            f"retrodict {self.retrodict} on Python {self.python}, {self.platform}: "
            f"{working} of {len(self.extras)} extras work"
        )

    def tables(self) -> list[ShownTable]:
        """Return the families, the extras, and the libraries."""
        served = [
            {
                "family": one.name,
                "works": _yes(one.works),
                "extra": one.extra or "none needed",
                "can": ", ".join(one.can),
                "files": one.files,
            }
            for one in self.families
        ]
        brought = [
            {
                "extra": one.name,
                "works": _yes(one.works),
                "libraries": ", ".join(one.libraries),
                "enables": "; ".join(one.enables),
            }
            for one in self.extras
        ]
        libraries = [
            {"library": one.name, "installed": one.version or "", "supported from": one.least or "", "state": one.state}
            for one in (*self.core, *self.optional)
        ]
        return [
            ShownTable(pd.DataFrame(lines), title, index=False)
            for title, lines in (("families", served), ("extras", brought), ("libraries", libraries))
            if lines
        ]

    def remarks(self) -> list[str]:
        """Return what mends it, and what is said of machine and process."""
        caps = ", ".join(f"{name}={value}" for name, value in self.thread_caps.items()) or "none in the environment"
        tried = (
            "model files are tried in a copy of this process first"
            if self.forks
            else "model files are tried in a new process first, which takes seconds: a copy of this one can't be had "
            "on this system, or while it runs threads, as the command line does"
        )
        return [f"cores: {self.cores}; thread caps: {caps}", tried, *super().remarks()]


def doctor() -> Diagnosis:
    """Look at this installation: which extras and libraries are there, what they enable, and what mends what is not.

    Every optional library that is installed is imported, in another process: that takes some seconds.

    Returns
    -------
    Diagnosis
        It prints itself; `works` of an extra says whether all that it is for can be done.
    """
    optional = optional_libraries()
    core, brought = core_libraries(), extras(optional)
    return Diagnosis(
        retrodict=installed("retrodict") or "not installed as a package",
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()} ({sys.platform})",
        cores=cores(),
        thread_caps={name: os.environ[name] for name in ONE_THREAD if name in os.environ},
        forks=can_fork(),
        core=core,
        optional=optional,
        extras=brought,
        families=families(optional),
        warnings=(*_core_notes(core), *_extra_notes(brought, {one.name: one for one in optional})),
    )


def _core_notes(core: tuple[Library, ...]) -> list[Note]:
    found = []
    if not core:
        found.append(Note("not_installed", "retrodict is not installed as a package: what it needs is not known"))
    for one in core:
        if one.state != "works":
            mend = f"pip install --upgrade '{one.name}>={one.least}'" if one.least else f"pip install {one.name}"
            found.append(Note(one.state, f"{_of(one)}; {mend}", library=one.name, version=one.version, remedy=mend))
    return found


def _extra_notes(brought: tuple[Extra, ...], libraries: dict[str, Library]) -> list[Note]:
    found = []
    for extra in brought:
        bad = [libraries[name] for name in extra.libraries if libraries[name].state != "works"]
        if bad:
            what = ", ".join(map(_of, bad))
            text = f"{'; '.join(extra.enables) or extra.name}: {what}; {extra.remedy}"
            found.append(
                Note(
                    "extra_lacks", text, extra=extra.name, remedy=extra.remedy, libraries={b.name: b.state for b in bad}
                )
            )
    return found


def _of(one: Library) -> str:
    if one.state == "missing":
        return f"{one.name} is not installed"
    if one.state == "old":
        return f"{one.name} {one.version} is older than {one.least}, the oldest that is supported"
    return f"{one.name} can't be imported ({one.fault})"


def _yes(works: bool) -> str:
    return "yes" if works else "no"
