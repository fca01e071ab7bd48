"""What the commands print alike that give rows: engines' reports, where rows come from, and which fell short."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from retrodict.cli.exits import FAILED
from retrodict.cli.printing import note, print_each, print_line, print_table

if TYPE_CHECKING:
    from retrodict.inference.diagnostics import Diagnostics
    from retrodict.reconstruction import Inversion, LabelledRows, Reconstruction

_SHOWN = 20


def print_reports(what: str, reports: Sequence[Diagnostics]) -> None:
    """Print a table of reports, then each verdict in a line of its own.

    Parameters
    ----------
    what
        What each report is on: class, output or target.
    reports
        At most `_SHOWN` of them are shown.
    """
    columns = [what, "rows", "engine", "exact", "evidence", "± se", "ESS", "calls"]
    print_table("", columns, (_cells(report) for report in reports[:_SHOWN]), right=["rows", *columns[4:]])
    for report in reports[:_SHOWN]:
        print_line(f"{what} {report.observation}: {report.verdict}")
    if len(reports) > _SHOWN:
        print_line(f"... and {len(reports) - _SHOWN:,} more; --json prints all of them")


def print_rows(found: LabelledRows, out: Path | str, document: str) -> None:
    """Print where labelled rows come from, what a user should know of them, and where they lie.

    Parameters
    ----------
    found
        The rows.
    out
        Their folder, or their address.
    document
        The file in it that says all the rest.
    """
    about, rows = found.provenance, f"{out}/rows.parquet"
    print_line(
        f"{found.n_rows:,} rows of {len(found.schema)} features from {about.model['family']}, "
        f"{about.queries:,} model calls, seed {about.seed}"
    )
    print_each((*found.notes, *about.model["warnings"], *about.prior["notes"]))
    print_line(f"rows: {rows}    all the rest: {out}/{document}")
    print_line(f"next: pandas.read_parquet('{rows}'), or retrodict.{type(found).__name__}.load('{out}')")


def end_short(found: Reconstruction | Inversion) -> None:
    """End a command that found fewer rows than were asked for, with a line for each shortfall and the code of that.

    Raises
    ------
    typer.Exit
        If it did.
    """
    if not found.complete:
        for line in found.shortfalls:
            note(f"error: {line}")
        raise typer.Exit(FAILED)


def _cells(report: Diagnostics) -> list[str]:
    reached = f"{report.reached:,}" if report.complete else f"{report.reached:,} of {report.requested:,}"
    reached = reached if report.in_reach else "not given"
    return [
        report.observation,
        reached,
        report.engine,
        "yes" if report.exact else "no",
        f"{report.evidence:.3g}",
        f"{report.evidence_se:.1g}",
        f"{report.ess:,.0f}",
        f"{report.queries:,}",
    ]
