"""What finished studies say, for docs/results/study.md: the claims in words, tables and figures.

Run with `uv run python -m bench.study.findings --cells paper.study [--larger full.study] [--write]`; it runs no cell,
and takes about ten seconds a study.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from bench.document import DOCS, machine, markdown, write_section
from retrodict.cli.study_report import find_study, open_cells
from retrodict.report.study import tables
from retrodict.study.analysis import StudyAnalysis, analyse
from retrodict.study.analysis.pictures import drawings

MOST = 25
"""Lines of a table of the page; the report has all."""


def table(one: tables.Table, most: int = 10_000) -> str:
    if not one.rows:
        return f"{one.caption}: none."
    more = len(one.rows) - most
    note = f"\n\n... and {more} more lines in the report." if more > 0 else ""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in one.rows[:most]]
    return f"{one.caption}:\n\n{markdown(one.heads, cells, words=one.words)}{note}"


def claims(found: StudyAnalysis) -> str:
    parts = [f"{found.head}."]
    for one in found.claims:
        parts.append(f"**{one.name.capitalize()}: {one.verdict}.** {one.statement} {one.words}")
        if one.where_not:
            parts.append("Where not:\n\n" + "\n".join(f"- {line}" for line in one.where_not))
    return "\n\n".join(parts)


def work(found: StudyAnalysis) -> str:
    """Say what the cells cost, and on what they were run."""
    seconds = pd.to_numeric(found.done.get("seconds", pd.Series(dtype=float)), errors="coerce").dropna()
    cost = "" if seconds.empty else f"{seconds.sum() / 60:.0f} minutes of work, {seconds.mean():.2f} s a cell. "
    return cost + machine("statsmodels").replace("Measured", "Analysed")


def figures(found: StudyAnalysis, prefix: str, write: bool) -> dict[str, str]:
    """Return each picture as a line of the page; write them beside it."""
    lines = {}
    for one in drawings(found):
        path = DOCS / "results" / f"{prefix}_{one.name}.png"
        if write:
            one.save(path)
        lines[one.name] = f"![{one.alt}]({path.name})\n\n{one.caption}"
    return lines


def summary(found: StudyAnalysis, prefix: str, write: bool) -> dict[str, str]:
    """Return the sections of one study."""
    shown = figures(found, prefix, write)
    notes = "\n".join(f"- {line}" for line in tables.mixed_notes(found))
    ceiling = "\n".join(f"- {line}" for line in tables.ceiling_lines(found))

    def joined(*parts: str) -> str:
        return "\n\n".join(part for part in parts if part)

    return {
        "claims": joined(claims(found), work(found)),
        "correlations": joined(
            shown.get("forest", ""), table(tables.correlation_table(found)), shown.get("scatter", "")
        ),
        "mixed": joined(table(tables.mixed_table(found)), notes),
        "ladders": joined(shown.get("ladders", ""), table(tables.ladder_table(found), 2 * MOST)),
        "map": shown.get("heat", ""),
        "replicas": joined(
            shown.get("replicas", ""), table(tables.replica_table(found)), table(tables.gap_table(found))
        ),
        "failures": joined(
            table(tables.wrong_table(found), MOST),
            ceiling and "At the ceiling of a divergence, differences can't show:\n\n" + ceiling,
            table(tables.failed_table(found), MOST),
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=Path, required=True, metavar="FILE", help="a finished study")
    parser.add_argument("--larger", type=Path, metavar="FILE", help="a larger one, summarised beside it")
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    for file, prefix, page in ((chosen.cells, "study", ""), (chosen.larger, "study_larger", "larger ")):
        if file is None:
            continue
        cells, study = open_cells(find_study(file))
        found = analyse(cells, str(study.get("name") or file.stem), planned=study.get("cells"))
        sections = summary(found, prefix, chosen.write)
        if page:
            kept = ("claims", "correlations", "mixed", "ladders", "map", "replicas", "failures")
            sections = {"study": "\n\n".join(sections[name] for name in kept if sections[name])}
        for name, text in sections.items():
            if chosen.write:
                write_section("study.md", page + name, text)
            else:
                print(text, end="\n\n")


if __name__ == "__main__":
    main()
