"""Open what a user names: a model file, with what was checked of it in one line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import retrodict as rd
from retrodict.plain_text import few, shown

if TYPE_CHECKING:
    from retrodict.models import FileAudit, Model


@dataclass(frozen=True)
class Opening:
    """How a model file is opened: the options of every command that takes one."""

    schema: Annotated[
        Path | None,
        typer.Option("--schema", metavar="FILE", help="Names, kinds, bounds and categories of the features (YAML)."),
    ] = None
    noise_scale: Annotated[
        float | None,
        typer.Option(
            "--noise-scale",
            metavar="X",
            help="Regressors: sd of the target around the prediction, or the scale of another likelihood.",
        ),
    ] = None
    error_rate: Annotated[
        float | None,
        typer.Option(
            "--error-rate", metavar="X", help="Classifiers that give labels only: share of labels that differ."
        ),
    ] = None
    link_slope: Annotated[
        float | None,
        typer.Option("--link-slope", metavar="X", help="Classifiers that give margins only: log-odds a unit."),
    ] = None
    trust: Annotated[
        list[str] | None,
        typer.Option("--trust", metavar="TYPE", help="Accept this type in a model file; may be given several times."),
    ] = None
    trust_pickle: Annotated[
        bool,
        typer.Option("--trust-pickle", help="Read a pickle or joblib file, which can run any code: know its maker."),
    ] = False

    def open(self, path: Path) -> Model:
        """Load a model file.

        Raises
        ------
        RetrodictError
            As `load_model` and `load_schema`.
        """
        return rd.load_model(path, **self.settings())

    def open_stated(self, path: Path) -> Model:
        """Load a model file, or what can be inspected of one that has no likelihood.

        Raises
        ------
        RetrodictError
            As `load_stated` and `load_schema`.
        """
        from retrodict.disclosures.stated import load_stated

        return load_stated(path, **self.settings())

    def settings(self) -> dict[str, Any]:
        """Return what the functions take that open a model's file."""
        return {
            "schema": None if self.schema is None else rd.load_schema(self.schema),
            "noise_scale": self.noise_scale,
            "error_rate": self.error_rate,
            "link_slope": self.link_slope,
            "trusted": self.trust or (),
            "trust_pickle": self.trust_pickle,
        }


def file_line(path: Path, model: Model) -> str:
    """Say in one line what was checked before a model's file was read."""
    from retrodict.models.contract import about

    return audit_line(path, about(model).audit)


def audit_line(path: Path, audit: FileAudit | None) -> str:
    """Say in one line what was checked before a model file was read."""
    if audit is None:
        return f"{path}: not read from a file"
    head = f"{path}: {audit.size:,} bytes, sha256 {audit.sha256[:12]}"
    if audit.read_by is not None:
        head += f", written by {audit.written_by} and read by {audit.read_by}"
    if audit.format == "pickle":
        return f"{head}; a pickle, which can run any code" + (
            ": read because you trust it" if not audit.refused else ": refused"
        )
    if not audit.untrusted:
        return f"{head}; {audit.format} audit: nothing untrusted"
    parts = [
        f"{words}: {few([shown(name, 100) for name in names], _MOST_NAMED)}"
        for words, names in (
            ("checked and accepted", audit.reviewed),
            ("trusted by you", audit.trusted),
            ("refused", audit.refused),
        )
        if names
    ]
    return f"{head}; {audit.format} audit: {'; '.join(parts)}"


_MOST_NAMED = 12
"""Types that a line names: a file may hold thousands."""
