"""What each piece of work is as a command line, run in the folder of its audit."""

from __future__ import annotations

import json
from collections.abc import Callable

from retrodict.app.jobs import Job, What

AUDIT, COMPARISON = "audit", "comparison"
"""Folders of results. Nothing from outside is stored under such a name: stored names have an ending."""

PLAIN = {
    "what the file discloses": "what the file states",
    "extraction by query alone": "rebuilding records by asking the model",
    "extraction from the file": "rebuilding records from the file",
    "rows at risk, by query alone": "how near the records rebuilt by asking come to real ones",
    "rows at risk, from the file": "how near the records rebuilt from the file come to real ones",
    "membership": "telling who was among the training records",
    "attributes of known rows": "guessing what is not known of a known person",
    "lift, by query alone": "what asking the model adds to common knowledge",
    "lift, from the file": "what the file adds to common knowledge",
    "replicas, by query alone": "copying the model by asking it",
    "replicas, from the file": "copying the model from its file",
    "query curve": "what more questions would give",
    "error budget": "how exact the rebuilt records are",
    "defences of its leaf values": "what would protect",
}
"""Parts of an audit, as an audit names them where it tells how far it is, for those who did not study them.

The app itself does not import what audits: a page is there at once, and a test holds these names to its own."""


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
