"""Engines' reports as a table: one row a class or output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from retrodict.cli.printing import print_line, print_table

if TYPE_CHECKING:
    from retrodict.inference.diagnostics import Diagnostics

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
