"""A study as one self-contained page."""

from __future__ import annotations

import base64
import gzip
import io
from collections.abc import Sequence

import pandas as pd

from retrodict.report.study import tables
from retrodict.report.svg import Picture, svg
from retrodict.report.templates import page_of
from retrodict.study.analysis import StudyAnalysis
from retrodict.study.analysis.pictures import Drawing

_SECTIONS = (
    ("claims", "The claims"),
    ("correlations", "Correlations"),
    ("mixed", "Both factors at once"),
    ("ladders", "Ladders of priors"),
    ("map", "Datasets and algorithms"),
    ("replicas", "Replicas"),
    ("failures", "Where claims fail, and why"),
    ("data", "All cells"),
    ("repeat", "To do it again"),
)
_ADDRESS = 1_900_000
"""Characters of a data address that browsers still download."""
_HEAVY = ("posterior_by_class", "versions", "cell", "failure")
"""Columns left out, one after another, where the table is too large for that."""


def render(found: StudyAnalysis, drawn: Sequence[Drawing], about: Sequence[tuple[str, str]], command: str) -> str:
    """Return the page.

    Parameters
    ----------
    found
        The analysis.
    drawn
        Its pictures.
    about
        What is known of the study, line by line.
    command
        How to do it again.
    """
    pictures: dict[str, Picture] = {
        one.name: Picture(one.title, svg(one.figure), one.alt, one.caption) for one in drawn
    }
    address, left_out = download(found)
    return page_of(
        "study.html.j2",
        found=found,
        sections=_SECTIONS,
        pictures=pictures,
        correlations=tables.correlation_table(found),
        mixed=tables.mixed_table(found),
        mixed_notes=tables.mixed_notes(found),
        ladders=tables.ladder_table(found),
        replicas=tables.replica_table(found),
        gaps=tables.gap_table(found),
        failed=tables.failed_table(found),
        wrong=tables.wrong_table(found),
        ceiling=tables.ceiling_lines(found),
        address=address,
        left_out=left_out,
        about=about,
        command=command,
    )


def download(found: StudyAnalysis) -> tuple[str | None, list[str]]:
    """Return the cells as the address of a compressed CSV file, ``None`` if too large, and the columns left out."""
    cells = pd.concat([found.done, found.failed], ignore_index=True)
    left_out: list[str] = []
    for name in ("", *_HEAVY):
        if name in cells:
            left_out.append(name)
        text = io.StringIO()
        cells.drop(columns=left_out).to_csv(text, index=False, float_format="%.6g")
        packed = base64.b64encode(gzip.compress(text.getvalue().encode(), mtime=0)).decode("ascii")
        if len(packed) < _ADDRESS:
            return f"data:application/gzip;base64,{packed}", left_out
    return None, left_out
