"""What lies in the folder of an audit beside the tables that were brought back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from retrodict.auditing import AuditResult
from retrodict.report.audit import records, sacro, summary
from retrodict.report.audit.file_names import HTML, JSON
from retrodict.report.audit.html import render
from retrodict.report.pages import write_page
from retrodict.results.folder import replace_text


def publish_report(found: AuditResult, folder: Path, with_records: bool) -> None:
    """Write pages, report.json, and the forms of other tools into a folder.

    Parameters
    ----------
    found
        The audit.
    folder
        Where; it is there.
    with_records
        Whether the table of single records is written: it singles out persons.
    """
    report = found.report
    text = report.text()
    replace_text(folder / JSON, text)
    lines = records.records_text(found) if with_records else None
    if lines is not None:
        replace_text(folder / records.FILE, lines)
    write_page(folder / HTML, render(found, found.provenance["command"], lines is not None))
    write_page(folder / summary.FILE, summary.render_summary(found, sacro.checksum(text.encode("utf-8"))))
    replace_text(folder / sacro.TABLE_FILE, sacro.findings_table(report))
    now = datetime.now(UTC)
    # what singles out persons is not among what a checker may release
    named = {name: (folder / name).read_bytes() for name in (sacro.TABLE_FILE, summary.FILE, HTML, JSON)}
    stamp = now.replace(tzinfo=None).isoformat(timespec="seconds")
    replace_text(folder / sacro.FILE, sacro.acro_results(found, report, named, stamp))
    (folder / sacro.CHECKSUMS).mkdir()
    for name, content in named.items():
        replace_text(folder / sacro.CHECKSUMS / f"{name}.txt", sacro.checksum(content))
    attacks = sacro.sacro_ml_report(found, report, f"{now:%d/%m/%Y %H:%M:%S}")
    if attacks is not None:
        replace_text(folder / sacro.ATTACKS_FILE, attacks)
