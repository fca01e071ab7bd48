"""What each piece of work is as a command line, run in the folder of its audit."""

from __future__ import annotations

import json
from collections.abc import Callable

from retrodict.app.jobs import Job, What

AUDIT, COMPARISON = "audit", "comparison"
"""Folders of results. Nothing from outside is stored under such a name: stored names have an ending."""


def words_of(job: Job, what: What) -> list[str]:
    """Return module and arguments.

    Parameters
    ----------
    job
        The audit.
    what
        The piece of work.
    """
    return _WORDS[what](job)


def _model(job: Job) -> list[str]:
    return ["retrodict", "inspect", job.model.stored, "--json", *_trust(job)]


def _tables(job: Job) -> list[str]:
    asked = {
        "model": job.model.stored,
        "trusted": job.trusted,
        "trust_pickle": job.trust_pickle,
        "target": job.target or None,
        "tables": {what: one.stored for what, one in job.uploads.items() if what in ("train", "holdout")},
    }
    return ["retrodict.app.tables_look", json.dumps(asked)]


def _audit(job: Job) -> list[str]:
    return ["retrodict", "audit", job.model.stored, "--out", AUDIT, *_given(job)]


def _strip(job: Job) -> list[str]:
    out = ["--out", job.stripped, "--audit", COMPARISON]
    return ["retrodict", "sanitize", job.model.stored, *out, *_given(job)]


def _given(job: Job) -> list[str]:
    words = []
    for what, one in job.uploads.items():
        if what != "model":
            words += [f"--{what}", one.stored]
    if job.appetite is None:
        words += ["--appetite", job.profile]
    if job.target:
        words.append(f"--target={job.target}")
    return [*words, *(["--quick"] if job.quick else []), *_trust(job)]


def _trust(job: Job) -> list[str]:
    return [*(["--trust-pickle"] if job.trust_pickle else []), *(f"--trust={name}" for name in job.trusted)]


_WORDS: dict[What, Callable[[Job], list[str]]] = {
    "model": _model,
    "tables": _tables,
    "audit": _audit,
    "strip": _strip,
}
