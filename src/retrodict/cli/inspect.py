"""``retrodict inspect``: what a model file tells of its columns, its likelihood and its safety."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import retrodict as rd
from retrodict.cli import candidate_file, options
from retrodict.cli.grouping import grouped
from retrodict.cli.opening import Opening, audit_line, file_line
from retrodict.cli.output import Output
from retrodict.cli.printing import print_line, print_table
from retrodict.errors import UnsafeFileError

if TYPE_CHECKING:
    from retrodict.disclosures import Disclosures
    from retrodict.models import FileAudit, Model
    from retrodict.schema import Feature

SHOWN = 12
"""How many facts of one group are printed for people."""


@grouped
def inspect(
    model: options.ModelFile,
    opening: Opening,
    output: Output,
    candidates: Annotated[
        Path | None,
        typer.Option(
            "--candidates",
            metavar="FILE",
            help="Guesses of categories that a model states by hash: a column a feature (CSV), or lists (JSON).",
        ),
    ] = None,
) -> None:
    """Show what a model file states about its training data, and what was not read."""
    try:
        loaded = opening.open_stated(model)
    except UnsafeFileError:  # what was checked is shown all the same; the refusal is the error
        from retrodict.models import audit_file

        audit = audit_file(model, opening.trust or ())
        output.show(_nothing_read(audit), lambda: print_line(audit_line(model, audit)))
        raise
    found = rd.inspect_model(loaded, candidates=None if candidates is None else candidate_file.read(candidates))
    unread = [one.to_dict() for one in found.unread]
    document = {**_report(model, loaded), "unread": unread, "disclosures": found.to_dicts()}
    output.show(document, lambda: _print(model, loaded, found))


def _nothing_read(audit: FileAudit) -> dict[str, Any]:
    """Return what is said of a file that was refused."""
    return {
        "model": None,
        "audit": _audit(audit),
        "schema": None,
        "undetermined": [],
        "unread": _refused(audit),
        "disclosures": [],
    }


def _report(path: Path, model: Model) -> dict[str, Any]:
    from retrodict.models.contract import Classifier, Regressor, about, noise_scale
    from retrodict.models.noise import noise_of

    kinds = {"classifier": Classifier, "regressor": Regressor}
    noise = noise_of(model)
    scaled = noise is not None and noise.scaled
    return {
        "model": {
            "path": str(path),
            "kind": next((kind for kind, one in kinds.items() if isinstance(model, one)), None),
            "family": model.family,
            "likelihood": model.likelihood,
            "fingerprint": model.fingerprint,
            "noise": None if noise is None else noise.name,
            "noise_scale": noise_scale(model),
            "noise_source": model.noise_source if isinstance(model, Regressor) and scaled else None,
            "warnings": [note.to_dict() for note in about(model).warnings],
        },
        "audit": _audit(about(model).audit),
        "schema": model.schema.to_dict(),
        "undetermined": [name for name in model.schema.names if name in about(model).undetermined],
    }


def _refused(audit: FileAudit) -> list[dict[str, Any]]:
    """Return what was not read of a file that was refused: all of it, by the types that it was refused for."""
    from retrodict.disclosures import Unread

    reason = "the file was refused for this type, and nothing in it was read"
    return [Unread("", name, "refused", reason).to_dict() for name in audit.refused]


def _audit(audit: FileAudit | None) -> dict[str, Any] | None:
    return None if audit is None else {**asdict(audit), "refused": list(audit.refused)}


def _print(path: Path, model: Model, found: Disclosures) -> None:
    from retrodict.models.contract import about

    for line in found.told_unread(SHOWN):
        print_line(line)
    undetermined = about(model).undetermined
    features = model.schema.features
    rows = [
        [
            f.name,
            "not known" if f.name in undetermined else f.kind,
            _range(f),
            ", ".join(map(str, f.categories[:8])) + (", ..." if len(f.categories) > 8 else ""),
        ]
        for f in features
    ]
    print_table(f"{len(features)} features", ["feature", "kind", "range", "categories"], rows)
    if undetermined:
        print_line("kind not known: the model stores nothing that tells it; a prior of any kind fits")
    if not model.schema.named:
        print_line("names made up: the model was fitted without any; a prior's columns match by position")
    target = model.schema.target
    print_line(f"family:      {model.family}")
    print_line(f"likelihood:  {model.likelihood}")
    if target.is_class:
        print_line(f"classes:     {', '.join(map(str, target.classes))}")
    print_line(f"fingerprint: {model.fingerprint}")
    print_line(f"file:        {file_line(path, model)}")
    for line in about(model).warnings:
        print_line(f"warning:     {line}")
    _print_disclosures(found)


def _print_disclosures(found: Disclosures) -> None:
    from retrodict.disclosures.result import line

    print_line()
    what = "what was read of what the model states" if found.unread else "what the model states"
    print_line(f"{len(found)} disclosures: {what} about its training data, worst first")
    for group, facts in found.grouped():
        personal, unknown = (sum(fact.personal is value for fact in facts) for value in (True, None))
        counts = [f"{personal} on single rows"] if personal else []
        counts += [f"{unknown} of a number of rows that is not known"] if unknown else []
        print_line(f"{group} ({', '.join([str(len(facts)), *counts])})")
        for fact in facts[:SHOWN]:
            print_line(f"  {line(fact)}")
        if len(facts) > SHOWN:
            print_line(f"  ... and {len(facts) - SHOWN} more; --json gives all")


def _range(feature: Feature) -> str:
    if feature.low is None and feature.high is None:
        return ""
    low, high = ("" if end is None else f"{end:g}" for end in (feature.low, feature.high))
    return f"{low} to {high}".strip()
