"""``retrodict audit``: what a model gives away, from its file and by query alone, with a verdict."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import retrodict as rd
from retrodict.cli import options, row_files
from retrodict.cli.exits import FAILED
from retrodict.cli.grouping import grouped
from retrodict.cli.opening import Opening, file_line
from retrodict.cli.output import Output
from retrodict.cli.printing import note, print_line, print_result
from retrodict.cli.stops import stopping
from retrodict.cli.verdicts import FailOn, end_judged
from retrodict.errors import RequestError

if TYPE_CHECKING:
    from retrodict.auditing import AuditResult
    from retrodict.models import Model
    from retrodict.report.audit.folder import FolderAudit

_ROWS = options.more(options.ROWS, "Of each extraction; else 10,000, or 1,000 if quick.")
_SECONDS = options.more(options.SECONDS, "Else no limit, or 100 if quick.")


_SHADOWS = options.more(options.SHADOWS, "Else 16, or 4 if quick.")
_MODEL = typer.Argument(metavar="MODEL", help="A model file; its bytes tell which kind. Or a folder of models.")


@grouped
def audit(
    model: Annotated[Path, _MODEL],
    out: options.OutFolder,
    opening: Opening,
    output: Output,
    prior: Annotated[
        Path | None, options.more(options.PRIOR, "Else ranges of the held-out rows, or the file's.")
    ] = None,
    train: Annotated[Path | None, options.TRAIN] = None,
    holdout: Annotated[Path | None, options.HOLDOUT] = None,
    target: options.Target = None,
    appetite: Annotated[str | None, options.APPETITE] = None,
    rows: Annotated[int | None, _ROWS] = None,
    seed: options.Seed = 0,
    quick: Annotated[bool, options.QUICK] = False,
    seconds: Annotated[float | None, _SECONDS] = None,
    shadows: Annotated[int | None, _SHADOWS] = None,
    shadow_estimator: Annotated[str | None, options.SHADOW_ESTIMATOR] = None,
    subgroup: Annotated[str | None, options.SUBGROUP] = None,
    cache: Annotated[Path | None, options.CACHE] = None,
    workers: Annotated[int | None, options.WORKERS] = None,
    records: Annotated[
        bool, typer.Option("--records", help="Write a line a row, which singles out persons: records.csv.")
    ] = False,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="FILE", help="An earlier report.json: say what changed since."),
    ] = None,
    fail_on: FailOn = None,
) -> None:
    """Judge whether a model may be given away, or each model of a folder."""
    given: dict[str, Any] = {
        "prior": prior,
        "target": target,
        "appetite": appetite,
        "rows": rows,
        "seed": seed,
        "quick": quick,
        "seconds": seconds,
        "shadows": shadows,
        "subgroups": options.names(subgroup),
        "estimator": shadow_estimator,
        "cache": cache,
        "workers": workers,
        "records": records,
    }
    # as the options are called, for the command that repeats it
    named = {name: value for name, value in given.items() if name not in ("subgroups", "estimator")}
    named |= {"subgroup": subgroup, "shadow_estimator": shadow_estimator, "train": train, "holdout": holdout}
    job = _Job(model, out, opening, output, given, {**named, **asdict(opening)})
    if is_folder_of_models(model):
        if baseline is not None:
            raise RequestError("--baseline is for one model; give a model file, or leave it out")
        job.folder(fail_on)
    else:
        job.one(baseline, fail_on)


def is_folder_of_models(path: Path) -> bool:
    """Whether a path is a folder, and not one that is itself a model."""
    from retrodict.models.opening import is_model_folder

    return path.is_dir() and not is_model_folder(path)


@dataclass(frozen=True)
class _Job:
    """What a command line asks."""

    model: Path
    out: Path
    opening: Opening
    output: Output
    given: dict[str, Any]
    named: dict[str, Any]

    def _tables(self, model: Model) -> dict[str, Any]:
        target = self.given["target"]
        return {
            "train": row_files.read(self.named["train"], row_files.TRAIN, model.schema, target),
            "holdout": row_files.read(self.named["holdout"], row_files.HOLDOUT, model.schema, target),
        }

    def _say(self, line: str) -> None:
        self.output.note(f"audit: {line}")

    def one(self, baseline: Path | None, fail_on: Any) -> None:
        """Audit a model."""
        from retrodict.auditing import load_appetite
        from retrodict.auditing.baseline import load_baseline
        from retrodict.report.audit.write import command_line
        from retrodict.results.claim import claimed
        from retrodict.results.folder import check_writable

        check_writable(self.out)
        load_appetite(self.given["appetite"])
        if baseline is not None:
            load_baseline(baseline)
        loaded = self.opening.open_stated(self.model)
        tables = self._tables(loaded)
        with stopping("nothing was written"), claimed(self.out):
            found = rd.audit(
                loaded,
                out=self.out,
                **tables,
                **self.given,
                file=self.model,
                baseline=baseline,
                command=command_line(self.model, **self.named, baseline=baseline, out=self.out),
                say=self._say,
            )
        self.output.note(file_line(self.model, loaded))
        self.output.show({**found.to_dict(), "out": str(self.out)}, lambda: _print(found, self.out))
        end_judged([found.verdict], fail_on)

    def folder(self, fail_on: Any) -> None:
        """Audit each model of a folder."""
        from retrodict.auditing import load_appetite
        from retrodict.report.audit.folder import Asked, audit_folder
        from retrodict.report.audit.write import command_line

        load_appetite(self.given["appetite"])
        asked = Asked(
            opened=self.opening.open_stated,
            tables=self._tables,
            options=self.given,
            command=lambda path, place: command_line(path, **self.named, out=place),
            apart=repr(self.opening),
        )
        with stopping("what was finished is kept: run it again to go on"):
            found = audit_folder(self.model, asked, out=self.out, say=self._say)
        self.output.show({**found.to_dict(), "out": str(self.out)}, lambda: _print_folder(found, self.out))
        end_judged(found.verdicts, fail_on)
        if found.unread:
            for one in found.unread if self.output.json or self.output.quiet else ():
                note(f"error: {one.name}: {one.why}")
            raise typer.Exit(FAILED)


def _print(found: AuditResult, out: Path) -> None:
    print_result(found)
    print_line(f"report: {out / 'report.html'}    all the rest: {out / 'report.json'}")


def _print_folder(found: FolderAudit, out: Path) -> None:
    print_result(found)
    print_line(f"index: {out / 'index.html'}    all the rest: {out / 'index.json'}")
