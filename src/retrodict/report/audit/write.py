"""The practitioner's front door: one model in, one folder out."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from retrodict.auditing import AuditRequest, AuditResult, compute_audit
from retrodict.auditing.baseline import load_baseline
from retrodict.extras import extra_for
from retrodict.priors import Prior
from retrodict.report.audit.file_names import FOLDERS
from retrodict.results.claim import claimed
from retrodict.results.folder import check_writable, new_folder
from retrodict.results.progress import LineProgress


def audit(
    model: Any,
    prior: Prior | str | Path | None = None,
    *,
    train: pd.DataFrame | None = None,
    holdout: pd.DataFrame | None = None,
    out: str | Path,
    target: str | None = None,
    appetite: str | Path | None = None,
    rows: int | None = None,
    seed: int = 0,
    quick: bool = False,
    seconds: float | None = None,
    shadows: int | None = None,
    estimator: Any = None,
    subgroups: Collection[str] | None = None,
    records: bool = False,
    workers: int | None = None,
    cache: str | Path | None = None,
    file: str | Path | None = None,
    baseline: str | Path | None = None,
    command: str | None = None,
    say: Callable[[str], None] | None = None,
) -> AuditResult:
    """Say what a model gives away, from its file and by query alone, and whether that is acceptable.

    Parameters
    ----------
    model
        What `load_model` takes.
    prior
        What is known of the features without the model: a prior or the path of a prior file. By default uniform over
        the ranges of the held-out rows, else over those that the file shows.
    train, holdout
        The training rows with their target, and others of the same source that the model did not see. Without them the
        file, the reconstruction and its self-consistency are judged, and the report says what could not be.
    out
        A new folder: ``report.html``, ``report.json``, the reconstruction from the file and that by query.
    target
        The target's column; by default the model's name of it, or the only column that is no feature.
    appetite
        The name of a profile (``internal``, ``safe-setting``, ``public-release``) or a risk appetite file; by default
        the one in the documentation.
    rows
        Rows drawn by each extraction; by default 10,000, of a quick audit 1,000.
    seed
        The one seed.
    quick
        A first look: fewer rows, two replicas, no error budget, and two minutes at most.
    seconds
        Take about so long at most, shared out over the parts; by default 100 if quick, else no limit. What was
        cut short is among `not_tested`, and is not repeatable.
    shadows
        Shadow models that attacks on membership train; 0 is none; by default 16, of a quick audit 4.
    estimator
        What shadow models are where the model's own kind can't be trained, as `membership_attacks` takes it.
    subgroups
        Listed columns whose values are looked at one by one.
    records
        Write ``records.csv``: one line a row, which singles out persons.
    workers
        Threads that train shadow models; by default one a core. The result does not depend on it.
    cache
        A folder that keeps what shadow models said, for the next audit of the same model and tables.
    file
        The file that a model given as an object was read from: the report names it, with its date and hash.
    baseline
        The ``report.json`` of an earlier audit, or its folder: the report says what changed since.
    command
        How to do it again, for the report; by default this call.
    say
        Is told what is done next, with about the time left; by default a line now and then on standard error.

    Returns
    -------
    AuditResult
        The verdict with its reasons, and all that they rest on.

    Raises
    ------
    RetrodictError
        If the model, the prior, the tables or the appetite can't be used, or the folder can't be written.
    """
    out, say = Path(out), say or LineProgress("audit")
    check_extras()
    with claimed(out):
        check_writable(out)
        before = None if baseline is None else load_baseline(baseline)
        options: dict[str, Any] = {
            "target": target,
            "appetite": appetite,
            "rows": rows,
            "seed": seed,
            "quick": quick,
            "seconds": seconds,
            "shadows": shadows,
            "estimator": estimator,
            "subgroups": subgroups,
            "records": records,
            "workers": workers,
            "cache": cache,
        }
        given = {"prior": prior, "train": train, "holdout": holdout, "baseline": baseline}
        command = command or _call(model=model, **given, out=str(out), **options)
        request = AuditRequest.of(model, prior, train=train, holdout=holdout, file=file, **options)
        found = compute_audit(request, say)
        found = replace(found, provenance={**found.provenance, "command": command})
        found = found if before is None else found.since(before, str(baseline))
        say("report")
        write_audit(found, out, records)
        return found


def check_extras() -> None:
    """Import what an audit needs beside the core, before it takes its time.

    Raises
    ------
    MissingExtraError
        If something is not installed.
    """
    with extra_for("an audit", "report"):
        for name in ("retrodict.report.audit.html", "retrodict.evaluation.risk.scan"):
            import_module(name)


def write_audit(found: AuditResult, out: Path, records: bool = False) -> None:
    """Write the folder of an audit, in one step.

    Parameters
    ----------
    found
        The audit.
    out
        The folder.
    records
        Whether ``records.csv`` is written, which singles out persons.

    Raises
    ------
    RetrodictError
        If it can't be written.
    """
    from retrodict.report.audit.published import publish_report

    with new_folder(out) as work:
        publish_report(found, work, records)
        for way, one in found.extractions.items():
            one.reconstruction.save(work / FOLDERS[way])


def command_line(model: Path, command: str = "audit", **options: Any) -> str:
    """Return the command that repeats an audit; options that are ``None`` or false are left out."""
    words = ["retrodict", command, str(model)]
    for name, value in options.items():
        if value is None or value is False:
            continue
        flag = "--" + name.replace("_", "-")
        for one in value if isinstance(value, list) else [value]:
            words += [flag] if one is True else [flag, str(one)]
    return shlex.join(words)


def _call(**given: Any) -> str:
    """Return the Python call; what is no path is named only."""
    words = [_word(name, value) for name, value in given.items() if value is not None and value is not False]
    return f"retrodict.audit({', '.join(words)})"


def _word(name: str, value: Any) -> str:
    if isinstance(value, Path):
        value = str(value)
    plain = isinstance(value, str | int | float | list | tuple)
    text = repr(value) if plain else name
    return text if name == "model" else f"{name}={text}"
